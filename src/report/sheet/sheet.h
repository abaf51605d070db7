// What a table that goes out to people is made of: columns with kinds, and rows that come one by one.
// Not for what the values mean; they are plain text in the forms that ColumnKind names.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/language.h"
#include "base/result.h"
#include "base/time.h"

namespace hinomi::report::sheet {

// The form of a column's values, everywhere in this module. The empty string is an empty cell in all of them.
enum class ColumnKind : std::uint8_t {
  text,     // any UTF-8
  integer,  // "-5"; 64 bits
  real,     // "0.25", finite
  boolean,  // "true", "false"
  time,     // RFC 3339 with a zone: "2026-11-23T05:05:00Z"
  date,     // "2026-11-23"
  choice,   // the key of one of the choices
  id,       // names the row; at most one column, read-only
};

struct Choice {
  std::string key;
  std::string title;  // what people see; of its own in the column
};

struct Column {
  std::string key;
  std::string title;  // of its own in the sheet
  ColumnKind kind = ColumnKind::text;
  double width = 0;  // in characters; 0 = what fits the kind
  std::vector<Choice> choices{};
  bool read_only = false;
  std::string note{};  // shown beside the title
};

struct Sheet {
  std::string name;
  std::vector<Column> columns;
  base::Language language = base::Language::ja;
  int utc_offset_minutes = 0;  // times are shown so; -840 to 840
  // What a later import must know (manifest.h).
  std::string export_id{};
  std::string entity{};
  std::string schema_version{};
  base::TimeNs exported_at{};
};

struct RowValues {
  std::string version;              // of the record, "" for none
  std::vector<std::string> values;  // one for each column
};
// Fills the next row; false at the end. The row is the caller's to reuse.
using RowSource = std::function<base::Result<bool>(RowValues&)>;

inline constexpr std::size_t kMaxRows = 100'000;
inline constexpr std::size_t kMaxColumns = 200;
inline constexpr std::size_t kMaxCellUnits = 32'767;   // UTF-16, Excel's own limit
inline constexpr std::size_t kMaxChoices = 1000;       // of one column
inline constexpr std::size_t kMaxAllChoices = 20'000;  // of all columns
inline constexpr std::size_t kMaxTitleUnits = 255;     // of titles, notes, keys
// The title of the column that a CSV file has for RowValues::version.
inline constexpr std::string_view kVersionTitle = "hinomi:version";

// usage when the columns cannot be told apart, are too many, or lack what their kind needs.
[[nodiscard]] base::Result<void> check_sheet(const Sheet& sheet);
// invalid_input or limit_exceeded when the row does not fit the sheet; `number` is its row, from 2.
[[nodiscard]] base::Result<void> check_row(const Sheet& sheet, const RowValues& row, std::uint32_t number);
[[nodiscard]] std::size_t utf16_units(std::string_view text) noexcept;

}  // namespace hinomi::report::sheet
