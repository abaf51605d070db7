#include "credential/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kGroup = 4;

std::string in_alphabet(ByteSpan bytes, std::string_view alphabet, int bits_each) {
  std::string text;
  text.reserve((bytes.size() * 8 + static_cast<std::size_t>(bits_each) - 1) /
               static_cast<std::size_t>(bits_each));
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    held += 8;
    while (held >= bits_each) {
      held -= bits_each;
      text += alphabet[bits >> held & (alphabet.size() - 1)];
    }
  }
  if (held > 0) text += alphabet[bits << (bits_each - held) & (alphabet.size() - 1)];
  return text;
}

// A full-width form (U+FF01 to U+FF5E, U+3000) as the ASCII character it stands for.
char32_t narrow(char32_t c) noexcept {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  return c == 0x3000 ? U' ' : c;
}

// The hyphen, and what keyboards and word processors put in its place (U+30FC comes from Japanese input).
bool is_hyphen(char32_t c) noexcept {
  return c == U'-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x30FC;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) noexcept {
  ::OPENSSL_cleanse(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  ::OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_);
  bytes_ = std::move(other.bytes_);
  other.bytes_.clear();
  return *this;
}

bool equal_in_constant_time(ByteSpan a, ByteSpan b) noexcept {
  return a.size() == b.size() && (a.empty() || ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Digest sha256(ByteSpan bytes) {
  Digest digest{};
  ::SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

Digest hmac_sha256(ByteSpan key, ByteSpan bytes) {
  Digest digest{};
  unsigned int length = 0;
  HINOMI_CHECK(::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
                      digest.data(), &length) != nullptr);
  HINOMI_CHECK(length == digest.size());
  return digest;
}

std::string base64url(ByteSpan bytes) {
  return in_alphabet(bytes, kBase64Url, 6);
}
std::string base32(ByteSpan bytes) {
  return in_alphabet(bytes, kBase32, 5);
}
std::string crockford(ByteSpan bytes) {
  return in_alphabet(bytes, kCrockford, 5);
}

std::optional<Bytes> parse_base64url(std::string_view text, std::size_t max_bytes) {
  if (text.size() % 4 == 1 || text.size() / 4 * 3 > max_bytes) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() * 6 / 8);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = kBase64Url.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> held));
  }
  if ((bits & ((1U << held) - 1)) != 0 || bytes.size() > max_bytes) return std::nullopt;
  return bytes;
}

std::optional<std::string> read_crockford(std::string_view typed, std::size_t max_characters) {
  std::string read;
  while (!typed.empty()) {
    const base::Decoded decoded = base::decode_utf8(typed);
    typed.remove_prefix(decoded.length);
    char32_t c = narrow(decoded.code_point);
    if (c == U' ' || c == U'\t' || is_hyphen(c)) continue;
    if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
    if (c == U'o') c = U'0';
    if (c == U'i' || c == U'l') c = U'1';
    if (c >= 0x80 || kCrockford.find(static_cast<char>(c)) == std::string_view::npos) return std::nullopt;
    if (read.size() == max_characters) return std::nullopt;
    read += static_cast<char>(c);
  }
  return read;
}

std::string in_groups_of_four(std::string_view text) {
  std::string grouped;
  for (std::size_t at = 0; at < text.size(); at += kGroup) {
    if (at > 0) grouped += '-';
    grouped += text.substr(at, kGroup);
  }
  return grouped;
}

}  // namespace hinomi::credential
