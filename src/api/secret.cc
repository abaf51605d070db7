#include "api/secret.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/check.h"

namespace hinomi::api {
namespace {

constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kMaxRandomBytes = 64;

std::string base64url(std::span<const std::byte> bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::byte byte : bytes) {
    bits = (bits << 8) | static_cast<std::uint32_t>(byte);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += kBase64Url[(bits >> held) & 63];
    }
  }
  if (held > 0) text += kBase64Url[(bits << (6 - held)) & 63];
  return text;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

bool equal_digests(const Digest& a, const Digest& b) noexcept {
  return ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hex_of(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::optional<Digest> parse_hex(std::string_view text) noexcept {
  Digest digest{};
  if (text.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::size_t high = kHex.find(text[2 * i]);
    const std::size_t low = kHex.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

std::optional<std::string> random_text(const RandomBytes& random, std::size_t bytes) {
  HINOMI_CHECK(bytes > 0 && bytes <= kMaxRandomBytes);
  std::array<std::byte, kMaxRandomBytes> buffer{};
  const std::span<std::byte> wanted = std::span(buffer).first(bytes);
  if (!random(wanted)) return std::nullopt;
  std::string text = base64url(wanted);
  ::OPENSSL_cleanse(buffer.data(), buffer.size());
  return text;
}

bool is_token_text(std::string_view text) noexcept {
  return text.size() == kTokenTextLength && text.find_first_not_of(kBase64Url) == std::string_view::npos;
}

}  // namespace hinomi::api
