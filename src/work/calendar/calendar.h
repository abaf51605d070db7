// A calendar: which days are free and why, and at which hours of which days work is done, in one time zone.
// The arithmetic on it is in business_time.h and deadline.h; how files are read in calendar_yaml.h. Not for
// who is on duty: shifts are hours with a name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "work/calendar/civil.h"
#include "work/calendar/holiday_rules.h"
#include "work/calendar/time_zone.h"

namespace hinomi::work::calendar {

inline constexpr int kMinutesPerDay = 24 * 60;
inline constexpr std::size_t kMaxIdBytes = 64;
inline constexpr std::size_t kMaxNameBytes = 200;
inline constexpr std::size_t kMaxRules = 256;    // of one law
inline constexpr std::size_t kMaxDates = 2'048;  // of one rule
inline constexpr std::size_t kMaxLaws = 8;       // a calendar and those it is based on
inline constexpr std::size_t kMaxHoursPerDay = 12;
inline constexpr std::size_t kMaxShifts = 24;
inline constexpr std::size_t kMaxClosures = 512;
inline constexpr int kMaxClosureDays = 366;
inline constexpr int kMaxRuleSpanDays = 62;           // of a span, every year
inline constexpr std::size_t kMaxHolidays = 200'000;  // that the rules name over all years, doubles counted

// From `from` on, before `to`: minutes since midnight. `to` may lie in the next day (22:00 to 06:00 is 1320
// to 1800).
struct Hours {
  int from = 0;
  int to = 0;
  friend bool operator==(const Hours&, const Hours&) = default;
};

struct WeekHours {
  std::array<std::vector<Hours>, kDaysPerWeek> days;  // from Monday
  std::vector<Hours> holiday;                         // on holidays, in place of those of the weekday
};

struct Shift {
  std::string id;
  Names names;
  std::uint8_t weekdays = 0;  // bit 0 = Monday: the days on which it begins
  bool on_holidays = false;   // also on holidays that fall on these weekdays
  Hours hours;
};

// Days on which nothing is done, whatever the hours say: the shutdown of a plant.
struct Closure {
  Day first;
  Day last;
  Names names;
};

struct CalendarSpec {
  std::string id;  // [a-z0-9-]
  Names names;
  TimeZone zone;
  int first_year = kMinYear;  // what the calendar knows; beyond, every question is answered with an error
  int last_year = kMaxYear;
  std::vector<HolidayLaw> laws;  // each judged for itself
  WeekHours hours;
  std::vector<Shift> shifts;
  std::vector<Closure> closures;
};

// In time, `end` excluded.
struct Interval {
  base::TimeNs start;
  base::TimeNs end;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct ShiftTime {
  const Shift* shift = nullptr;  // of the calendar
  Day day;                       // on which it began
  Interval time;
};

// Never changes once made; may be used by several threads.
class Calendar {
 public:
  // Checks the limits above, the order of hours and that equinoxes are asked for in years that the formula
  // knows.
  [[nodiscard]] static base::Result<Calendar> make(CalendarSpec spec);
  // The same calendar with more closures, as an organisation enters them.
  [[nodiscard]] base::Result<Calendar> with_closures(std::span<const Closure> closures) const;

  [[nodiscard]] const CalendarSpec& spec() const noexcept { return spec_; }
  [[nodiscard]] const std::string& id() const noexcept { return spec_.id; }
  [[nodiscard]] const TimeZone& zone() const noexcept { return spec_.zone; }
  [[nodiscard]] bool covers(Day day) const noexcept { return day >= first_ && day <= last_; }
  // An error that names the calendar and its years, for what lies outside.
  [[nodiscard]] base::Error not_covered(Day day) const;

  // nullptr on other days. Closures are no holidays.
  [[nodiscard]] const Holiday* holiday(Day day) const noexcept;
  [[nodiscard]] std::span<const Holiday> holidays(Day first, Day last) const noexcept;
  [[nodiscard]] const Closure* closure(Day day) const noexcept;

  // When work begins on that day, in order; empty on free days.
  [[nodiscard]] std::span<const Hours> hours(Day day) const noexcept;
  [[nodiscard]] bool is_business_day(Day day) const noexcept { return !hours(day).empty(); }
  // The hours of a day in time, disjoint and in order; those that reach into the next day end where its hours
  // begin.
  [[nodiscard]] std::vector<Interval> open(Day day) const;
  [[nodiscard]] bool is_open(base::TimeNs time) const;

  // Shifts that begin on that day; none on closures.
  [[nodiscard]] std::vector<ShiftTime> shifts(Day day) const;
  // Those that run at that time, by their beginning.
  [[nodiscard]] std::vector<ShiftTime> shifts_at(base::TimeNs time) const;

 private:
  explicit Calendar(CalendarSpec spec);

  CalendarSpec spec_;
  Day first_;
  Day last_;
  std::vector<Holiday> holidays_;  // by day
};

}  // namespace hinomi::work::calendar
