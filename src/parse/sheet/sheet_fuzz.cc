// Any bytes as a table of any form, as the XML inside one, and as text to guard: no crash, no leak, limits
// hold, the guard is undone exactly.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "parse/sheet/formula_guard.h"
#include "parse/sheet/read.h"
#include "parse/sheet/workbook.h"
#include "parse/sheet/worksheet.h"
#include "parse/sheet/xml.h"

namespace {

using namespace hinomi::parse::sheet;

constexpr Limits kLimits{.max_bytes = 1 << 20,
                         .max_unpacked_bytes = 4 << 20,
                         .max_ratio = 100,
                         .ratio_floor_bytes = 1 << 20,
                         .max_entries = 50,
                         .max_sheets = 10,
                         .max_rows = 500,
                         .max_columns = 50,
                         .max_cells = 2000,
                         .max_cell_bytes = 2000,
                         .max_text_bytes = 100'000,
                         .max_shared_strings = 1000,
                         .max_xml_depth = 20,
                         .max_xml_token_bytes = 4096,
                         .max_problems = 100};

void check(const Table& table) {
  HINOMI_CHECK(table.rows.size() < kLimits.max_rows);
  HINOMI_CHECK(table.cells.size() <= kLimits.max_cells);
  HINOMI_CHECK(table.texts.size() <= kLimits.max_text_bytes);
  HINOMI_CHECK(table.problems.size() <= kLimits.max_problems);
  std::uint32_t last = table.header ? table.header->number : 0;
  for (const Row& row : table.rows) {
    HINOMI_CHECK(row.number > last);
    HINOMI_CHECK(row.count > 0 && row.first + row.count <= table.cells.size());
    last = row.number;
    for (std::uint32_t i = 0; i < row.count; ++i) {
      const Cell& cell = table.cells[row.first + i];
      HINOMI_CHECK(cell.column >= 1 && cell.column <= kLimits.max_columns);
      HINOMI_CHECK(cell.offset + cell.length <= table.texts.size());
      HINOMI_CHECK(cell.length <= kLimits.max_cell_bytes);
      HINOMI_CHECK(table.find(row, cell.column) == &cell);
    }
  }
  HINOMI_CHECK(hinomi::base::is_utf8(table.texts));
}

void read_all_sheets(std::span<const std::byte> bytes) {
  const auto workbook = Workbook::open(bytes, kLimits);
  if (!workbook) return;
  HINOMI_CHECK(workbook->first_visible() < workbook->sheets().size());
  for (std::size_t i = 0; i < workbook->sheets().size(); ++i) {
    if (const auto table = workbook->read(i)) check(*table);
  }
}

void read_strings(std::string_view xml, SharedStrings& strings) {
  SharedStringsHandler handler(strings, kLimits);
  auto reader = XmlReader::open(handler, "strings", kLimits);
  HINOMI_CHECK(reader.has_value());
  if (reader->feed(xml)) (void)reader->finish();
}

void read_worksheet(std::string_view xml) {
  CellContext context;
  for (const std::string_view text : {"a", "b"}) HINOMI_CHECK(context.strings.add(text, kLimits).has_value());
  context.forms = {DateForm::none, DateForm::date, DateForm::date_and_time, DateForm::elapsed};
  WorksheetHandler handler(context, kLimits);
  auto reader = XmlReader::open(handler, "sheet", kLimits);
  HINOMI_CHECK(reader.has_value());
  if (reader->feed(xml) && reader->finish()) check(std::move(handler).take());
}

}  // namespace

// The first byte says what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  switch (data[0] % 5) {
    case 0:
      if (const auto table = read(bytes, {.csv = {.limits = kLimits}})) check(*table);
      break;
    case 1:
      read_all_sheets(bytes);
      break;
    case 2: {
      SharedStrings strings;
      read_strings(text, strings);
      for (std::size_t i = 0; i < strings.size(); ++i)
        HINOMI_CHECK(strings.at(i).size() <= kLimits.max_cell_bytes);
      break;
    }
    case 3:
      read_worksheet(text);
      break;
    default:
      HINOMI_CHECK(unguarded(guarded(text)) == text);
      (void)form_of(text);
      break;
  }
  return 0;
}
