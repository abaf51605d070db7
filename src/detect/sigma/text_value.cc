#include "detect/sigma/text_value.h"

#include <array>

#include "base/text.h"
#include "query/pattern.h"

namespace hinomi::detect::sigma {
namespace {

using query::kAnyDash;
using query::kAnyOne;
using query::kAnyRun;

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Letters, digits and '_': what can be part of a switch's name. Beyond ASCII everything but the blocks of
// punctuation, spaces and symbols counts.
bool is_word(char32_t c) noexcept {
  if (c < 0x80) return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  const bool punctuation = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) ||
                           (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                           (c >= 0xFF00 && c <= 0xFF0F) || c == 0xFEFF || c == 0xFFFD;
  return !punctuation;
}

bool is_dash(char32_t c) noexcept {
  return c == '-' || c == '/' || (c >= 0x2013 && c <= 0x2015);
}

// The code point at the front, or 0 at the end and at a wildcard.
char32_t front_of(std::string_view pattern) noexcept {
  if (pattern.empty() || pattern.front() == kAnyRun || pattern.front() == kAnyOne ||
      pattern.front() == kAnyDash) {
    return 0;
  }
  return base::decode_utf8(pattern).code_point;
}

}  // namespace

std::string encode_wildcards(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == '\\' || next == '*' || next == '?')) {
      out += next;
      ++i;
    } else if (c == '*') {
      if (out.empty() || out.back() != kAnyRun) out += kAnyRun;
    } else {
      out += c == '?' ? kAnyOne : c;
    }
  }
  return out;
}

std::string apply_windash(std::string_view pattern) {
  std::string out;
  char32_t previous = 0;
  while (!pattern.empty()) {
    const char32_t c = front_of(pattern);
    const std::size_t length = c == 0 ? 1 : base::decode_utf8(pattern).length;
    const char32_t next = front_of(pattern.substr(length));
    const bool next_is_word = is_word(next) && !is_dash(next);
    if (is_dash(c) && !(is_word(previous) && !is_dash(previous)) && next_is_word) {
      out += kAnyDash;
    } else {
      out.append(pattern.substr(0, length));
    }
    previous = c;
    pattern.remove_prefix(length);
  }
  return out;
}

std::string utf16(std::string_view text, Utf16 form) {
  std::string out;
  const auto unit = [&](char32_t u) {
    const char high = static_cast<char>(u >> 8);
    const char low = static_cast<char>(u & 0xFF);
    out += form == Utf16::big_endian ? high : low;
    out += form == Utf16::big_endian ? low : high;
  };
  if (form == Utf16::with_mark) unit(0xFEFF);
  while (!text.empty()) {
    const base::Decoded decoded = base::decode_utf8(text);
    if (decoded.code_point < 0x10000) {
      unit(decoded.code_point);
    } else {
      unit(0xD800 + ((decoded.code_point - 0x10000) >> 10));
      unit(0xDC00 + ((decoded.code_point - 0x10000) & 0x3FF));
    }
    text.remove_prefix(decoded.length);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    const std::size_t taken = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < taken ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= taken ? kBase64[(word >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

std::vector<std::string> base64_offsets(std::string_view bytes) {
  // Characters at either end that also depend on the neighbouring bytes are cut off.
  constexpr std::array<std::size_t, 3> kSkipFront{0, 2, 3};
  constexpr std::array<std::size_t, 3> kSkipBack{0, 3, 2};
  std::vector<std::string> variants;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string encoded = base64(std::string(offset, ' ') + std::string(bytes));
    const std::size_t back = kSkipBack[(bytes.size() + offset) % 3];
    if (encoded.size() < kSkipFront[offset] + back + 1) return {};
    variants.push_back(encoded.substr(kSkipFront[offset], encoded.size() - kSkipFront[offset] - back));
  }
  return variants;
}

}  // namespace hinomi::detect::sigma
