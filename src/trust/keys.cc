#include "trust/keys.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/check.h"
#include "trust/hash.h"
#include "trust/openssl.h"

namespace hinomi::trust {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kKeyIdBytes + kNonceBytes;
constexpr std::string_view kWrapping = "hinomi data key";
constexpr std::string_view kSecret = "hinomi secret";

unsigned char* bytes_of(char* text) noexcept {
  return reinterpret_cast<unsigned char*>(text);
}
const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

base::Error refused() {
  ::ERR_clear_error();
  return {base::ErrorCode::forbidden,
          "open sealed bytes: they were changed, or belong to another place or context",
          {},
          {}};
}

void append_part(std::string& out, std::string_view part) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(part.size() >> shift & 255);
  out += part;
}

// What binds sealed bytes to their key and to where they stand.
std::string binding(const KeyId& id, std::initializer_list<std::string_view> parts) {
  std::string bytes(1, kVersion);
  bytes += view_of(id);
  for (const std::string_view part : parts) append_part(bytes, part);
  return bytes;
}

base::Result<std::string> seal_bytes(std::span<const std::uint8_t> key, const KeyId& id,
                                     std::string_view bound, std::string_view plain,
                                     const os::RandomBytes& random) {
  if (plain.size() > kMaxSealedPlainBytes)
    return base::Error{base::ErrorCode::limit_exceeded, "seal bytes: too many", {}, {}};
  std::string sealed(kHeadBytes + plain.size() + kTagBytes, '\0');
  sealed[0] = kVersion;
  std::copy(id.begin(), id.end(), sealed.begin() + 1);
  const std::span nonce(reinterpret_cast<std::uint8_t*>(sealed.data()) + 1 + kKeyIdBytes, kNonceBytes);
  random(nonce);
  const CipherContext context(::EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context &&
      ::EVP_EncryptInit_ex2(context.get(), ::EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
      ::EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(bound), static_cast<int>(bound.size())) ==
          1 &&
      ::EVP_EncryptUpdate(context.get(), bytes_of(sealed.data() + kHeadBytes), &size, bytes_of(plain),
                          static_cast<int>(plain.size())) == 1 &&
      ::EVP_EncryptFinal_ex(context.get(), bytes_of(sealed.data() + kHeadBytes + plain.size()), &size) == 1 &&
      ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            sealed.data() + kHeadBytes + plain.size()) == 1;
  if (!done) return openssl_error(base::ErrorCode::internal, "seal bytes");
  return sealed;
}

base::Result<SecretBytes> open_bytes(std::span<const std::uint8_t> key, std::string_view bound,
                                     std::string_view sealed) {
  const std::size_t plain_size = sealed.size() - kSealedOverhead;
  SecretBytes plain(plain_size);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const CipherContext context(::EVP_CIPHER_CTX_new());
  int size = 0;
  unsigned char last[kTagBytes] = {};  // nothing is written there: GCM has no padding
  const bool done = context &&
                    ::EVP_DecryptInit_ex2(context.get(), ::EVP_aes_256_gcm(), key.data(),
                                          bytes_of(sealed) + 1 + kKeyIdBytes, nullptr) == 1 &&
                    ::EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(bound),
                                        static_cast<int>(bound.size())) == 1 &&
                    ::EVP_DecryptUpdate(context.get(), plain.span().data(), &size,
                                        bytes_of(sealed) + kHeadBytes, static_cast<int>(plain_size)) == 1 &&
                    ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
                    ::EVP_DecryptFinal_ex(context.get(), last, &size) == 1;
  if (!done) return refused();
  return plain;
}

bool is_context(std::string_view context) noexcept {
  return !context.empty() && context.size() <= kMaxContextBytes;
}

// HMAC-SHA-256 of a fixed text under the key: says which key it is, and nothing of it.
KeyId id_of_key(std::span<const std::uint8_t> key) {
  constexpr std::string_view kText = "hinomi key id";
  unsigned char mac[EVP_MAX_MD_SIZE] = {};
  unsigned int size = 0;
  HINOMI_CHECK(::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(kText), kText.size(),
                      mac, &size) != nullptr);
  KeyId id{};
  std::copy_n(mac, id.size(), id.begin());
  return id;
}

}  // namespace

std::optional<KeyId> key_id_of(std::string_view sealed) noexcept {
  if (sealed.size() < kSealedOverhead || sealed.size() > kSealedOverhead + kMaxSealedPlainBytes)
    return std::nullopt;
  if (sealed.front() != kVersion) return std::nullopt;
  KeyId id{};
  std::copy_n(sealed.begin() + 1, id.size(), id.begin());
  return id;
}

KeyEncryptionKey::KeyEncryptionKey(SecretBytes bytes)
    : bytes_(std::move(bytes)), id_(id_of_key(bytes_.span())) {}

base::Result<KeyEncryptionKey> KeyEncryptionKey::make(const os::RandomBytes& random) {
  SecretBytes bytes(kKeyBytes);
  random(bytes.span());
  return KeyEncryptionKey(std::move(bytes));
}

base::Result<KeyEncryptionKey> KeyEncryptionKey::load(const std::string& path, os::SecretFileKind kind) {
  SecretBytes bytes(kKeyBytes);
  const auto size =
      os::read_secret_file(path, kind, {reinterpret_cast<char*>(bytes.span().data()), bytes.size()});
  if (!size) return size.error();
  const auto all = bytes.span();
  const bool constant =
      std::all_of(all.begin(), all.end(), [&](std::uint8_t byte) { return byte == all.front(); });
  if (*size != kKeyBytes || constant)
    return base::Error{base::ErrorCode::invalid_input,
                       "read the key-encryption key '" + path + "': it is not 32 random bytes",
                       "restore the file from its safe copy; without it the wrapped keys do not open",
                       {}};
  return KeyEncryptionKey(std::move(bytes));
}

base::Result<void> KeyEncryptionKey::save(const std::string& path) const {
  return os::write_new_secret_file(path, bytes_.view());
}

struct KeyRing::DataKey {
  KeyId id{};
  std::string context;
  SecretBytes bytes;
};

KeyRing::KeyRing() = default;
KeyRing::~KeyRing() = default;
KeyRing::KeyRing(KeyRing&&) noexcept = default;
KeyRing& KeyRing::operator=(KeyRing&&) noexcept = default;

namespace {

base::Result<WrappedKey> wrap(const KeyId& id, std::string_view context, std::string_view key,
                              std::span<const std::uint8_t> under, const KeyId& under_id,
                              const os::RandomBytes& random) {
  auto sealed =
      seal_bytes(under, under_id, binding(under_id, {kWrapping, view_of(id), context}), key, random);
  if (!sealed) return sealed.error();
  return WrappedKey{id, std::string(context), std::move(*sealed)};
}

}  // namespace

base::Result<WrappedKey> KeyRing::make_key(std::string_view context, const KeyEncryptionKey& under,
                                           const os::RandomBytes& random) {
  if (!is_context(context)) return base::Error{base::ErrorCode::usage, "make a data key: no context", {}, {}};
  SecretBytes bytes(kKeyBytes);
  random(bytes.span());
  const KeyId id = id_of_key(bytes.span());
  auto wrapped = wrap(id, context, bytes.view(), under.bytes_.span(), under.id_, random);
  if (!wrapped) return wrapped;
  keys_.push_back({id, std::string(context), std::move(bytes)});
  return wrapped;
}

namespace {

base::Error no_key() {
  return {base::ErrorCode::not_found,
          "open a wrapped key: the key-encryption key that wrapped it is not there",
          "give the old key-encryption key beside the new one until every key is wrapped anew",
          {}};
}

}  // namespace

base::Result<void> KeyRing::add_key(const WrappedKey& wrapped,
                                    std::span<const KeyEncryptionKey* const> under) {
  if (!is_context(wrapped.context)) return refused();
  const auto under_id = key_id_of(wrapped.sealed);
  if (!under_id) return refused();
  const auto found =
      std::find_if(under.begin(), under.end(), [&](const auto* key) { return key->id_ == *under_id; });
  if (found == under.end()) return no_key();
  auto bytes =
      open_bytes((*found)->bytes_.span(),
                 binding(*under_id, {kWrapping, view_of(wrapped.id), wrapped.context}), wrapped.sealed);
  if (!bytes) return bytes.error();
  if (bytes->size() != kKeyBytes || id_of_key(bytes->span()) != wrapped.id) return refused();
  std::erase_if(keys_,
                [&](const DataKey& key) { return key.id == wrapped.id && key.context == wrapped.context; });
  keys_.push_back({wrapped.id, wrapped.context, std::move(*bytes)});
  return {};
}

base::Result<WrappedKey> KeyRing::wrap_anew(const WrappedKey& wrapped,
                                            std::span<const KeyEncryptionKey* const> old,
                                            const KeyEncryptionKey& under, const os::RandomBytes& random) {
  KeyRing ring;
  if (auto added = ring.add_key(wrapped, old); !added) return added.error();
  return wrap(wrapped.id, wrapped.context, ring.keys_.back().bytes.view(), under.bytes_.span(), under.id_,
              random);
}

const KeyRing::DataKey* KeyRing::current(std::string_view context) const noexcept {
  const auto found =
      std::find_if(keys_.rbegin(), keys_.rend(), [&](const DataKey& key) { return key.context == context; });
  return found == keys_.rend() ? nullptr : &*found;
}

bool KeyRing::has_key(std::string_view context) const noexcept {
  return current(context) != nullptr;
}

base::Result<std::string> KeyRing::seal(std::string_view context, const SecretPlace& place,
                                        std::string_view plain, const os::RandomBytes& random) const {
  const DataKey* key = current(context);
  if (key == nullptr)
    return base::Error{
        base::ErrorCode::not_found, "seal a secret: no key for '" + std::string(context) + "'", {}, {}};
  return seal_bytes(key->bytes.span(), key->id,
                    binding(key->id, {kSecret, context, place.entity, place.record, place.field}), plain,
                    random);
}

base::Result<SecretBytes> KeyRing::open(std::string_view context, const SecretPlace& place,
                                        std::string_view sealed) const {
  const auto id = key_id_of(sealed);
  if (!id) return refused();
  const auto key =
      std::find_if(keys_.begin(), keys_.end(), [&](const DataKey& one) { return one.id == *id; });
  if (key == keys_.end())
    return base::Error{base::ErrorCode::not_found, "open a secret: its key is not in the ring", {}, {}};
  if (key->context != context) return refused();
  return open_bytes(key->bytes.span(),
                    binding(*id, {kSecret, context, place.entity, place.record, place.field}), sealed);
}

bool KeyRing::is_outdated(std::string_view context, std::string_view sealed) const noexcept {
  const DataKey* key = current(context);
  return key == nullptr || key_id_of(sealed) != key->id;
}

}  // namespace hinomi::trust
