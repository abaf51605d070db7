#include "parse/sheet/read.h"

#include "parse/sheet/workbook.h"

namespace hinomi::parse::sheet {

Format detect_format(std::span<const std::byte> bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool office = text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06") ||
                      text.starts_with("\xD0\xCF\x11\xE0");
  return office ? Format::xlsx : Format::csv;
}

base::Result<Table> read(std::span<const std::byte> bytes, const ReadOptions& options) {
  if (detect_format(bytes) == Format::csv) return read_csv(bytes, options.csv);
  const auto workbook = Workbook::open(bytes, options.csv.limits);
  if (!workbook) return workbook.error();
  const auto sheet = options.sheet.empty() ? workbook->first_visible() : workbook->find(options.sheet);
  if (!sheet) {
    return base::Error{base::ErrorCode::not_found,
                       "XLSX: it has no sheet '" + options.sheet + "'",
                       "choose one of its sheets",
                       {}};
  }
  auto table = workbook->read(*sheet);
  if (table && !table->header) {
    return base::Error{base::ErrorCode::invalid_input,
                       "XLSX: the sheet holds no value",
                       "give a sheet with a row of titles",
                       {}};
  }
  return table;
}

}  // namespace hinomi::parse::sheet
