#include "trust/note.h"

#include <openssl/pem.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "os/secret_file.h"
#include "trust/hash.h"
#include "trust/openssl.h"

namespace hinomi::trust {
namespace {

constexpr char kEd25519 = 1;
constexpr std::size_t kIdBytes = 4;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxPemBytes = 4096;
constexpr std::string_view kSignatureMark = "\xE2\x80\x94 ";  // an em dash and a blank

base::Error refuse(std::string why) {
  return {base::ErrorCode::invalid_input, "read a signed note: " + std::move(why), {}, {}};
}

std::string id_bytes(std::uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(id >> shift & 255);
  return bytes;
}

std::uint32_t id_of(std::string_view bytes) noexcept {
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < kIdBytes; ++i) id = id << 8 | static_cast<unsigned char>(bytes[i]);
  return id;
}

bool is_note_text(std::string_view text) noexcept {
  if (text.empty() || text.back() != '\n' || !base::is_utf8(text)) return false;
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
}

bool verifies(const VerifierKey& key, std::string_view text, std::string_view signature) {
  const PrivateKey handle(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.public_key.data(), key.public_key.size()));
  const DigestContext context(::EVP_MD_CTX_new());
  const bool good =
      handle && context &&
      ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
      ::EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                         signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                         text.size()) == 1;
  ::ERR_clear_error();
  return good;
}

base::Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kSignatureMark)) return refuse("a line behind the text that is no signature");
  line.remove_prefix(kSignatureMark.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !is_key_name(line.substr(0, blank)))
    return refuse("a wrong name of a key");
  const auto bytes = from_base64(line.substr(blank + 1));
  if (!bytes || bytes->size() <= kIdBytes) return refuse("a signature that is no base64 or too short");
  return NoteSignature{line.substr(0, blank), id_of(*bytes), bytes->substr(kIdBytes)};
}

}  // namespace

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxKeyNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

VerifierKey VerifierKey::make(std::string_view name, std::span<const std::uint8_t, 32> public_key) {
  VerifierKey key;
  key.name = name;
  std::copy(public_key.begin(), public_key.end(), key.public_key.begin());
  Sha256 hash;
  hash.add(name);
  hash.add("\n\x01");
  hash.add(view_of(public_key));
  key.id = id_of(view_of(hash.finish()));
  return key;
}

std::string VerifierKey::text() const {
  std::string bytes(1, kEd25519);
  bytes += view_of(public_key);
  return name + '+' + to_hex(id_bytes(id)) + '+' + to_base64(bytes);
}

base::Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const base::Error wrong{base::ErrorCode::invalid_input,
                          "read a public key: not '<name>+<id>+<key>' of an Ed25519 key",
                          "take the line as the log gave it out",
                          {}};
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_key_name(text.substr(0, first))) return wrong;
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  const auto bytes = from_base64(text.substr(second + 1));
  if (!id || id->size() != kIdBytes || !bytes || bytes->size() != 33 || bytes->front() != kEd25519)
    return wrong;
  const Hash public_key = to_hash(std::string_view(*bytes).substr(1));
  VerifierKey key = make(text.substr(0, first), public_key);
  if (key.id != id_of(*id)) return wrong;
  return key;
}

struct SigningKey::Parts {
  PrivateKey key;
};

SigningKey::SigningKey(std::unique_ptr<Parts> parts, VerifierKey verifier)
    : parts_(std::move(parts)), verifier_(std::move(verifier)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

base::Result<SigningKey> SigningKey::make(std::string_view name, const os::RandomBytes& random) {
  SecretBytes seed(32);
  random(seed.span());
  const PrivateKey key(
      ::EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.span().data(), seed.size()));
  if (!key) return openssl_error(base::ErrorCode::internal, "make a signing key");
  const Bio bio(::BIO_new(::BIO_s_secmem()));
  if (!bio ||
      ::PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_error(base::ErrorCode::internal, "make a signing key");
  char* data = nullptr;
  const long size = ::BIO_get_mem_data(bio.get(), &data);
  return from_pem(name, {data, static_cast<std::size_t>(size)});
}

base::Result<SigningKey> SigningKey::load(std::string_view name, const std::string& path) {
  SecretBytes pem(kMaxPemBytes);
  const auto size = os::read_secret_file(path, os::SecretFileKind::own,
                                         {reinterpret_cast<char*>(pem.span().data()), pem.size()});
  if (!size) return size.error();
  return from_pem(name, pem.view().substr(0, *size));
}

base::Result<SigningKey> SigningKey::from_pem(std::string_view name, std::string_view pem) {
  if (!is_key_name(name))
    return base::Error{base::ErrorCode::usage, "read a signing key: its name is no key name", {}, {}};
  if (pem.size() > kMaxPemBytes)
    return base::Error{base::ErrorCode::limit_exceeded, "read a signing key: too long", {}, {}};
  const Bio bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An encrypted key must be an error, not a question on the terminal.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  auto parts = std::make_unique<Parts>();
  if (bio) parts->key.reset(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!parts->key) return openssl_error(base::ErrorCode::invalid_input, "read a signing key");
  std::array<std::uint8_t, 32> public_key{};
  std::size_t size = public_key.size();
  if (::EVP_PKEY_get_id(parts->key.get()) != EVP_PKEY_ED25519 ||
      ::EVP_PKEY_get_raw_public_key(parts->key.get(), public_key.data(), &size) != 1 ||
      size != public_key.size())
    return base::Error{base::ErrorCode::unsupported, "read a signing key: it is no Ed25519 key", {}, {}};
  return SigningKey(std::move(parts), VerifierKey::make(name, public_key));
}

base::Result<SecretBytes> SigningKey::pem() const {
  const Bio bio(::BIO_new(::BIO_s_secmem()));
  if (!bio || ::PEM_write_bio_PKCS8PrivateKey(bio.get(), parts_->key.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr) != 1)
    return openssl_error(base::ErrorCode::internal, "write a signing key");
  char* data = nullptr;
  const long size = ::BIO_get_mem_data(bio.get(), &data);
  SecretBytes pem(static_cast<std::size_t>(size));
  std::copy(data, data + size, pem.span().data());
  return pem;
}

base::Result<void> SigningKey::save(const std::string& path) const {
  const auto text = pem();
  if (!text) return text.error();
  return os::write_new_secret_file(path, text->view());
}

base::Result<std::string> SigningKey::sign_note(std::string_view text) const {
  if (!is_note_text(text) || text.size() > kMaxNoteBytes / 2)
    return base::Error{base::ErrorCode::usage, "sign a note: its text is no text of a note", {}, {}};
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  const DigestContext context(::EVP_MD_CTX_new());
  if (!context || ::EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, parts_->key.get()) != 1 ||
      ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    return openssl_error(base::ErrorCode::internal, "sign a note");
  std::string note(text);
  note += '\n';
  note += kSignatureMark;
  note += verifier_.name + ' ' + to_base64(id_bytes(verifier_.id) + signature) + '\n';
  return note;
}

base::Result<Note> parse_note(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return refuse("longer than " + std::to_string(kMaxNoteBytes) + " bytes");
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos || note.back() != '\n')
    return refuse("no blank line before signatures");
  Note parsed;
  parsed.text = note.substr(0, split + 1);
  if (!is_note_text(parsed.text)) return refuse("its text is no UTF-8, or holds control characters");
  std::size_t at = split + 2;
  while (at < note.size()) {
    if (parsed.signatures.size() == kMaxNoteSignatures) return refuse("too many signatures");
    const std::size_t end = note.find('\n', at);
    auto signature = parse_signature(note.substr(at, end - at));
    if (!signature) return signature.error();
    parsed.signatures.push_back(std::move(*signature));
    at = end + 1;
    if (parsed.signatures.size() == 1) parsed.signed_part = note.substr(0, at);
  }
  if (parsed.signatures.empty()) return refuse("no signature");
  return parsed;
}

base::Result<Note> open_note(std::string_view note, std::span<const VerifierKey> trusted) {
  auto parsed = parse_note(note);
  if (!parsed) return parsed;
  bool known = false;
  for (const NoteSignature& signature : parsed->signatures) {
    for (const VerifierKey& key : trusted) {
      if (key.id != signature.key_id || key.name != signature.name) continue;
      if (!verifies(key, parsed->text, signature.signature))
        return base::Error{base::ErrorCode::forbidden, "verify a signed note: a signature is wrong", {}, {}};
      known = true;
    }
  }
  if (!known)
    return base::Error{base::ErrorCode::forbidden, "verify a signed note: no trusted key signed it", {}, {}};
  return parsed;
}

}  // namespace hinomi::trust
