// What people changed in a table that went out and came back: cells, new rows, missing rows, conflicts, and
// what programs did by themselves. Pure: it changes nothing and decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "parse/sheet/table.h"
#include "report/sheet/manifest.h"
#include "report/sheet/sheet.h"
#include "report/sheet/suspicion.h"

namespace hinomi::report::sheet {

// A record as it is now.
struct Original {
  std::string id;
  std::string version;
  std::vector<std::string> values;  // one for each column, plain forms
};

struct CellChange {
  std::size_t column = 0;  // in `columns`
  parse::sheet::Place place{};
  std::string before;
  std::string after;
  std::optional<Suspicion> suspicion{};  // where there is one, ask before taking it
};

struct RowChange {
  std::string id;
  std::uint32_t row = 0;
  // The version that the row went out with, "" where nobody knows; a conflict when it is not the present one:
  // then `before` is not what the person saw.
  std::string version;
  bool conflict = false;
  std::vector<CellChange> cells;  // at least one
};

struct NewRow {
  std::uint32_t row = 0;
  std::vector<CellChange> cells;  // those that hold something; `before` is ""
};

enum class TroubleKind : std::uint8_t {
  not_of_its_kind,    // no integer, no date, none of the choices; text: what the cell holds
  read_only_changed,  // the change is left out
  error_value,        // #N/A
  unknown_id,         // no such record, or none any more
  duplicate_id,       // the first row of this id counts
  duplicate_column,   // the first column of this title counts
  no_value,           // a formula that was never calculated
};
[[nodiscard]] std::string_view name_of(TroubleKind kind) noexcept;

struct Trouble {
  TroubleKind kind = TroubleKind::not_of_its_kind;
  parse::sheet::Place place{};
  std::optional<std::size_t> column{};  // in `columns`
  std::string text{};                   // cut
};

struct UnknownColumn {
  std::string title;
  std::uint32_t column = 0;
};

struct Comparison {
  std::vector<RowChange> changed;
  std::vector<NewRow> added;
  std::vector<std::string> missing;  // ids that went out and are not there any more
  std::vector<UnknownColumn> unknown_columns;
  std::vector<std::size_t> missing_columns;  // in `columns`; their values are left alone
  std::vector<Trouble> troubles;
  std::uint64_t troubles_dropped = 0;  // beyond kMaxTroubles
  std::size_t unchanged = 0;           // rows
};
inline constexpr std::size_t kMaxTroubles = 10'000;

struct CompareOptions {
  const Manifest* manifest = nullptr;  // where the file has one
  int utc_offset_minutes = 0;          // of times without a zone; the manifest's counts before
};

// `originals` are the present records, in any order. Columns are found by title, by key, or by the title that
// the manifest remembers, without regard to width and case. Rows are found by id; a row without an id is new.
// Missing are ids of the manifest, or of `originals` where there is no manifest.
// invalid_input when the table has no column of ids; usage when `columns` have none.
[[nodiscard]] base::Result<Comparison> compare(std::span<const Column> columns,
                                               std::span<const Original> originals,
                                               const parse::sheet::Table& table,
                                               const CompareOptions& options = {});

}  // namespace hinomi::report::sheet
