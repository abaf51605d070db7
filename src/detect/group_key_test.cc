#include "detect/group_key.h"

#include <gtest/gtest.h>

#include <set>

namespace hinomi::detect {
namespace {

std::optional<std::string> key_of(std::vector<CapturedValue> captures, std::vector<std::uint32_t> indexes) {
  std::string key;
  if (!append_group_key(key, indexes, captures)) return std::nullopt;
  return key;
}

TEST(GroupKey, folds_beyond_ascii) {
  EXPECT_EQ(key_of({{true, "ΣΟΦΙΑ"}}, {0}), key_of({{true, "σοφια"}}, {0}));
  EXPECT_NE(key_of({{true, "a"}}, {0}), key_of({{true, "b"}}, {0}));
}

TEST(GroupKey, different_tuples_never_share_a_key) {
  const std::vector<std::string> parts = {"",
                                          "a",
                                          "aa",
                                          std::string("\0", 1),
                                          std::string("a\0\0\0\1", 5),
                                          std::string("\1\0\0\0", 4),
                                          std::string("\1\0\0\0a", 5)};
  std::set<std::string> keys;
  for (const std::string& first : parts) {
    for (const std::string& second : parts) keys.insert(*key_of({{true, first}, {true, second}}, {0, 1}));
  }
  EXPECT_EQ(keys.size(), parts.size() * parts.size());
}

TEST(GroupKey, takes_the_captures_that_are_named) {
  EXPECT_EQ(key_of({{true, "x"}, {true, "y"}, {false, ""}}, {1}), key_of({{true, "y"}}, {0}));
}

TEST(GroupKey, there_is_none_when_a_value_is_absent) {
  EXPECT_EQ(key_of({{true, "x"}, {false, "y"}}, {0, 1}), std::nullopt);
  EXPECT_EQ(key_of({{true, "x"}}, {1}), std::nullopt);
  EXPECT_EQ(key_of({}, {0xFFFF'FFFF}), std::nullopt);
  EXPECT_EQ(key_of({}, {}), "");
}

TEST(DecimalNumber, reads_decimal_numbers_only) {
  EXPECT_EQ(decimal_number("42"), 42);
  EXPECT_EQ(decimal_number("-0.5"), -0.5);
  EXPECT_EQ(decimal_number("1e3"), 1000);
  for (const char* text : {"", "+1", " 1", "1 ", "0x1", "1,5", "nan", "inf", "-inf", "1e999", "one"}) {
    EXPECT_EQ(decimal_number(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace hinomi::detect
