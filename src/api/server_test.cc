#include "api/server.h"

#include <gtest/gtest.h>

#include <set>

#include "api/sessions.h"
#include "api/testing/api_fixture.h"
#include "os/file.h"

namespace hinomi::api {
namespace {

using http::RawClient;
using http::RawResponse;

class ApiServer : public ApiFixture {};

// The pattern of a route with something in each placeholder.
std::string target_of(const Route& route) {
  std::string target(route.pattern);
  const std::size_t open = target.find('{');
  return open == std::string::npos ? target : target.substr(0, open) + "x";
}

TEST_F(ApiServer, lets_nobody_through_a_route_that_is_not_for_everyone) {
  start();
  std::set<std::string> seen;
  for (const Route& route : server_->routes()) {
    const std::string method(http::name_of(route.method));
    const std::string own = route.method == http::Method::get ? "" : "Origin: " + origin() + "\r\n";
    const RawResponse response = ask(request(method, target_of(route), own));
    const bool open = route.permission == Permission::everyone || route.permission == Permission::report_csp;
    if (open) {
      EXPECT_LT(response.status, 300) << method << route.pattern;
    } else if (route.permission == Permission::sign_in) {
      EXPECT_EQ(response.status, 415) << "no ticket is in an empty body";
    } else {
      EXPECT_EQ(response.status, 401) << method << route.pattern;
      EXPECT_NE(response.body.find("\"code\":"), std::string::npos);
      EXPECT_EQ(response.field("Content-Type"), "application/problem+json");
    }
    seen.insert(method + std::string(route.pattern));
  }
  EXPECT_GE(seen.size(), 13u);
}

TEST_F(ApiServer, refuses_every_route_under_another_name_or_from_another_site) {
  start();
  sign_in();
  const std::string source = "Authorization: Bearer " + std::string(kSourceToken) + "\r\n";
  for (const Route& route : server_->routes()) {
    const std::string method(http::name_of(route.method));
    for (const std::string host : {"evil.example", "127.0.0.1", "localhost.evil.example:80"}) {
      const RawResponse response = ask(method + " " + target_of(route) + " HTTP/1.1\r\nHost: " + host +
                                       "\r\n" + cookie_ + source + "\r\n");
      EXPECT_EQ(response.status, 403) << method << route.pattern << host;
    }
    if (route.method == http::Method::get && !std::string_view(route.pattern).starts_with("/api/")) continue;
    for (const std::string other :
         {"https://evil.example", "http://localhost", "null", "http://127.0.0.1:1"}) {
      if (route.permission == Permission::report_csp && other == "null") continue;
      const RawResponse response =
          ask(request(method, target_of(route), "Origin: " + other + "\r\n" + cookie_ + source));
      EXPECT_EQ(response.status, 403) << method << route.pattern << other;
    }
    if (route.method == http::Method::get) {
      EXPECT_EQ(ask(request(method, target_of(route), "Sec-Fetch-Site: cross-site\r\n" + cookie_)).status,
                403)
          << route.pattern;
      continue;
    }
    const bool needs_origin =
        route.permission != Permission::send_events && route.permission != Permission::report_csp;
    if (needs_origin) {
      EXPECT_EQ(ask(request(method, target_of(route), cookie_)).status, 403) << method << route.pattern;
    }
  }
  EXPECT_EQ(get("/api/v1/session").status, 200) << "none of it ended the session";
}

TEST_F(ApiServer, answers_to_each_of_its_names) {
  start();
  const std::string end = ":" + std::to_string(port());
  for (const std::string name : {"localhost", "127.0.0.1", "[::1]", "soc.example.jp", "SOC.example.JP"}) {
    EXPECT_EQ(ask("GET /healthz HTTP/1.1\r\nHost: " + name + end + "\r\n\r\n").status, 200) << name;
  }
}

TEST_F(ApiServer, takes_a_ticket_once) {
  start();
  const std::string good = ticket();
  EXPECT_EQ(redeem(std::string(kTokenTextLength, 'A')).status, 401);
  EXPECT_EQ(redeem("").status, 401);
  EXPECT_EQ(ask(request("GET", "/api/v1/session?ticket=" + good)).status, 401) << "a link is no login";
  const RawResponse first = redeem(good);
  EXPECT_EQ(first.status, 204);
  EXPECT_EQ(redeem(good).status, 401);
  const std::string cookie = first.field("Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("hinomi_session="));
  for (const std::string_view part : {"HttpOnly", "SameSite=Strict", "Path=/"}) {
    EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
  }
  EXPECT_EQ(cookie.find(good), std::string::npos);
}

TEST_F(ApiServer, takes_a_ticket_only_as_json) {
  start();
  const std::string good = ticket();
  const std::string body = "{\"ticket\":\"" + good + "\"}";
  const std::string own = "Origin: " + origin() + "\r\n";
  for (const std::string type :
       {"", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    EXPECT_EQ(ask(request("POST", "/api/v1/session", own + type, body)).status, 415);
  }
  const std::string json = own + "Content-Type: application/json\r\n";
  for (const std::string wrong :
       {"", "[]", "{}", "{\"ticket\":1}", "{\"ticket\":null}", "{\"ticket\":", "null"}) {
    EXPECT_EQ(ask(request("POST", "/api/v1/session", json, wrong)).status, 400) << wrong;
  }
  EXPECT_EQ(ask(request("POST", "/api/v1/session", json, std::string(5000, ' '))).status, 413);
  EXPECT_EQ(redeem(good).status, 204);
}

TEST_F(ApiServer, slows_down_who_tries_tickets_but_not_the_owner) {
  start();
  int refused = 0;
  int throttled = 0;
  for (int i = 0; i < 30; ++i) {
    const RawResponse response = redeem(std::string(kTokenTextLength, 'B'));
    refused += response.status == 401;
    throttled += response.status == 429;
    if (response.status == 429) {
      EXPECT_NE(response.field("Retry-After"), "");
    }
  }
  EXPECT_EQ(refused + throttled, 30);
  EXPECT_GT(throttled, 0);
  EXPECT_EQ(redeem(ticket()).status, 204);
}

TEST_F(ApiServer, gives_a_new_token_at_sign_in_and_none_that_was_proposed) {
  start();
  const std::string proposed(kTokenTextLength, 'C');
  const RawResponse response = redeem(ticket(), "Cookie: hinomi_session=" + proposed + "\r\n");
  ASSERT_EQ(response.status, 204);
  EXPECT_EQ(response.field("Set-Cookie").find(proposed), std::string::npos);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", "Cookie: hinomi_session=" + proposed + "\r\n")).status,
            401);
}

TEST_F(ApiServer, ends_a_session_at_sign_out_at_once_and_for_good) {
  start();
  sign_in();
  const std::string other = cookie_;
  sign_in();
  EXPECT_EQ(get("/api/v1/session").body, R"({"name":"admin","language":null})");
  const RawResponse out = ask(request("DELETE", "/api/v1/session", cookie_ + "Origin: " + origin() + "\r\n"));
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.field("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(get("/api/v1/session").status, 401);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", other)).status, 200) << "the other session lives";
  stop();
  start();
  EXPECT_EQ(get("/api/v1/session").status, 401);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", other)).status, 200) << "it survives a restart";
}

TEST_F(ApiServer, refuses_cookies_that_could_be_read_in_two_ways) {
  start();
  sign_in();
  const std::string pair = cookie_.substr(8, cookie_.size() - 10);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", "Cookie: a=b; " + pair + "; c=d\r\n")).status, 200);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", "Cookie: " + pair + "; " + pair + "\r\n")).status, 401);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", cookie_ + cookie_)).status, 401);
  EXPECT_EQ(ask(request("GET", "/api/v1/session", "Cookie: __Host-" + pair + "\r\n")).status, 401);
}

TEST_F(ApiServer, keeps_no_token_on_disk) {
  start();
  const std::string good = ticket();
  sign_in();
  const std::string token = cookie_.substr(cookie_.find('=') + 1, kTokenTextLength);
  for (const std::string name : {"sessions", "ticket"}) {
    const auto text = os::read_file(folder_ / name);
    ASSERT_TRUE(text) << name;
    EXPECT_EQ(text->find(token), std::string::npos);
    EXPECT_EQ(text->find(good), std::string::npos);
  }
}

TEST_F(ApiServer, puts_the_protective_fields_on_every_answer) {
  start();
  sign_in();
  for (const std::string target : {"/", "/api/v1/session", "/api/v1/nothing", "/healthz", "/x.js"}) {
    const RawResponse response = get(target);
    EXPECT_EQ(response.field("X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(response.field("Cross-Origin-Opener-Policy"), "same-origin") << target;
    EXPECT_EQ(response.field("Cross-Origin-Resource-Policy"), "same-origin") << target;
    EXPECT_EQ(response.field("Cache-Control"), "no-store") << target;
    EXPECT_NE(response.field("Content-Security-Policy").find("default-src 'none'"), std::string::npos)
        << target;
    EXPECT_NE(response.field("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
  }
  const RawResponse malformed = ask("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(malformed.status, 400);
  EXPECT_EQ(malformed.field("X-Content-Type-Options"), "nosniff");
}

TEST_F(ApiServer, tells_unknown_routes_and_methods_apart) {
  start();
  sign_in();
  EXPECT_EQ(get("/api/v1/nothing").status, 404);
  EXPECT_EQ(get("/api/v1/alerts/").status, 404);
  EXPECT_EQ(get("/api/v1/alerts/a/b").status, 404);
  EXPECT_EQ(get("/api/v1/alerts/..%2fstatus").status, 404);
  EXPECT_EQ(get("/api/v1/rules/%2e%2e").status, 404);
  EXPECT_EQ(get("/api/v1/rules/%00").status, 404);
  const std::string own = cookie_ + "Origin: " + origin() + "\r\n";
  const RawResponse wrong = ask(request("PUT", "/api/v1/session", own));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD, POST, DELETE");
  EXPECT_EQ(ask(request("DELETE", "/", own)).status, 405);
  EXPECT_EQ(ask(request("OPTIONS", "/api/v1/session", own)).field("Access-Control-Allow-Origin"), "");
}

TEST_F(ApiServer, tells_whether_it_is_healthy) {
  start();
  EXPECT_EQ(ask(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(ask(request("HEAD", "/healthz")).status, 200);
  stop();
  healthy_ = false;
  start();
  EXPECT_EQ(ask(request("GET", "/healthz")).status, 503);
}

TEST_F(ApiServer, tells_how_many_events_could_not_be_parsed) {
  start();
  sign_in();
  EXPECT_NE(get("/api/v1/status").body.find("\"unparsed\":7"), std::string::npos);
}

TEST_F(ApiServer, counts_reports_of_broken_policy_without_reading_them) {
  start();
  sign_in();
  for (const std::string body : {"<?xml version=\"1.0\"?><!DOCTYPE a>", "{\"csp-report\":{}}", "\x01"}) {
    EXPECT_EQ(
        ask(request("POST", "/api/v1/csp-report", "Content-Type: application/csp-report\r\n", body)).status,
        204);
  }
  EXPECT_EQ(ask(request("POST", "/api/v1/csp-report", "Origin: null\r\n", "x")).status, 204);
  EXPECT_NE(get("/api/v1/status").body.find("\"csp_reports\":4"), std::string::npos);
  EXPECT_EQ(ask(request("POST", "/api/v1/csp-report", "", std::string(70'000, 'x'))).status, 413);
}

}  // namespace
}  // namespace hinomi::api
