// Reads a table from the bytes of a file, whatever form it has: the one call for most callers. Pure: no file,
// no thread, no clock, so that it may run in a confined worker.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "parse/sheet/csv.h"
#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

enum class Format : std::uint8_t { csv, xlsx };
// By the first bytes; everything that is no zip and no old workbook may be CSV.
[[nodiscard]] Format detect_format(std::span<const std::byte> bytes) noexcept;

struct ReadOptions {
  std::string sheet{};  // its name; "" is the first that is not hidden
  CsvOptions csv{};     // its limits hold for XLSX, too
};
// not_found where there is no sheet of that name; a table always has a header.
[[nodiscard]] base::Result<Table> read(std::span<const std::byte> bytes, const ReadOptions& options = {});

}  // namespace hinomi::parse::sheet
