// Which numbers of a workbook are dates, and what dates they are (ECMA-376 part 1, 18.8.30 and 18.17.4).
// Not for showing numbers as the workbook formats them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

enum class DateForm : std::uint8_t { none, date, date_and_time, time_of_day, elapsed };

// Of a format that every program knows by number; East Asian ones (27-36, 50-58) included.
[[nodiscard]] DateForm builtin_form(std::uint32_t id) noexcept;
// Of a format code; its first section decides.
[[nodiscard]] DateForm form_of(std::string_view code);

enum class DateSystem : std::uint8_t {
  from_1900,  // 1 is 1900-01-01, and 60 is 1900-02-29, which never was
  from_1904,  // 0 is 1904-01-01
};

struct DateText {
  CellKind kind = CellKind::date;  // or time, duration
  std::string text;
};
// To the millisecond. nullopt for a day that never was, below zero, or beyond 9999-12-31.
[[nodiscard]] std::optional<DateText> date_text(double serial, DateSystem system, DateForm form);

// The shortest decimal form that reads back equal; never an exponent for 1e-7 <= |number| < 1e21.
[[nodiscard]] std::string number_text(double number);

}  // namespace hinomi::parse::sheet
