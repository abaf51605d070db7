#include "report/sheet/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.h"
#include "parse/sheet/number_format.h"
#include "report/sheet/normal.h"

namespace hinomi::report::sheet {
namespace {

using parse::sheet::Cell;
using parse::sheet::CellKind;

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
constexpr std::int64_t kMillisecondNs = 1'000'000;
constexpr double kDayMs = 86'400'000;

template <typename Number>
std::optional<Number> number_of(std::string_view text) noexcept {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> real_of(std::string_view text) noexcept {
  const auto number = number_of<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// "1,234,567" without its commas; other commas make it no number.
std::string without_thousands(std::string_view text) {
  std::size_t first = text.find(',');
  if (first == std::string_view::npos) return std::string(text);
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (first <= sign || first > sign + 3) return {};
  const std::size_t end = std::min(text.find('.'), text.size());
  std::string out(text.substr(0, first));
  for (; first < end; first += 4) {
    if (text[first] != ',' || first + 4 > end) return {};
    out += text.substr(first + 1, 3);
  }
  out += text.substr(end);
  return out.find(',') == std::string::npos ? out : std::string();
}

std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto year = number_of<int>(date.substr(0, 4));
  const auto month = number_of<unsigned>(date.substr(5, 2));
  const auto day = number_of<unsigned>(date.substr(8, 2));
  if (!year || !month || !day || *year < 1) return std::nullopt;
  const std::chrono::year_month_day parts{std::chrono::year(*year), std::chrono::month(*month),
                                          std::chrono::day(*day)};
  if (!parts.ok()) return std::nullopt;
  return std::chrono::sys_days(parts);
}

bool has_zone(std::string_view time) noexcept {
  if (time.ends_with('Z') || time.ends_with('z')) return true;
  const std::size_t clock = time.find(':');
  return clock != std::string_view::npos && time.find_first_of("+-", clock) != std::string_view::npos;
}

std::optional<base::TimeNs> time_of(std::string_view value) {
  return has_zone(value) ? base::parse_rfc3339(value) : std::nullopt;
}

std::string utc_text(base::TimeNs time) {
  return time_in_zone(time, 0);
}

void append_two_digits(std::string& out, int number) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

std::optional<std::string> boolean_of(std::string_view name) {
  constexpr std::array<std::string_view, 5> kTrue = {"true", "1", "yes", "はい", "○"};
  constexpr std::array<std::string_view, 5> kFalse = {"false", "0", "no", "いいえ", "×"};
  if (std::find(kTrue.begin(), kTrue.end(), name) != kTrue.end()) return "true";
  if (std::find(kFalse.begin(), kFalse.end(), name) != kFalse.end()) return "false";
  return std::nullopt;
}

// "2026/11/23 14:05" and its like, in the zone given.
std::optional<std::string> read_time(std::string_view text, int utc_offset_minutes) {
  std::string time = without_width(text);
  const std::size_t split = time.find_first_of(" T");
  const auto date = read_date(std::string_view(time).substr(0, split));
  if (!date) return std::nullopt;
  std::string clock = split == std::string::npos ? "00:00:00" : time.substr(split + 1);
  if (clock.size() >= 4 && clock[1] == ':') clock.insert(clock.begin(), '0');
  const std::size_t zone = clock.find_first_of("+-Zz");
  if (clock.substr(0, zone).size() == 5) clock.insert(5, ":00");
  time = *date + "T" + clock;
  const auto parsed = base::parse_rfc3339(time);
  if (!parsed) return std::nullopt;
  const std::int64_t shift = has_zone(clock) ? 0 : utc_offset_minutes * kMinuteNs;
  std::int64_t ns = 0;
  if (__builtin_sub_overflow(parsed->since_epoch_ns, shift, &ns)) return std::nullopt;
  return utc_text({ns});
}

const Choice* choice_of(const Column& column, std::string_view text) {
  const std::string name = name_form(text);
  for (const Choice& choice : column.choices) {
    if (choice.key == text || name_form(choice.title) == name || name_form(choice.key) == name)
      return &choice;
  }
  return nullptr;
}

}  // namespace

std::string time_in_zone(base::TimeNs time, int utc_offset_minutes) {
  std::int64_t local = 0;
  if (__builtin_add_overflow(time.since_epoch_ns, utc_offset_minutes * kMinuteNs, &local)) {
    return base::format_rfc3339(time);
  }
  int digits = 9;
  for (std::int64_t part = ((local % kSecondNs) + kSecondNs) % kSecondNs; digits > 0 && part % 10 == 0;
       part /= 10) {
    --digits;
  }
  std::string text = base::format_rfc3339({local}, digits);
  if (utc_offset_minutes == 0) return text;
  text.pop_back();  // Z
  const int offset = std::abs(utc_offset_minutes);
  text += utc_offset_minutes < 0 ? '-' : '+';
  append_two_digits(text, offset / 60);
  text += ':';
  append_two_digits(text, offset % 60);
  return text;
}

std::optional<double> time_serial(base::TimeNs time, int utc_offset_minutes) {
  constexpr std::int64_t kEpochDays = 25'569;  // 1970-01-01 in the 1900 system
  constexpr double kMarch1900 = 61;
  std::int64_t local = 0;
  if (time.since_epoch_ns % kMillisecondNs != 0 ||
      __builtin_add_overflow(time.since_epoch_ns, utc_offset_minutes * kMinuteNs, &local)) {
    return std::nullopt;
  }
  const std::int64_t milliseconds = local / kMillisecondNs;
  const double serial = static_cast<double>(kEpochDays) + static_cast<double>(milliseconds) / kDayMs;
  if (serial < kMarch1900) return std::nullopt;
  return serial;
}

std::optional<double> date_serial(std::string_view date) {
  using namespace std::chrono;
  constexpr sys_days kZero = sys_days(year{1899} / December / 30);
  const auto day = day_of(date);
  if (!day || *day < sys_days(year{1900} / March / 1)) return std::nullopt;
  return static_cast<double>((*day - kZero).count());
}

bool is_plain_form(const Column& column, std::string_view value) {
  if (value.empty()) return true;
  switch (column.kind) {
    case ColumnKind::text:
    case ColumnKind::id:
      return true;
    case ColumnKind::integer:
      return number_of<std::int64_t>(value).has_value();
    case ColumnKind::real:
      return real_of(value).has_value();
    case ColumnKind::boolean:
      return value == "true" || value == "false";
    case ColumnKind::time:
      return time_of(value).has_value();
    case ColumnKind::date:
      return day_of(value).has_value();
    case ColumnKind::choice:
      return std::any_of(column.choices.begin(), column.choices.end(),
                         [&](const Choice& choice) { return choice.key == value; });
  }
  return false;
}

std::string canonical(const Column& column, std::string_view value) {
  if (column.kind == ColumnKind::integer) {
    if (const auto number = number_of<std::int64_t>(value)) return std::to_string(*number);
  } else if (column.kind == ColumnKind::real) {
    if (const auto number = real_of(value)) return parse::sheet::number_text(*number);
  } else if (column.kind == ColumnKind::time) {
    if (const auto time = time_of(value)) return utc_text(*time);
  }
  return std::string(value);
}

std::optional<std::string> read_date(std::string_view text) {
  std::string digits = without_width(text);
  for (const std::string_view unit : {"年", "月", "/", "."}) {
    for (std::size_t at = digits.find(unit); at != std::string::npos; at = digits.find(unit, at)) {
      digits.replace(at, unit.size(), "-");
    }
  }
  if (digits.ends_with("日")) digits.resize(digits.size() - std::string_view("日").size());
  const std::size_t first = digits.find('-');
  const std::size_t second = first == std::string::npos ? first : digits.find('-', first + 1);
  if (first != 4 || second == std::string::npos) return std::nullopt;
  std::string month = digits.substr(first + 1, second - first - 1);
  std::string day = digits.substr(second + 1);
  if (month.size() == 1) month.insert(month.begin(), '0');
  if (day.size() == 1) day.insert(day.begin(), '0');
  std::string date = digits.substr(0, 4) + "-" + month + "-" + day;
  return day_of(date) ? std::optional(std::move(date)) : std::nullopt;
}

std::optional<std::string> to_plain_form(const Column& column, const Cell& cell, std::string_view text,
                                         int utc_offset_minutes) {
  if (column.kind == ColumnKind::text) return std::string(text);
  const std::string name = without_width(text);
  if (name.empty()) return std::string();
  const bool is_date = cell.kind == CellKind::date || cell.kind == CellKind::time;
  switch (column.kind) {
    case ColumnKind::text:
    case ColumnKind::id:
      return comparable(text);
    case ColumnKind::integer: {
      if (is_date || cell.kind == CellKind::duration) return std::nullopt;
      const std::string digits = without_thousands(name);
      if (const auto whole = number_of<std::int64_t>(digits)) return std::to_string(*whole);
      const auto real = real_of(digits);  // 1E+05, 5.0
      if (!real || std::fabs(*real) > 9e15 || std::trunc(*real) != *real) return std::nullopt;
      return std::to_string(static_cast<std::int64_t>(*real));
    }
    case ColumnKind::real: {
      if (is_date || cell.kind == CellKind::duration) return std::nullopt;
      const auto real = real_of(without_thousands(name));
      return real ? std::optional(parse::sheet::number_text(*real)) : std::nullopt;
    }
    case ColumnKind::boolean:
      return boolean_of(base::folded(name));
    case ColumnKind::date: {
      constexpr std::string_view kMidnight = "T00:00:00";
      const std::string_view date = name;
      return read_date(date.ends_with(kMidnight) ? date.substr(0, date.size() - kMidnight.size()) : date);
    }
    case ColumnKind::time:
      return read_time(text, utc_offset_minutes);
    case ColumnKind::choice: {
      const Choice* choice = choice_of(column, text);
      return choice != nullptr ? std::optional(choice->key) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace hinomi::report::sheet
