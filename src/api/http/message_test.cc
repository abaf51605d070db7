#include "api/http/message.h"

#include <gtest/gtest.h>

namespace hinomi::api::http {
namespace {

TEST(HttpMessage, writes_no_field_that_would_become_two) {
  Response response;
  response.with("X-Good", "a b")
      .with("X-Bad", "a\r\nSet-Cookie: x=y")
      .with("X-Nul", std::string_view("a\0b", 3));
  const std::string head = head_of(response, "now", true);
  EXPECT_NE(head.find("X-Good: a b\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
  EXPECT_EQ(head.find("X-Nul"), std::string::npos);
}

TEST(HttpMessage, writes_dates_as_http_wants_them) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpMessage, knows_the_names_of_methods_exactly) {
  for (std::size_t i = 0; i < kMethods; ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(parse_method(name_of(method)), method);
  }
  EXPECT_EQ(parse_method("get"), std::nullopt);
  EXPECT_EQ(parse_method("TRACE"), std::nullopt);
}

}  // namespace
}  // namespace hinomi::api::http
