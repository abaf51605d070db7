#include "base/normal_form.h"

#include <gtest/gtest.h>

namespace hinomi::base {
namespace {

TEST(NormalFormTest, widths_and_case_are_one) {
  EXPECT_EQ(nfkc_casefolded("Ｈｉｎｏｍｉ ABC"), "hinomi abc");
  EXPECT_EQ(nfkc_casefolded("ﾊﾞｯｸﾄﾞｱ"), nfkc_casefolded("バックドア"));
}

TEST(NormalFormTest, sorting_takes_katakana_for_hiragana) {
  EXPECT_EQ(sort_form("サトウ"), "さとう");
  EXPECT_EQ(sort_form("ｻﾄｳ"), "さとう");
}

TEST(NormalFormTest, malformed_bytes_are_replaced) {
  EXPECT_EQ(nfkc_casefolded("\xffあ"), "\xef\xbf\xbdあ");
}

}  // namespace
}  // namespace hinomi::base
