// CSV (RFC 4180) and its kin as spreadsheet programs write them: separators , ; TAB, any Japanese encoding,
// line ends inside quotes. Not for logs: the whole file is in memory.
#pragma once

#include <optional>
#include <span>

#include "base/result.h"
#include "parse/sheet/encoding.h"
#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

struct CsvOptions {
  std::optional<Encoding> encoding{};  // guessed where it is not given
  std::optional<char> delimiter{};     // ',', ';' or TAB; from a first line "sep=;", else what fits best
  bool undo_guard = true;              // formula_guard.h
  Limits limits{};
};

// All cells are text. Errors: limit_exceeded; invalid_input with the place for a quote that never closes, for
// an encoding that cannot be guessed, and for a file that holds nothing.
[[nodiscard]] base::Result<Table> read_csv(std::span<const std::byte> bytes, const CsvOptions& options = {});

}  // namespace hinomi::parse::sheet
