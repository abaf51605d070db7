// A sheet as a workbook (XLSX, over libxlsxwriter) that people edit and send back: typed cells, lists to
// choose from, locked ids, and a hidden sheet that says what it was made of (manifest.h). Not for reports
// with figures and charts.
#pragma once

#include <string>

#include "base/result.h"
#include "report/sheet/sheet.h"

namespace hinomi::report::sheet {

struct WorkbookFiles {
  std::string path;  // is overwritten; removed again where an Error is returned
  // Holds the rows until all are there, in files without a name. "" = the system's, which the library also
  // falls back to.
  std::string temporary_folder;
};

// Memory does not grow with the rows. Text is always text: never a formula, a link or a number. What a number
// or a date of Excel would lose stays text: integers of more than 15 digits, times finer than a millisecond,
// dates before 1900-03-01. Sheets are locked without a password: that keeps slips away, not people.
// Returns the count of rows.
[[nodiscard]] base::Result<std::size_t> write_xlsx(const Sheet& sheet, const RowSource& rows,
                                                   const WorkbookFiles& files);

// The name as Excel takes it: at most 31 units, without []:*?/\ and apostrophes at its ends, not "hinomi".
[[nodiscard]] std::string sheet_name(std::string_view name);
// Text as SpreadsheetML stores it: controls, and what looks like such an escape, as _xHHHH_.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace hinomi::report::sheet
