#include "api/http/head_check.h"

#include <gtest/gtest.h>

#include <string>

namespace hinomi::api::http {
namespace {

int status_of(const std::string& head) {
  return check_head(head).status;
}

TEST(HeadCheck, takes_what_browsers_and_senders_send) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: localhost:8600\r\n\r\n"), 0);
  EXPECT_EQ(
      status_of(
          "GET /a?b=c%20d&e=[1] HTTP/1.1\r\nhost: [::1]:8600\r\nAccept: */*\r\nCookie: a=b; c=\"d\"\r\n\r\n"),
      0);
  EXPECT_EQ(status_of("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n"), 0);
  EXPECT_EQ(status_of("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), 0);
}

TEST(HeadCheck, refuses_what_two_programs_could_read_in_two_ways) {
  for (const std::string fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5, 5\r\n",
                                   "Content-Length: +5\r\n",
                                   "Content-Length: -5\r\n",
                                   "Content-Length: 0x5\r\n",
                                   "Content-Length: 5 5\r\n",
                                   "Content-Length: \r\n",
                                   "Content-Length: 99999999999999999999\r\n",
                                   "Content-Length : 5\r\n",
                                   " Content-Length: 5\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: gzip, chunked\r\n",
                                   "Transfer-Encoding: identity\r\n",
                                   "Transfer-Encoding: xchunked\r\n",
                                   "Transfer-Encoding:\x0b"
                                   "chunked\r\n",
                                   "Transfer-Encoding\t: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\n folded\r\n",
                                   "X: a\r\n\tfolded\r\n",
                                   "X: a\rTransfer-Encoding: chunked\r\n",
                                   "X: a\nY: b\r\n",
                                   "No colon\r\n",
                                   ": empty name\r\n",
                                   "X y: a\r\n",
                                   "Host: b\r\n",
                                   "X\xc3\xa4: a\r\n",
                                   "(X): a\r\n",
                                   "Authorization: a\r\nAuthorization: b\r\n"}) {
    EXPECT_NE(status_of("POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), 0) << fields;
  }
  const std::string nul("POST / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 38);
  EXPECT_EQ(status_of(nul), 400);
}

TEST(HeadCheck, refuses_request_lines_beyond_the_origin_form) {
  for (const std::string line :
       {"GET http://other/ HTTP/1.1", "GET //other/ HTTP/1.1", "CONNECT a:80 HTTP/1.1", "OPTIONS * HTTP/1.1",
        "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET /\tHTTP/1.1", "get / HTTP/1.1", "GET / http/1.1", "GET /",
        "GET", "GET /a b HTTP/1.1", "GET /#x HTTP/1.1", "GET /\xc3\xa4 HTTP/1.1", "GET /<a> HTTP/1.1",
        "G\x00T / HTTP/1.1", "GET / HTTP/1.10"}) {
    EXPECT_EQ(status_of(line + "\r\nHost: a\r\n\r\n"), 400) << line;
  }
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"), 417);
}

TEST(HeadCheck, limits_the_number_of_fields) {
  const auto with_fields = [](std::size_t count) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i) head += "X: y\r\n";
    return head + "\r\n";
  };
  EXPECT_EQ(status_of(with_fields(kMaxFields)), 0);
  EXPECT_EQ(status_of(with_fields(kMaxFields + 1)), 431);
}

TEST(HeadCheck, finds_the_end_wherever_the_bytes_are_cut) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = head + "body\n\n";
  for (std::size_t scanned = 0; scanned < head.size(); ++scanned) {
    EXPECT_EQ(find_head_end(bytes.substr(0, scanned), 0).kind, HeadEnd::Kind::need_more);
    const HeadEnd end = find_head_end(bytes, scanned);
    ASSERT_EQ(end.kind, HeadEnd::Kind::found) << scanned;
    EXPECT_EQ(end.size, head.size());
  }
}

TEST(HeadCheck, sees_at_once_that_bytes_are_no_request) {
  EXPECT_EQ(find_head_end("\x16\x03\x01", 0).kind, HeadEnd::Kind::malformed) << "a TLS client";
  EXPECT_EQ(find_head_end("\r\nGET", 0).kind, HeadEnd::Kind::malformed);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost: a\n\n", 0).kind, HeadEnd::Kind::malformed);
}

}  // namespace
}  // namespace hinomi::api::http
