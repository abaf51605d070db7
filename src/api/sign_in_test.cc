// Signing in, sessions, tokens and accounts over HTTP: what must work, and what attackers try.
#include <gtest/gtest.h>

#include "api/testing/sign_in_fixture.h"

namespace hinomi::api {
namespace {

using http::RawClient;
using http::RawResponse;
using std::chrono::minutes;
using std::chrono::seconds;

class SignInTest : public SignInFixture {
 protected:
  credential::Bytes secret_;
  std::string code() { return credential::totp_code(secret_, credential::totp_step(shifted_.now())); }
  void enrol(Browser& browser) {
    const RawResponse started = send(browser, "POST", "/api/v1/account/totp");
    ASSERT_EQ(started.status, 200) << started.body;
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::uint32_t bits = 0;
    int held = 0;
    secret_.clear();
    for (const char c : member(started.body, "secret")) {
      bits = bits << 5 | static_cast<std::uint32_t>(kAlphabet.find(c));
      held += 5;
      if (held < 8) continue;
      held -= 8;
      secret_.push_back(static_cast<std::uint8_t>(bits >> held & 0xFF));
    }
    const RawResponse done = send(browser, "PUT", "/api/v1/account/totp", R"({"code":")" + code() + "\"}");
    ASSERT_EQ(done.status, 204) << done.body;
    shifted_.pass(seconds(60));  // codes are good once
  }
  std::string token(Browser& browser, const std::string& scopes) {
    const std::string end = base::format_rfc3339({shifted_.now().since_epoch_ns + 3600LL * 1'000'000'000});
    const RawResponse made =
        send(browser, "POST", "/api/v1/tokens",
             R"({"name":"script","scopes":[)" + scopes + R"(],"expires_at":")" + end + "\"}");
    EXPECT_EQ(made.status, 201) << made.body;
    return member(made.body, "token");
  }
  RawResponse bear(std::string_view method, std::string_view target, std::string_view token,
                   std::string_view body = {}, std::string_view scheme = "Bearer") {
    std::string fields = "Authorization: " + std::string(scheme) + " " + std::string(token) + "\r\n";
    if (!body.empty()) fields += "Content-Type: application/json\r\n";
    return ask(request(method, target, fields, body));
  }
};

TEST_F(SignInTest, a_password_signs_in_and_the_session_says_who_and_what_and_where) {
  person("hanako", 1, {"person.read", "alert.read"});
  start();
  Browser browser;
  const RawResponse response = log_in(browser, "hanako");
  EXPECT_EQ(response.status, 204);
  const std::string cookie = response.field("Set-Cookie");
  for (const std::string_view part : {"HttpOnly", "SameSite=Strict", "Path=/"})
    EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
  const RawResponse who = send(browser, "GET", "/api/v1/session");
  EXPECT_EQ(who.status, 200);
  for (const std::string_view part :
       {R"("name":"人 hanako")", R"("methods":["password"])", R"("step_up_fresh":true)",
        R"("alert.read":{"everywhere":false,"organisations":[1]})", R"("organisations":[{"key":1,)",
        R"("setup_needed":false)", R"("unread":0)"})
    EXPECT_NE(who.body.find(part), std::string::npos) << part << "\n" << who.body;
  EXPECT_EQ(send(browser, "GET", "/api/v1/alerts").status, 200);
  EXPECT_EQ(send(browser, "GET", "/api/v1/people").status, 200);
}

TEST_F(SignInTest, nobody_gets_through_a_route_that_is_not_for_everybody) {
  start();
  std::size_t closed = 0;
  for (const Route& route : server_->routes()) {
    if (route.permission == Permission::everyone || route.permission == Permission::report_csp ||
        route.permission == Permission::sign_in)
      continue;
    std::string target(route.pattern);
    for (std::size_t at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, "01939b2e-4c1a-7d3f-8a2b-0123456789ab");
    const std::string method(http::name_of(route.method));
    const std::string own = "Origin: " + origin() + "\r\n";
    EXPECT_EQ(ask(request(method, target, own)).status, 401) << method << target;
    const std::string invented = "Cookie: hinomi_session=" + std::string(43, 'A') + "\r\n";
    EXPECT_EQ(ask(request(method, target, own + invented)).status, 401) << method << target;
    EXPECT_EQ(ask(request(method, target, own + "Authorization: Bearer hnm_" + std::string(47, '0') + "\r\n"))
                  .status,
              401)
        << method << target;
    ++closed;
  }
  EXPECT_GT(closed, 60U);
}

TEST_F(SignInTest, a_session_may_only_what_its_person_may) {
  person("hanako", 1, {});
  start();
  Browser browser = signed_in("hanako");
  EXPECT_EQ(send(browser, "GET", "/api/v1/alerts").status, 403);
  EXPECT_EQ(send(browser, "GET", "/api/v1/rules/x").status, 403);
  EXPECT_EQ(send(browser, "GET", "/api/v1/stream").status, 403);
  EXPECT_EQ(send(browser, "GET", "/api/v1/status").status, 200);
  const std::string id = "01939b2e-4c1a-7d3f-8a2b-0123456789ab";
  for (const std::string_view method : {"GET", "DELETE"})
    EXPECT_EQ(send(browser, method, "/api/v1/people/" + id + "/account").status, 403);
}

// A10
TEST_F(SignInTest, a_wrong_password_and_an_unknown_name_get_the_same_answer_and_work) {
  person("hanako");
  start();
  Browser browser;
  const auto before = accounts_->work();
  const RawResponse wrong = log_in(browser, "hanako", "not the password at all");
  const RawResponse unknown = log_in(browser, "nobody", "not the password at all");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_TRUE(browser.cookie.empty());
  const auto after = accounts_->work();
  EXPECT_EQ(after.for_somebody - before.for_somebody, 1U);
  EXPECT_EQ(after.for_nobody - before.for_nobody, 1U);
}

TEST_F(SignInTest, guessing_passwords_is_slowed_down) {
  person("hanako");
  start();
  Browser browser;
  int status = 401;
  int tries = 0;
  while (status == 401 && tries < 50) {
    status = log_in(browser, "hanako", "guess number " + std::to_string(tries)).status;
    ++tries;
  }
  EXPECT_EQ(status, 429);
  EXPECT_LE(tries, 6);
  const RawResponse right = log_in(browser, "hanako");
  EXPECT_EQ(right.status, 429);
  EXPECT_FALSE(right.field("Retry-After").empty());
  shifted_.pass(minutes(5));
  EXPECT_EQ(log_in(browser, "hanako").status, 204);
}

TEST_F(SignInTest, a_disabled_account_looks_like_a_wrong_password) {
  const base::RecordId hanako = person("hanako");
  start();
  Browser browser;
  const RawResponse wrong = log_in(browser, "hanako", "not the password at all");
  ASSERT_TRUE(accounts_->disable(by_system(), hanako));
  const RawResponse disabled = log_in(browser, "hanako");
  EXPECT_EQ(disabled.status, 401);
  EXPECT_EQ(disabled.body, wrong.body);
}

// A9
TEST_F(SignInTest, signing_in_never_goes_on_with_a_token_that_came_along) {
  person("hanako");
  start();
  Browser planted;
  planted.cookie = "hinomi_session=" + std::string(43, 'B');
  const std::string before = planted.cookie;
  EXPECT_EQ(log_in(planted, "hanako").status, 204);
  EXPECT_NE(planted.cookie, before);
  Browser attacker;
  attacker.cookie = before;
  EXPECT_EQ(who(attacker), 401);
  // Nor with a real session of somebody else.
  person("jiro");
  Browser jiro = signed_in("jiro");
  const Browser old = jiro;
  EXPECT_EQ(log_in(jiro, "hanako").status, 204);
  Browser again = old;
  EXPECT_EQ(who(again), 401) << "it has ended";
  EXPECT_EQ(who(jiro), 200);
}

TEST_F(SignInTest, a_session_is_dead_after_signing_out_here_and_on_another_server) {
  person("hanako");
  start();
  Browser browser = signed_in("hanako");
  const Browser copy = browser;
  EXPECT_TRUE(*other_node_->find_session(copy.cookie.substr(copy.cookie.find('=') + 1)));
  EXPECT_EQ(send(browser, "DELETE", "/api/v1/session").status, 204);
  Browser reused = copy;
  EXPECT_EQ(who(reused), 401);
  shifted_.pass(account::Accounts::kStale);
  EXPECT_FALSE(*other_node_->find_session(copy.cookie.substr(copy.cookie.find('=') + 1)));
}

TEST_F(SignInTest, a_new_password_ends_the_other_sessions_and_renews_this_one) {
  person("hanako");
  start();
  Browser here = signed_in("hanako");
  Browser elsewhere = signed_in("hanako");
  const Browser before = here;
  const RawResponse wrong = send(here, "POST", "/api/v1/account/password",
                                 R"({"old":"not the password","new":"Matsu-to-take-1603"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find(R"("field":"old","code":"password_wrong")"), std::string::npos) << wrong.body;
  const RawResponse weak = send(here, "POST", "/api/v1/account/password",
                                R"({"old":")" + std::string(kGoodPassword) + R"(","new":"hanako-hanako"})");
  EXPECT_NE(weak.body.find(R"("field":"new","code":"password_context")"), std::string::npos) << weak.body;
  EXPECT_EQ(send(here, "POST", "/api/v1/account/password",
                 R"({"old":")" + std::string(kGoodPassword) + R"(","new":"Matsu-to-take-1603"})")
                .status,
            204);
  EXPECT_EQ(who(here), 200);
  EXPECT_EQ(who(elsewhere), 401);
  Browser reused = before;
  EXPECT_EQ(who(reused), 401);
  Browser browser;
  EXPECT_EQ(log_in(browser, "hanako").status, 401);
  EXPECT_EQ(log_in(browser, "hanako", "Matsu-to-take-1603").status, 204);
}

TEST_F(SignInTest, an_account_that_another_server_disabled_is_refused_here_within_a_second) {
  const base::RecordId hanako = person("hanako", 1, {"alert.read"});
  start();
  Browser browser = signed_in("hanako");
  EXPECT_EQ(who(browser), 200);
  RawClient stream(port());
  stream.send(request("GET", "/api/v1/stream", browser.field()));
  ASSERT_TRUE(stream.wait_for("event: hello"));
  ASSERT_TRUE(other_node_->disable(by_system(), hanako));
  const auto disabled = clock_.steady();
  shifted_.pass(account::Accounts::kStale);
  EXPECT_EQ(who(browser), 401);
  EXPECT_EQ(send(browser, "GET", "/api/v1/alerts").status, 401);
  EXPECT_EQ(send(browser, "GET", "/api/v1/people").status, 401);
  (void)stream.rest();
  EXPECT_LT(clock_.steady() - disabled, seconds(5)) << "what is held open is closed";
}

TEST_F(SignInTest, whoever_loses_the_permission_is_cut_off_from_the_stream) {
  const base::RecordId hanako = person("hanako", 1, {"alert.read"});
  start();
  Browser browser = signed_in("hanako");
  RawClient stream(port());
  stream.send(request("GET", "/api/v1/stream", browser.field()));
  ASSERT_TRUE(stream.wait_for("event: hello"));
  permit(hanako, 1, {});
  (void)stream.rest();
  EXPECT_EQ(send(browser, "GET", "/api/v1/alerts").status, 403);
}

TEST_F(SignInTest, with_a_second_factor_half_a_session_is_good_for_nothing_else) {
  person("hanako", 1, {"alert.read", "person.read"});
  start();
  Browser first = signed_in("hanako");
  enrol(first);
  Browser browser;
  const RawResponse half = log_in(browser, "hanako");
  EXPECT_EQ(half.status, 200);
  EXPECT_EQ(half.body, R"({"next":"totp"})");
  for (const std::string_view target :
       {"/api/v1/session", "/api/v1/alerts", "/api/v1/people", "/api/v1/account", "/api/v1/sessions",
        "/api/v1/tokens", "/api/v1/schema", "/api/v1/changes/stream", "/api/v1/status"})
    EXPECT_EQ(send(browser, "GET", target).status, 401) << target;
  EXPECT_EQ(send(browser, "POST", "/api/v1/account/recovery-codes").status, 401);
  EXPECT_EQ(send(browser, "POST", "/api/v1/account/totp").status, 403) << "there is a factor already";
  EXPECT_EQ(send(browser, "POST", "/api/v1/account/passkeys/options").status, 403);
  EXPECT_EQ(send(browser, "POST", "/api/v1/session", R"({"totp":"000000"})").status, 401);
  const std::string now = code();
  EXPECT_EQ(send(browser, "POST", "/api/v1/session", R"({"totp":")" + now + "\"}").status, 204);
  EXPECT_EQ(who(browser), 200);
  Browser replay;
  EXPECT_EQ(log_in(replay, "hanako").status, 200);
  EXPECT_EQ(send(replay, "POST", "/api/v1/session", R"({"totp":")" + now + "\"}").status, 401)
      << "a code is good once";
}

TEST_F(SignInTest, who_must_enrol_can_do_that_and_nothing_before) {
  person("hanako", 1, {}, true);
  start();
  Browser browser;
  const RawResponse half = log_in(browser, "hanako");
  EXPECT_EQ(half.body, R"({"next":"enrol"})");
  EXPECT_EQ(who(browser), 401);
  enrol(browser);
  EXPECT_EQ(who(browser), 200);
}

TEST_F(SignInTest, a_code_on_paper_stands_in_for_the_second_factor_once) {
  person("hanako");
  start();
  Browser first = signed_in("hanako");
  enrol(first);
  const RawResponse codes = send(first, "POST", "/api/v1/account/recovery-codes");
  ASSERT_EQ(codes.status, 200);
  const std::size_t at = codes.body.find("[\"") + 2;
  const std::string paper = codes.body.substr(at, codes.body.find('"', at) - at);
  for (const int expected : {204, 401}) {
    Browser browser;
    EXPECT_EQ(log_in(browser, "hanako").status, 200);
    EXPECT_EQ(send(browser, "POST", "/api/v1/session", R"({"recovery_code":")" + paper + "\"}").status,
              expected);
  }
  const RawResponse account = send(first, "GET", "/api/v1/account");
  EXPECT_NE(account.body.find(R"("recovery_left":9)"), std::string::npos) << account.body;
}

TEST_F(SignInTest, what_matters_needs_a_fresh_proof_which_renews_the_token) {
  person("hanako", 1, {"person.read"});
  start();
  Browser browser = signed_in("hanako");
  shifted_.pass(minutes(11));
  for (const std::string_view target : {"/api/v1/account/totp", "/api/v1/account/recovery-codes",
                                        "/api/v1/account/passkeys/options", "/api/v1/tokens"}) {
    const RawResponse refused = send(browser, "POST", target);
    EXPECT_EQ(refused.status, 403) << target;
    EXPECT_EQ(member(refused.body, "code"), "needs_step_up") << target;
  }
  const RawResponse wrong = send(browser, "POST", "/api/v1/session/proof", R"({"password":"not at all it"})");
  EXPECT_EQ(wrong.status, 422);
  const Browser before = browser;
  EXPECT_EQ(
      send(browser, "POST", "/api/v1/session/proof", R"({"password":")" + std::string(kGoodPassword) + "\"}")
          .status,
      204);
  EXPECT_NE(browser.cookie, before.cookie);
  Browser old = before;
  EXPECT_EQ(who(old), 401);
  EXPECT_EQ(send(browser, "POST", "/api/v1/account/recovery-codes").status, 200);
}

// A11
TEST_F(SignInTest, forms_and_plain_text_of_other_sites_change_nothing) {
  person("hanako");
  start();
  Browser browser = signed_in("hanako");
  for (const std::string_view type :
       {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""}) {
    const std::string field = type.empty() ? "" : "Content-Type: " + std::string(type) + "\r\n";
    for (const std::string_view target : {"/api/v1/account/password", "/api/v1/tokens",
                                          "/api/v1/session/proof", "/api/v1/invitation", "/api/v1/session"}) {
      EXPECT_EQ(
          ask(request("POST", target, browser.field() + field + "Origin: " + origin() + "\r\n", "{}")).status,
          415)
          << target << type;
      for (const std::string_view other : {"Origin: https://evil.example\r\n", "Origin: null\r\n", ""})
        EXPECT_EQ(ask(request("POST", target, browser.field() + field + std::string(other), "{}")).status,
                  403)
            << target << other;
    }
  }
  EXPECT_EQ(ask(request("DELETE", "/api/v1/session", browser.field())).status, 403);
  EXPECT_EQ(who(browser), 200);
}

TEST_F(SignInTest, a_token_does_what_its_scopes_and_its_owner_may_and_no_more) {
  const base::RecordId hanako =
      person("hanako", 1, {"person.read", "person.create", "account.manage", "alert.read"});
  const base::RecordId other = person("jiro", 2);
  start();
  Browser browser = signed_in("hanako");
  const std::string text = token(browser, R"("person.read")");
  EXPECT_TRUE(text.starts_with("hnm_"));
  EXPECT_EQ(bear("GET", "/api/v1/people", text).status, 200);
  for (const std::string_view scheme : {"bearer", "BEARER"})
    EXPECT_EQ(bear("GET", "/api/v1/people", text, {}, scheme).status, 200) << scheme;
  EXPECT_EQ(bear("GET", "/api/v1/people", text, {}, "Basic").status, 401);
  EXPECT_EQ(bear("GET", "/api/v1/people/" + other.text(), text).status, 404) << "of another organisation";
  EXPECT_EQ(bear("POST", "/api/v1/people", text, R"({"name":"x"})").status, 403) << "no scope for it";
  EXPECT_EQ(bear("GET", "/api/v1/alerts", text).status, 403);
  EXPECT_EQ(bear("GET", "/api/v1/status", text).status, 403);
  for (const std::string_view target : {"/api/v1/account", "/api/v1/sessions", "/api/v1/tokens"})
    EXPECT_EQ(bear("GET", target, text).status, 403) << "only for a person: " << target;
  // What the owner loses, the token loses.
  permit(hanako, 1, {"person.create"});
  EXPECT_NE(bear("GET", "/api/v1/people", text).status, 200);
}

TEST_F(SignInTest, a_token_with_a_scope_for_changes_needs_no_origin_and_no_cookie_stands_in_for_it) {
  person("hanako", 1, {"person.read", "person.create"});
  start();
  Browser browser = signed_in("hanako");
  const std::string text = token(browser, R"("person.read","person.create")");
  EXPECT_EQ(bear("POST", "/api/v1/people", text, R"({"name":"新人","organisation":1})").status, 201);
  const std::string bad = "Authorization: Bearer nonsense\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(ask(request("POST", "/api/v1/people", browser.field() + bad, R"({"name":"x","organisation":1})"))
                .status,
            401);
  EXPECT_EQ(ask(request("GET", "/api/v1/people", browser.field() + bad)).status, 401);
}

TEST_F(SignInTest, a_token_is_for_what_its_owner_has_and_is_seen_once) {
  person("hanako", 1, {"person.read"});
  start();
  Browser browser = signed_in("hanako");
  const RawResponse refused =
      send(browser, "POST", "/api/v1/tokens",
           R"({"name":"x","scopes":["person.delete"],"expires_at":"2100-01-01T00:00:00Z","more":1})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.body.find(R"("field":"scopes","code":"not_allowed")"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find(R"("field":"more","code":"unknown_field")"), std::string::npos);
  const std::string text = token(browser, R"("person.read")");
  const RawResponse list = send(browser, "GET", "/api/v1/tokens");
  EXPECT_EQ(list.body.find(text), std::string::npos);
  EXPECT_NE(list.body.find(R"("name":"script")"), std::string::npos);
  EXPECT_EQ(send(browser, "DELETE", "/api/v1/tokens/" + member(list.body, "id")).status, 204);
  EXPECT_EQ(bear("GET", "/api/v1/people", text).status, 401);
}

// A31
TEST_F(SignInTest, bad_bearers_are_refused_without_a_look_into_the_database) {
  start();
  RawClient client(port());
  const std::string text =
      request("GET", "/api/v1/people", "Authorization: Bearer hnm_" + std::string(47, '7') + "\r\n");
  client.send(text);
  ASSERT_EQ(client.receive()->status, 401);
  const std::uint64_t before = database_->leases;
  for (int i = 0; i < 1000; ++i) {
    client.send(text);
    ASSERT_EQ(client.receive()->status, 401);
  }
  // Feeds of records look at it now and then.
  EXPECT_LT(database_->leases - before, 100U);
}

TEST_F(SignInTest, people_see_and_end_their_own_sessions_and_nobody_elses) {
  person("hanako", 1);
  person("jiro", 1);
  start();
  Browser hanako = signed_in("hanako");
  Browser second = signed_in("hanako");
  Browser jiro = signed_in("jiro");
  const std::string of_jiro = member(send(jiro, "GET", "/api/v1/sessions").body, "id");
  EXPECT_EQ(send(hanako, "DELETE", "/api/v1/sessions/" + of_jiro).status, 404);
  EXPECT_EQ(who(jiro), 200);
  const std::string list = send(second, "GET", "/api/v1/sessions").body;
  EXPECT_NE(list.find(R"("current":true)"), std::string::npos);
  std::string other;
  for (std::size_t at = list.find("\"id\":\""); at != std::string::npos;
       at = list.find("\"id\":\"", at + 1)) {
    const std::string one = list.substr(at, list.find('}', at) - at);
    if (one.find(R"("current":false)") != std::string::npos) other = one.substr(6, 36);
  }
  EXPECT_EQ(send(second, "DELETE", "/api/v1/sessions/" + other).status, 204);
  EXPECT_EQ(who(hanako), 401);
  EXPECT_EQ(who(second), 200);
}

TEST_F(SignInTest, an_invitation_makes_an_account_and_only_where_one_may_manage_them) {
  person("boss", 1, {"person.read", "account.manage"});
  person("clerk", 1, {"person.read"});
  person("stranger", 2, {"person.read", "account.manage"});
  const std::string newcomer = record("person", R"({"name":"新人 太郎","organisation":1})").text();
  start();
  Browser boss = signed_in("boss");
  Browser clerk = signed_in("clerk");
  Browser stranger = signed_in("stranger");
  const std::string target = "/api/v1/people/" + newcomer + "/invitation";
  EXPECT_EQ(send(clerk, "POST", target).status, 403);
  EXPECT_EQ(send(stranger, "POST", target).status, 404) << "they must not learn that there is such a person";
  const RawResponse made = send(boss, "POST", target);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string address = member(made.body, "address");
  const std::string code = address.substr(address.find("#code=") + 6);
  Browser nobody;
  const std::string check = R"({"code":")" + code + "\"}";
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation/check", check).body,
            R"({"name":"新人 太郎","login":null})");
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation/check", R"({"code":"no-such-code"})").status, 404);
  const std::string start_of = R"({"code":")" + code + R"(","login":"taro","password":")";
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation", start_of + "short\"}").status, 422);
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation", start_of + "Matsu-to-take-1603\"}").status, 204);
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation", start_of + "Matsu-to-take-1603\"}").status, 404);
  EXPECT_EQ(send(nobody, "POST", "/api/v1/invitation/check", check).status, 404) << "used";
  EXPECT_EQ(log_in(nobody, "taro", "Matsu-to-take-1603").status, 204);
  EXPECT_EQ(send(boss, "GET", "/api/v1/people/" + newcomer + "/account").status, 200);
  EXPECT_EQ(send(boss, "DELETE", "/api/v1/people/" + newcomer + "/account").status, 204);
  EXPECT_EQ(who(nobody), 401);
}

TEST_F(SignInTest, an_administrator_cannot_reset_a_second_factor_without_a_reason_or_their_own_account) {
  const base::RecordId boss_id = person("boss", 1, {"person.read", "account.manage"});
  const base::RecordId hanako = person("hanako", 1);
  start();
  Browser boss = signed_in("boss");
  const std::string target = "/api/v1/people/" + hanako.text() + "/invitation";
  EXPECT_EQ(member(send(boss, "POST", target, R"({"reset_factors":true})").body, "code"), "needs_reason");
  EXPECT_EQ(
      send(boss, "POST", target, R"({"reset_factors":true})", "X-Hinomi-Reason: lost%20phone\r\n").status,
      201);
  EXPECT_EQ(send(boss, "POST", "/api/v1/people/" + boss_id.text() + "/invitation").status, 409);
  EXPECT_EQ(send(boss, "DELETE", "/api/v1/people/" + boss_id.text() + "/account").status, 409);
  shifted_.pass(minutes(11));
  EXPECT_EQ(member(send(boss, "POST", target).body, "code"), "needs_step_up");
}

TEST_F(SignInTest, hostile_bodies_are_refused_and_the_server_lives) {
  person("hanako");
  start();
  Browser browser = signed_in("hanako");
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  for (const std::string& body :
       {std::string("[]"), std::string("null"), std::string("{"), R"({"name":)" + deep + "}",
        std::string(R"({"name":"a","name":"b","password":"x"})"), std::string(R"({"name":1,"password":[]})"),
        std::string("{\"name\":\"\\u0000\",\"password\":\"\\u0000\"}"), std::string(R"({"passkey":{}})"),
        std::string(R"({"passkey":{"id":"AA","rawId":"AA","type":"public-key","response":{}}})"),
        std::string(R"({"totp":"123456"})"), std::string(R"({"ticket":"x"})")}) {
    Browser fresh;
    const int status = send(fresh, "POST", "/api/v1/session", body).status;
    EXPECT_GE(status, 400) << body;
    EXPECT_LT(status, 500) << body;
  }
  EXPECT_EQ(who(browser), 200);
}

}  // namespace
}  // namespace hinomi::api
