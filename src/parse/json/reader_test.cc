#include "parse/json/reader.h"

#include <gtest/gtest.h>

namespace hinomi::parse::json {
namespace {

std::string again(std::string_view text) {
  Reader reader;
  const auto value = reader.read(text);
  if (!value) return "!" + value.error().message;
  std::string out;
  append_json(out, *value);
  return out;
}

TEST(Reader, walks_every_kind_of_value) {
  EXPECT_EQ(
      again(R"( { "a" : [1,-2,18446744073709551615,1.5,true,false,null,"x\ny",[],{}], "b":{"c":{}} } )"),
      R"({"a":[1,-2,18446744073709551615,1.5,true,false,null,"x\ny",[],{}],"b":{"c":{}}})");
}

TEST(Reader, keeps_the_digits_of_numbers_out_of_range) {
  EXPECT_EQ(again(R"({"a":123456789012345678901234567890,"b":-9223372036854775809,"c":1e400})"),
            R"({"a":"123456789012345678901234567890","b":"-9223372036854775809","c":"1e400"})");
  EXPECT_EQ(again("99999999999999999999"), "\"99999999999999999999\"");
}

TEST(Reader, does_not_make_a_name_of_a_large_number) {
  EXPECT_EQ(again("{123456789012345678901234567890 :1}").front(), '!');
  EXPECT_EQ(again("[0123456789012345678901234567890]").front(), '!');
  EXPECT_EQ(again("[99999999999999999999x]").front(), '!');
}

TEST(Reader, replaces_unpaired_surrogates) {
  EXPECT_EQ(again(R"(["\uD800","a\udc00b","\uD83D\uDE00","\\uD800"])"),
            "[\"\xEF\xBF\xBD\",\"a\xEF\xBF\xBD"
            "b\",\"\xF0\x9F\x98\x80\",\"\\\\uD800\"]");
  EXPECT_EQ(again(R"(["\uD800\uD800\uDC00"])"), "[\"\xEF\xBF\xBD\xF0\x90\x80\x80\"]");
  EXPECT_EQ(again(R"(["\uD800\u12"])").front(), '!');
}

TEST(Reader, says_what_is_wrong_and_where) {
  Reader reader;
  const auto error = reader.read("{\"a\":\n1,}").error();
  EXPECT_EQ(error.where, (base::Position{2, 3}));
  EXPECT_EQ(error.message, "JSON document: expected a name in double quotes");
}

TEST(Reader, keeps_to_its_limits) {
  Reader reader({.document_bytes = 20, .depth = 3});
  EXPECT_TRUE(reader.read("[[[1]]]"));
  EXPECT_EQ(reader.read("[[[[1]]]]").error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(reader.read(std::string(30, ' ')).error().code, base::ErrorCode::limit_exceeded);
}

TEST(Reader, can_be_used_again_after_a_fault) {
  Reader reader;
  EXPECT_FALSE(reader.read("[1"));
  EXPECT_TRUE(reader.read("[1]"));
  EXPECT_FALSE(reader.read(""));
  EXPECT_TRUE(reader.read(std::string(200'000, ' ') + "[1]"));
}

TEST(Reader, does_not_look_at_the_content_of_the_padding) {
  Reader reader;
  for (const std::string text : {"[1,\"a\"]", "12", "{\"a\":true}", "\"x\"", "nul"}) {
    const bool valid = reader.read(text).has_value();
    for (const char filler : {'"', '}', '9', '\\', 'l', '\0'}) {
      const std::string memory = text + std::string(Reader::kPadding, filler);
      EXPECT_EQ(reader.read_padded(std::string_view(memory).substr(0, text.size())).has_value(), valid)
          << text << " before " << filler;
    }
  }
}

TEST(NumberText, is_decimal) {
  Reader reader;
  base::Arena arena;
  const auto text = [&](std::string_view number) {
    return std::string(number_text(*reader.read(number), arena));
  };
  EXPECT_EQ(text("4688.0"), "4688");
  EXPECT_EQ(text("-0.25"), "-0.25");
  EXPECT_EQ(text("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(text("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(text("1e300"), "1e+300");
  EXPECT_EQ(text("1e2"), "100");
}

}  // namespace
}  // namespace hinomi::parse::json
