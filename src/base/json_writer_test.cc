#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace hinomi::base {
namespace {

TEST(JsonWriter, writes_nested_values) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .key("a")
      .integer(-1)
      .key("b")
      .begin_array()
      .string("x")
      .null()
      .boolean(true)
      .number(1.5)
      .end_array()
      .key("c")
      .begin_object()
      .end_object()
      .end_object();
  EXPECT_EQ(out, R"({"a":-1,"b":["x",null,true,1.5],"c":{}})");
}

TEST(JsonWriter, indents_when_asked) {
  std::string out;
  JsonWriter(out, 2).begin_object().key("a").begin_array().integer(1).end_array().end_object();
  EXPECT_EQ(out, "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST(JsonWriter, never_writes_invalid_text) {
  std::string out;
  append_json_string(out, std::string_view("\0\x1f\"\\\xff\u2028火\x7f", 12));
  EXPECT_EQ(out, "\"\\u0000\\u001f\\\"\\\\\uFFFD\\u2028火\\u007f\"");
}

}  // namespace
}  // namespace hinomi::base
