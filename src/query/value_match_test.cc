#include "query/value_match.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace hinomi::query
