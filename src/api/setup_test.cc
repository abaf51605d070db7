// The first start over HTTP (A8), and who the console signs in.
#include <gtest/gtest.h>

#include "api/testing/sign_in_fixture.h"

namespace hinomi::api {
namespace {

using http::RawResponse;

class SetupTest : public SignInFixture {
 protected:
  std::string secret() {
    const auto made = accounts_->new_setup_secret();
    EXPECT_TRUE(made && *made);
    return made && *made ? **made : std::string();
  }
  static std::string wish(const std::string& secret,
                          const std::string& password = std::string(kGoodPassword)) {
    return R"({"secret":")" + secret +
           R"(","language":"ja","organisations":[{"name":"東洋電機","name_en":"Toyo Denki","short":"東洋",)"
           R"("zone":"Asia/Tokyo","calendar":"jp","sites":[{"name":"本社","name_en":"Head office"},)"
           R"({"name":"工場"}]},{"name":"子会社","zone":"UTC","calendar":"jp","sites":[]}],)"
           R"("administrator":{"name":"佐藤 花子","name_kana":"さとう はなこ","email":"hanako@example.jp",)"
           R"("login":"hanako","password":")" +
           password + R"("},"demo":false})";
  }
  [[nodiscard]] std::int64_t count(std::string_view entity) {
    record::ListQuery query;
    const auto page = engine_->list(by_system(), registry_.get(entity), query);
    EXPECT_TRUE(page);
    return page ? page->total : -1;
  }
};

TEST_F(SetupTest, there_is_no_way_in_before_it) {
  start();
  Browser browser;
  const RawResponse who_is = send(browser, "GET", "/api/v1/session");
  EXPECT_EQ(who_is.status, 401);
  EXPECT_NE(who_is.body.find(R"("setup_needed":true)"), std::string::npos) << who_is.body;
  for (const std::string_view name : {"admin", "administrator", "root", "hinomi"})
    for (const std::string_view password : {"", "admin", "password", "hinomi", "changeme"})
      EXPECT_NE(log_in(browser, name, password).status, 204) << name << password;
  const RawResponse state = send(browser, "GET", "/api/v1/setup");
  EXPECT_EQ(state.status, 200);
  for (const std::string_view part : {R"("needed":true)", R"("ja")", R"("key":"jp")", R"("Asia/Tokyo")"})
    EXPECT_NE(state.body.find(part), std::string::npos) << state.body;
}

TEST_F(SetupTest, the_secret_makes_everything_in_one_go_and_signs_in) {
  start();
  Browser browser;
  const RawResponse done = send(browser, "POST", "/api/v1/setup", wish(secret()));
  ASSERT_EQ(done.status, 204) << done.body;
  EXPECT_EQ(count("organisation"), 2);
  EXPECT_EQ(count("site"), 2);
  EXPECT_EQ(count("person"), 1);
  EXPECT_EQ(count("assignment"), 1);
  const RawResponse who_is = send(browser, "GET", "/api/v1/session");
  EXPECT_EQ(who_is.status, 200);
  EXPECT_EQ(member(who_is.body, "name"), "佐藤 花子");
  EXPECT_EQ(member(who_is.body, "language"), "ja");
  EXPECT_EQ(send(browser, "GET", "/api/v1/checklist").status, 200);
  Browser other;
  EXPECT_EQ(log_in(other, "hanako").status, 204);
}

TEST_F(SetupTest, it_is_dead_after_use) {
  start();
  const std::string good = secret();
  Browser browser;
  ASSERT_EQ(send(browser, "POST", "/api/v1/setup", wish(good)).status, 204);
  Browser late;
  EXPECT_EQ(send(late, "POST", "/api/v1/setup", wish(good)).status, 404);
  EXPECT_EQ(send(late, "POST", "/api/v1/setup", "{}").status, 404);
  EXPECT_FALSE(*accounts_->new_setup_secret()) << "and no new secret is made";
  const RawResponse state = send(late, "GET", "/api/v1/setup");
  EXPECT_EQ(state.body, R"({"needed":false,"languages":[],"calendars":[],"zones":[]})");
  EXPECT_EQ(count("organisation"), 2);
}

TEST_F(SetupTest, a_wrong_secret_makes_nothing_and_learns_nothing) {
  start();
  (void)secret();
  Browser browser;
  for (const std::string& body :
       {wish("8x2k-8x2k-8x2k-8x2k"), wish(""), std::string(R"({"secret":1})"), std::string("{}")}) {
    const RawResponse refused = send(browser, "POST", "/api/v1/setup", body);
    EXPECT_EQ(refused.status, 403) << refused.body;
    EXPECT_EQ(refused.body.find("needed"), std::string::npos) << "not even what is wrong with the rest";
  }
  EXPECT_EQ(count("organisation"), 0);
  EXPECT_EQ(count("person"), 0);
}

TEST_F(SetupTest, what_is_wrong_is_named_and_leaves_no_half) {
  start();
  const std::string good = secret();
  Browser browser;
  const auto faults_of = [&](const std::string& body) {
    const RawResponse refused = send(browser, "POST", "/api/v1/setup", body);
    EXPECT_EQ(refused.status, 422) << refused.body;
    return refused.body;
  };
  EXPECT_NE(
      faults_of(wish(good, "short")).find(R"("field":"administrator.password","code":"password_short")"),
      std::string::npos);
  EXPECT_NE(faults_of(wish(good, "hanako-sato-hanako")).find("password_context"), std::string::npos);
  std::string zone = wish(good);
  zone.replace(zone.find("\"UTC\""), 5, "\"Mars\"");
  EXPECT_NE(faults_of(zone).find(R"("field":"organisations.1.zone","code":"not_a_choice")"),
            std::string::npos);
  std::string name = wish(good);
  name.replace(name.find("工場"), std::string("工場").size(), std::string(300, 'x'));
  EXPECT_NE(faults_of(name).find(R"("field":"organisations.0.sites.1.name","code":"too_long")"),
            std::string::npos);
  std::string login = wish(good);
  login.replace(login.find(R"("login":"hanako")"), 16, R"("login":"ha nako")");
  EXPECT_NE(faults_of(login).find(R"("field":"administrator.login","code":"login_blank")"),
            std::string::npos);
  EXPECT_EQ(count("organisation"), 0) << "the transaction was given up";
  EXPECT_EQ(send(browser, "POST", "/api/v1/setup", wish(good)).status, 204) << "the secret is still good";
}

TEST_F(SetupTest, a_ticket_is_the_operator_before_and_the_administrator_after) {
  start();
  Browser console;
  const auto redeem_in = [&](Browser& browser) {
    return send(browser, "POST", "/api/v1/session", R"({"ticket":")" + ticket() + "\"}").status;
  };
  ASSERT_EQ(redeem_in(console), 204);
  RawResponse who_is = send(console, "GET", "/api/v1/session");
  EXPECT_EQ(member(who_is.body, "name"), "local operator");
  EXPECT_EQ(send(console, "GET", "/api/v1/alerts").status, 200);
  EXPECT_EQ(send(console, "GET", "/api/v1/people").body.find("items"), std::string::npos) << "but no records";
  Browser browser;
  ASSERT_EQ(send(browser, "POST", "/api/v1/setup", wish(secret())).status, 204);
  shifted_.pass(account::Accounts::kStale);
  EXPECT_EQ(who(console), 401) << "the operator's sessions end with it";
  ASSERT_EQ(redeem_in(console), 204);
  who_is = send(console, "GET", "/api/v1/session");
  EXPECT_EQ(member(who_is.body, "name"), "佐藤 花子");
  EXPECT_NE(who_is.body.find(R"("methods":["ticket"])"), std::string::npos);
}

}  // namespace
}  // namespace hinomi::api
