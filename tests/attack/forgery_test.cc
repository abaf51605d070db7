// A11: a page of another site makes the browser of somebody who is signed in send something.
#include "attack/ledger.h"
#include "attack/world.h"

namespace hinomi::attack {
namespace {

class A11 : public AttackTest {
 protected:
  void SetUp() override {
    AttackTest::SetUp();
    if (IsSkipped() || !victim_.person.empty()) return;
    victim_ = world_.person("a11-victim", 1, {"A-6"});
  }
  // Every change that such a page would like.
  struct Wish {
    std::string method;
    std::string target;
    std::string body;
  };
  static std::vector<Wish> wishes() {
    return {{"POST", "/api/v1/posts", R"({"name":"forged","organisation":1})"},
            {"POST", "/api/v1/assignments",
             R"({"role":"B-1","organisation":1,"person":")" + victim_.person + "\"}"},
            {"POST", "/api/v1/account/recovery-codes", "{}"},
            {"POST", "/api/v1/account/totp", "{}"},
            {"POST", "/api/v1/tokens",
             R"({"name":"t","scopes":["person.read"],"expires_at":"2027-01-01T00:00:00Z"})"},
            {"POST", "/api/v1/session", R"({"name":"a11-victim","password":"Sakura-no-ki-1867"})"},
            {"POST", "/api/v1/inbox/read", "{}"},
            {"POST", "/api/v1/changes/1/undo", "{}"},
            {"DELETE", "/api/v1/session", ""},
            {"PATCH", "/api/v1/people/" + victim_.person, R"({"name":"forged"})"}};
  }
  std::string origin_of_page(std::string_view origin) const {
    return "Origin: " + std::string(origin) + "\r\n";
  }
  void expect_refused(const std::string& fields, std::initializer_list<int> statuses) {
    for (int node = 0; node < 2; ++node)
      for (const Wish& wish : wishes()) {
        const Answer answer =
            world_.raw(node, wish.method, wish.target,
                       "Cookie: " + victim_.cookie + "\r\nIf-Match: \"1\"\r\n" + fields, wish.body);
        EXPECT_TRUE(std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end())
            << wish.method << " " << wish.target << " " << fields << answer.status << " " << answer.body;
        EXPECT_TRUE(answer.field("Set-Cookie").empty());
        EXPECT_TRUE(answer.field("Access-Control-Allow-Origin").empty());
        ++tried_;
      }
    Ledger::get().note(std::to_string(tried_) + " requests");
  }
  static inline Browser victim_;
  int tried_ = 0;
};

TEST_F(A11, A11_form) {
  const Attack attack(world_);
  for (const std::string& type :
       std::vector<std::string>{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    for (const std::string& origin :
         std::vector<std::string>{"https://evil.example", "http://127.0.0.1", "http://localhost:1", "null"})
      expect_refused(origin_of_page(origin) + "Content-Type: " + type + "\r\n", {403});
  attack.refused({"api: refused 403 wrong_origin"});
}

TEST_F(A11, A11_form_of_this_origin_is_no_json) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node)
    for (const Wish& wish : wishes()) {
      if (wish.method != "POST" || wish.body == "{}") continue;
      const Answer answer =
          world_.raw(node, wish.method, wish.target,
                     "Cookie: " + victim_.cookie + "\r\nOrigin: http://" + world_.host(node) +
                         "\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                     wish.body);
      EXPECT_EQ(answer.status, 415) << wish.target << " " << answer.body;
    }
  attack.refused({"api: refused 415 wrong_media_type"});
}

TEST_F(A11, A11_text_plain) {
  const Attack attack(world_);
  expect_refused(origin_of_page("https://evil.example") + "Content-Type: text/plain\r\n", {403});
  attack.refused({"api: refused 403 wrong_origin"});
}

TEST_F(A11, A11_without_an_origin_or_with_two) {
  const Attack attack(world_);
  expect_refused("Content-Type: application/json\r\n", {403});
  for (int node = 0; node < 2; ++node) {
    const Answer answer =
        world_.raw(node, "POST", "/api/v1/posts",
                   "Cookie: " + victim_.cookie + "\r\nOrigin: http://" + world_.host(node) +
                       "\r\nOrigin: https://evil.example\r\nContent-Type: application/json\r\n",
                   R"({"name":"forged","organisation":1})");
    EXPECT_TRUE(answer.status == 403 || answer.status == 400) << answer.status;
    // DNS rebinding: the page is of a name that was made to point here.
    Wire wire(world_.port(node));
    wire.send("POST /api/v1/posts HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nCookie: " +
              victim_.cookie + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_EQ(wire.receive().status, 403);
  }
  attack.refused({"api: refused 403 wrong_origin"});
}

// SSE stands for WebSocket: a page of another site cannot read it, and nothing is upgraded.
TEST_F(A11, A11_websocket) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    for (const char* target : {"/api/v1/stream", "/api/v1/changes/stream"}) {
      const Answer upgraded =
          world_.raw(node, "GET", target,
                     "Cookie: " + victim_.cookie +
                         "\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
      EXPECT_EQ(upgraded.status, 403) << target << " " << upgraded.head;
      const Answer read = world_.raw(node, "GET", target,
                                     "Cookie: " + victim_.cookie + "\r\nOrigin: https://evil.example\r\n");
      EXPECT_EQ(read.status, 403) << "a page of another site opens the stream";
      const Answer embedded =
          world_.raw(node, "GET", target, "Cookie: " + victim_.cookie + "\r\nSec-Fetch-Site: cross-site\r\n");
      EXPECT_EQ(embedded.status, 403) << "a browser says that another site asks";
    }
    // The cookie does not come along in the first place.
    Browser browser = victim_;
    browser.cookie.clear();
    const std::string set = world_.sign_in(node, browser).field("Set-Cookie");
    EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
    EXPECT_NE(set.find("HttpOnly"), std::string::npos);
  }
  attack.was_logged({"api: refused 403 wrong_origin", "stream"});
}

TEST_F(A11, A11_a_read_changes_nothing) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node)
    for (const char* target :
         {"/api/v1/inbox/read", "/api/v1/session?_method=DELETE", "/api/v1/posts?name=forged&organisation=1",
          "/api/v1/account/recovery-codes"}) {
      const Answer answer = world_.raw(
          node, "GET", target,
          "Cookie: " + victim_.cookie + "\r\nX-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: POST\r\n");
      EXPECT_NE(answer.status, 201) << target;
      EXPECT_NE(answer.status, 204) << target;
    }
  EXPECT_TRUE(world_.is_signed_in(0, victim_));
  attack.had_no_effect();
}

}  // namespace
}  // namespace hinomi::attack
