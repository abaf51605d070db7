// Schedules as one line of words, for content and settings: "weekly mon-fri at 08:30 free-days skip". Not for
// showing to people in their language, and not iCalendar.
//
//   every 15 minutes [anchor 2026-01-01T00:05:00Z]
//   daily at 09:00,17:30                    every 3 days at 06:00 from 2026-04-01
//   weekly mon,thu at 08:30                 every 2 weeks fri at 16:00 from 2026-04-03
//   monthly day 1,15 at 09:00               monthly day last at 18:00
//   monthly day 31 or-last at 18:00         monthly 2 tue at 10:00        monthly last fri at 17:00
//   monthly business-day 3 at 09:00         monthly business-day -1 at 15:00
//
// then, in any order: months 1,4,7,10 · free-days skip|next|previous · from DAY · until DAY. The zone and the
// calendar are no part of it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "work/schedule/schedule.h"

namespace hinomi::work::schedule {

inline constexpr std::size_t kMaxScheduleText = 512;  // bytes

// A schedule that check() accepts, in `zone`. Error invalid_input names the word that is wrong.
[[nodiscard]] base::Result<Schedule> parse_schedule(std::string_view text, const calendar::TimeZone& zone);

// parse_schedule(format_schedule(s), s.zone) is s, for an s that check() accepts.
[[nodiscard]] std::string format_schedule(const Schedule& schedule);

}  // namespace hinomi::work::schedule
