// Reads calendars from YAML texts (content/calendars, and those of an organisation); docs/en/calendars.md has
// the form. Not for exchanging calendars with other programs.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "work/calendar/calendar.h"

namespace hinomi::work::calendar {

inline constexpr std::size_t kMaxCalendarBytes = 256UL * 1024;
inline constexpr std::size_t kMaxCalendars = 256;

// Calendars by id; what a calendar is based on is taken from those that were added before it.
class CalendarSet {
 public:
  // Every *.yaml in the folder, bases first, whatever their names. One that is wrong makes an error that
  // names the file and the place.
  [[nodiscard]] static base::Result<CalendarSet> read_folder(const std::string& folder);

  // One text, one calendar. Error conflict when the id is taken.
  [[nodiscard]] base::Result<void> add(std::string_view text);
  [[nodiscard]] base::Result<void> add(Calendar calendar);

  // nullptr when there is none; valid as long as the set is not changed.
  [[nodiscard]] const Calendar* find(std::string_view id) const noexcept;
  [[nodiscard]] const std::map<std::string, Calendar, std::less<>>& all() const noexcept {
    return calendars_;
  }

 private:
  std::map<std::string, Calendar, std::less<>> calendars_;
};

}  // namespace hinomi::work::calendar
