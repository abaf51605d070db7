#include "parse/sheet/csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hinomi::parse::sheet {
namespace {

base::Result<Table> read(std::string_view text, const CsvOptions& options = {}) {
  return read_csv(std::as_bytes(std::span(text)), options);
}

std::string shown(const Table& table) {
  std::string out;
  const auto add = [&](const Row& row) {
    for (std::uint32_t i = 0; i < row.count; ++i) {
      const Cell& cell = table.cells[row.first + i];
      out += place_name({row.number, cell.column}) + "=" + std::string(table.text(cell)) + " ";
    }
  };
  if (table.header) add(*table.header);
  for (const Row& row : table.rows) add(row);
  return out;
}

TEST(Csv, reads_quotes_and_line_ends_inside_them) {
  const auto table = read("id,名前\r\n1,\"a \"\"b\"\"\r\nc, d\"\r\n2,x");
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1=id B1=名前 A2=1 B2=a \"b\"\r\nc, d A3=2 B3=x ");
  EXPECT_EQ(table->rows[1].line, 4u) << "a record knows its line of text";
  EXPECT_TRUE(table->problems.empty());
}

TEST(Csv, finds_the_separator) {
  EXPECT_EQ(read("a,b\n1,2\n")->delimiter, ',');
  EXPECT_EQ(read("a;b\n1,5;2,5\n3,0;4\n")->delimiter, ';');
  EXPECT_EQ(read("a\tb\n\"1,2,3\"\t2\n")->delimiter, '\t');
  EXPECT_EQ(read("only\n1\n")->delimiter, ',');
  const auto declared = read("sep=;\r\na,b;c\r\n");
  ASSERT_TRUE(declared);
  EXPECT_EQ(shown(*declared), "A1=a,b B1=c ");
  EXPECT_EQ(declared->header->line, 2u);
  EXPECT_EQ(read("a,b\n1,2\n", {.delimiter = ';'})->header->count, 1u);
}

TEST(Csv, finds_the_encoding) {
  EXPECT_EQ(read("\xEF\xBB\xBFid,x\n1,2\n")->encoding, "UTF-8");
  EXPECT_EQ(shown(*read("\xEF\xBB\xBFid,x\n1,2\n")), "A1=id B1=x A2=1 B2=2 ")
      << "the mark is no part of a title";
  // 資産,表示 in CP932; the second byte of 表 is a backslash.
  const auto cp932 = read("\x8E\x91\x8E\x59,\x95\x5C\x8E\xA6\n1,\x87\x40\x81\x60\n");
  ASSERT_TRUE(cp932);
  EXPECT_EQ(cp932->encoding, "CP932");
  EXPECT_EQ(shown(*cp932), "A1=資産 B1=表示 A2=1 B2=①～ ");
  const auto euc = read("\xBB\xF1\xBB\xBA,\xC9\xBD\xBC\xA8\n\xA5\xAB\xA5\xCA,\xA4\xAB\xA4\xCA\n");
  ASSERT_TRUE(euc);
  EXPECT_EQ(euc->encoding, "EUC-JP");
  EXPECT_EQ(shown(*euc), "A1=資産 B1=表示 A2=カナ B2=かな ");
  const auto iso = read("\x1B$B;q;:\x1B(B,b\n");
  ASSERT_TRUE(iso);
  EXPECT_EQ(iso->encoding, "ISO-2022-JP");
  EXPECT_EQ(shown(*iso), "A1=資産 B1=b ");
  using namespace std::string_view_literals;
  for (const std::string_view text : {"\xFF\xFEi\0d\0,\0\x99\x30\n\0"sv, "i\0d\0,\0\x99\x30\n\0"sv,
                                      "\xFE\xFF\0i\0d\0,\x30\x99\0\n"sv, "\0i\0d\0,\x30\x99\0\n"sv}) {
    const auto utf16 = read(text);
    ASSERT_TRUE(utf16);
    EXPECT_EQ(shown(*utf16), "A1=id B1=\u3099 ");
  }
}

TEST(Csv, takes_the_encoding_that_is_given) {
  const auto table = read("\xBB\xB1\xBB\xBA,b\n", {.encoding = Encoding::cp932});
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1=ｻｱｻｺ B1=b ");
}

TEST(Csv, reports_malformed_bytes_and_keeps_the_rest) {
  const auto table = read("a,b\n\xFFx,1\n", {.encoding = Encoding::utf8});
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1=a B1=b A2=\uFFFDx B2=1 ");
  ASSERT_EQ(table->problems.size(), 1u);
  EXPECT_EQ(table->problems[0].kind, ProblemKind::malformed_bytes);
  EXPECT_EQ(read("a,b\n\xFF\xFF\x80,1\n").error().code, base::ErrorCode::invalid_input) << "no encoding fits";
}

TEST(Csv, reports_ragged_rows_with_their_place) {
  const auto table = read("a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n\n,,\n1,2,3\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 4u) << "rows without a value are passed over";
  ASSERT_EQ(table->problems.size(), 2u);
  EXPECT_EQ(table->problems[0].kind, ProblemKind::ragged_row);
  EXPECT_EQ(table->problems[0].place, (Place{2, 0}));
  EXPECT_EQ(table->problems[0].detail, "2 of 3");
  EXPECT_EQ(table->problems[1].detail, "4 of 3");
}

TEST(Csv, refuses_a_quote_that_never_closes_and_says_where) {
  const auto table = read("a,b\n1,2\n3,\"x\n4,5\n");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, base::ErrorCode::invalid_input);
  EXPECT_EQ(table.error().where.line, 3);
}

TEST(Csv, reports_text_behind_a_closing_quote_and_controls) {
  using namespace std::string_view_literals;
  const auto table = read("a,b\n\"x\"y,p\0q\n"sv);
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1=a B1=b A2=xy B2=p\0q "sv);
  ASSERT_EQ(table->problems.size(), 2u);
  EXPECT_EQ(table->problems[0].kind, ProblemKind::stray_quote);
  EXPECT_EQ(table->problems[1].kind, ProblemKind::control_character);
}

TEST(Csv, undoes_the_formula_guard_unless_told_not_to) {
  EXPECT_EQ(shown(*read("a\n'=1\n")), "A1=a A2==1 ");
  EXPECT_EQ(shown(*read("a\n'=1\n", {.undo_guard = false})), "A1=a A2='=1 ");
}

TEST(Csv, holds_its_limits) {
  const auto code = [](std::string_view text, const Limits& limits) {
    const auto table = read(text, {.limits = limits});
    return table ? base::ErrorCode::internal : table.error().code;
  };
  EXPECT_EQ(code("a,b\n1,2\n", {.max_bytes = 7}), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("a,b\n1,2\n1,2\n", {.max_rows = 2}), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("a,b,c\n", {.max_columns = 2}), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("a,b\n1,2\n", {.max_cells = 3}), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("a,bcd\n", {.max_cell_bytes = 2}), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("a,bcd\n", {.max_text_bytes = 3}), base::ErrorCode::limit_exceeded);
  const auto table = read("a,b\n1\n1\n1\n", {.limits = {.max_problems = 1}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->problems.size(), 1u);
  EXPECT_EQ(table->problems_dropped, 2u);
}

TEST(Csv, refuses_what_holds_nothing) {
  for (const std::string_view text : {"", "\n\n", ",,\n", "\xEF\xBB\xBF"}) EXPECT_FALSE(read(text)) << text;
}

TEST(Place, is_read_and_shown) {
  EXPECT_EQ(parse_place("$B$7"), (Place{7, 2}));
  EXPECT_EQ(parse_place("XFD1048576"), (Place{1'048'576, 16'384}));
  EXPECT_EQ(place_name({1'048'576, 16'384}), "XFD1048576");
  EXPECT_EQ(place_name({5, 27}), "AA5");
  for (const std::string_view bad :
       {"XFE1", "A1048577", "A0", "A-1", "A", "1", "", "A1B", "A01", "ZZZZZZZZZZZZZ1"}) {
    EXPECT_EQ(parse_place(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace hinomi::parse::sheet
