// Periods of law and contract: counted in calendar days, weeks, months or years (or in business days) from
// the day of an event, with the rule for the first day and for a last day that is free. Not for service
// levels in working hours: business_time.h. What a law asks for is the reader's to judge; the rules here
// carry their source.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "work/calendar/calendar.h"

namespace hinomi::work::calendar {

enum class PeriodUnit : std::uint8_t { days, weeks, months, years, business_days };

struct Period {
  int count = 0;  // 1 to kMaxPeriodCount
  PeriodUnit unit = PeriodUnit::days;
};
inline constexpr int kMaxPeriodCount = 10'000;

enum class FirstDay : std::uint8_t {
  counted,
  not_counted,
  counted_from_midnight,  // not counted, unless the period begins at midnight
};
enum class LastDay : std::uint8_t {
  as_it_falls,
  next_business_day,  // when it is none of the calendar
};

struct PeriodRule {
  FirstDay first = FirstDay::not_counted;
  LastDay last = LastDay::as_it_falls;
};

// 民法 (Civil Code of Japan) articles 140 to 143: the first day does not count unless the period begins at
// midnight; the period ends with its last day; if that is a Sunday, a holiday or another day on which by
// custom no business is done, with the day after. The calendar says which days these are (jp: also
// Saturdays).
inline constexpr PeriodRule kJapaneseCivilCode{FirstDay::counted_from_midnight, LastDay::next_business_day};
// Reports to the Personal Information Protection Commission
// (個人情報の保護に関する法律についてのガイドライン（通則編） 3-5-3): the day on which the matter became
// known is day 1, weekends and holidays count; a last day on which the offices are closed moves to the day
// after. Use the calendar jp-government.
inline constexpr PeriodRule kJapanesePersonalInformation{FirstDay::counted, LastDay::next_business_day};
// Calendar days as they are.
inline constexpr PeriodRule kPlainDays{FirstDay::not_counted, LastDay::as_it_falls};

struct Deadline {
  Day first;          // that counts
  Day nominal;        // the last day before the rule for the last day
  Day last;           // the last day
  base::TimeNs ends;  // the midnight at its end in the zone of the calendar: what is done earlier is in time
};

// Months and years end with the day before the one that corresponds to the first day; where the last month
// has no such day, with the end of that month (article 143 (2)). Business days: the count-th from `first` on.
[[nodiscard]] base::Result<Deadline> deadline_of(const Calendar& calendar, base::TimeNs start, Period period,
                                                 PeriodRule rule);

}  // namespace hinomi::work::calendar
