// XLSX (ECMA-376, SpreadsheetML): the sheets of a workbook and the values in their cells. Nothing is
// calculated, no link is followed, macros are not looked at. Not for .xls, .xlsb and .ods.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

class Workbook {
 public:
  // `bytes` are borrowed for the life of the workbook. Errors: invalid_input, unsupported, limit_exceeded.
  [[nodiscard]] static base::Result<Workbook> open(std::span<const std::byte> bytes,
                                                   const Limits& limits = {});
  Workbook(Workbook&&) noexcept;
  Workbook& operator=(Workbook&&) noexcept;
  ~Workbook();

  // Sheets of cells, in their order; charts are not among them.
  [[nodiscard]] const std::vector<SheetName>& sheets() const noexcept;
  // The first that is not hidden; the first where all are. There is always one.
  [[nodiscard]] std::size_t first_visible() const noexcept;
  // By its name, without regard to ASCII case.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;
  // usage where there is no such sheet; a sheet may hold no row.
  [[nodiscard]] base::Result<Table> read(std::size_t sheet) const;

 private:
  struct Parts;
  explicit Workbook(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::parse::sheet
