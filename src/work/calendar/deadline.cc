#include "work/calendar/deadline.h"

#include <optional>

#include "work/calendar/business_time.h"

namespace hinomi::work::calendar {
namespace {

// The last day of so many months from `first` on.
std::optional<Day> end_of_months(Day first, int months) {
  const YearMonthDay date = date_of(first);
  const int month = date.month - 1 + months;
  const int year = date.year + month / 12;
  if (year > kMaxYear) return std::nullopt;
  const int length = days_in_month(year, month % 12 + 1);
  if (date.day > length) return day_of({year, month % 12 + 1, length});
  const std::optional<Day> corresponding = day_of({year, month % 12 + 1, date.day});
  if (!corresponding) return std::nullopt;
  return corresponding->plus(-1);
}

base::Result<Day> nominal_last(const Calendar& calendar, Day first, Period period) {
  std::optional<Day> last;
  switch (period.unit) {
    case PeriodUnit::days:
      last = first.plus(period.count - 1);
      break;
    case PeriodUnit::weeks:
      last = first.plus(period.count * kDaysPerWeek - 1);
      break;
    case PeriodUnit::months:
      last = end_of_months(first, period.count);
      break;
    case PeriodUnit::years:
      last = end_of_months(first, period.count * 12);
      break;
    case PeriodUnit::business_days:
      return add_business_days(calendar, first.plus(-1), period.count);
  }
  if (!last || !calendar.covers(*last)) return calendar.not_covered(last.value_or(first));
  return *last;
}

}  // namespace

base::Result<Deadline> deadline_of(const Calendar& calendar, base::TimeNs start, Period period,
                                   PeriodRule rule) {
  if (period.count < 1 || period.count > kMaxPeriodCount) {
    return base::Error{base::ErrorCode::invalid_input, "a period of less than one or of too many units",
                       "give 1 to 10,000"};
  }
  const LocalTime local = calendar.zone().local(start);
  if (!calendar.covers(local.day)) return calendar.not_covered(local.day);
  const bool counted = rule.first == FirstDay::counted || (rule.first == FirstDay::counted_from_midnight &&
                                                           calendar.zone().start_of(local.day) == start);
  Deadline deadline;
  deadline.first = counted ? local.day : local.day.plus(1);
  const auto nominal = nominal_last(calendar, deadline.first, period);
  if (!nominal) return nominal.error();
  deadline.nominal = *nominal;
  deadline.last = *nominal;
  if (rule.last == LastDay::next_business_day) {
    const auto moved = business_day_from(calendar, deadline.nominal);
    if (!moved) return moved.error();
    deadline.last = *moved;
  }
  deadline.ends = end_of_day(calendar, deadline.last);
  return deadline;
}

}  // namespace hinomi::work::calendar
