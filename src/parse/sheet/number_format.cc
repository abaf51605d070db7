#include "parse/sheet/number_format.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace hinomi::parse::sheet {
namespace {

constexpr double kLastSerial = 2'958'466;  // the day after 9999-12-31, from 1900
constexpr std::int64_t kDayMs = 86'400'000;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool starts_with_folded(std::string_view text, std::string_view word) noexcept {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

struct Letters {
  bool date = false;     // a year, day, era or weekday
  bool month = false;    // or minute
  bool time = false;     // an hour, second, AM/PM
  bool elapsed = false;  // [h]
};

// One step over `code`, from `at`; what it meant goes into `letters`.
std::size_t step(std::string_view code, std::size_t at, Letters& letters) {
  const char c = code[at];
  if (c == '"') {
    const std::size_t close = code.find('"', at + 1);
    return close == std::string_view::npos ? code.size() : close + 1;
  }
  if (c == '\\' || c == '_' || c == '*') return at + 2;
  if (c == '[') {
    const std::size_t close = code.find(']', at);
    if (close == std::string_view::npos) return code.size();
    const char first = at + 1 < code.size() ? lower(code[at + 1]) : ']';
    const std::string_view inside = code.substr(at + 1, close - at - 1);
    if ((first == 'h' || first == 'm' || first == 's') &&
        inside.find_first_not_of("hHmMsS") == std::string_view::npos) {
      letters.elapsed = true;
    }
    return close + 1;
  }
  const std::string_view rest = code.substr(at);
  if (starts_with_folded(rest, "general")) return at + 7;
  if (starts_with_folded(rest, "am/pm")) {
    letters.time = true;
    return at + 5;
  }
  if (starts_with_folded(rest, "a/p")) {
    letters.time = true;
    return at + 3;
  }
  switch (lower(c)) {
    case 'e':  // the year of an era; but 0.00E+00 is an exponent
      if (at + 1 < code.size() && (code[at + 1] == '+' || code[at + 1] == '-')) return at + 2;
      letters.date = true;
      break;
    case 'y':
    case 'd':
    case 'g':
    case 'a':
    case 'b':
    case 'r':
      letters.date = true;
      break;
    case 'm':
      letters.month = true;
      break;
    case 'h':
    case 's':
      letters.time = true;
      break;
    default:
      break;
  }
  return at + 1;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_clock(std::string& out, std::int64_t ms) {
  append_padded(out, ms / 3'600'000, 2);
  out += ':';
  append_padded(out, ms / 60'000 % 60, 2);
  out += ':';
  append_padded(out, ms / 1000 % 60, 2);
  if (ms % 1000 == 0) return;
  out += '.';
  append_padded(out, ms % 1000, 3);
}

void append_date(std::string& out, std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
}

// The day of a whole serial; nullopt for 1900-02-29.
std::optional<std::chrono::sys_days> day_of(std::int64_t serial, DateSystem system) {
  using namespace std::chrono;
  constexpr sys_days kBefore1900 = sys_days(year{1899} / December / 31);
  constexpr sys_days kStart1904 = sys_days(year{1904} / January / 1);
  constexpr std::int64_t kLeapDayThatNeverWas = 60;
  if (system == DateSystem::from_1904) return kStart1904 + days(serial);
  if (serial == kLeapDayThatNeverWas || serial < 1) return std::nullopt;
  return kBefore1900 + days(serial > kLeapDayThatNeverWas ? serial - 1 : serial);
}

}  // namespace

DateForm builtin_form(std::uint32_t id) noexcept {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 ||
      id == 58) {
    return DateForm::date;
  }
  if (id == 22) return DateForm::date_and_time;
  if (id >= 18 && id <= 21) return DateForm::time_of_day;
  // In Japanese 32 and 33 are times; 34, 35, 55 and 56 are times in Chinese and months in Japanese. A value
  // with a date shows it anyway (date_text).
  if (id == 32 || id == 33) return DateForm::time_of_day;
  if (id == 34 || id == 35 || id == 55 || id == 56) return DateForm::date;
  if (id == 45 || id == 47) return DateForm::time_of_day;
  if (id == 46) return DateForm::elapsed;
  return DateForm::none;
}

DateForm form_of(std::string_view code) {
  Letters letters;
  std::size_t at = 0;
  while (at < code.size() && code[at] != ';') at = step(code, at, letters);
  if (letters.elapsed) return DateForm::elapsed;
  if (letters.date && letters.time) return DateForm::date_and_time;
  if (letters.time) return DateForm::time_of_day;
  return letters.date || letters.month ? DateForm::date : DateForm::none;
}

std::optional<DateText> date_text(double serial, DateSystem system, DateForm form) {
  if (!(serial >= 0) || serial >= kLastSerial) return std::nullopt;
  const auto ms = static_cast<std::int64_t>(std::llround(serial * static_cast<double>(kDayMs)));
  DateText out;
  const bool clock = form == DateForm::time_of_day && ms < kDayMs;
  if (form == DateForm::elapsed || clock) {
    out.kind = CellKind::duration;
    append_clock(out.text, ms);
    return out;
  }
  const auto day = day_of(ms / kDayMs, system);
  if (!day || *day > std::chrono::sys_days(std::chrono::year{9999} / std::chrono::December / 31)) {
    return std::nullopt;
  }
  append_date(out.text, *day);
  if (form == DateForm::date && ms % kDayMs == 0) return out;
  out.kind = CellKind::time;
  out.text += 'T';
  append_clock(out.text, ms % kDayMs);
  return out;
}

std::string number_text(double number) {
  std::array<char, 64> buffer{};
  const double size = std::fabs(number);
  const bool plain = number == 0 || (size >= 1e-7 && size < 1e15);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
  if (error != std::errc{}) return {};
  std::string text(buffer.data(), end);
  if (text == "-0") return "0";
  if (plain || !(size >= 1e15 && size < 1e21)) return text;
  // "1.2345e+18" → its digits and zeros: the exact integer would show digits that the file never had.
  const std::size_t exponent_at = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + exponent_at + 2, text.data() + text.size(), exponent);
  text.resize(exponent_at);
  const std::size_t point = text.find('.');
  const std::size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
  if (point != std::string::npos) text.erase(point, 1);
  if (decimals <= static_cast<std::size_t>(exponent)) {
    text.append(static_cast<std::size_t>(exponent) - decimals, '0');
  } else {
    text.insert(text.size() - (decimals - static_cast<std::size_t>(exponent)), 1, '.');
  }
  return text;
}

}  // namespace hinomi::parse::sheet
