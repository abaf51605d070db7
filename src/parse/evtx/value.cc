#include "parse/evtx/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "parse/evtx/utf16.h"

namespace hinomi::parse::evtx {
namespace {

constexpr std::size_t kNumberBound = 40;  // digits of any integer, shortest double, time
constexpr std::size_t kGuidSize = 16;
constexpr std::size_t kSidHeaderSize = 8;
constexpr std::size_t kSystemTimeSize = 16;

// Bytes of one item of a type; 0 = no fixed size.
constexpr std::size_t item_size(ValueType type) noexcept {
  switch (type) {
    case ValueType::int8:
    case ValueType::uint8:
      return 1;
    case ValueType::int16:
    case ValueType::uint16:
      return 2;
    case ValueType::int32:
    case ValueType::uint32:
    case ValueType::real32:
    case ValueType::boolean:
    case ValueType::hex32:
      return 4;
    case ValueType::int64:
    case ValueType::uint64:
    case ValueType::real64:
    case ValueType::filetime:
    case ValueType::hex64:
      return 8;
    case ValueType::guid:
      return kGuidSize;
    case ValueType::systemtime:
      return kSystemTimeSize;
    default:
      return 0;
  }
}

// The string without its trailing NUL units.
Bytes trimmed_utf16(Bytes bytes) noexcept {
  std::size_t units = bytes.size() / 2;
  while (units > 0 && load<std::uint16_t>(bytes.data() + 2 * (units - 1)) == 0) --units;
  return bytes.first(2 * units);
}

Bytes trimmed_ansi(Bytes bytes) noexcept {
  std::size_t count = bytes.size();
  while (count > 0 && bytes[count - 1] == std::byte{0}) --count;
  return bytes.first(count);
}

bool is_integer_size(std::size_t size) noexcept {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

// A little-endian integer of 1, 2, 4 or 8 bytes, zero-extended.
std::uint64_t load_unsigned(Bytes bytes) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

std::int64_t load_signed(Bytes bytes) noexcept {
  const int unused = 64 - static_cast<int>(8 * bytes.size());
  return static_cast<std::int64_t>(load_unsigned(bytes) << unused) >> unused;
}

template <typename Number>
std::size_t put_number(char* out, Number number, int base = 10) noexcept {
  return static_cast<std::size_t>(std::to_chars(out, out + kNumberBound, number, base).ptr - out);
}

template <typename Real>
std::size_t put_real(char* out, Real real) noexcept {
  return static_cast<std::size_t>(std::to_chars(out, out + kNumberBound, real).ptr - out);
}

std::size_t put_text(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return text.size();
}

std::size_t put_hex_bytes(char* out, Bytes bytes) noexcept {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const std::byte byte : bytes) {
    *out++ = kDigits[std::to_integer<unsigned>(byte >> 4)];
    *out++ = kDigits[std::to_integer<unsigned>(byte & std::byte{15})];
  }
  return 2 * bytes.size();
}

std::size_t put_guid(char* out, Bytes guid) noexcept {
  // Data1 to Data3 are little-endian, Data4 is a row of bytes (MS-DTYP 2.3.4).
  constexpr std::array<std::uint8_t, kGuidSize> kOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                          8, 9, 10, 11, 12, 13, 14, 15};
  char* const start = out;
  for (std::size_t i = 0; i < kGuidSize; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    out += put_hex_bytes(out, guid.subspan(kOrder[i], 1));
  }
  return static_cast<std::size_t>(out - start);
}

// MS-DTYP 2.4.2: revision, count, 6 bytes of authority (big-endian), then 32-bit sub-authorities.
std::size_t sid_size(Bytes bytes) noexcept {
  if (bytes.size() < kSidHeaderSize) return 0;
  const std::size_t size = kSidHeaderSize + 4 * std::to_integer<std::size_t>(bytes[1]);
  return size <= bytes.size() ? size : 0;
}

std::size_t put_sid(char* out, Bytes sid) noexcept {
  char* const start = out;
  std::uint64_t authority = 0;
  for (const std::byte byte : sid.subspan(2, 6)) authority = authority << 8 | std::to_integer<unsigned>(byte);
  out += put_text(out, "S-");
  out += put_number(out, std::to_integer<unsigned>(sid[0]));
  *out++ = '-';
  out += put_number(out, authority);
  for (std::size_t at = kSidHeaderSize; at < sid_size(sid); at += 4) {
    *out++ = '-';
    out += put_number(out, load<std::uint32_t>(sid.data() + at));
  }
  return static_cast<std::size_t>(out - start);
}

char* put_digits(char* out, std::uint64_t number, int width) noexcept {
  for (int i = width - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
  return out + width;
}

struct Moment {
  std::uint64_t year, month, day, hour, minute, second, microsecond;
};

std::size_t put_moment(char* out, const Moment& m) noexcept {
  char* const start = out;
  out = put_digits(out, m.year, m.year > 9999 ? 5 : 4);
  *out++ = '-';
  out = put_digits(out, m.month, 2);
  *out++ = '-';
  out = put_digits(out, m.day, 2);
  *out++ = 'T';
  out = put_digits(out, m.hour, 2);
  *out++ = ':';
  out = put_digits(out, m.minute, 2);
  *out++ = ':';
  out = put_digits(out, m.second, 2);
  *out++ = '.';
  out = put_digits(out, m.microsecond, 6);
  *out++ = 'Z';
  return static_cast<std::size_t>(out - start);
}

// The whole range of FILETIME, 1601 to 60056, unlike base::from_filetime: events use 0 for "never".
// Gregorian arithmetic in eras of 400 years whose years begin on the 1st of March.
Moment to_moment(std::uint64_t filetime) noexcept {
  constexpr std::uint64_t kTicksPerSecond = 10'000'000;
  constexpr std::uint64_t kDaysPerEra = 146'097;
  constexpr std::uint64_t kDaysFrom0000March = 584'694;  // 0000-03-01 to 1601-01-01
  const std::uint64_t seconds = filetime / kTicksPerSecond;
  const std::uint64_t days = seconds / 86'400 + kDaysFrom0000March;
  const std::uint64_t era = days / kDaysPerEra;
  const std::uint64_t day_of_era = days % kDaysPerEra;
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t shifted_month = (5 * day_of_year + 2) / 153;  // 0 = March
  const std::uint64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {.year = era * 400 + year_of_era + (month <= 2 ? 1 : 0),
          .month = month,
          .day = day_of_year - (153 * shifted_month + 2) / 5 + 1,
          .hour = seconds / 3600 % 24,
          .minute = seconds / 60 % 60,
          .second = seconds % 60,
          .microsecond = filetime % kTicksPerSecond / 10};
}

// SYSTEMTIME (MS-DTYP 2.3.13): year, month, day of week, day, hour, minute, second, millisecond as 16 bits
// each.
Moment system_moment(Bytes bytes) noexcept {
  const auto part = [&](std::size_t i) -> std::uint64_t { return load<std::uint16_t>(bytes.data() + 2 * i); };
  return {.year = part(0),
          .month = part(1),
          .day = part(3),
          .hour = part(4),
          .minute = part(5),
          .second = part(6),
          .microsecond = part(7) * 1000};
}

// The bytes 0x80 to 0x9F of Windows-1252; the five unassigned ones keep their number (C1), as Windows does.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::size_t put_ansi(char* out, Bytes bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (base::is_utf8(text)) return put_text(out, text);
  char* const start = out;
  for (const std::byte byte : bytes) {
    const auto raw = std::to_integer<std::uint16_t>(byte);
    const std::uint16_t unit = raw >= 0x80 && raw < 0xA0 ? kWindows1252[raw - 0x80U] : raw;
    out += decode_utf16(std::as_bytes(std::span(&unit, 1)), out);
  }
  return static_cast<std::size_t>(out - start);
}

std::size_t put_hex_number(char* out, std::uint64_t number) noexcept {
  return put_text(out, "0x") + put_number(out + 2, number, 16);
}

// What fits a type that has a right size, when the size is right; nothing written otherwise.
std::size_t put_sized(const Value& value, char* out) noexcept {
  const Bytes bytes = value.bytes();
  switch (value.base_type()) {
    case ValueType::int8:
    case ValueType::int16:
    case ValueType::int32:
    case ValueType::int64:
      return is_integer_size(bytes.size()) ? put_number(out, load_signed(bytes)) : 0;
    case ValueType::uint8:
    case ValueType::uint16:
    case ValueType::uint32:
    case ValueType::uint64:
      return is_integer_size(bytes.size()) ? put_number(out, load_unsigned(bytes)) : 0;
    case ValueType::hex32:
    case ValueType::hex64:
    case ValueType::size:
      return is_integer_size(bytes.size()) ? put_hex_number(out, load_unsigned(bytes)) : 0;
    case ValueType::real32:
      return bytes.size() == 4 ? put_real(out, load<float>(bytes.data())) : 0;
    case ValueType::real64:
      return bytes.size() == 8 ? put_real(out, load<double>(bytes.data())) : 0;
    case ValueType::boolean:
      // Four bytes by the standard; some producers write one, two or eight.
      if (!is_integer_size(bytes.size())) return 0;
      return put_text(out, load_unsigned(bytes) != 0 ? "true" : "false");
    case ValueType::guid:
      return bytes.size() == kGuidSize ? put_guid(out, bytes) : 0;
    case ValueType::filetime:
      return bytes.size() == 8 ? put_moment(out, to_moment(load<std::uint64_t>(bytes.data()))) : 0;
    case ValueType::systemtime:
      return bytes.size() == kSystemTimeSize ? put_moment(out, system_moment(bytes)) : 0;
    case ValueType::sid:
      return sid_size(bytes) == bytes.size() && !bytes.empty() ? put_sid(out, bytes) : 0;
    default:
      return 0;
  }
}

void split_terminated(const Value& array, std::size_t unit, std::vector<Value>& items) {
  const std::size_t size = array.size - array.size % unit;
  const auto scalar = static_cast<std::uint8_t>(array.base_type());
  std::size_t start = 0;
  for (std::size_t at = 0; at < size; at += unit) {
    const bool terminator = array.data[at] == std::byte{0} && array.data[at + unit - 1] == std::byte{0};
    if (!terminator) continue;
    items.push_back({array.data + start, static_cast<std::uint16_t>(at - start), scalar});
    start = at + unit;
  }
  if (start < size) items.push_back({array.data + start, static_cast<std::uint16_t>(size - start), scalar});
}

}  // namespace

LeafKind kind_of(const Value& value) noexcept {
  if (value.is_array()) return LeafKind::text;
  switch (value.base_type()) {
    case ValueType::int8:
    case ValueType::uint8:
    case ValueType::int16:
    case ValueType::uint16:
    case ValueType::int32:
    case ValueType::uint32:
    case ValueType::int64:
    case ValueType::uint64:
      return is_integer_size(value.size) ? LeafKind::number : LeafKind::text;
    case ValueType::boolean:
      return is_integer_size(value.size) ? LeafKind::boolean : LeafKind::text;
    case ValueType::real32:
      return value.size == 4 && std::isfinite(load<float>(value.data)) ? LeafKind::number : LeafKind::text;
    case ValueType::real64:
      return value.size == 8 && std::isfinite(load<double>(value.data)) ? LeafKind::number : LeafKind::text;
    default:
      return LeafKind::text;
  }
}

bool is_empty(const Value& value) noexcept {
  if (value.size == 0 || value.is(ValueType::null)) return true;
  if (value.is(ValueType::string)) {
    // The first unit decides nearly always.
    return value.size < 2 || (load<std::uint16_t>(value.data) == 0 && trimmed_utf16(value.bytes()).empty());
  }
  if (value.is(ValueType::ansi_string)) return trimmed_ansi(value.bytes()).empty();
  return false;
}

std::size_t format_bound(const Value& value) noexcept {
  if (value.is(ValueType::string)) return utf8_bound(value.size);
  // A SID writes at most 11 characters for 4 bytes, ANSI at most 3 for one; all else is hexadecimal or a
  // number.
  return kNumberBound + 3 * std::size_t{value.size};
}

std::size_t format_value(const Value& value, char* out) noexcept {
  const Bytes bytes = value.bytes();
  if (value.is(ValueType::string)) return decode_utf16(trimmed_utf16(bytes), out);
  if (value.size == 0 || value.is(ValueType::null)) return 0;
  if (value.is(ValueType::ansi_string)) return put_ansi(out, trimmed_ansi(bytes));
  if (!value.is_array()) {
    if (const std::size_t written = put_sized(value, out); written > 0) return written;
  }
  return put_hex_bytes(out, bytes);
}

void append_value(std::string& out, const Value& value) {
  const std::size_t before = out.size();
  out.resize(before + format_bound(value));
  out.resize(before + format_value(value, out.data() + before));
}

void split_array(const Value& array, std::vector<Value>& items) {
  items.clear();
  if (array.size == 0) return;
  const ValueType type = array.base_type();
  const auto scalar = static_cast<std::uint8_t>(type);
  if (type == ValueType::string) return split_terminated(array, 2, items);
  if (type == ValueType::ansi_string) return split_terminated(array, 1, items);
  std::size_t at = 0;
  while (at < array.size) {
    const Bytes rest = array.bytes().subspan(at);
    std::size_t size = type == ValueType::sid ? sid_size(rest) : item_size(type);
    if (size == 0 || size > rest.size()) size = rest.size();
    items.push_back({rest.data(), static_cast<std::uint16_t>(size), scalar});
    at += size;
  }
}

std::optional<base::TimeNs> time_of(const Value& value) {
  if (value.is(ValueType::filetime) && value.size == 8) {
    return base::from_filetime(load<std::uint64_t>(value.data));
  }
  if (is_empty(value) || value.is_array()) return std::nullopt;
  if (!value.is(ValueType::string) && !value.is(ValueType::systemtime)) return std::nullopt;
  std::array<char, 128> text{};
  if (format_bound(value) > text.size()) return std::nullopt;
  return base::parse_rfc3339({text.data(), format_value(value, text.data())});
}

std::optional<std::uint64_t> unsigned_of(const Value& value) {
  if (value.size == 0 || value.size > 30 || value.is_array()) return std::nullopt;
  std::array<char, 160> text{};
  const std::size_t length = format_value(value, text.data());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, number);
  if (error != std::errc{} || end != text.data() + length) return std::nullopt;
  return number;
}

}  // namespace hinomi::parse::evtx
