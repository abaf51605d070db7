#include "credential/totp.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::credential {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint32_t kModulus = 1'000'000;  // 10 ^ kTotpDigits
constexpr std::size_t kSha1Bytes = 20;

std::string code_text(std::uint32_t value) {
  return fmt::format("{:06}", value % kModulus);
}

// The six digits that a person typed; nullopt for anything else.
std::optional<std::string> read_digits(std::string_view typed) {
  if (typed.size() > kMaxTotpTyped) return std::nullopt;
  std::string digits;
  while (!typed.empty()) {
    const base::Decoded decoded = base::decode_utf8(typed);
    typed.remove_prefix(decoded.length);
    const char32_t c = decoded.code_point;
    if (c == U' ' || c == U'\t' || c == 0x3000) continue;
    if (c >= U'0' && c <= U'9')
      digits += static_cast<char>(c);
    else if (c >= 0xFF10 && c <= 0xFF19)  // full width
      digits += static_cast<char>('0' + (c - 0xFF10));
    else
      return std::nullopt;
  }
  if (digits.size() != kTotpDigits) return std::nullopt;
  return digits;
}

// RFC 3986: everything but the unreserved characters, byte by byte.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

std::string shown_name(std::string_view name) {
  std::string shown;
  for (std::string_view rest = base::cut_to_bytes(name, kMaxOtpauthNameBytes); !rest.empty();) {
    const base::Decoded decoded = base::decode_utf8(rest);
    rest.remove_prefix(decoded.length);
    const char32_t c = decoded.code_point;
    base::append_utf8(shown, c == U':' || base::is_hidden_or_reordering(c) ? U' ' : c);
  }
  return shown;
}

}  // namespace

Secret make_totp_secret(const os::RandomBytes& random) {
  Secret secret(kTotpSecretBytes);
  random(secret.writable());
  return secret;
}

std::uint32_t hotp_value(ByteSpan secret, std::uint64_t counter) {
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = 0; i < message.size(); ++i)
    message[i] = static_cast<std::uint8_t>(counter >> (8 * (message.size() - 1 - i)));
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned int length = 0;
  HINOMI_CHECK(::HMAC(::EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message.data(),
                      message.size(), mac.data(), &length) != nullptr);
  HINOMI_CHECK(length == kSha1Bytes);
  const std::size_t at = mac[kSha1Bytes - 1] & 15;
  return static_cast<std::uint32_t>(mac[at] & 0x7F) << 24 | static_cast<std::uint32_t>(mac[at + 1]) << 16 |
         static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
}

std::string totp_code(ByteSpan secret, std::int64_t step) {
  return code_text(hotp_value(secret, static_cast<std::uint64_t>(step)));
}

std::int64_t totp_step(base::TimeNs time) noexcept {
  return time.since_epoch_ns / kNsPerSecond / kTotpStepSeconds;
}

std::optional<std::int64_t> verify_totp(ByteSpan secret, std::string_view typed, base::TimeNs now,
                                        std::optional<std::int64_t> last_used) {
  if (secret.size() < kMinTotpSecretBytes) return std::nullopt;
  const std::optional<std::string> digits = read_digits(typed);
  const std::string compared = digits.value_or(std::string(kTotpDigits, 'x'));  // no code has an x
  const std::int64_t present = totp_step(now);
  std::optional<std::int64_t> found;
  // All steps, found or not. Of two with the same code the later one: the earlier would leave it good.
  for (std::int64_t step = present - kTotpWindowSteps; step <= present + kTotpWindowSteps; ++step) {
    const bool same = equal_in_constant_time(bytes_of(totp_code(secret, step)), bytes_of(compared));
    if (same && step >= 0 && (!last_used || step > *last_used)) found = step;
  }
  return found;
}

std::string otpauth_uri(ByteSpan secret, std::string_view issuer, std::string_view account) {
  const std::string issuer_name = shown_name(issuer);
  std::string uri = "otpauth://totp/";
  append_escaped(uri, issuer_name);
  uri += ':';
  append_escaped(uri, shown_name(account));
  std::string text = base32(secret);
  uri += "?secret=" + text + "&issuer=";
  wipe(text);
  append_escaped(uri, issuer_name);
  uri += fmt::format("&algorithm=SHA1&digits={}&period={}", kTotpDigits, kTotpStepSeconds);
  return uri;
}

}  // namespace hinomi::credential
