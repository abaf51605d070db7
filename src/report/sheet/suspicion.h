// What spreadsheet programs do to values by themselves, recognised by what was there before and what came
// back. A suspicion never decides: the person who imports does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parse/sheet/table.h"
#include "report/sheet/sheet.h"

namespace hinomi::report::sheet {

enum class Suspicion : std::uint8_t {
  formula,             // the cell calculates its value
  became_date,         // "3-4" came back as a date
  lost_leading_zeros,  // "007" as 7
  scientific,          // "1E5", or a long number as 1.23E+15
  digits_rounded,      // beyond the 15 digits that Excel keeps
  number_rewritten,    // "1.10" as 1.1, "+81" as 81, "50%" as 0.5
  became_boolean,      // "true" as TRUE
  cut,                 // to 255 or 32,767 characters
  characters_lost,     // '?' for what an encoding lacks
  width_only,          // nothing but full width for half width, or the other way round
  autocorrected,       // quotes, dashes, dots, signs in circles
  date_system,         // a date moved by the 1462 days between two date systems
  day_month_swapped,
  zone_shifted,  // a time moved by just the offset of the zone
};
[[nodiscard]] std::string_view name_of(Suspicion suspicion) noexcept;

struct CellEdit {
  const Column& column;
  std::string_view before;  // plain form
  std::string_view after;   // plain form; differs from `before`
  const parse::sheet::Cell& cell;
  int utc_offset_minutes = 0;
};
// The first that fits; nullopt for what looks like a person's doing.
[[nodiscard]] std::optional<Suspicion> suspect(const CellEdit& edit);

}  // namespace hinomi::report::sheet
