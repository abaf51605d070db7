#include "query/pattern.h"

#include <gtest/gtest.h>

namespace hinomi::query {
namespace {

std::string pattern(std::string_view readable) {
  std::string out;
  for (const char c : readable) out += c == '*' ? kAnyRun : c == '?' ? kAnyOne : c == '~' ? kAnyDash : c;
  return out;
}

TEST(Pattern, matches_whole_texts_only) {
  EXPECT_TRUE(matches_pattern("abc", pattern("a*c")));
  EXPECT_TRUE(matches_pattern("ac", pattern("a*c")));
  EXPECT_FALSE(matches_pattern("abcd", pattern("a*c")));
  EXPECT_TRUE(matches_pattern("", pattern("*")));
  EXPECT_FALSE(matches_pattern("", pattern("?")));
  EXPECT_TRUE(matches_pattern("xaabaab", pattern("*aab")));
  EXPECT_TRUE(matches_pattern("aXbYc", pattern("a*b*c")));
  EXPECT_FALSE(matches_pattern("aXbY", pattern("a*b*c")));
}

TEST(Pattern, one_character_is_one_code_point) {
  EXPECT_TRUE(matches_pattern("a日c", pattern("a?c")));
  EXPECT_FALSE(matches_pattern("a日本c", pattern("a?c")));
  EXPECT_TRUE(matches_pattern("日本語", pattern("*本?")));
}

TEST(Pattern, a_dash_is_any_of_five) {
  for (const char* text : {"x -e", "x /e", "x –e", "x —e", "x ―e"})
    EXPECT_TRUE(matches_pattern(text, pattern("* ~e")));
  EXPECT_FALSE(matches_pattern("x +e", pattern("* ~e")));
}

TEST(Pattern, hostile_repeats_stay_polynomial) {
  const std::string text(20'000, 'a');
  EXPECT_FALSE(matches_pattern(text, pattern("*a*a*a*a*a*a*a*a*b")));
}

TEST(Pattern, lists_its_literal_pieces) {
  const std::string p = pattern("*ab?cd*~e");
  EXPECT_EQ(literal_pieces(p), (std::vector<std::string_view>{"ab", "cd", "e"}));
}

}  // namespace
}  // namespace hinomi::query
