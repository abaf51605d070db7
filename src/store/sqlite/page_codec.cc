#include "store/sqlite/page_codec.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/hash.h"

namespace hinomi::store::sqlite {
namespace {

void put32(std::uint8_t* at, std::uint32_t value) noexcept {
  std::memcpy(at, &value, sizeof(value));
}
std::uint32_t get32(const std::uint8_t* at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// What a page is bound to, beside its bytes.
std::array<std::uint8_t, 17> binding(const PagePlace& place, std::uint32_t durable) noexcept {
  std::array<std::uint8_t, 17> bytes{};
  bytes[0] = place.in_log ? 1 : 0;
  put32(&bytes[1], place.page);
  std::memcpy(&bytes[5], &place.salts, sizeof(place.salts));
  put32(&bytes[13], durable);
  return bytes;
}

template <typename Bytes>
std::string_view text_of(const Bytes& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// content | durable (4) | checksum (8)
class CheckedCodec final : public PageCodec {
 public:
  [[nodiscard]] int reserved_bytes() const noexcept override { return kReserved; }

  [[nodiscard]] bool encode(const PagePlace& place, std::uint32_t durable, const PageBytes& plain,
                            PageBytes& disk) override {
    if (!std::all_of(plain.begin() + kContent, plain.end(), [](std::uint8_t byte) { return byte == 0; })) {
      return false;
    }
    disk = plain;
    put32(&disk[kContent], durable);
    const std::uint64_t sum = checksum(place, durable, disk);
    std::memcpy(&disk[kContent + 4], &sum, sizeof(sum));
    return true;
  }
  [[nodiscard]] bool decode(const PagePlace& place, const PageBytes& disk, PageBytes& plain,
                            std::uint32_t& durable) override {
    durable = get32(&disk[kContent]);
    std::uint64_t sum = 0;
    std::memcpy(&sum, &disk[kContent + 4], sizeof(sum));
    if (sum != checksum(place, durable, disk)) return false;
    plain = disk;
    std::fill(plain.begin() + kContent, plain.end(), std::uint8_t{0});
    return true;
  }
  [[nodiscard]] bool encode_head(std::uint64_t /*frame*/, FrameHead& /*head*/) override { return true; }
  [[nodiscard]] bool decode_head(std::uint64_t /*frame*/, FrameHead& /*head*/) override { return true; }

 private:
  static constexpr int kReserved = 12;
  static constexpr std::size_t kContent = kPageBytes - kReserved;

  static std::uint64_t checksum(const PagePlace& place, std::uint32_t durable,
                                const PageBytes& disk) noexcept {
    return base::hash64(text_of(disk).substr(0, kContent), base::hash64(text_of(binding(place, durable)), 0));
  }
};

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { ::EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

Cipher make_cipher(const EVP_CIPHER* kind, const std::uint8_t* key, bool encrypt) {
  Cipher cipher(::EVP_CIPHER_CTX_new());
  if (!cipher || ::EVP_CipherInit_ex2(cipher.get(), kind, key, nullptr, encrypt ? 1 : 0, nullptr) != 1)
    return {};
  return cipher;
}

constexpr std::string_view kPlainFileBegin{"SQLite format 3\0", 16};

// ciphertext | durable (4) | nonce (12) | tag (16). Of page 1 of the file the first 16 bytes, which are the
// same in every database, give way to the id of the file.
class SealedCodec final : public PageCodec {
 public:
  SealedCodec(const SealedFileKeys& keys, const os::RandomBytes& random)
      : id_(keys.id()),
        random_(random),
        seal_(make_cipher(::EVP_aes_256_gcm(), keys.page_key(), true)),
        open_(make_cipher(::EVP_aes_256_gcm(), keys.page_key(), false)),
        seal_head_(make_cipher(::EVP_aes_256_xts(), keys.head_key(), true)),
        open_head_(make_cipher(::EVP_aes_256_xts(), keys.head_key(), false)) {}
  [[nodiscard]] bool is_ready() const noexcept { return seal_ && open_ && seal_head_ && open_head_; }

  [[nodiscard]] int reserved_bytes() const noexcept override { return kReserved; }
  [[nodiscard]] bool encode(const PagePlace& place, std::uint32_t durable, const PageBytes& plain,
                            PageBytes& disk) override;
  [[nodiscard]] bool decode(const PagePlace& place, const PageBytes& disk, PageBytes& plain,
                            std::uint32_t& durable) override;
  [[nodiscard]] bool encode_head(std::uint64_t frame, FrameHead& head) override {
    return crypt_head(seal_head_.get(), frame, head);
  }
  [[nodiscard]] bool decode_head(std::uint64_t frame, FrameHead& head) override {
    return crypt_head(open_head_.get(), frame, head);
  }

 private:
  static constexpr int kReserved = 32;
  static constexpr std::size_t kContent = kPageBytes - kReserved;
  static constexpr std::size_t kNonce = kContent + 4;
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTag = kNonce + kNonceBytes;
  static constexpr int kTagBytes = 16;

  static std::size_t begin_of(const PagePlace& place) noexcept {
    return !place.in_log && place.page == 1 ? kPlainFileBegin.size() : 0;
  }
  static bool crypt_head(EVP_CIPHER_CTX* cipher, std::uint64_t frame, FrameHead& head) noexcept {
    std::array<std::uint8_t, 16> tweak{};
    std::memcpy(tweak.data(), &frame, sizeof(frame));
    FrameHead out{};
    int bytes = 0;
    if (::EVP_CipherInit_ex2(cipher, nullptr, nullptr, tweak.data(), -1, nullptr) != 1 ||
        ::EVP_CipherUpdate(cipher, out.data(), &bytes, head.data(), static_cast<int>(head.size())) != 1 ||
        bytes != static_cast<int>(head.size())) {
      return false;
    }
    head = out;
    return true;
  }

  const SealedFileId id_;
  const os::RandomBytes& random_;
  Cipher seal_;
  Cipher open_;
  Cipher seal_head_;
  Cipher open_head_;
};

bool SealedCodec::encode(const PagePlace& place, std::uint32_t durable, const PageBytes& plain,
                         PageBytes& disk) {
  if (!std::all_of(plain.begin() + kContent, plain.end(), [](std::uint8_t byte) { return byte == 0; })) {
    return false;
  }
  const std::size_t begin = begin_of(place);
  std::copy_n(id_.bytes.begin(), begin, disk.begin());
  put32(&disk[kContent], durable);
  random_(std::span(disk).subspan(kNonce, kNonceBytes));
  const auto bound = binding(place, durable);
  int bytes = 0;
  return ::EVP_EncryptInit_ex2(seal_.get(), nullptr, nullptr, &disk[kNonce], nullptr) == 1 &&
         ::EVP_EncryptUpdate(seal_.get(), nullptr, &bytes, bound.data(), static_cast<int>(bound.size())) ==
             1 &&
         ::EVP_EncryptUpdate(seal_.get(), &disk[begin], &bytes, &plain[begin],
                             static_cast<int>(kContent - begin)) == 1 &&
         ::EVP_EncryptFinal_ex(seal_.get(), &disk[kContent], &bytes) == 1 &&
         ::EVP_CIPHER_CTX_ctrl(seal_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, &disk[kTag]) == 1;
}

bool SealedCodec::decode(const PagePlace& place, const PageBytes& disk, PageBytes& plain,
                         std::uint32_t& durable) {
  const std::size_t begin = begin_of(place);
  if (!std::equal(disk.begin(), disk.begin() + static_cast<std::ptrdiff_t>(begin), id_.bytes.begin()))
    return false;
  durable = get32(&disk[kContent]);
  const auto bound = binding(place, durable);
  std::array<std::uint8_t, kTagBytes> tag{};
  std::copy_n(disk.begin() + kTag, kTagBytes, tag.begin());
  std::array<std::uint8_t, 16> rest{};
  int bytes = 0;
  const bool sound =
      ::EVP_DecryptInit_ex2(open_.get(), nullptr, nullptr, &disk[kNonce], nullptr) == 1 &&
      ::EVP_DecryptUpdate(open_.get(), nullptr, &bytes, bound.data(), static_cast<int>(bound.size())) == 1 &&
      ::EVP_DecryptUpdate(open_.get(), &plain[begin], &bytes, &disk[begin],
                          static_cast<int>(kContent - begin)) == 1 &&
      ::EVP_CIPHER_CTX_ctrl(open_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      ::EVP_DecryptFinal_ex(open_.get(), rest.data(), &bytes) == 1;
  if (!sound) {
    plain.fill(0);
    return false;
  }
  std::copy_n(kPlainFileBegin.begin(), begin, plain.begin());
  std::fill(plain.begin() + kContent, plain.end(), std::uint8_t{0});
  return true;
}

// "HNMS", version, no flags so far, and 80 random bits.
constexpr std::array<std::uint8_t, 4> kMagic = {'H', 'N', 'M', 'S'};
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadOfId = 6;
constexpr std::string_view kPurpose = "hinomi sealed database, pages and frame heads, version 1";

}  // namespace

std::unique_ptr<PageCodec> make_checked_codec() {
  return std::make_unique<CheckedCodec>();
}

SealedFileId make_file_id(const os::RandomBytes& random) {
  SealedFileId id;
  std::ranges::copy(kMagic, id.bytes.begin());
  id.bytes[4] = kVersion;
  random(std::span(id.bytes).subspan(kHeadOfId));
  return id;
}

base::Result<void> check_file_id(const SealedFileId& id) {
  if (!std::equal(kMagic.begin(), kMagic.end(), id.bytes.begin())) {
    return base::Error{base::ErrorCode::invalid_input, "this is no sealed database of Hinomi", {}};
  }
  if (id.bytes[4] != kVersion || id.bytes[5] != 0) {
    return base::Error{base::ErrorCode::unsupported,
                       "this sealed database has version " + std::to_string(id.bytes[4]) + ", feature bits " +
                           std::to_string(id.bytes[5]),
                       "Use the newer Hinomi that wrote it."};
  }
  return {};
}

base::Result<std::unique_ptr<SealedFileKeys>> SealedFileKeys::derive(
    std::span<const std::byte, kKeyBytes> key, const SealedFileId& id) {
  std::unique_ptr<SealedFileKeys> keys(new SealedFileKeys(id));
  std::ranges::copy(key, keys->vault_key_.begin());
  EVP_KDF* const kdf = ::EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* const context = kdf == nullptr ? nullptr : ::EVP_KDF_CTX_new(kdf);
  char digest[] = "SHA256";
  // The library takes pointers to what it does not change.
  OSSL_PARAM parameters[] = {
      ::OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      ::OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<std::byte*>(key.data()), key.size()),
      ::OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, keys->id_.bytes.data(),
                                          keys->id_.bytes.size()),
      ::OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(kPurpose.data()),
                                          kPurpose.size()),
      ::OSSL_PARAM_construct_end()};
  const bool derived = context != nullptr &&
                       ::EVP_KDF_derive(context, keys->bytes_.data(), keys->bytes_.size(), parameters) == 1;
  ::EVP_KDF_CTX_free(context);
  ::EVP_KDF_free(kdf);
  if (!derived) return base::Error{base::ErrorCode::internal, "a key cannot be derived", {}};
  return keys;
}

SealedFileKeys::~SealedFileKeys() {
  ::OPENSSL_cleanse(bytes_.data(), bytes_.size());
  ::OPENSSL_cleanse(vault_key_.data(), vault_key_.size());
}

base::Result<std::unique_ptr<PageCodec>> make_sealed_codec(const SealedFileKeys& keys,
                                                           const os::RandomBytes& random) {
  auto codec = std::make_unique<SealedCodec>(keys, random);
  if (!codec->is_ready()) return base::Error{base::ErrorCode::internal, "the cipher is not available", {}};
  return std::unique_ptr<PageCodec>(std::move(codec));
}

}  // namespace hinomi::store::sqlite
