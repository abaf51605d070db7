#include "work/calendar/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace hinomi::work::calendar {
namespace {

base::Error fault(const CalendarSpec& spec, std::string_view what, std::string_view remedy) {
  return {base::ErrorCode::invalid_input,
          fmt::format("calendar '{}': {}", base::visible(spec.id.substr(0, kMaxIdBytes)), what),
          std::string(remedy)};
}
base::Error beyond(const CalendarSpec& spec, std::string_view what, std::size_t limit) {
  return {base::ErrorCode::limit_exceeded,
          fmt::format("calendar '{}': more than {} {}", spec.id, limit, what),
          "split it, or leave out what is past"};
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}
bool are_names(const Names& names) {
  const auto fits = [](const std::string& name) {
    return !name.empty() && name.size() <= kMaxNameBytes && base::is_utf8(name);
  };
  return fits(names.en) && fits(names.ja);
}

bool are_hours(const Hours& hours) {
  return hours.from >= 0 && hours.from < kMinutesPerDay && hours.to > hours.from &&
         hours.to - hours.from <= kMinutesPerDay;
}
// In order, without overlap, and only the last reaches into the next day.
bool are_day_hours(const std::vector<Hours>& day) {
  if (day.size() > kMaxHoursPerDay) return false;
  for (std::size_t i = 0; i < day.size(); ++i) {
    if (!are_hours(day[i]) || (i + 1 < day.size() && day[i].to > day[i + 1].from)) return false;
  }
  return true;
}

int span_days(const HolidayRule& rule) {
  const Day first = day_of({2000, rule.month, rule.day}).value_or(Day{});
  const Day last = day_of({2000, rule.last_month, rule.last_day}).value_or(Day{});
  return days_between(first, last) + 1 + (last < first ? 366 : 0);
}

// How many days the rules of the calendar name, at most.
std::size_t named_days(const CalendarSpec& spec) {
  const auto years = static_cast<std::size_t>(spec.last_year - spec.first_year + 3);
  std::size_t sum = 0;
  for (const HolidayLaw& law : spec.laws) {
    for (const HolidayRule& rule : law.rules) {
      sum += rule.kind == RuleKind::dates  ? rule.days.size()
             : rule.kind == RuleKind::span ? years * static_cast<std::size_t>(span_days(rule))
                                           : years;
    }
  }
  return sum;
}

bool is_rule(const HolidayRule& rule) {
  const auto is_date = [](int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(2000, month);
  };
  if (!are_names(rule.names) || rule.first_year > rule.last_year) return false;
  switch (rule.kind) {
    case RuleKind::fixed:
      return is_date(rule.month, rule.day);
    case RuleKind::nth_weekday:
      return rule.month >= 1 && rule.month <= 12 && rule.nth != 0 && rule.nth >= -1 && rule.nth <= 5;
    case RuleKind::easter:
      return rule.days_from_easter >= -100 && rule.days_from_easter <= 100;
    case RuleKind::span:
      return is_date(rule.month, rule.day) && is_date(rule.last_month, rule.last_day) &&
             span_days(rule) <= kMaxRuleSpanDays;
    case RuleKind::equinox:
    case RuleKind::dates:
      return true;
  }
  return false;
}

std::optional<base::Error> check_law(const CalendarSpec& spec, const HolidayLaw& law) {
  if (law.rules.size() > kMaxRules) return beyond(spec, "rules", kMaxRules);
  if ((law.substitute != Substitute::none && !are_names(law.substitute_names)) ||
      (law.between && !are_names(law.between_names))) {
    return fault(spec, "substitute days and days between holidays need names in en and ja", "add them");
  }
  for (const HolidayRule& rule : law.rules) {
    if (!is_rule(rule)) {
      return fault(spec, fmt::format("the holiday '{}' is no rule", base::visible(rule.names.en)),
                   "give it names in en and ja, and a day that exists");
    }
    if (rule.days.size() > kMaxDates || rule.except_years.size() > kMaxDates) {
      return beyond(spec, "dates of one rule", kMaxDates);
    }
    if (rule.kind == RuleKind::equinox && (std::max(rule.first_year, spec.first_year) < kFirstEquinoxYear ||
                                           std::min(rule.last_year, spec.last_year) > kLastEquinoxYear)) {
      return fault(spec, "equinoxes are known from 1980 to 2099", "limit the years of the calendar");
    }
  }
  return std::nullopt;
}

std::optional<base::Error> check_times(const CalendarSpec& spec) {
  const auto& days = spec.hours.days;
  if (!std::all_of(days.begin(), days.end(), are_day_hours) || !are_day_hours(spec.hours.holiday)) {
    return fault(spec, "hours are out of order, overlap, or are too many for a day",
                 "write them in order; only the last may end in the next day");
  }
  if (spec.shifts.size() > kMaxShifts) return beyond(spec, "shifts", kMaxShifts);
  for (std::size_t i = 0; i < spec.shifts.size(); ++i) {
    const Shift& shift = spec.shifts[i];
    const auto same = [&](const Shift& other) { return other.id == shift.id; };
    if (!is_id(shift.id) || !are_names(shift.names) || !are_hours(shift.hours) || shift.weekdays == 0 ||
        shift.weekdays >= 1U << kDaysPerWeek ||
        std::count_if(spec.shifts.begin(), spec.shifts.end(), same) > 1) {
      return fault(spec, fmt::format("shift {} lacks an id of its own, names, days or hours", i + 1),
                   "ids are of a-z, 0-9 and '-'; hours are at most 24");
    }
  }
  if (spec.closures.size() > kMaxClosures) return beyond(spec, "closures", kMaxClosures);
  for (const Closure& closure : spec.closures) {
    if (!are_names(closure.names) || closure.last < closure.first ||
        days_between(closure.first, closure.last) >= kMaxClosureDays) {
      return fault(spec,
                   "a closure has no names in en and ja, ends before it begins, or is longer than a year",
                   "check its first and last day");
    }
  }
  return std::nullopt;
}

std::optional<base::Error> check(const CalendarSpec& spec) {
  if (!is_id(spec.id))
    return fault(spec, "its id is not of a-z, 0-9 and '-'", "use up to 64 such characters");
  if (!are_names(spec.names)) return fault(spec, "it has no names in en and ja", "add them");
  if (spec.first_year < kMinYear || spec.last_year > kMaxYear || spec.first_year > spec.last_year) {
    return fault(spec, "its years are none", fmt::format("stay within {} and {}", kMinYear, kMaxYear));
  }
  if (spec.laws.size() > kMaxLaws) return beyond(spec, "laws", kMaxLaws);
  for (const HolidayLaw& law : spec.laws) {
    if (auto error = check_law(spec, law)) return error;
  }
  if (named_days(spec) > kMaxHolidays) return beyond(spec, "holidays in all its years", kMaxHolidays);
  return check_times(spec);
}

// Cuts what reaches into `next`.
void end_before(std::vector<Interval>& intervals, base::TimeNs next) {
  for (Interval& interval : intervals) interval.end = std::min(interval.end, next);
}

}  // namespace

Calendar::Calendar(CalendarSpec spec)
    : spec_(std::move(spec)),
      first_(day_of({spec_.first_year, 1, 1}).value_or(Day{})),
      last_(day_of({spec_.last_year, 12, 31}).value_or(Day{})) {}

base::Result<Calendar> Calendar::make(CalendarSpec spec) {
  if (auto error = check(spec)) return *std::move(error);
  Calendar calendar(std::move(spec));
  std::vector<Holiday>& all = calendar.holidays_;
  for (const HolidayLaw& law : calendar.spec_.laws) {
    std::vector<Holiday> some = holidays_of(law, calendar.spec_.first_year, calendar.spec_.last_year);
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  // Stable: of two laws the earlier names the day.
  std::stable_sort(all.begin(), all.end(), [](const Holiday& a, const Holiday& b) { return a.day < b.day; });
  all.erase(
      std::unique(all.begin(), all.end(), [](const Holiday& a, const Holiday& b) { return a.day == b.day; }),
      all.end());
  return calendar;
}

base::Result<Calendar> Calendar::with_closures(std::span<const Closure> closures) const {
  Calendar calendar = *this;
  calendar.spec_.closures.insert(calendar.spec_.closures.end(), closures.begin(), closures.end());
  if (auto error = check_times(calendar.spec_)) return *std::move(error);
  return calendar;
}

base::Error Calendar::not_covered(Day day) const {
  return {base::ErrorCode::limit_exceeded,
          fmt::format("calendar '{}' covers the years {} to {}, not {}", spec_.id, spec_.first_year,
                      spec_.last_year, format_day(day)),
          "use a calendar that covers it"};
}

const Holiday* Calendar::holiday(Day day) const noexcept {
  const auto found = holidays(day, day);
  return found.empty() ? nullptr : found.data();
}

std::span<const Holiday> Calendar::holidays(Day first, Day last) const noexcept {
  const auto before = [](const Holiday& holiday, Day day) { return holiday.day < day; };
  const auto begin = std::lower_bound(holidays_.begin(), holidays_.end(), first, before);
  const auto end = std::lower_bound(begin, holidays_.end(), last.plus(1), before);
  return {begin, end};
}

const Closure* Calendar::closure(Day day) const noexcept {
  const auto found = std::find_if(spec_.closures.begin(), spec_.closures.end(), [&](const Closure& closure) {
    return closure.first <= day && day <= closure.last;
  });
  return found == spec_.closures.end() ? nullptr : &*found;
}

std::span<const Hours> Calendar::hours(Day day) const noexcept {
  if (closure(day) != nullptr) return {};
  if (holiday(day) != nullptr) return spec_.hours.holiday;
  return spec_.hours.days[static_cast<std::size_t>(weekday_of(day))];
}

std::vector<Interval> Calendar::open(Day day) const {
  std::vector<Interval> out;
  const std::span<const Hours> hours_of_day = hours(day);
  out.reserve(hours_of_day.size());
  for (const Hours& hours : hours_of_day) {
    out.push_back({spec_.zone.at(day, hours.from), spec_.zone.at(day, hours.to)});
  }
  if (!hours_of_day.empty() && hours_of_day.back().to > kMinutesPerDay) {
    const std::span<const Hours> next = hours(day.plus(1));
    if (!next.empty()) end_before(out, spec_.zone.at(day.plus(1), next.front().from));
  }
  // A change of the clock can let two hours overlap, or leave nothing of one.
  for (std::size_t i = 1; i < out.size(); ++i) out[i].start = std::max(out[i].start, out[i - 1].end);
  std::erase_if(out, [](const Interval& interval) { return interval.end <= interval.start; });
  return out;
}

bool Calendar::is_open(base::TimeNs time) const {
  const Day today = spec_.zone.local_day(time);
  for (Day day = today.plus(-1); day <= today; day = day.plus(1)) {
    for (const Interval& interval : open(day)) {
      if (interval.start <= time && time < interval.end) return true;
    }
  }
  return false;
}

std::vector<ShiftTime> Calendar::shifts(Day day) const {
  std::vector<ShiftTime> out;
  if (closure(day) != nullptr) return out;
  const bool is_holiday = holiday(day) != nullptr;
  const unsigned bit = 1U << static_cast<unsigned>(weekday_of(day));
  for (const Shift& shift : spec_.shifts) {
    if ((shift.weekdays & bit) == 0 || (is_holiday && !shift.on_holidays)) continue;
    out.push_back({&shift, day, {spec_.zone.at(day, shift.hours.from), spec_.zone.at(day, shift.hours.to)}});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ShiftTime& a, const ShiftTime& b) { return a.time.start < b.time.start; });
  return out;
}

std::vector<ShiftTime> Calendar::shifts_at(base::TimeNs time) const {
  std::vector<ShiftTime> out;
  const Day today = spec_.zone.local_day(time);
  for (Day day = today.plus(-1); day <= today; day = day.plus(1)) {
    for (const ShiftTime& shift : shifts(day)) {
      if (shift.time.start <= time && time < shift.time.end) out.push_back(shift);
    }
  }
  return out;
}

}  // namespace hinomi::work::calendar
