#include "work/calendar/business_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace hinomi::work::calendar {
namespace {

using std::chrono::nanoseconds;

base::Error too_far(const Calendar& calendar, int days) {
  return {base::ErrorCode::limit_exceeded,
          fmt::format("calendar '{}': no answer within {} days", calendar.id(), days),
          "check the working hours of the calendar, or ask for less"};
}

nanoseconds length(const Interval& interval) noexcept {
  return nanoseconds(interval.end.since_epoch_ns - interval.start.since_epoch_ns);
}

base::TimeNs moved(base::TimeNs time, nanoseconds by) noexcept {
  return {time.since_epoch_ns + by.count()};
}

// Goes through the open intervals of `calendar` from `start`, forward (+1) or backward (-1). `visit` gets the
// part that lies beyond `start` and returns true to end the walk. Error when nothing ended it.
template <typename Visit>
base::Result<void> walk_open(const Calendar& calendar, base::TimeNs start, int step, Visit visit) {
  const Day today = calendar.zone().local_day(start);
  if (!calendar.covers(today)) return calendar.not_covered(today);
  // Hours that began the day before may still run.
  Day day = step > 0 ? today.plus(-1) : today;
  int idle = 0;
  for (int count = 0; count < kMaxSpanDays; ++count, day = day.plus(step)) {
    if (!calendar.covers(day) && day != today.plus(-1)) return calendar.not_covered(day);
    std::vector<Interval> intervals = calendar.open(day);
    if (step < 0) std::reverse(intervals.begin(), intervals.end());
    idle = intervals.empty() ? idle + 1 : 0;
    if (idle > kMaxIdleDays) return too_far(calendar, kMaxIdleDays);
    for (Interval& interval : intervals) {
      if (step > 0) interval.start = std::max(interval.start, start);
      if (step < 0) interval.end = std::min(interval.end, start);
      if (interval.start < interval.end && visit(interval)) return {};
    }
  }
  return too_far(calendar, kMaxSpanDays);
}

// The first business day from `day` on in the direction of `step`.
base::Result<Day> nearest(const Calendar& calendar, Day day, int step) {
  for (int count = 0; count <= kMaxIdleDays; ++count, day = day.plus(step)) {
    if (!calendar.covers(day)) return calendar.not_covered(day);
    if (calendar.is_business_day(day)) return day;
  }
  return too_far(calendar, kMaxIdleDays);
}

}  // namespace

base::Result<base::TimeNs> add_business_time(const Calendar& calendar, base::TimeNs start,
                                             nanoseconds duration) {
  if (duration == nanoseconds::min()) return too_far(calendar, kMaxSpanDays);
  if (duration == nanoseconds::zero()) return start;
  const int step = duration > nanoseconds::zero() ? 1 : -1;
  nanoseconds rest = duration * step;
  base::TimeNs found;
  const auto walked = walk_open(calendar, start, step, [&](const Interval& interval) {
    if (rest > length(interval)) {
      rest -= length(interval);
      return false;
    }
    found = step > 0 ? moved(interval.start, rest) : moved(interval.end, -rest);
    return true;
  });
  if (!walked) return walked.error();
  return found;
}

base::Result<nanoseconds> business_time_between(const Calendar& calendar, base::TimeNs from,
                                                base::TimeNs to) {
  if (to < from) {
    const auto back = business_time_between(calendar, to, from);
    if (!back) return back.error();
    return -*back;
  }
  const Day first = calendar.zone().local_day(from);
  const Day last = calendar.zone().local_day(to);
  if (!calendar.covers(first)) return calendar.not_covered(first);
  if (!calendar.covers(last)) return calendar.not_covered(last);
  if (days_between(first, last) >= kMaxSpanDays) return too_far(calendar, kMaxSpanDays);
  nanoseconds sum{0};
  for (Day day = first.plus(-1); day <= last; day = day.plus(1)) {
    for (const Interval& interval : calendar.open(day)) {
      const Interval part{std::max(interval.start, from), std::min(interval.end, to)};
      if (part.start < part.end) sum += length(part);
    }
  }
  return sum;
}

base::Result<base::TimeNs> next_open(const Calendar& calendar, base::TimeNs time) {
  base::TimeNs found;
  const auto walked = walk_open(calendar, time, 1, [&](const Interval& interval) {
    found = interval.start;
    return true;
  });
  if (!walked) return walked.error();
  return found;
}

base::Result<Day> business_day_from(const Calendar& calendar, Day day) {
  return nearest(calendar, day, 1);
}

base::Result<Day> business_day_until(const Calendar& calendar, Day day) {
  return nearest(calendar, day, -1);
}

base::Result<Day> add_business_days(const Calendar& calendar, Day day, int count) {
  if (count > kMaxBusinessDays || count < -kMaxBusinessDays) return too_far(calendar, kMaxSpanDays);
  if (!calendar.covers(day)) return calendar.not_covered(day);
  const int step = count < 0 ? -1 : 1;
  for (int rest = count * step; rest > 0; --rest) {
    const auto next = nearest(calendar, day.plus(step), step);
    if (!next) return next.error();
    day = *next;
  }
  return day;
}

base::Result<int> business_days_between(const Calendar& calendar, Day from, Day to) {
  if (!calendar.covers(from)) return calendar.not_covered(from);
  if (!calendar.covers(to)) return calendar.not_covered(to);
  int count = 0;
  for (Day day = from.plus(1); day <= to; day = day.plus(1)) count += calendar.is_business_day(day) ? 1 : 0;
  for (Day day = from.plus(-1); day >= to; day = day.plus(-1)) count -= calendar.is_business_day(day) ? 1 : 0;
  return count;
}

base::Result<Day> business_day_of_month(const Calendar& calendar, int year, int month, int nth) {
  const std::optional<Day> first = day_of({year, month, 1});
  const base::Error none{
      base::ErrorCode::not_found,
      fmt::format("calendar '{}': {}-{:02} has no business day {}", calendar.id(), year, month, nth), ""};
  if (!first || nth == 0) return none;
  const Day last = first->plus(days_in_month(year, month) - 1);
  if (!calendar.covers(*first)) return calendar.not_covered(*first);
  const int step = nth > 0 ? 1 : -1;
  int rest = nth > 0 ? nth : -std::max(nth, -64);
  for (Day day = nth > 0 ? *first : last; day >= *first && day <= last; day = day.plus(step)) {
    if (calendar.is_business_day(day) && --rest == 0) return day;
  }
  return none;
}

base::TimeNs end_of_day(const Calendar& calendar, Day day) {
  return calendar.zone().start_of(day.plus(1));
}

base::Result<base::TimeNs> end_of_business(const Calendar& calendar, Day day) {
  if (!calendar.covers(day)) return calendar.not_covered(day);
  const std::vector<Interval> intervals = calendar.open(day);
  if (intervals.empty()) {
    return base::Error{base::ErrorCode::not_found,
                       fmt::format("calendar '{}': {} is no business day", calendar.id(), format_day(day)),
                       ""};
  }
  return intervals.back().end;
}

}  // namespace hinomi::work::calendar
