// Arithmetic on the hours and days of a calendar: when so much working time has passed, and how much lies
// between two points. Not for periods of law, which count calendar days: deadline.h.
//
// All of it is exact to the nanosecond and answers within kMaxSpanDays days, else with an error; so does what
// the calendar does not cover, and working time in a calendar without any.
#pragma once

#include <chrono>

#include "base/result.h"
#include "base/time.h"
#include "work/calendar/calendar.h"

namespace hinomi::work::calendar {

inline constexpr int kMaxSpanDays = 36'600;      // a hundred years
inline constexpr int kMaxIdleDays = 2 * 366;     // without any working time, until the search is given up
inline constexpr int kMaxBusinessDays = 10'000;  // either way

// The moment at which `duration` of working time has passed since `start`: the earliest, so that what ends at
// closing time ends then and not the next morning. Below zero: the latest moment that is so much before.
// Zero: `start`.
[[nodiscard]] base::Result<base::TimeNs> add_business_time(const Calendar& calendar, base::TimeNs start,
                                                           std::chrono::nanoseconds duration);

// Working time from `from` to `to`; below zero when `to` is before `from`.
[[nodiscard]] base::Result<std::chrono::nanoseconds> business_time_between(const Calendar& calendar,
                                                                           base::TimeNs from,
                                                                           base::TimeNs to);

// The first moment of working time at or after `time`.
[[nodiscard]] base::Result<base::TimeNs> next_open(const Calendar& calendar, base::TimeNs time);

// The day itself if it is a business day, else the next or the last one.
[[nodiscard]] base::Result<Day> business_day_from(const Calendar& calendar, Day day);
[[nodiscard]] base::Result<Day> business_day_until(const Calendar& calendar, Day day);

// The count-th business day after `day`, before it for less than zero; for zero the day itself.
[[nodiscard]] base::Result<Day> add_business_days(const Calendar& calendar, Day day, int count);

// Business days after `from` up to and with `to`; below zero, from `to` on and before `from`, when `to` is
// before it. add_business_days(from, n) has n of them.
[[nodiscard]] base::Result<int> business_days_between(const Calendar& calendar, Day from, Day to);

// The nth (from 1) business day of the month, or the nth from its end (from -1); not_found when it has fewer.
[[nodiscard]] base::Result<Day> business_day_of_month(const Calendar& calendar, int year, int month, int nth);

// When the day ends: midnight at its end, or the end of its working hours (not_found when it has none).
[[nodiscard]] base::TimeNs end_of_day(const Calendar& calendar, Day day);
[[nodiscard]] base::Result<base::TimeNs> end_of_business(const Calendar& calendar, Day day);

}  // namespace hinomi::work::calendar
