#include "query/value_match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "base/text.h"

namespace hinomi::query {
namespace {

bool holds(const Predicate& predicate, std::string_view text) {
  Program program;
  program.predicate(predicate);
  const ValueMatcher matcher(program);
  base::Arena arena;
  ValueText value({event::ValueKind::text, text});
  return matcher.holds(PredicateId{0}, value, arena);
}

TEST(ValueMatch, ignores_case_unless_cased) {
  EXPECT_TRUE(holds({.op = Op::ends_with, .text = "\\cmd.exe"}, "C:\\CMD.EXE"));
  EXPECT_FALSE(holds({.op = Op::ends_with, .cased = true, .text = "\\cmd.exe"}, "C:\\CMD.EXE"));
  EXPECT_TRUE(holds({.op = Op::contains, .text = "ｍｉｍｉ"}, "xＭＩＭＩx"));
  EXPECT_TRUE(holds({.op = Op::starts_with, .text = "k"}, "\u212Aelvin"));
  EXPECT_TRUE(holds({.op = Op::contains, .text = ""}, "x"));
}

TEST(ValueMatch, compares_numbers) {
  EXPECT_TRUE(holds({.op = Op::greater_equal, .number = 10}, "10"));
  EXPECT_TRUE(holds({.op = Op::greater, .number = 10}, "0x0b"));
  EXPECT_FALSE(holds({.op = Op::less, .number = 10}, "ten"));
  EXPECT_TRUE(holds({.op = Op::less, .number = -1}, "-1.5"));
  EXPECT_FALSE(holds({.op = Op::less_equal, .number = 10}, "3 "));
  for (const char* text : {"inf", "Infinity", "nan", "", "-"})
    EXPECT_FALSE(holds({.op = Op::greater, .number = 5}, text)) << text;
}

TEST(ValueMatch, knows_networks_of_both_families) {
  EXPECT_TRUE(holds({.op = Op::cidr, .text = "10.0.0.0/8"}, "10.255.1.2"));
  EXPECT_FALSE(holds({.op = Op::cidr, .text = "10.0.0.0/8"}, "11.0.0.1"));
  EXPECT_TRUE(holds({.op = Op::cidr, .text = "10.0.0.0/8"}, "::ffff:10.1.1.1"));
  EXPECT_TRUE(holds({.op = Op::cidr, .text = "2001:db8::/33"}, "2001:DB8:7fff::1"));
  EXPECT_FALSE(holds({.op = Op::cidr, .text = "2001:db8::/33"}, "2001:db8:8000::1"));
  EXPECT_TRUE(holds({.op = Op::cidr, .text = "192.168.1.7"}, "192.168.1.7"));
  EXPECT_FALSE(holds({.op = Op::cidr, .text = "0.0.0.0/0"}, "fe80::1"));
  EXPECT_FALSE(holds({.op = Op::cidr, .text = "10.0.0.0/8"}, "10.0.0.0/8"));
  EXPECT_FALSE(parse_network("10.0.0.0/33"));
  EXPECT_FALSE(parse_network("10.0.0/8"));
}

TEST(ValueMatch, regexes_keep_case_unless_told) {
  EXPECT_FALSE(holds({.op = Op::regex, .text = "mimi.atz"}, "MIMIKATZ"));
  EXPECT_TRUE(holds({.op = Op::regex, .regex = {.ignore_case = true}, .text = "mimi.atz"}, "MIMIKATZ"));
  EXPECT_TRUE(holds({.op = Op::regex, .regex = {.multi_line = true}, .text = "^b$"}, "a\nb\nc"));
  EXPECT_FALSE(holds({.op = Op::regex, .text = "^b$"}, "a\nb\nc"));
  EXPECT_TRUE(holds({.op = Op::regex, .regex = {.dot_all = true}, .text = "a.c"}, "a\nc"));
  const auto bad = check_regex("(?=x)", {});
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().remedy.find("look-around"), std::string::npos);
}

TEST(ValueMatch, takes_times_apart) {
  EXPECT_TRUE(
      holds({.op = Op::time_equals, .part = TimePart::hour, .number = 22}, "2026-11-23T07:00:00+09:00"));
  EXPECT_TRUE(holds({.op = Op::time_equals, .part = TimePart::week, .number = 53}, "2021-01-01 00:00:00"));
  EXPECT_FALSE(holds({.op = Op::time_equals, .part = TimePart::year, .number = 2026}, "no time"));
}

TEST(ValueMatch, null_satisfies_no_comparison) {
  Program program;
  program.predicate({.op = Op::equals, .text = ""});
  const ValueMatcher matcher(program);
  base::Arena arena;
  ValueText value({event::ValueKind::null, ""});
  EXPECT_FALSE(matcher.holds(PredicateId{0}, value, arena));
}

TEST(RegexTexts, are_in_every_text_that_matches) {
  EXPECT_EQ(texts_required_by_regex(R"(\\AppData\\Local\\Temp\\dat[0-9A-Z]{4}\.tmp)", {}),
            std::vector<std::string>{R"(\appdata\local\temp\dat)"});
  EXPECT_EQ(texts_required_by_regex(R"(net\s+(stop)?\s*SuperBackupMan)", {}),
            std::vector<std::string>{"superbackupman"});
  auto either = texts_required_by_regex("x(Environment|invoke)y", {});
  std::sort(either.begin(), either.end());
  EXPECT_EQ(either, (std::vector<std::string>{"xenvironmenty", "xinvokey"}));
}

TEST(RegexTexts, are_none_where_nothing_can_be_said) {
  for (const char* regex :
       {"[^/]{100,}$", "-k\\s", "(environment)?", "long enough|x", "日本語の鍵", ":[^ ]", "("})
    EXPECT_TRUE(texts_required_by_regex(regex, {}).empty()) << regex;
}

TEST(RegexTexts, never_miss_a_match_of_random_texts) {
  std::mt19937 random(20261125);
  const auto letters = [&](std::size_t most) {
    std::string text(1 + random() % most, ' ');
    for (char& c : text) c = "abkS"[random() % 4];
    return text;
  };
  int matched = 0;
  int judged = 0;
  for (int i = 0; i < 400; ++i) {
    std::string regex = letters(6);
    for (std::size_t k = random() % 4; k > 0; --k) {
      const std::string piece = letters(5);
      constexpr std::array<std::pair<const char*, const char*>, 6> kShapes{
          {{"(?:", ")?"}, {"(?i)", ""}, {"(", "|x)"}, {"", "*"}, {"[", "]"}, {"(?:", "|abka|Skab)"}}};
      const auto& [before, behind] = kShapes[random() % kShapes.size()];
      regex += before + piece + behind;
    }
    RegexFlags flags;
    flags.ignore_case = random() % 3 == 0;
    const auto texts = texts_required_by_regex(regex, flags);
    if (texts.empty()) continue;
    ++judged;
    Program program;
    const NodeId node =
        program.predicate({.field = event::FieldId{0}, .op = Op::regex, .regex = flags, .text = regex});
    const PredicateId id{program.node(node).value};
    const ValueMatcher matcher(program);
    for (int t = 0; t < 300; ++t) {
      std::string text = letters(14) + letters(14);
      if (random() % 3 == 0) text.insert(random() % text.size(), "\u212A");
      if (random() % 3 == 0) text.insert(random() % 2, "\u017F");
      ValueText value({event::ValueKind::text, text});
      base::Arena arena;
      if (!matcher.holds(id, value, arena)) continue;
      ++matched;
      const std::string folded = base::folded(text);
      EXPECT_TRUE(std::any_of(texts.begin(), texts.end(),
                              [&](const std::string& one) { return folded.find(one) != std::string::npos; }))
          << regex << " matches " << text;
    }
  }
  EXPECT_GT(judged, 100);
  EXPECT_GT(matched, 200);
}

}  // namespace
}  // namespace hinomi::query
