#include "work/calendar/civil.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace hinomi::work::calendar {
namespace {

namespace chr = std::chrono;

chr::sys_days to_sys(Day day) noexcept {
  return chr::sys_days(chr::days(day.number));
}
Day from_sys(chr::sys_days day) noexcept {
  return {static_cast<std::int32_t>(day.time_since_epoch().count())};
}

// `digits` decimal digits at `at`.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Day> day_of(const YearMonthDay& date) noexcept {
  if (date.year < kMinYear || date.year > kMaxYear || date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > days_in_month(date.year, date.month)) {
    return std::nullopt;
  }
  return from_sys(chr::year(date.year) / chr::month(static_cast<unsigned>(date.month)) /
                  chr::day(static_cast<unsigned>(date.day)));
}

YearMonthDay date_of(Day day) noexcept {
  const chr::year_month_day date(to_sys(day));
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

Weekday weekday_of(Day day) noexcept {
  return static_cast<Weekday>(chr::weekday(to_sys(day)).iso_encoding() - 1);
}

int days_in_month(int year, int month) noexcept {
  const auto last = chr::year(year) / chr::month(static_cast<unsigned>(month)) / chr::last;
  return static_cast<int>(static_cast<unsigned>(chr::year_month_day_last(last).day()));
}

std::optional<Day> nth_weekday(int year, int month, Weekday weekday, int nth) noexcept {
  const int length = days_in_month(year, month);
  const std::optional<Day> first = day_of({year, month, 1});
  if (!first || nth == 0 || nth < -1 || nth > 5) return std::nullopt;
  const int ahead =
      (static_cast<int>(weekday) - static_cast<int>(weekday_of(*first)) + kDaysPerWeek) % kDaysPerWeek;
  const int offset =
      nth > 0 ? ahead + (nth - 1) * kDaysPerWeek : ahead + (length - 1 - ahead) / kDaysPerWeek * kDaysPerWeek;
  if (offset >= length) return std::nullopt;
  return first->plus(offset);
}

// Golden number, century and epact of the Gregorian reform (Clavius 1603; the steps as Knuth gives them in
// The Art of Computer Programming, volume 1, 1.3.2, exercise 14).
Day easter(int year) noexcept {
  const int golden = year % 19 + 1;
  const int century = year / 100 + 1;
  const int skipped_leap_years = 3 * century / 4 - 12;
  const int moon_correction = (8 * century + 5) / 25 - 5;
  const int sunday = 5 * year / 4 - skipped_leap_years - 10;
  int epact = (11 * golden + 20 + moon_correction - skipped_leap_years) % 30;
  if (epact < 0) epact += 30;
  if ((epact == 25 && golden > 11) || epact == 24) ++epact;
  int full_moon = 44 - epact;  // of March
  if (full_moon < 21) full_moon += 30;
  const int day = full_moon + 7 - (sunday + full_moon) % 7;
  const chr::sys_days march = chr::year(year) / chr::March / 1;
  return from_sys(march).plus(day - 1);
}

std::optional<Day> parse_day(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  return day_of({*year, *month, *day});
}

std::string format_day(Day day) {
  const YearMonthDay date = date_of(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<int> parse_minute(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number_at(text, 0, 2);
  const auto minute = number_at(text, 3, 2);
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<Weekday> parse_weekday(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 7> kNames = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const auto* found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Weekday>(found - kNames.begin());
}

}  // namespace hinomi::work::calendar
