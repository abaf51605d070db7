// Values of columns between their plain form (ColumnKind) and what a cell of a file holds.
// Not for showing values in the user interface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "parse/sheet/table.h"
#include "report/sheet/sheet.h"

namespace hinomi::report::sheet {

// Whether `value` has the form of the column; "" has.
[[nodiscard]] bool is_plain_form(const Column& column, std::string_view value);

// A time with its zone → "2026-11-23T14:05:00+09:00", the fraction as short as it can be.
[[nodiscard]] std::string time_in_zone(base::TimeNs time, int utc_offset_minutes);
// The number that a workbook (1900 system) has for a time in that zone, or for a date. nullopt when it would
// lose something: before 1900-03-01, beyond 9999, finer than a millisecond.
[[nodiscard]] std::optional<double> time_serial(base::TimeNs time, int utc_offset_minutes);
[[nodiscard]] std::optional<double> date_serial(std::string_view date);

// What a person left in a cell → the plain form; nullopt when it is none. Full-width digits and letters, the
// usual ways to write dates, and the titles of choices are understood; times without a zone are of the zone
// given.
[[nodiscard]] std::optional<std::string> to_plain_form(const Column& column, const parse::sheet::Cell& cell,
                                                       std::string_view text, int utc_offset_minutes);

// One plain form for each value: "+05" and "5" of an integer, "…T14:05:00+09:00" and "…T05:05:00Z" of a time.
// Values that have not the form of the column stay as they are.
[[nodiscard]] std::string canonical(const Column& column, std::string_view value);

// "2026-11-23" of 2026/11/23, 2026年11月23日, 2026.11.23 in any width.
[[nodiscard]] std::optional<std::string> read_date(std::string_view text);

}  // namespace hinomi::report::sheet
