#include "parse/syslog/access_log.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

TEST(AccessLog, reads_the_combined_format) {
  const auto line = parse_access_line(
      "192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a%20b.gif?x=1&y=../ HTTP/1.0\" 200 2326 "
      "\"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (\\\"x\\\")\"");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->client, "192.0.2.7");
  EXPECT_EQ(line->user, "frank");
  EXPECT_EQ(line->method, "GET");
  EXPECT_EQ(line->uri, "/a%20b.gif?x=1&y=../");
  EXPECT_EQ(line->path, "/a%20b.gif");
  EXPECT_EQ(line->query, "x=1&y=../");
  EXPECT_EQ(line->protocol, "HTTP/1.0");
  EXPECT_EQ(line->status, "200");
  EXPECT_EQ(line->bytes, "2326");
  EXPECT_EQ(line->referer, "http://www.example.com/start.html");
  EXPECT_EQ(line->user_agent, "Mozilla/4.08 [en] (\\\"x\\\")");
}

TEST(AccessLog, reads_the_common_format_and_a_virtual_host) {
  const auto line =
      parse_access_line("www.example.com:443 2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] \"-\" 408 -");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->virtual_host, "www.example.com:443");
  EXPECT_EQ(line->client, "2001:db8::1");
  EXPECT_EQ(line->user, "");
  EXPECT_EQ(line->request, "");
  EXPECT_EQ(line->method, "");
  EXPECT_EQ(line->bytes, "");
}

TEST(AccessLog, keeps_a_request_that_is_no_request) {
  const auto line =
      parse_access_line("h - - [10/Oct/2000:13:55:36 +0000] \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\"");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->request, "\\x16\\x03\\x01");
  EXPECT_EQ(line->uri, "");
}

TEST(AccessLog, refuses_other_text) {
  for (const char* text :
       {"", "a b c", "h - - [10/Oct/2000:13:55:36] \"GET /\" 200 1",
        "h - - [10/Oct/2000:13:55:36 +0000] GET / 200", "h - - [10/Oct/2000:13:55:36 +0000] \"GET /\" ok 1",
        "h - - [10/Oct/2000:13:55:36 +0000] \"GET /", "Nov 23 07:00:39 host named[1]: x [y]"}) {
    EXPECT_FALSE(parse_access_line(text)) << text;
  }
}

}  // namespace
}  // namespace hinomi::parse::syslog
