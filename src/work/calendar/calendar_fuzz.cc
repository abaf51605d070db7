// Any bytes as the file of a calendar: it is refused, or its days and hours keep what calendar.h promises.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "work/calendar/business_time.h"
#include "work/calendar/calendar_yaml.h"

using namespace hinomi;
using namespace hinomi::work::calendar;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CalendarSet set;
  if (!set.add({reinterpret_cast<const char*>(data), size})) return 0;
  HINOMI_CHECK(set.all().size() == 1);
  const Calendar& calendar = set.all().begin()->second;
  Day day = day_of({2026, 3, 1}).value_or(Day{});
  base::TimeNs end{INT64_MIN};
  for (int count = 0; count < 40; ++count, day = day.plus(1)) {
    for (const Interval& interval : calendar.open(day)) {
      HINOMI_CHECK(end <= interval.start && interval.start < interval.end);
      end = interval.end;
    }
    static_cast<void>(calendar.shifts(day));
  }
  const base::TimeNs start = calendar.zone().start_of(day);
  constexpr std::chrono::hours kSome{20};
  const auto later = add_business_time(calendar, start, kSome);
  if (!later) return 0;
  const auto between = business_time_between(calendar, start, *later);
  HINOMI_CHECK(between && *between == kSome);
  return 0;
}
