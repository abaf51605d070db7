// A sheet with a column of each kind, writers to memory, and the way back. For tests only.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "parse/sheet/read.h"
#include "parse/sheet/workbook.h"
#include "report/sheet/compare.h"
#include "report/sheet/csv_writer.h"
#include "report/sheet/manifest.h"
#include "report/sheet/xlsx_writer.h"

namespace hinomi::report::sheet {

inline constexpr int kTokyo = 540;

inline Sheet full_sheet() {
  return {.name = "資産台帳",
          .columns = {{.key = "id", .title = "ID", .kind = ColumnKind::id},
                      {.key = "name", .title = "名前", .kind = ColumnKind::text, .note = "正式な名前"},
                      {.key = "count", .title = "台数", .kind = ColumnKind::integer},
                      {.key = "score", .title = "点数", .kind = ColumnKind::real},
                      {.key = "active", .title = "有効", .kind = ColumnKind::boolean},
                      {.key = "seen", .title = "最終確認", .kind = ColumnKind::time},
                      {.key = "expires", .title = "期限", .kind = ColumnKind::date},
                      {.key = "state",
                       .title = "状態",
                       .kind = ColumnKind::choice,
                       .choices = {{"open", "未対応, 新規"}, {"done", "対応済み"}}},
                      {.key = "owner", .title = "部署", .kind = ColumnKind::text, .read_only = true}},
          .language = base::Language::ja,
          .utc_offset_minutes = kTokyo,
          .export_id = "0199-export",
          .entity = "asset",
          .schema_version = "7",
          .exported_at = {1'795'410'300'000'000'000}};
}

inline RowSource source_of(const std::vector<Original>& rows) {
  return [&rows, next = std::size_t{0}](RowValues& row) mutable -> base::Result<bool> {
    if (next >= rows.size()) return false;
    row.version = rows[next].version;
    row.values = rows[next++].values;
    return true;
  };
}

// The values of full_sheet(); the id is both.
inline Original record(std::string id, std::string name, std::vector<std::string> others = {}) {
  std::vector<std::string> values = {id, std::move(name)};
  values.insert(values.end(), others.begin(), others.end());
  values.resize(9);
  return {.id = std::move(id), .version = "3", .values = std::move(values)};
}

inline base::Result<std::string> csv_of(const Sheet& sheet, const RowSource& rows,
                                        const CsvStyle& style = {}) {
  std::string out;
  const auto done = write_csv(
      sheet, rows,
      [&out](std::string_view piece) -> base::Result<void> {
        out += piece;
        return {};
      },
      style);
  if (!done) return done.error();
  return out;
}

inline std::string scratch_file(const std::string& name) {
  const std::filesystem::path folder = std::string(HINOMI_TEST_SCRATCH) + "/report_sheet";
  std::filesystem::create_directories(folder);
  return folder / (std::to_string(::getpid()) + "_" + name);
}

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline base::Result<std::string> xlsx_of(const Sheet& sheet, const RowSource& rows) {
  const std::string path = scratch_file("table.xlsx");
  const auto done = write_xlsx(sheet, rows, {.path = path, .temporary_folder = {}});
  if (!done) {
    EXPECT_FALSE(std::filesystem::exists(path)) << "no half a file stays";
    return done.error();
  }
  std::string content = content_of(path);
  std::filesystem::remove(path);
  return content;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline parse::sheet::Table read_back(std::string_view file) {
  auto table = parse::sheet::read(bytes_of(file));
  EXPECT_TRUE(table) << table.error().message;
  return table ? std::move(*table) : parse::sheet::Table{};
}

inline Manifest manifest_of(std::string_view file) {
  const auto table = parse::sheet::read(
      bytes_of(file), {.sheet = std::string(kManifestSheet), .csv = {.limits = manifest_limits()}});
  EXPECT_TRUE(table);
  auto manifest = read_manifest(*table);
  EXPECT_TRUE(manifest) << manifest.error().message;
  return manifest ? std::move(*manifest) : Manifest{};
}

// One line for each finding.
inline std::string shown(const std::vector<Column>& columns, const Comparison& found) {
  std::string out;
  const auto add_cells = [&](const std::vector<CellChange>& cells) {
    for (const CellChange& cell : cells) {
      out += "  " + columns[cell.column].key + ": '" + cell.before + "' -> '" + cell.after + "'" +
             (cell.suspicion ? " " + std::string(name_of(*cell.suspicion)) : "") + "\n";
    }
  };
  for (const RowChange& row : found.changed) {
    out += row.id + (row.conflict ? " conflict, from version " + row.version : "") + "\n";
    add_cells(row.cells);
  }
  for (const NewRow& row : found.added) {
    out += "new\n";
    add_cells(row.cells);
  }
  for (const std::string& id : found.missing) out += "missing " + id + "\n";
  for (const UnknownColumn& column : found.unknown_columns) out += "unknown column " + column.title + "\n";
  for (const std::size_t column : found.missing_columns)
    out += "missing column " + columns[column].key + "\n";
  for (const Trouble& trouble : found.troubles) {
    out += std::string(name_of(trouble.kind)) + " " + parse::sheet::place_name(trouble.place) + " '" +
           trouble.text + "'\n";
  }
  return out;
}

}  // namespace hinomi::report::sheet
