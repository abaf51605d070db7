#include "parse/sheet/formula_guard.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace hinomi::parse::sheet {
namespace {

TEST(FormulaGuard, puts_an_apostrophe_before_what_begins_a_formula) {
  EXPECT_EQ(guarded("=1+1"), "'=1+1");
  EXPECT_EQ(guarded("+81-3-1234"), "'+81-3-1234");
  EXPECT_EQ(guarded("-2"), "'-2");
  EXPECT_EQ(guarded("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(guarded("\t=1"), "'\t'=1");
  EXPECT_EQ(guarded("\r=1"), "'\r'=1");
  EXPECT_EQ(guarded("＝1"), "'＝1") << "full-width forms begin formulas in a Japanese Excel";
  EXPECT_EQ(guarded("  　=1"), "'  　=1");
  EXPECT_EQ(guarded("\"=1\""), "'\"=1\"");
}

TEST(FormulaGuard, looks_behind_separators_inside_the_text) {
  EXPECT_EQ(guarded("a;=cmd|'/c calc'!A1"), "a;'=cmd|'/c calc'!A1");
  EXPECT_EQ(guarded("a,\"=1"), "a,'\"=1");
  EXPECT_EQ(guarded("a\n-b"), "a\n'-b");
  EXPECT_EQ(guarded("a\tb|@c"), "a\tb|'@c");
}

TEST(FormulaGuard, leaves_other_text_alone) {
  for (const std::string_view text :
       {"plain", "a=b", "don't", "'quoted'", "2026-11-23", "a, b; c", "a\r\n\r\nb", ""}) {
    EXPECT_EQ(guarded(text), text);
    EXPECT_EQ(unguarded(text), text);
  }
}

TEST(FormulaGuard, undoes_what_other_programs_guarded) {
  EXPECT_EQ(unguarded("'=1+1"), "=1+1");
}

TEST(FormulaGuard, is_undone_exactly_whatever_the_text) {
  constexpr std::array<std::string_view, 17> kPieces = {"'", "=", "+",  "-", "@",  "\t", "\r", "\n", ",",
                                                        ";", "|", "\"", " ", "　", "＝", "a",  "日"};
  std::mt19937 random(20261123);
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    for (auto left = random() % 9; left > 0; --left) text += kPieces[random() % kPieces.size()];
    ASSERT_EQ(unguarded(guarded(text)), text) << round;
  }
}

}  // namespace
}  // namespace hinomi::parse::sheet
