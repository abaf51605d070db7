#include "api/http/client.h"

#include <gtest/gtest.h>

#include "api/http/testing/certificate_files.h"
#include "api/http/testing/running_server.h"

namespace hinomi::api::http {
namespace {

ServerAddress plain(std::uint16_t port) {
  return {false, "127.0.0.1", port};
}

TEST(ParseAddress, takes_what_a_browser_shows) {
  const auto address = parse_address("https://soc.example.jp");
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->secure);
  EXPECT_EQ(address->authority(), "soc.example.jp:443");
  EXPECT_EQ(parse_address("http://localhost:8440/")->origin(), "http://localhost:8440");
  EXPECT_EQ(parse_address("http://[::1]:8440")->origin(), "http://[::1]:8440");
  EXPECT_EQ(parse_address("https://[::1]")->host, "::1");
}

TEST(ParseAddress, refuses_everything_else) {
  for (const char* const text :
       {"", "localhost:8440", "ftp://localhost", "http://", "http://a/b", "http://user@host", "http://h:0",
        "http://h:65536", "http://h:8x", "http://[::1", "http://[::1]8440", "http://a b", "http://a\r\nb"})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(Client, sends_a_request_and_brings_the_answer_back) {
  EchoService service;
  service.handler = [](Request& request, const Responder& respond) {
    Response response;
    response.status = 201;
    response.with("ETag", request.field("if-match"));
    response.body = std::string(name_of(request.method)) + " " + request.path + "?" + request.query + " " +
                    request.body + " " + std::string(request.field("host"));
    respond(std::move(response));
  };
  RunningServer server(service);
  const auto address = plain(server.port());
  const auto answer = ask_server(address, {"PATCH", "/a?b=c", {{"If-Match", "\"7\""}}, "{}"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "PATCH /a?b=c {} " + address.authority());
  const auto etag = std::find_if(answer->fields.begin(), answer->fields.end(),
                                 [](const Field& field) { return field.name == "etag"; });
  ASSERT_NE(etag, answer->fields.end());
  EXPECT_EQ(etag->value, "\"7\"");
}

TEST(Client, knows_that_an_answer_to_head_has_no_body) {
  EchoService service;
  RunningServer server(service);
  const auto answer = ask_server(plain(server.port()), {"HEAD", "/", {}, {}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->body.empty());
}

TEST(Client, sends_nothing_that_would_be_another_request) {
  EchoService service;
  RunningServer server(service);
  const auto address = plain(server.port());
  for (const ClientRequest& request :
       {ClientRequest{"GET", "/a b", {}, {}}, ClientRequest{"GET", "a", {}, {}},
        ClientRequest{"GET", "/a\r\nX: y", {}, {}}, ClientRequest{"GET", "/", {{"A", "b\r\nX: y"}}, {}}}) {
    const auto answer = ask_server(address, request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::ErrorCode::invalid_input);
  }
  EXPECT_EQ(service.requests, 0);
}

TEST(Client, gives_up_when_no_answer_comes_or_a_too_long_one) {
  EchoService service;
  std::vector<Responder> kept;
  service.handler = [&](Request& request, const Responder& respond) {
    if (request.path == "/never") {
      kept.push_back(respond);
      return;
    }
    Response response;
    response.body.assign(4096, 'x');
    respond(std::move(response));
  };
  RunningServer server(service);
  const auto address = plain(server.port());
  const auto late = ask_server(address, {"GET", "/never", {}, {}},
                               {.authorities = {}, .patience = std::chrono::seconds(1)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::unavailable);
  const auto longer =
      ask_server(address, {"GET", "/", {}, {}},
                 {.authorities = {}, .patience = std::chrono::seconds(60), .body_limit = 1024});
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, base::ErrorCode::limit_exceeded);
  server.stop();
  const auto nobody = ask_server(address, {"GET", "/", {}, {}});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, base::ErrorCode::unavailable);
}

// 192.0.2.0/24 is for documentation: nothing is sent there, the address alone is refused.
TEST(Client, speaks_to_other_machines_over_tls_only) {
  const auto answer = ask_server({false, "192.0.2.1", 80}, {"GET", "/", {}, {}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::forbidden);
}

TEST(Client, trusts_a_server_over_tls_only_by_its_authority_and_its_name) {
  const CertificateFiles files;
  EchoService service;
  RunningServer server(service, {}, files.listener);
  const ClientRequest request{"GET", "/a", {}, {}};
  const ClientOptions known{.authorities = files.listener.certificate};
  const auto answer = ask_server({true, "localhost", server.port()}, request, known);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET /a? ");
  const auto strange = ask_server({true, "localhost", server.port()}, request);
  ASSERT_FALSE(strange);
  EXPECT_EQ(strange.error().code, base::ErrorCode::forbidden) << strange.error().message;
  const auto other_name = ask_server({true, "127.0.0.1", server.port()}, request, known);
  ASSERT_FALSE(other_name);
  EXPECT_EQ(other_name.error().code, base::ErrorCode::forbidden) << other_name.error().message;
  EXPECT_EQ(service.requests, 1);
}

}  // namespace
}  // namespace hinomi::api::http
