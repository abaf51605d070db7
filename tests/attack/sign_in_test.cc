// A8 to A10: the first start, sessions, and proving who one is.
#include <dirent.h>

#include <fstream>
#include <sstream>

#include "attack/ledger.h"
#include "attack/world.h"
#include "credential/totp.h"
#include "os/clock.h"

namespace hinomi::attack {
namespace {

constexpr std::string_view kWrong = "not-the-password-at-all";

std::string login_body(std::string_view name, std::string_view password) {
  return R"({"name":")" + std::string(name) + R"(","password":")" + std::string(password) + "\"}";
}

credential::Bytes base32(const std::string& text) {
  credential::Bytes bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=' || c == ' ') continue;
    held = held << 5U | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
    bits += 5;
    if (bits >= 8) bytes.push_back(static_cast<std::uint8_t>(held >> static_cast<unsigned>(bits -= 8)));
    held &= 0xFFU;
  }
  return bytes;
}

class A8 : public AttackTest {};
class A9 : public AttackTest {};
class A10 : public AttackTest {};

TEST_F(A8, A8_no_default_password) {
  const Attack attack(world_);
  std::size_t tried = 0;
  for (const char* name : {"admin", "root", "hinomi", "administrator", "demo"})
    for (const char* password : {"admin", "hinomi"}) {
      Browser stranger;
      stranger.from = new_address();
      const Answer answer = world_.send(static_cast<int>(tried % 2), stranger, "POST", "/api/v1/session",
                                        login_body(name, password));
      EXPECT_TRUE(answer.status == 401 || answer.status == 429)
          << name << " " << password << " " << answer.status;
      EXPECT_TRUE(stranger.cookie.empty());
      ++tried;
    }
  Ledger::get().note(std::to_string(tried) + " tries");
  attack.refused({R"("action":"session.begin")", R"("outcome":"refused")"});
}

TEST_F(A8, A8_the_setup_secret_is_needed_and_good_once) {
  const World::FirstStart& first = world_.first_start();
  EXPECT_EQ(first.without_secret, 403);
  EXPECT_EQ(first.with_wrong_secret, 403);
  EXPECT_TRUE(first.had_no_effect) << "a wrong secret made something";
  EXPECT_TRUE(first.was_logged);
  EXPECT_EQ(first.made_at_once, 1) << "two requests with the secret at the same moment";
  EXPECT_EQ(world_.rows("SELECT login FROM account WHERE login='admin' OR login='admin2'").size(), 1U);
  EXPECT_EQ(world_.rows("SELECT CAST(f_name AS TEXT) FROM r_organisation").size(), 2U);
}

TEST_F(A8, A8_the_setup_route_is_dead_after_use) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    Browser stranger;
    const Answer answer = world_.send(node, stranger, "POST", "/api/v1/setup",
                                      world_.setup_body("admin3", world_.setup_secret()));
    EXPECT_EQ(answer.status, 404) << answer.body;
    EXPECT_TRUE(stranger.cookie.empty());
    const Answer state = world_.send(node, stranger, "GET", "/api/v1/setup");
    EXPECT_NE(state.body.find("\"needed\":false"), std::string::npos) << state.body;
    EXPECT_EQ(world_.log_of(1).find("/setup#secret="), std::string::npos)
        << "the second server printed a secret";
  }
  attack.had_no_effect();
}

TEST_F(A9, A9_session_fixation) {
  Browser attacker = world_.person("a9-attacker", 1);
  Browser victim = world_.person("a9-victim", 1);
  victim.cookie.clear();
  // A cookie of the attacker's choice, and one of their own sessions, stand in the victim's browser.
  const std::string name = attacker.cookie.substr(0, attacker.cookie.find('='));
  for (const std::string& planted : {name + "=" + std::string(43, 'A'), attacker.cookie}) {
    Browser browser = victim;
    browser.cookie = planted;
    ASSERT_EQ(world_.sign_in(0, browser).status, 204);
    EXPECT_NE(browser.cookie, planted);
    Browser with_planted = attacker;
    with_planted.cookie = planted;
    const Answer who = world_.send(1, with_planted, "GET", "/api/v1/session");
    EXPECT_EQ(who.body.find(victim.person), std::string::npos) << "the planted cookie is the victim now";
    // Two cookies of the name: the server takes neither.
    EXPECT_EQ(world_.raw(0, "GET", "/api/v1/sessions", "Cookie: " + planted + "; " + browser.cookie + "\r\n")
                  .status,
              401);
  }
  EXPECT_FALSE(world_.is_signed_in(0, attacker)) << "what was gone on with would be known to the attacker";
}

TEST_F(A9, A9_reuse_after_logout_on_this_and_another_node) {
  Browser user = world_.person("a9-logout", 1);
  ASSERT_TRUE(world_.is_signed_in(0, user) && world_.is_signed_in(1, user));
  const Browser stolen = user;
  const World::Mark mark = world_.mark();
  ASSERT_EQ(world_.send(0, user, "DELETE", "/api/v1/session").status, 204);
  Browser thief = stolen;
  EXPECT_FALSE(world_.is_signed_in(0, thief)) << "at once";
  EXPECT_TRUE(wait_until([&] { return !world_.is_signed_in(1, thief); }, kWithinASecond))
      << "on the other node";
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    EXPECT_EQ(world_.send(node, thief, "GET", "/api/v1/people").status, 401);
    EXPECT_EQ(world_.send(node, thief, "POST", "/api/v1/account/recovery-codes", "{}").status, 401);
  }
  attack.refused({"api: refused 401 not_signed_in", "/api/v1/account/recovery-codes"});
  EXPECT_TRUE(world_.logged_since(mark, {"session.end", user.person}));
}

TEST_F(A9, A9_reuse_after_password_change_on_this_and_another_node) {
  Browser user = world_.person("a9-change", 1);
  Browser elsewhere = user;
  elsewhere.cookie.clear();
  ASSERT_EQ(world_.sign_in(1, elsewhere).status, 204);
  Browser before = user;
  const std::string chosen = "Take-no-mizu-2031";
  ASSERT_EQ(world_
                .send(0, user, "POST", "/api/v1/account/password",
                      R"({"old":")" + std::string(kPassword) + R"(","new":")" + chosen + "\"}")
                .status,
            204);
  EXPECT_NE(user.cookie, before.cookie) << "the token stayed the same";
  for (Browser* const one : {&before, &elsewhere}) {
    EXPECT_FALSE(world_.is_signed_in(0, *one));
    EXPECT_TRUE(wait_until([&] { return !world_.is_signed_in(1, *one); }, kWithinASecond));
  }
  EXPECT_TRUE(world_.is_signed_in(1, user));
  const Attack attack(world_);
  Browser again = user;
  again.cookie.clear();
  EXPECT_EQ(world_.sign_in(1, again).status, 401) << "the old password";
  attack.refused({R"("action":"session.begin")", R"("outcome":"refused")", "a9-change"});
}

TEST_F(A10, A10_brute_force_of_one_account) {
  Browser victim = world_.person("a10-victim", 1);
  const Attack attack(world_);
  Browser attacker;
  attacker.login = victim.login;
  attacker.from = new_address();
  int checked = 0;
  int turned_away = 0;
  for (int i = 0; i < 30; ++i) {
    const Answer answer = world_.sign_in(0, attacker, std::string(kWrong) + std::to_string(i));
    ASSERT_TRUE(answer.status == 401 || answer.status == 429) << answer.status;
    (answer.status == 401 ? checked : turned_away) += 1;
    if (answer.status == 429) {
      EXPECT_FALSE(answer.field("Retry-After").empty());
    }
  }
  EXPECT_LE(checked, 8);
  EXPECT_EQ(world_.sign_in(0, attacker, kPassword).status, 429) << "a right guess is told from no wrong one";
  Ledger::get().note(std::to_string(checked) + " of 30 tries were checked");
  attack.refused({R"("action":"session.begin")", R"("outcome":"refused")", victim.login});
  attack.was_logged({"api: refused 429"});
  // The owner is not locked out where they usually are.
  Browser owner = victim;
  owner.cookie.clear();
  EXPECT_EQ(world_.sign_in(0, owner).status, 204);
}

TEST_F(A10, A10_brute_force_of_codes_and_fresh_proofs) {
  Browser victim = world_.person("a10-codes", 1);
  const Attack attack(world_);
  int checked = 0;
  for (int i = 0; i < 20; ++i) {
    const Answer answer =
        world_.send(0, victim, "POST", "/api/v1/session/proof",
                    R"({"recovery_code":"AAAA-AAAA-AAAA-AAA)" + std::to_string(i % 10) + "\"}");
    ASSERT_TRUE(answer.status == 422 || answer.status == 429) << answer.status << answer.body;
    if (answer.status == 422) ++checked;
  }
  EXPECT_LE(checked, 8);
  Ledger::get().note(std::to_string(checked) + " of 20 tries were checked");
  attack.refused({R"("action":"session.prove")", R"("outcome":"refused")", victim.login});
}

TEST_F(A10, A10_enumeration_by_the_answer) {
  Browser known = world_.person("a10-known", 1);
  const Attack attack(world_);
  const auto without_date = [](std::string head) {
    const std::size_t at = head.find("\r\nDate: ");
    return at == std::string::npos ? head : head.erase(at, head.find("\r\n", at + 2) - at);
  };
  for (int node = 0; node < 2; ++node) {
    const auto refused = [&](const std::string& target, const std::string& body) {
      Browser stranger;
      stranger.from = new_address();
      Answer answer = world_.send(node, stranger, "POST", target, body);
      EXPECT_GE(answer.status, 400);
      return without_date(answer.head) + answer.body;
    };
    EXPECT_EQ(refused("/api/v1/session", login_body(known.login, kWrong)),
              refused("/api/v1/session", login_body("a10-nobody", kWrong)));
    const std::string code(43, 'A');
    EXPECT_EQ(refused("/api/v1/invitation", R"({"code":")" + code + R"(","login":")" + known.login +
                                                R"(","password":"Kaze-to-tsuki-99"})"),
              refused("/api/v1/invitation",
                      R"({"code":")" + code + R"(","login":"a10-nobody","password":"Kaze-to-tsuki-99"})"));
  }
  attack.refused({R"("action":"session.begin")", R"("outcome":"refused")", known.login});
}

// What the front has computed so far, of all its threads.
double computed_ms(pid_t front) {
  double sum = 0;
  const std::string folder = "/proc/" + std::to_string(front) + "/task";
  DIR* const tasks = ::opendir(folder.c_str());
  if (tasks == nullptr) return 0;
  while (const dirent* const task = ::readdir(tasks)) {
    std::ifstream in(folder + "/" + task->d_name + "/schedstat");
    double ns = 0;
    if (in >> ns) sum += ns / 1e6;
  }
  ::closedir(tasks);
  return sum;
}

// The hashes are counted in src/account/accounts_test.cc; here the processor time of the real one is.
TEST_F(A10, A10_enumeration_by_the_work) {
  constexpr int kTries = 4;
  std::vector<Browser> known;
  for (int i = 0; i < kTries; ++i) known.push_back(world_.person("a10-work-" + std::to_string(i), 1));
  const Attack attack(world_);
  const pid_t front = world_.front(0);
  ASSERT_NE(front, 0);
  const auto work_of = [&](int i, bool is_known) {
    Browser stranger;
    stranger.from = new_address();
    stranger.login = is_known ? known[static_cast<std::size_t>(i)].login : "a10-nobody-" + std::to_string(i);
    const double before = computed_ms(front);
    EXPECT_EQ(world_.sign_in(0, stranger, kWrong).status, 401);
    return computed_ms(front) - before;
  };
  double somebody = 0;
  double nobody = 0;
  for (int i = 0; i < kTries; ++i) {
    somebody += work_of(i, true);
    nobody += work_of(i, false);
  }
  ASSERT_GT(nobody, 10.0 * kTries) << "no password was hashed at all";
  EXPECT_NEAR(somebody / nobody, 1.0, 0.2) << somebody << " ms and " << nobody << " ms";
  char text[96];
  std::snprintf(text, sizeof text, "%.0f ms of work for a known name, %.0f for an unknown one",
                somebody / kTries, nobody / kTries);
  Ledger::get().note(text);
  Ledger::get().also_in("src/account/accounts_test.cc");
  attack.had_no_effect();
}

TEST_F(A10, A10_mfa_replay) {
  Browser user = world_.person("a10-mfa", 1);
  const Answer started = world_.send(0, user, "POST", "/api/v1/account/totp", "{}");
  ASSERT_EQ(started.status, 200) << started.body;
  const credential::Bytes secret = base32(text_in(started.body, "secret"));
  const auto code = [&](std::int64_t ahead) {
    return credential::totp_code(secret, credential::totp_step(os::SystemClock().now()) + ahead);
  };
  const std::string first = code(0);
  ASSERT_EQ(world_.send(0, user, "PUT", "/api/v1/account/totp", R"({"code":")" + first + "\"}").status, 204);
  const auto half = [&](int node) {
    Browser browser = user;
    browser.cookie.clear();
    browser.from = new_address();
    const Answer next = world_.sign_in(node, browser);
    EXPECT_NE(next.body.find("totp"), std::string::npos) << next.body;
    return browser;
  };
  // Half a session is none.
  Browser half_in = half(1);
  EXPECT_EQ(world_.send(1, half_in, "GET", "/api/v1/people").status, 401);
  const std::string second = code(1);
  ASSERT_EQ(world_.send(1, half_in, "POST", "/api/v1/session", R"({"totp":")" + second + "\"}").status, 204);
  EXPECT_TRUE(world_.is_signed_in(0, half_in));
  for (int node = 0; node < 2; ++node)
    for (const std::string& used : {first, second}) {
      Browser attacker = half(node);
      const Attack attack(world_);
      EXPECT_EQ(world_.send(node, attacker, "POST", "/api/v1/session", R"({"totp":")" + used + "\"}").status,
                401);
      EXPECT_EQ(world_.send(node, attacker, "GET", "/api/v1/people").status, 401);
      attack.refused({R"("outcome":"refused")", user.login});
    }
}

TEST_F(A10, A10_recovery_code_replay) {
  Browser user = world_.person("a10-recovery", 1);
  const Answer codes = world_.send(0, user, "POST", "/api/v1/account/recovery-codes", "{}");
  ASSERT_EQ(codes.status, 200) << codes.body;
  const std::size_t at = codes.body.find("[\"") + 2;
  const std::string code = codes.body.substr(at, codes.body.find('"', at) - at);
  const std::string body = R"({"recovery_code":")" + code + "\"}";
  ASSERT_EQ(world_.send(0, user, "POST", "/api/v1/session/proof", body).status, 204);
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node)
    EXPECT_EQ(world_.send(node, user, "POST", "/api/v1/session/proof", body).status, 422);
  attack.refused({R"("action":"session.prove")", R"("outcome":"refused")", user.login});
}

constexpr const char* kNoProviders = "people sign in here; there is no sign-in by OIDC or SAML yet";
TEST_F(A10, A10_oidc_alg_none) {
  HINOMI_DOES_NOT_APPLY(kNoProviders);
}
TEST_F(A10, A10_oidc_wrong_aud) {
  HINOMI_DOES_NOT_APPLY(kNoProviders);
}
TEST_F(A10, A10_oidc_mix_up) {
  HINOMI_DOES_NOT_APPLY(kNoProviders);
}
TEST_F(A10, A10_saml_unsigned) {
  HINOMI_DOES_NOT_APPLY(kNoProviders);
}
TEST_F(A10, A10_saml_signature_wrapping) {
  HINOMI_DOES_NOT_APPLY(kNoProviders);
}

}  // namespace
}  // namespace hinomi::attack
