#include "demo/moment.h"

#include <fmt/format.h>

namespace hinomi::demo {

Day day_of(TimeNs midnight) {
  const base::CivilTime civil = base::to_civil(later(midnight, kJapan));
  return {midnight, fmt::format("{:04}{:02}{:02}", civil.year, civil.month, civil.day)};
}

std::string japan_time(TimeNs time) {
  std::string text = base::format_rfc3339(later(time, kJapan), 3);
  text.pop_back();  // the Z
  return text + "+09:00";
}

}  // namespace hinomi::demo
