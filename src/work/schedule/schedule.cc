#include "work/schedule/schedule.h"

#include <algorithm>
#include <limits>

#include "work/calendar/business_time.h"

namespace hinomi::work::schedule {
namespace {

using calendar::Calendar;
using calendar::Day;
using calendar::YearMonthDay;

constexpr std::int64_t kNsPerMinute = 60'000'000'000LL;
// Latest time that is looked at: the end of kMaxYear minus what searching adds.
constexpr std::int64_t kMaxTimeNs = 8'500'000'000'000'000'000LL;

base::Error fault(const char* what, const char* remedy) {
  return {base::ErrorCode::invalid_input, std::string("schedule: ") + what, remedy};
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
  return value / by - (value % by < 0 ? 1 : 0);
}
std::int64_t floor_mod(std::int64_t value, std::int64_t by) noexcept {
  return value - floor_div(value, by) * by;
}

bool between(int value, int low, int high) noexcept {
  return value >= low && value <= high;
}

// Which days the rule names, before free days are considered.
struct NamedDay {
  const Schedule& schedule;
  const Calendar* calendar;
  Day day;

  bool operator()(const EveryMinutes&) const { return false; }
  bool operator()(const Daily& daily) const {
    return floor_mod(day.number - schedule.first.value_or(Day{}).number, daily.every) == 0;
  }
  bool operator()(const Weekly& weekly) const {
    if ((weekly.weekdays >> static_cast<unsigned>(weekday_of(day)) & 1U) == 0) return false;
    const Day first = schedule.first.value_or(Day{});
    // Mondays of both weeks; 1969-12-29 was one.
    const auto week = [](Day of) { return floor_div(of.number + 3, calendar::kDaysPerWeek); };
    return floor_mod(week(day) - week(first), weekly.every) == 0;
  }
  bool operator()(const MonthlyDay& monthly) const {
    const YearMonthDay date = date_of(day);
    const int length = calendar::days_in_month(date.year, date.month);
    return std::any_of(monthly.days.begin(), monthly.days.end(), [&](int wanted) {
      if (wanted < 0) wanted = length + 1 + wanted;
      if (wanted > length && monthly.last_if_short) wanted = length;
      return wanted == date.day;
    });
  }
  bool operator()(const MonthlyWeekday& monthly) const {
    const YearMonthDay date = date_of(day);
    return calendar::nth_weekday(date.year, date.month, monthly.weekday, monthly.nth) == day;
  }
  bool operator()(const MonthlyBusinessDay& monthly) const {
    if (!calendar->is_business_day(day)) return false;
    const YearMonthDay date = date_of(day);
    const auto found = calendar::business_day_of_month(*calendar, date.year, date.month, monthly.nth);
    return found && *found == day;
  }
};

class Days {
 public:
  Days(const Schedule& schedule, const Calendar* calendar) : schedule_(schedule), calendar_(calendar) {}

  // Whether there is a run on that day.
  [[nodiscard]] bool has(Day day) const {
    if ((schedule_.first && day < *schedule_.first) || (schedule_.last && day > *schedule_.last))
      return false;
    if (schedule_.free_days == FreeDays::run) return named(day);
    if (!calendar_->is_business_day(day)) return false;
    if (named(day) || schedule_.free_days == FreeDays::skip) return named(day);
    // Whether a run of the free days beside it moves here.
    const int step = schedule_.free_days == FreeDays::next ? -1 : 1;
    Day other = day.plus(step);
    for (int count = 0; count < kMaxFreeRun && !calendar_->is_business_day(other); ++count) {
      if (named(other)) return true;
      other = other.plus(step);
    }
    return false;
  }

 private:
  [[nodiscard]] bool named(Day day) const {
    const unsigned month = static_cast<unsigned>(date_of(day).month - 1);
    return (schedule_.months >> month & 1U) != 0 &&
           std::visit(NamedDay{schedule_, calendar_, day}, schedule_.when);
  }

  const Schedule& schedule_;
  const Calendar* calendar_;
};

std::optional<base::TimeNs> next_of(const EveryMinutes& every, base::TimeNs time) {
  const std::int64_t step = every.minutes * kNsPerMinute;
  // Both lie within kMaxTimeNs of 0; reduced first, so that their difference cannot overflow.
  const std::int64_t phase = floor_mod(every.anchor.since_epoch_ns, step);
  const std::int64_t runs = floor_div(time.since_epoch_ns - phase, step);
  return base::TimeNs{phase + (runs + 1) * step};
}

base::Result<void> check_when(const Schedule& schedule) {
  if (const auto* every = std::get_if<EveryMinutes>(&schedule.when)) {
    if (!between(every->minutes, 1, kMaxEveryMinutes))
      return fault("so many minutes", "use 1 minute to a year");
    if (!schedule.times.empty() || schedule.free_days != FreeDays::run || schedule.first || schedule.last ||
        schedule.months != 0x0FFF) {
      return fault("every so many minutes knows no days", "use a daily schedule");
    }
  }
  if (const auto* daily = std::get_if<Daily>(&schedule.when); daily && !between(daily->every, 1, kMaxEvery)) {
    return fault("so many days", "use 1 to 1,000");
  }
  if (const auto* weekly = std::get_if<Weekly>(&schedule.when);
      weekly && (!between(weekly->every, 1, kMaxEvery) || !between(weekly->weekdays, 1, 127))) {
    return fault("no days of the week, or so many weeks", "name days; use 1 to 1,000 weeks");
  }
  if (const auto* monthly = std::get_if<MonthlyDay>(&schedule.when)) {
    const auto is_day = [](int day) { return between(day, 1, 31) || between(day, -31, -1); };
    if (monthly->days.empty() || monthly->days.size() > 31 ||
        !std::all_of(monthly->days.begin(), monthly->days.end(), is_day)) {
      return fault("no days of the month", "use 1 to 31, or -1 for the last");
    }
  }
  if (const auto* nth = std::get_if<MonthlyWeekday>(&schedule.when);
      nth && !between(nth->nth, 1, 5) && nth->nth != -1) {
    return fault("no such weekday of the month", "use 1 to 5, or -1 for the last");
  }
  if (const auto* nth = std::get_if<MonthlyBusinessDay>(&schedule.when);
      nth && !between(nth->nth, 1, 23) && !between(nth->nth, -23, -1)) {
    return fault("no such business day of the month", "use 1 to 23, or -1 for the last");
  }
  return {};
}

}  // namespace

bool needs_calendar(const Schedule& schedule) noexcept {
  return schedule.free_days != FreeDays::run || std::holds_alternative<MonthlyBusinessDay>(schedule.when);
}

base::Result<void> check(const Schedule& schedule) {
  if (const auto when = check_when(schedule); !when) return when;
  if (std::holds_alternative<EveryMinutes>(schedule.when)) return {};
  const auto& times = schedule.times;
  if (times.empty() || times.size() > kMaxTimesOfDay || times.front() < 0 ||
      times.back() >= calendar::kMinutesPerDay ||
      std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) != times.end()) {
    return fault("no times of day, or out of order", "give 1 to 48 times from 00:00 to 23:59, ascending");
  }
  if ((schedule.months & 0x0FFFU) == 0 || schedule.months > 0x0FFF) return fault("no months", "name some");
  if (schedule.first && schedule.last && *schedule.last < *schedule.first) {
    return fault("it ends before it begins", "check its first and last day");
  }
  return {};
}

base::Result<std::optional<base::TimeNs>> next_after(const Schedule& schedule, const Calendar* calendar,
                                                     base::TimeNs time) {
  using Found = std::optional<base::TimeNs>;
  if (const auto checked = check(schedule); !checked) return checked.error();
  if (time.since_epoch_ns > kMaxTimeNs || time.since_epoch_ns < -kMaxTimeNs) return Found();
  if (const auto* every = std::get_if<EveryMinutes>(&schedule.when)) return next_of(*every, time);
  const bool with_calendar = needs_calendar(schedule);
  if (with_calendar && calendar == nullptr) {
    return base::Error{base::ErrorCode::usage, "schedule: free days are asked for, but there is no calendar",
                       "give it a calendar"};
  }
  const Days days(schedule, calendar);
  // A time of the day before may be moved behind midnight by a change of the clock.
  const Day today = schedule.zone.local_day(time);
  Day day = today.plus(-1);
  if (schedule.first) day = std::max(day, *schedule.first);
  for (int count = 0; count < kMaxSearchDays; ++count, day = day.plus(1)) {
    if (schedule.last && day > *schedule.last) return Found();
    if (with_calendar && !calendar->covers(day)) {
      if (day < today) continue;
      return calendar->not_covered(day);
    }
    if (!days.has(day)) continue;
    for (const int minute : schedule.times) {
      const base::TimeNs run = schedule.zone.at(day, minute);
      if (run > time) return Found(run);
    }
  }
  return Found();
}

}  // namespace hinomi::work::schedule
