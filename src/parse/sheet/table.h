// A table as people fill it in: rows of cells, each with its place, and what a reader must know about it.
// In memory, from one file; not for logs (they have no limit) and not for what the cells mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::parse::sheet {

// Every limit is checked before memory is taken for what it limits. Beyond it: ErrorCode::limit_exceeded.
struct Limits {
  std::size_t max_bytes = 64u << 20;                // of the file
  std::uint64_t max_unpacked_bytes = 512ull << 20;  // of all parts of an XLSX together
  std::uint64_t max_ratio = 400;                    // unpacked to packed bytes, above ratio_floor_bytes
  std::uint64_t ratio_floor_bytes = 32u << 20;
  std::uint64_t max_entries = 2000;  // of the archive
  std::size_t max_sheets = 100;
  std::uint32_t max_rows = 100'001;  // that hold something; one of them is the header
  std::uint32_t max_columns = 200;   // the last column that may hold something
  std::size_t max_cells = 4'000'000;
  std::size_t max_cell_bytes = 32'767 * 4;  // UTF-8; Excel's own limit is 32,767 UTF-16 units
  std::size_t max_text_bytes = 256u << 20;  // of all cells together
  std::size_t max_shared_strings = 4'000'000;
  std::size_t max_xml_depth = 64;
  std::size_t max_xml_token_bytes = 1u << 20;  // one tag with its attributes, one comment
  std::size_t max_problems = 1000;             // further ones are only counted
};

// Row and column count from 1, as people see them; 0 = unknown or all.
struct Place {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};
inline constexpr std::uint32_t kMaxColumnNumber = 16'384;  // XFD
inline constexpr std::uint32_t kMaxRowNumber = 1'048'576;
// 1 → "A", 27 → "AA"; "?" for 0.
[[nodiscard]] std::string column_letters(std::uint32_t column);
// "B7"; "row 7" without a column, "column B" without a row.
[[nodiscard]] std::string place_name(Place place);
// "B7" or "$B$7" → its place; nullopt for anything else and beyond XFD1048576.
[[nodiscard]] std::optional<Place> parse_place(std::string_view reference) noexcept;

enum class CellKind : std::uint8_t {
  empty,
  text,
  number,
  boolean,   // text is "true" or "false"
  date,      // text is "2026-11-23"
  time,      // text is "2026-11-23T14:05:00", with ".123" where the file has it; no zone is known
  duration,  // a time of day or a span, "14:05:00" or "36:30:00"
  error,     // text is "#N/A"
};
[[nodiscard]] std::string_view name_of(CellKind kind) noexcept;

struct Cell {
  std::uint64_t offset = 0;  // of its text in Table; see Table::text
  double number = 0;         // of number, boolean (1, 0), and of date, time, duration as the file has it
  std::uint32_t length = 0;
  std::uint16_t column = 0;  // from 1
  CellKind kind = CellKind::empty;
  bool formula = false;  // the value is the one that was calculated last
};

struct Row {
  std::uint32_t number = 0;  // on the sheet, from 1; of a CSV file the record
  std::uint32_t line = 0;    // of a CSV file: the line of text where the record begins; else 0
  std::uint32_t count = 0;   // of its cells; empty ones are not there
  bool hidden = false;
  std::size_t first = 0;
};

// What is odd but does not stop the reading. Texts for people are made elsewhere, of kind and place.
enum class ProblemKind : std::uint8_t {
  ragged_row,         // more cells than the header has, or fewer; detail: "5 of 7"
  stray_quote,        // text behind a closing quote
  malformed_bytes,    // not of the encoding; replaced by U+FFFD
  control_character,  // NUL or another control besides TAB, CR, LF in a cell
  formula,            // detail: the formula, cut
  error_value,        // #N/A and its like
  merged_cells,       // detail: "B2:B4"; only the first of them holds a value
  hidden_row,
  hidden_column,
  impossible_date,  // 1900-02-29, negative, beyond 9999; given as a number
  duplicate_cell,   // two cells, or rows, of one place; the first counts
  bad_cell,         // of a string or place that is not there, or no number; the cell is left out
};
[[nodiscard]] std::string_view name_of(ProblemKind kind) noexcept;

struct Problem {
  ProblemKind kind = ProblemKind::ragged_row;
  Place place{};
  std::string detail{};  // UTF-8; may quote the file
};

struct SheetName {
  std::string name;
  bool hidden = false;
};

class Table {
 public:
  std::vector<SheetName> sheets;  // of the workbook; empty for CSV
  std::size_t sheet = 0;          // which of them this is
  std::optional<Row> header;      // the first row that holds something
  std::vector<Row> rows;          // the others, in order; rows without a value are not there
  std::vector<Cell> cells;
  std::string texts;
  std::vector<Problem> problems;
  std::uint64_t problems_dropped = 0;  // beyond Limits::max_problems
  // Of CSV: how it was read.
  std::string_view encoding = {};  // a constant, "UTF-8"
  char delimiter = 0;

  // nullptr where there is none.
  [[nodiscard]] const Cell* find(const Row& row, std::uint32_t column) const noexcept;
  [[nodiscard]] std::string_view text(const Cell& cell) const noexcept {
    return std::string_view(texts).substr(cell.offset, cell.length);
  }
  // "" where there is no cell.
  [[nodiscard]] std::string_view text(const Row& row, std::uint32_t column) const noexcept;
};

// Fills a Table within its limits; for the readers of this module.
class TableBuilder {
 public:
  explicit TableBuilder(const Limits& limits) : limits_(limits) {}

  void begin_row(std::uint32_t number, std::uint32_t line, bool hidden);
  // Cells of a row in rising order of columns. `text` may be empty only for kinds other than text.
  [[nodiscard]] base::Result<void> add(std::uint32_t column, CellKind kind, std::string_view text,
                                       double number = 0, bool formula = false);
  // A row without cells leaves no trace.
  [[nodiscard]] base::Result<void> end_row();
  void problem(ProblemKind kind, Place place, std::string_view detail = {});

  [[nodiscard]] std::uint32_t row_number() const noexcept { return row_.number; }
  [[nodiscard]] const Table& table() const noexcept { return table_; }
  [[nodiscard]] Table take() && { return std::move(table_); }

 private:
  Limits limits_;
  Table table_;
  Row row_;
};

// "table: <what> at <place>" with ErrorCode::limit_exceeded.
[[nodiscard]] base::Error beyond_limit(std::string_view what, std::uint64_t limit, Place place = {});

}  // namespace hinomi::parse::sheet
