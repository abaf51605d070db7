#include "base/message_format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace hinomi::base {
namespace {

template <typename... Arguments>
std::string shown(void (*append)(std::string&, Arguments...), Arguments... arguments) {
  std::string out;
  append(out, arguments...);
  return out;
}

TEST(MessageFormat, groups_thousands) {
  EXPECT_EQ(shown<std::uint64_t>(append_count, 0), "0");
  EXPECT_EQ(shown<std::uint64_t>(append_count, 999), "999");
  EXPECT_EQ(shown<std::uint64_t>(append_count, 1000), "1,000");
  EXPECT_EQ(shown<std::uint64_t>(append_count, std::numeric_limits<std::uint64_t>::max()),
            "18,446,744,073,709,551,615");
}

TEST(MessageFormat, plain_numbers_have_digits_only) {
  EXPECT_EQ(shown<std::int64_t>(append_plain, 12345), "12345");
  EXPECT_EQ(shown<std::int64_t>(append_plain, -7), "-7");
}

TEST(MessageFormat, decimals_have_one_digit_after_the_point) {
  EXPECT_EQ(shown<double>(append_decimal, 1234.56), "1,234.6");
  EXPECT_EQ(shown<double>(append_decimal, 0.04), "0.0");
  EXPECT_EQ(shown<double>(append_decimal, -1000), "-1,000.0");
  EXPECT_EQ(shown<double>(append_decimal, std::numeric_limits<double>::infinity()), "–");
  EXPECT_EQ(shown<double>(append_decimal, std::numeric_limits<double>::max()).size(), 309u + 102u + 2u);
}

TEST(MessageFormat, sizes_change_unit_before_they_show_1024) {
  EXPECT_EQ(shown<std::uint64_t>(append_bytes, 1023), "1,023 B");
  EXPECT_EQ(shown<std::uint64_t>(append_bytes, 1536), "1.5 KiB");
  EXPECT_EQ(shown<std::uint64_t>(append_bytes, 1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(shown<std::uint64_t>(append_bytes, std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(MessageFormat, durations_show_their_two_largest_units) {
  using std::chrono::seconds;
  EXPECT_EQ(shown(append_duration, Language::en, seconds(0)), "0 s");
  EXPECT_EQ(shown(append_duration, Language::en, seconds(200)), "3 min 20 s");
  EXPECT_EQ(shown(append_duration, Language::en, seconds(7200)), "2 h");
  EXPECT_EQ(shown(append_duration, Language::ja, seconds(7505)), "2時間5分");
  EXPECT_EQ(shown(append_duration, Language::ja, seconds(90000)), "1日1時間");
  EXPECT_EQ(shown(append_duration, Language::en, seconds(-5)), "0 s");
}

TEST(MessageFormat, text_from_outside_cannot_control_the_terminal) {
  EXPECT_EQ(shown<std::string_view>(append_text, "a\x1b[2Jb"), "a\\x1b[2Jb");
}

TEST(Language, the_first_locale_name_that_is_set_decides) {
  EXPECT_EQ(language_of({"", "", "ja_JP.UTF-8"}), Language::ja);
  EXPECT_EQ(language_of({"ja", "en_GB", "C"}), Language::ja);
  EXPECT_EQ(language_of({"C.UTF-8", "", "ja_JP.UTF-8"}), Language::en);
  EXPECT_EQ(language_of({"", "ja-JP", "en_US"}), Language::ja);
  EXPECT_EQ(language_of({}), Language::en);
  EXPECT_EQ(language_of({"jam_JM", "", ""}), Language::en);
}

}  // namespace
}  // namespace hinomi::base
