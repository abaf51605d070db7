#include "query/pattern.h"

#include <gtest/gtest.h>

#include <random>

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

TEST(Pattern, a_run_ends_between_code_points) {
  EXPECT_FALSE(matches_pattern("\xC3\xA9", pattern("*\xA9")));
  EXPECT_TRUE(matches_pattern("a\xA9", pattern("*\xA9")));
  EXPECT_TRUE(matches_pattern("日本日本語", pattern("*日本語*")));
}

// Word by word what the header says, without any cleverness.
bool matches_plainly(std::string_view text, std::string_view p) {
  if (p.empty()) return text.empty();
  if (p.front() == kAnyRun) {
    return matches_plainly(text, p.substr(1)) || (!text.empty() && matches_plainly(text.substr(1), p));
  }
  return !text.empty() && (p.front() == kAnyOne || p.front() == text.front()) &&
         matches_plainly(text.substr(1), p.substr(1));
}

TEST(Pattern, equals_a_plain_match_on_random_texts) {
  std::mt19937 random(20261125);
  const auto text_of = [&](std::string_view letters) {
    std::string text(random() % 9, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = text_of("ab");
    const std::string p = pattern(text_of("abb*?"));
    ASSERT_EQ(matches_pattern(text, p), matches_plainly(text, p)) << text << " " << i;
  }
}

TEST(Pattern, lists_its_literal_pieces) {
  const std::string p = pattern("*ab?cd*~e");
  EXPECT_EQ(literal_pieces(p), (std::vector<std::string_view>{"ab", "cd", "e"}));
}

}  // namespace
}  // namespace hinomi::query
