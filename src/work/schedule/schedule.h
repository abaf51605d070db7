// When something is to be done again and again: every so many minutes, or at times of day on days chosen by
// rule, in a time zone, with regard to the free days of a calendar. Pure; what was missed is in due.h, the
// text form in schedule_text.h. Not for single appointments.
//
// Changes of the clock: a time of day that is skipped runs when it would have come without the change, once;
// one that comes twice runs the first time (work/calendar/time_zone.h). "Every so many minutes" is elapsed
// time and knows no clock on the wall.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "work/calendar/calendar.h"

namespace hinomi::work::schedule {

inline constexpr int kMaxEveryMinutes = 366 * 24 * 60;
inline constexpr int kMaxEvery = 1'000;  // days, weeks
inline constexpr std::size_t kMaxTimesOfDay = 48;
inline constexpr int kMaxSearchDays = 3'300;  // nine years: two leap days lie up to eight apart
inline constexpr int kMaxFreeRun = 62;        // free days in a row that a run moves over

// Elapsed time, from `anchor` on in both directions.
struct EveryMinutes {
  int minutes = 60;
  base::TimeNs anchor;
  friend bool operator==(const EveryMinutes&, const EveryMinutes&) = default;
};
// Every nth day from the first day of the schedule (from 1970-01-01 if it has none).
struct Daily {
  int every = 1;
  friend bool operator==(const Daily&, const Daily&) = default;
};
// On these days of every nth week; weeks begin on Monday.
struct Weekly {
  std::uint8_t weekdays = 0;  // bit 0 = Monday
  int every = 1;
  friend bool operator==(const Weekly&, const Weekly&) = default;
};
// On these days of the month: 1 to 31, or -1 (the last) to -31.
struct MonthlyDay {
  std::vector<int> days;
  bool last_if_short = false;  // the last day of the month in place of a day that it does not have; else none
  friend bool operator==(const MonthlyDay&, const MonthlyDay&) = default;
};
struct MonthlyWeekday {
  int nth = 1;  // 1 to 5, -1 = last; no run in months without a fifth
  calendar::Weekday weekday = calendar::Weekday::monday;
  friend bool operator==(const MonthlyWeekday&, const MonthlyWeekday&) = default;
};
// The nth business day of the month, or the nth from its end (-1 = last).
struct MonthlyBusinessDay {
  int nth = 1;
  friend bool operator==(const MonthlyBusinessDay&, const MonthlyBusinessDay&) = default;
};
using When = std::variant<EveryMinutes, Daily, Weekly, MonthlyDay, MonthlyWeekday, MonthlyBusinessDay>;

// What happens on a day that is no business day of the calendar. A run that moves onto another run is one
// run.
enum class FreeDays : std::uint8_t { run, skip, next, previous };

struct Schedule {
  When when = Daily{};
  calendar::TimeZone zone;
  std::vector<int> times;         // minutes since midnight, ascending; none for EveryMinutes
  std::uint16_t months = 0x0FFF;  // bit 0 = January: of the day before it moves
  FreeDays free_days = FreeDays::run;
  std::optional<calendar::Day> first;  // runs on it at the earliest
  std::optional<calendar::Day> last;   // and on this at the latest
};

// True when it cannot be judged without a calendar.
[[nodiscard]] bool needs_calendar(const Schedule& schedule) noexcept;

// Numbers within their bounds, times in order. Every schedule that comes from outside passes here.
[[nodiscard]] base::Result<void> check(const Schedule& schedule);

// The first run after `time`; nullopt when there is none within kMaxSearchDays. Errors: what check() says,
// usage when a calendar is needed and missing, limit_exceeded beyond the years of the calendar.
[[nodiscard]] base::Result<std::optional<base::TimeNs>> next_after(const Schedule& schedule,
                                                                   const calendar::Calendar* calendar,
                                                                   base::TimeNs time);

}  // namespace hinomi::work::schedule
