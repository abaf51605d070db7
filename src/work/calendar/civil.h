// Days, months and times of day as people write them, without a time zone: the proleptic Gregorian calendar.
// Not for points in time: base/time.h; a day becomes one through a TimeZone (time_zone.h).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::work::calendar {

// What this module computes with; other years are refused where they come in.
inline constexpr int kMinYear = 1700;
inline constexpr int kMaxYear = 2250;

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
inline constexpr int kDaysPerWeek = 7;

struct YearMonthDay {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
  friend auto operator<=>(const YearMonthDay&, const YearMonthDay&) = default;
};

// A day as its distance from 1970-01-01.
struct Day {
  std::int32_t number = 0;
  friend auto operator<=>(const Day&, const Day&) = default;
  [[nodiscard]] constexpr Day plus(int days) const noexcept { return {number + days}; }
};
[[nodiscard]] constexpr int days_between(Day from, Day to) noexcept {
  return to.number - from.number;
}

// nullopt when there is no such day, or outside kMinYear … kMaxYear.
[[nodiscard]] std::optional<Day> day_of(const YearMonthDay& date) noexcept;
[[nodiscard]] YearMonthDay date_of(Day day) noexcept;
[[nodiscard]] Weekday weekday_of(Day day) noexcept;
[[nodiscard]] int days_in_month(int year, int month) noexcept;
// The nth (1-5) such weekday of the month, or the last (-1); nullopt when the month has no fifth.
[[nodiscard]] std::optional<Day> nth_weekday(int year, int month, Weekday weekday, int nth) noexcept;
// Sunday of Easter of the western churches.
[[nodiscard]] Day easter(int year) noexcept;

// "2026-11-25", nothing before or behind.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text) noexcept;
[[nodiscard]] std::string format_day(Day day);
// "09:30" to "24:00": minutes since midnight.
[[nodiscard]] std::optional<int> parse_minute(std::string_view text) noexcept;
// "mon" … "sun".
[[nodiscard]] std::optional<Weekday> parse_weekday(std::string_view text) noexcept;

}  // namespace hinomi::work::calendar
