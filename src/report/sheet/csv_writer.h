// A sheet as CSV (RFC 4180, lines end in CR LF): for programs, and for people who must have it. For people
// who edit it XLSX is better: it keeps leading zeros, long numbers and what may be chosen.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "report/sheet/sheet.h"

namespace hinomi::report::sheet {

enum class CsvEncoding : std::uint8_t {
  utf8_with_mark,  // Excel takes UTF-8 for something else without the mark
  utf8,
  cp932,  // a character that it lacks is an error, never a '?'
};

struct CsvStyle {
  CsvEncoding encoding = CsvEncoding::utf8_with_mark;
  char delimiter = ',';  // or ';' or TAB
};

// Takes the bytes in pieces.
using ByteSink = std::function<base::Result<void>(std::string_view)>;

// Titles first, then the rows, each with its version in a last column kVersionTitle. Text that a program
// would take for a formula is guarded (parse/sheet/formula_guard.h), numbers are not touched. Choices are
// written by their titles, times in the zone of the sheet. Returns the count of rows.
[[nodiscard]] base::Result<std::size_t> write_csv(const Sheet& sheet, const RowSource& rows,
                                                  const ByteSink& sink, const CsvStyle& style = {});

}  // namespace hinomi::report::sheet
