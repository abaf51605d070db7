// A time zone of the IANA database: what the clock on the wall shows, and when it shows it. The data are
// those of the ICU library of the system. Not for formatting times for people.
//
// Rule for changes of the clock. A time of day that is skipped means as long after the change as it would
// have been without it (02:30 in New York on the day of the change in March is 03:30). A time of day that
// comes twice means the first.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "work/calendar/civil.h"

namespace hinomi::work::calendar {

inline constexpr std::size_t kMaxZoneName = 64;

struct LocalTime {
  Day day;
  std::int64_t since_midnight_ns = 0;  // as the clock shows it; below 24 h
};

// Cheap to copy; may be used by several threads.
class TimeZone {
 public:
  // UTC.
  TimeZone();
  // By its name in the IANA database ("Asia/Tokyo", "UTC"). Error invalid_input for other names.
  [[nodiscard]] static base::Result<TimeZone> of(std::string_view name);

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] LocalTime local(base::TimeNs time) const;
  [[nodiscard]] Day local_day(base::TimeNs time) const { return local(time).day; }
  // `minute` of the day may go beyond 1439 into the days that follow.
  [[nodiscard]] base::TimeNs at(Day day, int minute) const;
  [[nodiscard]] base::TimeNs start_of(Day day) const { return at(day, 0); }

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone);

  std::shared_ptr<const Zone> zone_;  // shared by the copies; never changes
};

// The names of places, each zone under one name of its own, and UTC; sorted. For choosing one.
[[nodiscard]] std::vector<std::string> time_zone_names();

}  // namespace hinomi::work::calendar
