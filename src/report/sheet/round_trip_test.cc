// What goes out and comes back untouched is unchanged, in every form and for every kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "report/sheet/testing/tables.h"

namespace hinomi::report::sheet {
namespace {

// Texts that programs like to change.
const std::vector<std::string> kHardTexts = {"資産①髙﨑㈱",
                                             "🎉 絵文字 👨‍👩‍👧",
                                             "1行目\n2行目\r\n3行目",
                                             "007",
                                             "12345678901234567890",
                                             "1E5",
                                             "3-4",
                                             "2026/11/23",
                                             "TRUE",
                                             "=1+1",
                                             "+81-3-1234-5678",
                                             "-x",
                                             "@here",
                                             "\t=1",
                                             "a;=cmd|'/c calc'!A1",
                                             "a,\"=1\"",
                                             "'=1",
                                             "''=1",
                                             "'plain",
                                             "＝全角",
                                             "_x0041_ _x005F_",
                                             "<a href=\"x\">&amp;</a>",
                                             "https://example.jp/?a=1",
                                             "mailto:a@example.jp",
                                             "\"quoted\"",
                                             "50%",
                                             "#N/A",
                                             "～〜－−",
                                             "が",
                                             std::string("\x01\x1F\x7F", 3),
                                             "x\xEF\xBF\xBFy",
                                             "{=SUM(A1)}",
                                             "  inner  blanks  inside"};

std::vector<Original> hard_rows() {
  std::vector<Original> rows;
  for (std::size_t i = 0; i < kHardTexts.size(); ++i)
    rows.push_back(record("id-" + std::to_string(i), kHardTexts[i]));
  rows.push_back(record(
      "values", "v",
      {"-9223372036854775808", "-0.1", "true", "2026-11-23T05:05:00Z", "2026-11-23", "open", "情シス"}));
  rows.push_back(
      record("long", "v",
             {"123456789012345", "1e300", "false", "2026-11-23T05:05:00.123456789Z", "1900-02-28", "done"}));
  rows.push_back(
      record("more", "v",
             {"1234567890123456", "0.30000000000000004", "", "1969-12-31T23:59:59.999Z", "9999-12-31"}));
  rows.push_back(record("early", "v", {"0", "-0", "", "1700-01-01T00:00:00Z", "0001-01-01"}));
  rows.push_back(record("empty", ""));
  return rows;
}

TEST(RoundTrip, through_xlsx_changes_nothing) {
  const Sheet sheet = full_sheet();
  const auto rows = hard_rows();
  const auto file = xlsx_of(sheet, source_of(rows));
  ASSERT_TRUE(file) << file.error().message;
  const auto table = read_back(*file);
  EXPECT_EQ(table.rows.size(), rows.size());
  for (std::size_t i = 0; i < kHardTexts.size(); ++i) {
    EXPECT_EQ(table.text(table.rows[i], 2), kHardTexts[i]) << "to the byte";
    EXPECT_EQ(table.find(table.rows[i], 2)->kind, parse::sheet::CellKind::text);
    EXPECT_FALSE(table.find(table.rows[i], 2)->formula);
  }
  const Manifest manifest = manifest_of(*file);
  const auto found = compare(sheet.columns, rows, table, {.manifest = &manifest});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(shown(sheet.columns, *found), "");
  EXPECT_EQ(found->unchanged, rows.size());
}

TEST(RoundTrip, through_csv_changes_nothing) {
  const Sheet sheet = full_sheet();
  const auto rows = hard_rows();
  for (const char delimiter : {',', ';', '\t'}) {
    for (const CsvEncoding encoding : {CsvEncoding::utf8, CsvEncoding::utf8_with_mark}) {
      const auto file = csv_of(sheet, source_of(rows), {.encoding = encoding, .delimiter = delimiter});
      ASSERT_TRUE(file) << file.error().message;
      const auto table = read_back(*file);
      EXPECT_EQ(table.delimiter, delimiter);
      ASSERT_EQ(table.rows.size(), rows.size());
      for (std::size_t i = 0; i < kHardTexts.size(); ++i) {
        EXPECT_EQ(table.text(table.rows[i], 2), kHardTexts[i]) << "to the byte";
      }
      const auto found = compare(sheet.columns, rows, table, {.utc_offset_minutes = kTokyo});
      ASSERT_TRUE(found);
      EXPECT_EQ(shown(sheet.columns, *found), "");
      EXPECT_EQ(found->unchanged, rows.size());
    }
  }
}

TEST(RoundTrip, through_cp932_changes_nothing_and_refuses_what_it_lacks) {
  const Sheet sheet = full_sheet();
  std::vector<Original> rows = {record("1", "①髙﨑㈱ 表示能ソ"), record("2", "9:00〜17:00 −5 〜"),
                                record("3", "ｶﾅ")};
  const auto file = csv_of(sheet, source_of(rows), {.encoding = CsvEncoding::cp932});
  ASSERT_TRUE(file) << file.error().message;
  const auto table = read_back(*file);
  EXPECT_EQ(table.encoding, "CP932");
  EXPECT_EQ(shown(sheet.columns, *compare(sheet.columns, rows, table, {.utc_offset_minutes = kTokyo})), "");
  for (const std::string_view lacking : {"🎉", "é", "𠮷野家", "😀"}) {
    rows[1].values[1] = lacking;
    const auto refused = csv_of(sheet, source_of(rows), {.encoding = CsvEncoding::cp932});
    ASSERT_FALSE(refused) << lacking;
    EXPECT_EQ(refused.error().code, base::ErrorCode::unsupported);
    EXPECT_NE(refused.error().message.find("B3"), std::string::npos) << refused.error().message;
  }
}

TEST(RoundTrip, keeps_numbers_and_dates_as_such_in_xlsx) {
  const Sheet sheet = full_sheet();
  const auto rows = hard_rows();
  const auto file = xlsx_of(sheet, source_of(rows));
  ASSERT_TRUE(file);
  const auto table = read_back(*file);
  using parse::sheet::CellKind;
  const auto kind = [&](std::size_t row, std::uint32_t column) {
    return table.find(table.rows[kHardTexts.size() + row], column)->kind;
  };
  EXPECT_EQ(kind(1, 3), CellKind::number);
  EXPECT_EQ(kind(0, 3), CellKind::text) << "more digits than Excel keeps";
  EXPECT_EQ(kind(2, 3), CellKind::text);
  EXPECT_EQ(kind(0, 5), CellKind::boolean);
  EXPECT_EQ(kind(0, 6), CellKind::time);
  EXPECT_EQ(table.text(table.rows[kHardTexts.size()], 6), "2026-11-23T14:05:00")
      << "in the zone of the sheet";
  EXPECT_EQ(kind(1, 6), CellKind::text) << "finer than a millisecond";
  EXPECT_EQ(kind(0, 7), CellKind::date);
  EXPECT_EQ(kind(1, 7), CellKind::text) << "Excel counts a day too many there";
  EXPECT_EQ(table.text(table.rows[kHardTexts.size()], 8), "未対応, 新規");
}

TEST(RoundTrip, the_manifest_says_what_went_out) {
  const auto file = xlsx_of(full_sheet(), source_of({record("a", "x"), record("b", "y")}));
  ASSERT_TRUE(file);
  const Manifest manifest = manifest_of(*file);
  EXPECT_EQ(manifest.export_id, "0199-export");
  EXPECT_EQ(manifest.entity, "asset");
  EXPECT_EQ(manifest.schema_version, "7");
  EXPECT_EQ(manifest.exported_at, full_sheet().exported_at);
  EXPECT_EQ(manifest.utc_offset_minutes, kTokyo);
  EXPECT_EQ(manifest.column_keys.at("名前"), "name");
  EXPECT_EQ(manifest.row_versions, (std::map<std::string, std::string, std::less<>>{{"a", "3"}, {"b", "3"}}));
  const auto book = parse::sheet::Workbook::open(bytes_of(*file));
  ASSERT_TRUE(book);
  EXPECT_EQ(book->sheets()[0].name, "資産台帳");
  EXPECT_TRUE(book->sheets()[1].hidden);
}

TEST(RoundTrip, the_same_rows_make_the_same_file) {
  const auto rows = hard_rows();
  EXPECT_EQ(*xlsx_of(full_sheet(), source_of(rows)), *xlsx_of(full_sheet(), source_of(rows)));
}

TEST(RoundTrip, many_rows) {
  const Sheet sheet{.name = "多い",
                    .columns = {{.key = "id", .title = "ID", .kind = ColumnKind::id},
                                {.key = "n", .title = "数", .kind = ColumnKind::integer}}};
  constexpr std::size_t kCount = 20'000;
  const auto source = [next = std::size_t{0}](RowValues& row) mutable -> base::Result<bool> {
    if (next == kCount) return false;
    row = {.version = std::to_string(next),
           .values = {"id" + std::to_string(next), std::to_string(next * 3)}};
    ++next;
    return true;
  };
  const auto file = xlsx_of(sheet, source);
  ASSERT_TRUE(file) << file.error().message;
  const auto table = read_back(*file);
  ASSERT_EQ(table.rows.size(), kCount);
  EXPECT_EQ(table.text(table.rows.back(), 2), std::to_string((kCount - 1) * 3));
  EXPECT_EQ(manifest_of(*file).row_versions.at("id777"), "777");
}

TEST(RoundTrip, the_hidden_sheet_may_have_more_rows_than_the_table) {
  Sheet sheet{.name = "s", .columns = {{.key = "id", .title = "ID", .kind = ColumnKind::id}}};
  std::vector<Choice> choices;
  for (std::size_t i = 0; i < kMaxChoices; ++i)
    choices.push_back({"k" + std::to_string(i), "選択" + std::to_string(i)});
  for (int i = 0; i < 20; ++i) {
    const std::string name = "c" + std::to_string(i);
    sheet.columns.push_back({.key = name, .title = name, .kind = ColumnKind::choice, .choices = choices});
  }
  const std::vector<Original> none;
  const auto file = xlsx_of(sheet, source_of(none));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(manifest_of(*file).column_keys.size(), 21u);
  sheet.columns.push_back({.key = "x", .title = "x", .kind = ColumnKind::choice, .choices = {{"a", "b"}}});
  EXPECT_FALSE(xlsx_of(sheet, source_of(none)));
  EXPECT_GT(manifest_limits().max_rows, kMaxRows + kMaxAllChoices + sheet.columns.size());
}

TEST(RoundTrip, a_cut_file_is_read_whole_or_not_at_all) {
  const Sheet sheet = full_sheet();
  const auto rows = hard_rows();
  const auto file = xlsx_of(sheet, source_of(rows));
  ASSERT_TRUE(file);
  for (std::size_t size = 0; size < file->size(); size += 64) {
    const auto table = parse::sheet::read(bytes_of(std::string_view(*file).substr(0, size)));
    if (!table) continue;
    const auto found = compare(sheet.columns, rows, *table, {.utc_offset_minutes = kTokyo});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->unchanged + found->changed.size(), rows.size()) << size;
    EXPECT_TRUE(found->missing.empty()) << size;
  }
}

// Python's zipfile and xml stand for a reader that is not ours.
TEST(RoundTrip, another_reader_finds_a_sound_archive_of_well_formed_xml) {
  if (std::system("command -v python3 >/dev/null 2>&1") != 0) GTEST_SKIP() << "python3 is not installed";
  const std::string path = scratch_file("python.xlsx");
  const auto rows = hard_rows();
  ASSERT_TRUE(write_xlsx(full_sheet(), source_of(rows), {.path = path, .temporary_folder = {}}));
  const std::string command =
      "python3 '" HINOMI_SOURCE_DIR "/src/report/sheet/testing/check_workbook.py' '" + path + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  ASSERT_TRUE(pipe);
  std::string output(4096, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe.get()));
  EXPECT_EQ(output, "rows " + std::to_string(rows.size() + 1) +
                        "\nformulas 0\nlinks 0\nvalidations 2\ncomments 1\nfrozen 1\nfilter A1:I" +
                        std::to_string(rows.size() + 1) + "\nlocked 1\nhidden hinomi\n");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace hinomi::report::sheet
