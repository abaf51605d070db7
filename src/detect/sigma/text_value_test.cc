#include "detect/sigma/text_value.h"

#include <gtest/gtest.h>

#include <random>

#include "query/pattern.h"

namespace hinomi::detect::sigma {
namespace {

using namespace std::string_literals;

constexpr char kStar = query::kAnyRun;
constexpr char kMark = query::kAnyOne;
constexpr char kDash = query::kAnyDash;

struct Written {
  std::string value;
  std::string encoded;
};

TEST(EncodeWildcards, follows_the_table_of_backslashes) {
  const std::vector<Written> table{
      {R"(a\b)", R"(a\b)"},     // a single one is plain
      {R"(a\\b)", R"(a\b)"},    // and so is a double one
      {R"(a\\\b)", R"(a\\b)"},  // three or four make two
      {R"(a\\\\b)", R"(a\\b)"},
      {R"(a\*b)", "a*b"},  // an escaped wildcard is plain
      {R"(a\?b)", "a?b"},
      {R"(a\\*b)", "a\\"s + kStar + "b"},  // an escaped backslash before a wildcard
      {R"(a\\?b)", "a\\"s + kMark + "b"},
      {R"(a\\\*b)", R"(a\*b)"},  // both escaped
      {R"(a\\\?b)", R"(a\?b)"},
      {"a*b?c", "a"s + kStar + "b" + kMark + "c"},
      {"a**b", "a"s + kStar + "b"},  // two runs are one
      {R"(end\)", R"(end\)"},
      {R"(end\\)", R"(end\)"},
      {R"(\\host\share\*)", R"(\host\share*)"},
      {"", ""},
  };
  for (const Written& row : table) EXPECT_EQ(encode_wildcards(row.value), row.encoded) << row.value;
}

TEST(ApplyWindash, opens_every_dash_that_begins_a_switch) {
  for (const char* dash : {"-", "/", "\u2013", "\u2014", "\u2015"}) {
    const std::string sign(dash);
    EXPECT_EQ(apply_windash(sign + "param"), kDash + "param"s) << dash;
    EXPECT_EQ(apply_windash(" " + sign + "p " + sign + "q"), " "s + kDash + "p " + kDash + "q") << dash;
    EXPECT_EQ(apply_windash("cmd.exe \"" + sign + "x"), "cmd.exe \""s + kDash + "x") << dash;
  }
  EXPECT_EQ(apply_windash("--param"), "-"s + kDash + "param");
  EXPECT_EQ(apply_windash("-é"), kDash + "é"s);
  EXPECT_EQ(apply_windash("\u3000-a"), "\u3000"s + kDash + "a");  // after an ideographic space
  EXPECT_EQ(apply_windash("\u201C-a\u201D"), "\u201C"s + kDash + "a\u201D");
}

TEST(ApplyWindash, leaves_dashes_inside_and_behind_words_alone) {
  for (const char* text : {"foo-bar", "foo/bar", "foo\u2013bar", "é-a", "a_-b", "9-5", "foo- bar", "-", " - ",
                           "a -", "日本-語"}) {
    EXPECT_EQ(apply_windash(text), text);
  }
  EXPECT_EQ(apply_windash("-foo-bar"), kDash + "foo-bar"s);
  EXPECT_EQ(apply_windash(kStar + "-foo"s), kStar + std::string(1, kDash) + "foo");
  EXPECT_EQ(apply_windash("-"s + kStar), "-"s + kStar);
}

TEST(Utf16, gives_the_bytes_of_each_form) {
  EXPECT_EQ(utf16("cmd", Utf16::little_endian), "c\0m\0d\0"s);
  EXPECT_EQ(utf16("cmd", Utf16::big_endian), "\0c\0m\0d"s);
  EXPECT_EQ(utf16("cmd", Utf16::with_mark),
            "\xFF\xFE"
            "c\0m\0d\0"s);
  EXPECT_EQ(utf16("火", Utf16::little_endian), "\x6B\x70"s);
  EXPECT_EQ(utf16("😀", Utf16::big_endian), "\xD8\x3D\xDE\x00"s);  // a pair of surrogates
  EXPECT_EQ(utf16("", Utf16::little_endian), "");
}

TEST(Base64, equals_the_vectors_of_rfc_4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, encoded] : vectors) EXPECT_EQ(base64(bytes), encoded);
  EXPECT_EQ(base64("\xFB\xFF\xFE"s), "+//+");
}

// Whatever surrounds the text, one of the variants occurs in the encoding of the whole: the one of its
// offset.
TEST(Base64Offsets, occur_in_every_encoding_that_holds_the_text) {
  std::mt19937 random(7);
  const auto bytes = [&](std::size_t count) {
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
  };
  for (std::size_t length = 2; length <= 40; ++length) {
    const std::string text = bytes(length);
    const auto variants = base64_offsets(text);
    ASSERT_EQ(variants.size(), 3U) << length;
    for (std::size_t offset = 0; offset < 12; ++offset) {
      for (std::size_t rest = 0; rest < 4; ++rest) {
        const std::string whole = base64(bytes(offset) + text + bytes(rest));
        EXPECT_NE(whole.find(variants[offset % 3]), std::string::npos)
            << length << " at " << offset << " before " << rest;
      }
    }
  }
}

TEST(Base64Offsets, are_refused_for_a_text_too_short_to_leave_a_trace) {
  EXPECT_TRUE(base64_offsets("").empty());
  EXPECT_TRUE(base64_offsets("a").empty());
  EXPECT_EQ(base64_offsets("ab").size(), 3U);
}

}  // namespace
}  // namespace hinomi::detect::sigma
