#include <gtest/gtest.h>

#include "report/sheet/testing/tables.h"

namespace hinomi::report::sheet {
namespace {

TEST(CsvWriter, writes_titles_quotes_and_guards) {
  const Sheet sheet{.name = "s",
                    .columns = {{.key = "id", .title = "ID", .kind = ColumnKind::id},
                                {.key = "t", .title = "-名前", .kind = ColumnKind::text},
                                {.key = "n", .title = "数", .kind = ColumnKind::integer},
                                {.key = "w", .title = "時", .kind = ColumnKind::time}},
                    .utc_offset_minutes = kTokyo};
  const std::vector<Original> rows = {{"1", "2", {"1", "=a", "-5", "2026-11-23T05:05:00Z"}},
                                      {"2", "2", {"2", "x, \"y\"\nz", "+7", ""}}};
  const auto file = csv_of(sheet, source_of(rows));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file,
            "\xEF\xBB\xBFID,'-名前,数,時,hinomi:version\r\n"
            "1,'=a,-5,2026-11-23T14:05:00+09:00,2\r\n"
            "2,\"x, \"\"y\"\"\nz\",7,,2\r\n");
}

TEST(CsvWriter, hands_on_what_the_source_and_the_sink_say) {
  const base::Error error{base::ErrorCode::unavailable, "gone", {}, {}};
  const auto failing = csv_of(full_sheet(), [&](RowValues&) -> base::Result<bool> { return error; });
  ASSERT_FALSE(failing);
  EXPECT_EQ(failing.error().code, base::ErrorCode::unavailable);
  const std::vector<Original> none;
  const auto full =
      write_csv(full_sheet(), source_of(none), [&](std::string_view) -> base::Result<void> { return error; });
  EXPECT_EQ(full.error().code, base::ErrorCode::unavailable);
}

TEST(Writers, refuse_values_that_are_not_of_their_kind_and_say_where) {
  const auto refusal = [](std::vector<std::string> others) {
    const std::vector<Original> rows = {record("0", "ok"), record("1", "x", std::move(others))};
    const auto csv = csv_of(full_sheet(), source_of(rows));
    const auto xlsx = xlsx_of(full_sheet(), source_of(rows));
    EXPECT_FALSE(csv);
    EXPECT_FALSE(xlsx);
    EXPECT_EQ(csv.error().message, xlsx.error().message);
    return csv.error().message;
  };
  EXPECT_EQ(refusal({"5x"}), "sheet: the value at C3 (column 'count') is not of its kind: '5x'");
  EXPECT_NE(refusal({"", "nan"}).find("D3"), std::string::npos);
  EXPECT_NE(refusal({"", "", "TRUE"}).find("E3"), std::string::npos);
  EXPECT_NE(refusal({"", "", "", "2026-11-23T05:05:00"}).find("F3"), std::string::npos) << "no zone";
  EXPECT_NE(refusal({"", "", "", "", "2026-02-29"}).find("G3"), std::string::npos);
  EXPECT_NE(refusal({"", "", "", "", "", "closed"}).find("H3"), std::string::npos);
  EXPECT_NE(refusal({"", "", "", "", "", "", "\xFF"}).find("I3"), std::string::npos);
}

TEST(Writers, refuse_long_cells_instead_of_cutting_them) {
  std::string longest;
  for (std::size_t i = 0; i < kMaxCellUnits; ++i) longest += "あ";
  std::vector<Original> rows = {record("1", longest)};
  const auto file = xlsx_of(full_sheet(), source_of(rows));
  ASSERT_TRUE(file) << file.error().message;
  const auto table = read_back(*file);
  EXPECT_EQ(table.text(table.rows[0], 2), longest);
  rows[0].values[1] += "あ";
  EXPECT_EQ(xlsx_of(full_sheet(), source_of(rows)).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(csv_of(full_sheet(), source_of(rows)).error().code, base::ErrorCode::limit_exceeded);
  rows[0].values[1].clear();
  for (std::size_t i = 0; i < kMaxCellUnits / 2 + 1; ++i) rows[0].values[1] += "🎉";
  EXPECT_EQ(xlsx_of(full_sheet(), source_of(rows)).error().code, base::ErrorCode::limit_exceeded)
      << "an emoji is two units";
}

TEST(Writers, refuse_more_rows_than_they_promise) {
  const Sheet sheet{.name = "s", .columns = {{.key = "id", .title = "ID", .kind = ColumnKind::id}}};
  const auto endless = [](RowValues& row) -> base::Result<bool> {
    row.values = {"x"};
    return true;
  };
  EXPECT_EQ(csv_of(sheet, endless).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(xlsx_of(sheet, endless).error().code, base::ErrorCode::limit_exceeded);
}

TEST(Writers, refuse_sheets_whose_columns_cannot_be_told_apart) {
  const auto code = [](std::vector<Column> columns) {
    const Sheet sheet{.name = "s", .columns = std::move(columns)};
    const auto fits = check_sheet(sheet);
    return fits ? std::string("fits") : fits.error().message;
  };
  EXPECT_EQ(code({{.key = "a", .title = "A1"}, {.key = "b", .title = "B"}}), "fits");
  EXPECT_NE(code({}), "fits");
  EXPECT_NE(code(std::vector<Column>(201, {.key = "a", .title = "A"})), "fits");
  EXPECT_NE(code({{.key = "a", .title = "状態"}, {.key = "b", .title = "状態 "}}), "fits");
  EXPECT_NE(code({{.key = "a", .title = "ＩＤ"}, {.key = "b", .title = "id"}}), "fits");
  EXPECT_NE(code({{.key = "a", .title = "hinomi:Version"}}), "fits");
  EXPECT_NE(code({{.key = "a", .title = "A", .kind = ColumnKind::choice}}), "fits");
  EXPECT_NE(
      code({{.key = "a", .title = "A", .kind = ColumnKind::choice, .choices = {{"x", "Y"}, {"z", "y"}}}}),
      "fits");
  EXPECT_NE(code({{.key = "a", .title = "A", .kind = ColumnKind::id},
                  {.key = "b", .title = "B", .kind = ColumnKind::id}}),
            "fits");
  EXPECT_NE(code({{.key = "a", .title = std::string(256, 'x')}}), "fits");
}

TEST(XlsxWriter, makes_names_that_excel_takes) {
  EXPECT_EQ(sheet_name("資産台帳"), "資産台帳");
  EXPECT_EQ(sheet_name("a/b:c[d]*?\\'"), "a_b_c_d_____");
  EXPECT_EQ(sheet_name(""), "Sheet1");
  EXPECT_EQ(sheet_name("HINOMI"), "HINOMI_");
  EXPECT_EQ(sheet_name("History"), "History_");
  EXPECT_EQ(utf16_units(sheet_name("🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉")), 30u);
  EXPECT_EQ(sheet_name(std::string(40, 'x')), std::string(31, 'x'));
}

TEST(XlsxWriter, says_when_the_file_cannot_be_written) {
  const std::vector<Original> none;
  const auto done = write_xlsx(full_sheet(), source_of(none),
                               {.path = scratch_file("no/such/folder.xlsx"), .temporary_folder = {}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::ErrorCode::io);
}

TEST(XlsxWriter, writes_a_table_without_rows) {
  const std::vector<Original> none;
  const auto file = xlsx_of(full_sheet(), source_of(none));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(read_back(*file).rows.size(), 0u);
}

}  // namespace
}  // namespace hinomi::report::sheet
