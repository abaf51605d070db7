#include "base/text.h"

#include <unicode/uchar.h>

#include <array>
#include <bit>
#include <cstring>

namespace hinomi::base {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// 8 bytes of `text` at `offset`; the caller has checked the length.
std::uint64_t load8(std::string_view text, std::size_t offset) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + offset, sizeof word);
  return word;
}

// How many bytes at the front are < 0x80.
std::size_t ascii_run(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i + 8 <= text.size() && (load8(text, i) & 0x8080808080808080ULL) == 0) i += 8;
  while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0x80U) == 0) ++i;
  return i;
}

char fold_ascii(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

void append_escape(std::string& out, char32_t c, bool raw_byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (raw_byte ? 0 : c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (raw_byte || c < 0x80) {
    out += "\\x";
    out += kHex[(c >> 4) & 15];
    out += kHex[c & 15];
    return;
  }
  out += "\\u{";
  bool started = false;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const auto digit = (c >> shift) & 15;
    started = started || digit != 0 || shift == 0;
    if (started) out += kHex[digit];
  }
  out += '}';
}

int code_point_width(char32_t c) noexcept {
  const auto point = static_cast<UChar32>(c);
  const int category = u_charType(point);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  return ascii_run(text) == text.size();
}

Decoded decode_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const auto continuation = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  if (lead >= 0xC2 && lead <= 0xDF && continuation(1)) {
    return {((lead & 0x1FU) << 6) | (byte(1) & 0x3FU), 2};
  }
  if (lead >= 0xE0 && lead <= 0xEF && continuation(1) && continuation(2)) {
    const char32_t c = ((lead & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) return {c, 3};
  }
  if (lead >= 0xF0 && lead <= 0xF4 && continuation(1) && continuation(2) && continuation(3)) {
    const char32_t c =
        ((lead & 0x07U) << 18) | ((byte(1) & 0x3FU) << 12) | ((byte(2) & 0x3FU) << 6) | (byte(3) & 0x3FU);
    if (c >= 0x10000 && c <= 0x10FFFF) return {c, 4};
  }
  return {kReplacement, 1};
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      text.remove_prefix(1);
      continue;
    }
    const Decoded decoded = decode_utf8(text);
    if (decoded.length == 1) return false;
    text.remove_prefix(decoded.length);
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12));
    out += static_cast<char>(0x80U | ((c >> 6) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18));
    out += static_cast<char>(0x80U | ((c >> 12) & 0x3FU));
    out += static_cast<char>(0x80U | ((c >> 6) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

void append_folded(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  if (is_ascii(text)) {
    out.append(text);
    for (std::size_t i = start; i < out.size(); ++i) out[i] = fold_ascii(out[i]);
    return;
  }
  while (!text.empty()) {
    const std::size_t run = ascii_run(text);
    const std::size_t from = out.size();
    out.append(text.substr(0, run));
    for (std::size_t i = from; i < out.size(); ++i) out[i] = fold_ascii(out[i]);
    text.remove_prefix(run);
    if (text.empty()) break;
    const Decoded decoded = decode_utf8(text);
    if (decoded.length == 1) {
      out += text.front();
    } else {
      append_utf8(out, static_cast<char32_t>(
                           u_foldCase(static_cast<UChar32>(decoded.code_point), U_FOLD_CASE_DEFAULT)));
    }
    text.remove_prefix(decoded.length);
  }
}

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_folded(out, text);
  return out;
}

bool is_plainly_folded(std::string_view text) noexcept {
  for (const char c : text) {
    if ((c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0) return false;
  }
  return true;
}

void append_utf16le_as_utf8(std::string& out, std::span<const std::byte> bytes) {
  const auto unit = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned>(bytes[i]) |
                                 (static_cast<unsigned>(bytes[i + 1]) << 8));
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const char32_t c = unit(i);
    if (c < 0xD800 || c > 0xDFFF) {
      append_utf8(out, c);
      continue;
    }
    if (c < 0xDC00 && i + 3 < bytes.size()) {
      const char32_t low = unit(i + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        append_utf8(out, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
        i += 2;
        continue;
      }
    }
    append_utf8(out, kReplacement);
  }
}

bool is_hidden_or_reordering(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F) || c == 0x115F ||
         c == 0x1160 || c == 0x3164 || c == 0xFFA0;
}

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = decode_utf8(text);
    const bool malformed = decoded.length == 1 && static_cast<unsigned char>(text.front()) >= 0x80;
    if (malformed) {
      append_escape(out, static_cast<unsigned char>(text.front()), true);
    } else if (is_hidden_or_reordering(decoded.code_point)) {
      append_escape(out, decoded.code_point, false);
    } else {
      out.append(text.substr(0, decoded.length));
    }
    text.remove_prefix(decoded.length);
  }
  return out;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Decoded decoded = decode_utf8(text);
    width += code_point_width(decoded.code_point);
    text.remove_prefix(decoded.length);
  }
  return width;
}

std::string_view cut_to_bytes(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  // Bytes that are no characters are cut anywhere.
  return text.substr(0, end == 0 ? bytes : end);
}

std::string cut_to_width(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::size_t kept = 0;
  int width = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Decoded decoded = decode_utf8(rest);
    width += code_point_width(decoded.code_point);
    if (width > columns - 1) break;
    kept += decoded.length;
    rest.remove_prefix(decoded.length);
  }
  return std::string(text.substr(0, kept)) + "…";
}

}  // namespace hinomi::base
