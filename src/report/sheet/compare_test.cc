#include "report/sheet/compare.h"

#include <gtest/gtest.h>

#include "report/sheet/normal.h"
#include "report/sheet/testing/tables.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

// The CSV of `rows` with `from` replaced by `to`, read and compared.
std::string after_edit(const std::vector<Original>& rows, std::string_view from, std::string_view to,
                       const CompareOptions& options = {.utc_offset_minutes = kTokyo}) {
  const Sheet sheet = full_sheet();
  std::string file = *csv_of(sheet, source_of(rows));
  const std::size_t at = file.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  file.replace(at, from.size(), to);
  const auto found = compare(sheet.columns, rows, read_back(file), options);
  return found ? shown(sheet.columns, *found) : found.error().message;
}

// What a program made of one name.
std::string suspicion(std::string_view before, std::string_view after) {
  const std::string out = after_edit({record("k1", "<" + std::string(before) + ">")}, "k1", "k1");
  EXPECT_EQ(out, "");
  const std::vector<Original> rows = {record("k1", std::string(before))};
  const Sheet sheet = full_sheet();
  std::vector<Original> edited = rows;
  edited[0].values[1] = after;
  const auto found = compare(sheet.columns, rows, read_back(*csv_of(sheet, source_of(edited))), {});
  EXPECT_TRUE(found);
  if (found->changed.empty()) return "unchanged";
  const auto& cell = found->changed[0].cells[0];
  return cell.suspicion ? std::string(name_of(*cell.suspicion)) : "edit";
}

const std::vector<Original>& two_rows() {
  static const std::vector<Original> rows = {
      record("k1", "一号", {"5", "0.5", "true", "2026-11-23T05:05:00Z", "2026-11-23", "open", "情シス"}),
      record("k2", "二号", {"6"})};
  return rows;
}

TEST(Compare, finds_edits_new_missing_and_unknown) {
  EXPECT_EQ(after_edit(two_rows(), "一号", "壱号"), "k1\n  name: '一号' -> '壱号'\n");
  EXPECT_EQ(after_edit(two_rows(), "k2,二号", ",三号"),
            "new\n  name: '' -> '三号'\n  count: '' -> '6'\nmissing k2\n");
  EXPECT_EQ(after_edit(two_rows(), "k2,", "k9,"), "missing k2\nunknown_id A3 'k9'\n");
  EXPECT_EQ(after_edit(two_rows(), "k2,", "k1,"), "missing k2\nduplicate_id A3 'k1'\n");
  EXPECT_EQ(after_edit(two_rows(), "点数", "備考"), "unknown column 備考\nmissing column score\n");
  EXPECT_EQ(after_edit(two_rows(), "点数", "台数"), "missing column score\nduplicate_column D1 '台数'\n");
  EXPECT_EQ(after_edit(two_rows(), "ID", "番号"), "sheet: the table has no column 'ID'");
  EXPECT_EQ(after_edit(two_rows(), "点数", "ＳＣＯＲＥ "), "") << "by the key, in any width and case";
}

TEST(Compare, understands_how_people_write_values) {
  EXPECT_EQ(after_edit(two_rows(), ",5,0.5", ",\"1,234\",５０"),
            "k1\n  count: '5' -> '1234'\n  score: '0.5' -> '50'\n");
  EXPECT_EQ(after_edit(two_rows(), "true", "いいえ"), "k1\n  active: 'true' -> 'false'\n");
  EXPECT_EQ(after_edit(two_rows(), "true", "TRUE"), "");
  EXPECT_EQ(after_edit(two_rows(), ",2026-11-23,", ",2026/11/23,"), "");
  EXPECT_EQ(after_edit(two_rows(), ",2026-11-23,", ",２０２６年１１月３日,"),
            "k1\n  expires: '2026-11-23' -> '2026-11-03'\n");
  EXPECT_EQ(after_edit(two_rows(), "2026-11-23T14:05:00+09:00", "2026/11/23 14:05"), "");
  EXPECT_EQ(after_edit(two_rows(), "2026-11-23T14:05:00+09:00", "2026/11/23 9:00"),
            "k1\n  seen: '2026-11-23T05:05:00Z' -> '2026-11-23T00:00:00Z'\n");
  EXPECT_EQ(after_edit(two_rows(), "\"未対応, 新規\"", "対応済み "), "k1\n  state: 'open' -> 'done'\n");
  EXPECT_EQ(after_edit(two_rows(), "\"未対応, 新規\"", "DONE"), "k1\n  state: 'open' -> 'done'\n");
  EXPECT_EQ(after_edit(two_rows(), "\"未対応, 新規\"", ""), "k1\n  state: 'open' -> ''\n");
}

TEST(Compare, reports_what_is_not_of_its_kind_with_its_place) {
  EXPECT_EQ(after_edit(two_rows(), ",5,0.5", ",many,1.2.3"),
            "not_of_its_kind C2 'many'\nnot_of_its_kind D2 '1.2.3'\n");
  EXPECT_EQ(after_edit(two_rows(), ",2026-11-23,", ",11/23,"), "not_of_its_kind G2 '11/23'\n");
  EXPECT_EQ(after_edit(two_rows(), ",2026-11-23,", ",2026-02-30,"), "not_of_its_kind G2 '2026-02-30'\n");
  EXPECT_EQ(after_edit(two_rows(), "\"未対応, 新規\"", "保留"), "not_of_its_kind H2 '保留'\n");
  EXPECT_EQ(after_edit(two_rows(), ",5,", ",\"1,23\","), "not_of_its_kind C2 '1,23'\n");
  EXPECT_EQ(after_edit(two_rows(), "情シス", "総務"), "read_only_changed I2 '総務'\n");
}

TEST(Compare, is_not_misled_by_blanks_line_ends_and_composition) {
  const std::vector<Original> rows = {record("k1", "a\nが b"), record("k2", "〜")};
  EXPECT_EQ(after_edit(rows, "a\nが b", " a \r\nか\u3099\u00A0b\n"), "");
  EXPECT_EQ(after_edit(rows, "〜", "～"), "");
  EXPECT_EQ(after_edit(rows, "a\nが b", "a\n\nが b"), "k1\n  name: 'a\nが b' -> 'a\n\nが b'\n");
}

TEST(Compare, suspects_what_spreadsheets_do_by_themselves) {
  EXPECT_EQ(suspicion("007", "7"), "lost_leading_zeros");
  EXPECT_EQ(suspicion("0", "7"), "edit");
  EXPECT_EQ(suspicion("007", "8"), "edit");
  EXPECT_EQ(suspicion("1E5", "1.00E+05"), "scientific");
  EXPECT_EQ(suspicion("1E5", "100000"), "scientific");
  EXPECT_EQ(suspicion("1234567890123", "1.23457E+12"), "scientific");
  EXPECT_EQ(suspicion("1234567890123456", "1234567890123450"), "digits_rounded");
  EXPECT_EQ(suspicion("1234567890123456", "1234567890123457"), "digits_rounded") << "in doubt, ask";
  EXPECT_EQ(suspicion("1234567890123456", "1234567890999999"), "edit");
  EXPECT_EQ(suspicion("3-4", "3月4日"), "became_date");
  EXPECT_EQ(suspicion("3-4", "4-Mar"), "became_date");
  EXPECT_EQ(suspicion("MAR1", "2026/3/1"), "became_date");
  EXPECT_EQ(suspicion("2026-11-23", "2026/11/23"), "became_date");
  EXPECT_EQ(suspicion("2026-11-23", "2026-11-24"), "edit");
  EXPECT_EQ(suspicion("1.10", "1.1"), "number_rewritten");
  EXPECT_EQ(suspicion("+81312345678", "81312345678"), "number_rewritten");
  EXPECT_EQ(suspicion("50%", "0.5"), "number_rewritten");
  EXPECT_EQ(suspicion("true", "TRUE"), "became_boolean");
  EXPECT_EQ(suspicion("髙橋🎉", "髙橋??"), "characters_lost");
  EXPECT_EQ(suspicion("髙橋🎉です", "?橋?です"), "characters_lost");
  EXPECT_EQ(suspicion("what", "what?"), "edit");
  EXPECT_EQ(suspicion("ＡＢＣ", "ABC"), "width_only");
  EXPECT_EQ(suspicion("\"a\"...", "“a”…"), "autocorrected");
  EXPECT_EQ(suspicion(std::string(300, 'x'), std::string(255, 'x')), "cut");
  EXPECT_EQ(suspicion("abc", "abcd"), "edit");
}

TEST(Compare, suspects_dates_and_times_that_moved) {
  EXPECT_EQ(after_edit(two_rows(), ",2026-11-23,", ",2022-11-22,"),
            "k1\n  expires: '2026-11-23' -> '2022-11-22' date_system\n");
  EXPECT_EQ(after_edit({record("k1", "x", {"", "", "", "", "2026-03-04"})}, "2026-03-04", "2026-04-03"),
            "k1\n  expires: '2026-03-04' -> '2026-04-03' day_month_swapped\n");
  EXPECT_EQ(after_edit(two_rows(), "2026-11-23T14:05:00+09:00", "2026-11-23T05:05:00"),
            "k1\n  seen: '2026-11-23T05:05:00Z' -> '2026-11-22T20:05:00Z' zone_shifted\n");
}

TEST(Compare, sees_conflicts_by_the_version_that_went_out) {
  std::vector<Original> now = two_rows();
  now[0].version = "4";
  const Sheet sheet = full_sheet();
  std::vector<Original> edited = two_rows();
  edited[0].values[1] = "壱号";
  edited[1].values[1] = "弐号";
  const auto file = xlsx_of(sheet, source_of(edited));
  ASSERT_TRUE(file);
  const Manifest manifest = manifest_of(*file);
  const auto found = compare(sheet.columns, now, read_back(*file), {.manifest = &manifest});
  ASSERT_TRUE(found);
  EXPECT_EQ(shown(sheet.columns, *found),
            "k1 conflict, from version 3\n  name: '一号' -> '壱号'\nk2\n  name: '二号' -> '弐号'\n");
  const auto same = compare(sheet.columns, now, read_back(*csv_of(sheet, source_of(edited))),
                            {.utc_offset_minutes = kTokyo});
  EXPECT_EQ(shown(sheet.columns, *same), shown(sheet.columns, *found))
      << "CSV carries the version in a column";
}

TEST(Compare, missing_are_only_rows_that_went_out) {
  const Sheet sheet = full_sheet();
  const std::vector<Original> sent = {record("k1", "a"), record("k2", "b"), record("gone", "c")};
  const auto file = xlsx_of(sheet, source_of(sent));
  const Manifest manifest = manifest_of(*file);
  const std::vector<Original> back = {sent[0]};
  const auto table = read_back(*xlsx_of(sheet, source_of(back)));
  const std::vector<Original> now = {sent[0], sent[1], record("k9", "came later")};
  EXPECT_EQ(shown(sheet.columns, *compare(sheet.columns, now, table, {.manifest = &manifest})),
            "missing k2\n");
}

TEST(Compare, finds_columns_by_the_titles_that_went_out) {
  Sheet english = full_sheet();
  for (Column& column : english.columns) column.title = "The " + column.key;
  const auto file = xlsx_of(english, source_of(two_rows()));
  ASSERT_TRUE(file);
  const Manifest manifest = manifest_of(*file);
  const Sheet japanese = full_sheet();
  const auto found = compare(japanese.columns, two_rows(), read_back(*file), {.manifest = &manifest});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(shown(japanese.columns, *found), "");
}

parse::sheet::Table made_of(const std::vector<parse::sheet::Cell>& cells,
                            const std::vector<std::string>& texts) {
  parse::sheet::TableBuilder builder{parse::sheet::Limits{}};
  builder.begin_row(1, 0, false);
  EXPECT_TRUE(builder.add(1, parse::sheet::CellKind::text, "id"));
  EXPECT_TRUE(builder.add(2, parse::sheet::CellKind::text, "name"));
  EXPECT_TRUE(builder.add(3, parse::sheet::CellKind::text, "count"));
  EXPECT_TRUE(builder.end_row());
  builder.begin_row(2, 0, false);
  EXPECT_TRUE(builder.add(1, parse::sheet::CellKind::text, "k1"));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_TRUE(builder.add(static_cast<std::uint32_t>(i + 2), cells[i].kind, texts[i], cells[i].number,
                            cells[i].formula));
  }
  EXPECT_TRUE(builder.end_row());
  return std::move(builder).take();
}

TEST(Compare, knows_formulas_errors_and_typed_cells) {
  using parse::sheet::CellKind;
  const auto outcome = [](const parse::sheet::Table& table, std::string name, std::string count) {
    const Sheet sheet = full_sheet();
    const std::span<const Column> first(sheet.columns.data(), 3);
    const std::vector<Original> rows = {{"k1", "1", {"k1", std::move(name), std::move(count)}}};
    auto found = compare(first, rows, table, {});
    for (RowChange& row : found->changed) row.conflict = false;
    return shown(sheet.columns, *found);
  };
  EXPECT_EQ(
      outcome(made_of({{.kind = CellKind::text, .formula = true}, {.kind = CellKind::number}}, {"x", "5"}),
              "y", "5"),
      "k1\n  name: 'y' -> 'x' formula\n");
  EXPECT_EQ(
      outcome(made_of({{.kind = CellKind::text, .formula = true}, {.kind = CellKind::error}}, {"", "#REF!"}),
              "y", "5"),
      "no_value B2 ''\nerror_value C2 '#REF!'\n");
  EXPECT_EQ(
      outcome(made_of({{.kind = CellKind::date}, {.kind = CellKind::date}}, {"2026-03-04", "2026-03-04"}),
              "3-4", "5"),
      "k1\n  name: '3-4' -> '2026-03-04' became_date\nnot_of_its_kind C2 '2026-03-04'\n");
  EXPECT_EQ(outcome(made_of({{.kind = CellKind::number}, {.kind = CellKind::number}}, {"7", "100000"}), "007",
                    "100000"),
            "k1\n  name: '007' -> '7' lost_leading_zeros\n");
  EXPECT_EQ(
      outcome(made_of({{.kind = CellKind::boolean}, {.kind = CellKind::number}}, {"true", "5.5"}), "x", "5"),
      "k1\n  name: 'x' -> 'true' became_boolean\nnot_of_its_kind C2 '5.5'\n");
  EXPECT_EQ(outcome(made_of({{.kind = CellKind::number}}, {"123"}), "123", ""), "")
      << "a number that reads the same";
}

TEST(Compare, bounds_its_troubles) {
  std::string text = "ID,台数\n";
  for (std::size_t i = 0; i < kMaxTroubles + 5; ++i) text += "k" + std::to_string(i) + ",1\n";
  const auto found = compare(full_sheet().columns, {}, read_back(text), {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->troubles.size(), kMaxTroubles);
  EXPECT_EQ(found->troubles_dropped, 5u);
}

TEST(Manifest, is_refused_when_it_is_none_or_too_new) {
  const auto code = [](std::string_view csv) {
    const auto manifest = read_manifest(read_back(csv));
    return manifest ? base::ErrorCode::internal : manifest.error().code;
  };
  EXPECT_EQ(code("hinomi-export,1\n"), base::ErrorCode::internal) << "read";
  EXPECT_EQ(code("hinomi-export,2\n"), base::ErrorCode::unsupported);
  EXPECT_EQ(code("other,1\n"), base::ErrorCode::invalid_input);
  EXPECT_EQ(code("hinomi-export,1\ntime,soon\n"), base::ErrorCode::invalid_input);
  EXPECT_EQ(code("hinomi-export,1\nutc_offset_minutes,9999\n"), base::ErrorCode::invalid_input);
  EXPECT_EQ(code("hinomi-export,1,\nrow,a,1\nrow,a,2\n"), base::ErrorCode::invalid_input);
}

TEST(Value, times_keep_their_fraction_and_zone) {
  EXPECT_EQ(time_in_zone({0}, 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(time_in_zone({1'500'000'000}, kTokyo), "1970-01-01T09:00:01.5+09:00");
  EXPECT_EQ(time_in_zone({-1}, -210), "1969-12-31T20:29:59.999999999-03:30");
  EXPECT_EQ(time_serial({0}, 0), 25569.0);
  EXPECT_EQ(date_serial("1900-03-01"), 61.0);
  EXPECT_EQ(date_serial("1900-02-28"), std::nullopt);
}

TEST(Normal, folds_width_and_case_of_names_only) {
  EXPECT_EQ(comparable("ＡＢＣ"), "ＡＢＣ");
  EXPECT_EQ(without_width("ＡＢＣ　㈱ﾊﾞｯｸ"), "ABC (株)バック");
  EXPECT_EQ(name_form(" Ｓtate\n"), "state");
}

}  // namespace
}  // namespace hinomi::report::sheet
