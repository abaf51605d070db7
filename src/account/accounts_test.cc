// Accounts, passwords and sessions, on both databases and two servers of one.
#include "account/accounts.h"

#include <gtest/gtest.h>

#include "account/testing/two_nodes.h"

namespace hinomi::account {
namespace {

using store::sql::Dialect;
using testing::kPassword;
using testing::TwoNodes;
using Kind = record::Refusal::Kind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class AccountsTest : public testing::OnBoth {};
INSTANTIATE_TEST_SUITE_P(Both, AccountsTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(AccountsTest, the_password_signs_in_and_every_server_knows_the_session) {
  const base::RecordId hanako = nodes().hanako();
  const SignIn result = nodes().sign_in();
  ASSERT_EQ(result.proof, Proof::good);
  EXPECT_EQ(result.next, Next::nothing);
  const auto found = nodes().two->find_session(result.session->token);
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->person, hanako);
  EXPECT_TRUE((*found)->methods.has(credential::Method::password));
  EXPECT_EQ((*found)->peer, "192.0.2.1:40000");
  EXPECT_EQ((*found)->proved, nodes().clock.now());
  EXPECT_EQ(nodes().audit.count("session.begin"), 1U);
}

TEST_P(AccountsTest, a_name_signs_in_however_it_is_spelt_and_is_nobody_elses) {
  nodes().hanako();
  EXPECT_EQ(nodes().sign_in("HANAKO").proof, Proof::good);
  EXPECT_EQ(nodes().sign_in("ｈａｎａｋｏ").proof, Proof::good);
  std::array<std::uint8_t, 10> random{1};
  const auto again = nodes().two->create(
      nodes().by_system(),
      {.person = base::RecordId::make(nodes().clock.now(), random), .login = "Ｈanako", .password_hash = {}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.refusal().kind, Kind::conflict);
  EXPECT_EQ(again.refusal().faults.front().code, "not_unique");
}

TEST_P(AccountsTest, names_with_blanks_or_hidden_characters_are_refused) {
  for (const std::string& login : {std::string(), std::string("a b"), std::string("a\u202Eb"),
                                   std::string("a\0b", 3), std::string(101, 'a'), std::string("\xff")}) {
    std::array<std::uint8_t, 10> random{2};
    const auto made = nodes().one->create(
        nodes().by_system(),
        {.person = base::RecordId::make(nodes().clock.now(), random), .login = login, .password_hash = {}});
    ASSERT_FALSE(made) << login;
    EXPECT_EQ(made.refusal().faults.front().field, "login");
    const auto tried = nodes().one->sign_in(login, kPassword, nodes().from);
    ASSERT_TRUE(tried) << tried.error().message;
    EXPECT_NE(tried->proof, Proof::good);
    nodes().pass(hours(1));
  }
}

TEST_P(AccountsTest, a_wrong_password_and_an_unknown_name_cost_the_same_work_and_look_alike) {
  nodes().hanako();
  const Accounts::Work before = nodes().one->work();
  const SignIn wrong = nodes().sign_in("hanako", "not the password at all");
  const SignIn unknown = nodes().sign_in("nobody", "not the password at all");
  const Accounts::Work after = nodes().one->work();
  EXPECT_EQ(after.for_somebody - before.for_somebody, 1U);
  EXPECT_EQ(after.for_nobody - before.for_nobody, 1U);
  EXPECT_EQ(wrong.proof, Proof::wrong);
  EXPECT_EQ(unknown.proof, Proof::wrong);
  EXPECT_EQ(wrong.next, unknown.next);
  EXPECT_FALSE(wrong.session);
  EXPECT_FALSE(unknown.session);
}

TEST_P(AccountsTest, guessing_is_slowed_down_alike_for_known_and_unknown_names) {
  nodes().hanako();
  std::vector<int> tries;
  for (const std::string_view login : {"hanako", "nobody"}) {
    int tried = 0;
    while (tried < 100 && nodes().sign_in(login, "wrong wrong wrong").proof == Proof::wrong) ++tried;
    tries.push_back(tried);
  }
  EXPECT_EQ(tries[0], tries[1]);
  EXPECT_LT(tries[0], 10);
  const Accounts::Work before = nodes().one->work();
  const SignIn right = nodes().sign_in();
  EXPECT_EQ(right.proof, Proof::throttled) << "also with the right password, from this place";
  EXPECT_GT(right.wait.count(), 0);
  EXPECT_EQ(nodes().one->work().for_somebody, before.for_somebody) << "and without any work";
  EXPECT_EQ(nodes().sign_in("hanako", kPassword, "198.51.100.7:1").proof, Proof::good)
      << "the owner is not locked out elsewhere";
  nodes().pass(minutes(16));
  EXPECT_EQ(nodes().sign_in().proof, Proof::good);
}

TEST_P(AccountsTest, signing_in_often_is_no_guessing) {
  nodes().hanako();
  for (int i = 0; i < 60; ++i) EXPECT_EQ(nodes().sign_in().proof, Proof::good) << i;
}

TEST_P(AccountsTest, one_place_cannot_try_one_password_on_many_names) {
  int tried = 0;
  while (tried < 200 &&
         nodes().sign_in("name" + std::to_string(tried), "Sommer-in-Wien-2026").proof == Proof::wrong)
    ++tried;
  EXPECT_LT(tried, 60);
}

TEST_P(AccountsTest, what_is_no_token_of_ours_is_no_session) {
  for (const std::string& token :
       {std::string(), std::string("x"), std::string(43, 'A'), std::string(5000, 'A')})
    EXPECT_FALSE(TwoNodes::finds(*nodes().one, token));
}

TEST_P(AccountsTest, a_session_that_was_ended_is_refused_at_once_and_elsewhere_within_a_second) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession session = nodes().session();
  EXPECT_TRUE(TwoNodes::finds(*nodes().one, session.token));
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, session.token));
  ASSERT_TRUE(nodes().one->end_session(nodes().by_system(), session.session.id, hanako));
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, session.token));
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, session.token));
  EXPECT_FALSE(*nodes().two->open_session(session.session.hash));
  EXPECT_EQ(nodes().audit.count("session.end"), 1U);
}

TEST_P(AccountsTest, a_server_that_never_saw_a_session_asks_the_database) {
  nodes().hanako();
  const NewSession session = nodes().session();
  ASSERT_TRUE(nodes().one->end_session(nodes().by_system(), session.session.id, std::nullopt));
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, session.token));
}

TEST_P(AccountsTest, nobody_ends_the_session_of_somebody_else_as_their_own) {
  nodes().hanako();
  const base::RecordId other = nodes().person("jiro");
  const NewSession session = nodes().session();
  const auto ended = nodes().one->end_session(nodes().by_system(), session.session.id, other);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.refusal().kind, Kind::not_found);
  EXPECT_TRUE(TwoNodes::finds(*nodes().one, session.token));
}

TEST_P(AccountsTest, a_disabled_account_is_refused_everywhere_within_a_second_and_signs_in_no_more) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession session = nodes().session();
  const auto token = nodes().one->create_token(
      nodes().by_system(), {.owner = hanako,
                            .name = "script",
                            .scopes = {"person.read"},
                            .expires = {nodes().clock.now().since_epoch_ns + 3600LL * 1'000'000'000}});
  ASSERT_TRUE(token);
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, session.token));
  EXPECT_TRUE(*nodes().two->find_token(token->text));
  ASSERT_TRUE(nodes().one->disable(nodes().by_system(), hanako));
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, session.token));
  EXPECT_FALSE(*nodes().one->find_token(token->text));
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, session.token));
  EXPECT_FALSE(*nodes().two->find_token(token->text));
  EXPECT_EQ(nodes().sign_in().proof, Proof::wrong);
}

TEST_P(AccountsTest, a_new_password_ends_every_session_and_the_old_password) {
  nodes().hanako();
  const NewSession here = nodes().session();
  const NewSession elsewhere = nodes().session();
  const auto changed = nodes().one->change_password(nodes().by_system(), here.session, kPassword,
                                                    "Matsu-to-take-1603", {}, nodes().from);
  ASSERT_TRUE(changed);
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, here.token)) << "the token is a new one";
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, elsewhere.token));
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, changed->token));
  EXPECT_EQ(nodes().sign_in().proof, Proof::wrong);
  EXPECT_EQ(nodes().sign_in("hanako", "Matsu-to-take-1603").proof, Proof::good);
}

TEST_P(AccountsTest, a_password_is_changed_only_with_the_old_one_and_to_a_good_one) {
  nodes().hanako();
  const NewSession session = nodes().session();
  const auto change = [&](std::string_view old, std::string_view chosen) {
    const std::string_view called[] = {"hanako", "sato"};
    const auto done =
        nodes().one->change_password(nodes().by_system(), session.session, old, chosen, called, nodes().from);
    EXPECT_FALSE(done);
    return done ? std::string()
                : done.refusal().faults.front().field + ":" + done.refusal().faults.front().code;
  };
  EXPECT_EQ(change("wrong wrong wrong", "Matsu-to-take-1603"), "old:password_wrong");
  EXPECT_EQ(change(kPassword, "short"), "password:password_short");
  EXPECT_EQ(change(kPassword, "hanako-sato-hanako"), "password:password_context");
  EXPECT_EQ(change(kPassword, "aaaaaaaaaaaaaaaa"), "password:password_repetitive");
  EXPECT_TRUE(TwoNodes::finds(*nodes().one, session.token));
}

TEST_P(AccountsTest, sessions_end_by_themselves) {
  nodes().hanako();
  const NewSession idle = nodes().session();
  nodes().pass(hours(2));
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, idle.token));
  const NewSession busy = nodes().session();
  for (int hour = 0; hour < 11; ++hour) {
    nodes().pass(hours(1));
    EXPECT_TRUE(TwoNodes::finds(*nodes().one, busy.token)) << hour;
  }
  nodes().pass(hours(1));
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, busy.token)) << "however much it was used";
}

TEST_P(AccountsTest, one_person_has_no_more_sessions_than_allowed) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession first = nodes().session();
  for (std::size_t i = 0; i < kMaxOpenSessions; ++i) {
    nodes().pass(seconds(1));
    (void)nodes().session();
  }
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, first.token));
  EXPECT_EQ(nodes().one->sessions_of(hanako)->size(), kMaxOpenSessions);
}

TEST_P(AccountsTest, a_fresh_proof_gives_the_session_a_new_token) {
  nodes().hanako();
  const NewSession session = nodes().session();
  nodes().pass(minutes(30));
  const auto wrong = nodes().one->prove(session.session, {.password = "wrong wrong wrong"}, nodes().from);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->proof, Proof::wrong);
  const auto proved = nodes().one->prove(session.session, {.password = kPassword}, nodes().from);
  ASSERT_TRUE(proved);
  ASSERT_EQ(proved->proof, Proof::good);
  ASSERT_TRUE(proved->session);
  EXPECT_EQ(proved->session->session.proved, nodes().clock.now());
  EXPECT_EQ(proved->session->session.created, session.session.created) << "it lives no longer for it";
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, session.token));
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, proved->session->token));
  const auto again = nodes().one->prove(session.session, {.password = kPassword}, nodes().from);
  EXPECT_EQ(again->proof, Proof::wrong) << "a session that has ended cannot go on";
}

TEST_P(AccountsTest, what_is_said_to_the_audit_log_holds_no_secret) {
  const base::RecordId hanako = nodes().hanako();
  const SignIn good = nodes().sign_in();
  (void)nodes().sign_in("typed-my-Password-here-1", "another-Secret-123");
  (void)nodes().one->invite(nodes().by_system(), {.person = hanako});
  const auto codes = nodes().one->new_recovery_codes(nodes().by_system(), hanako);
  ASSERT_TRUE(codes);
  for (const auto& entry : nodes().audit.entries) {
    for (const std::string_view secret :
         {std::string_view(kPassword), std::string_view(good.session->token),
          std::string_view("another-Secret"), std::string_view("typed-my-Password"),
          std::string_view((*codes)[0])})
      EXPECT_EQ(entry.text.find(secret), std::string::npos) << entry.text;
  }
  EXPECT_EQ(nodes().audit.count("session.begin", false), 1U)
      << "the refusal is there, without the typed name";
}

TEST_P(AccountsTest, the_console_signs_in_the_operator_until_there_is_an_administrator) {
  const auto operator_session = nodes().one->sign_in_at_console(nullptr, nodes().from);
  ASSERT_TRUE(operator_session);
  ASSERT_EQ(operator_session->proof, Proof::good);
  EXPECT_EQ(operator_session->session->session.person, local_operator());
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, operator_session->session->token));
  const auto secret = nodes().one->new_setup_secret();
  ASSERT_TRUE(secret && *secret);
  const base::RecordId hanako = nodes().hanako();
  const auto finished = store::sql::in_transaction(
      nodes().database(), store::sql::Connection::Kind::write,
      [&](store::sql::Connection& connection) -> base::Result<void> {
        const auto done = nodes().one->finish_setup_within(connection, nodes().by_system(), **secret, hanako);
        EXPECT_TRUE(done);
        return {};
      });
  ASSERT_TRUE(finished);
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, operator_session->session->token));
  const auto console = nodes().two->sign_in_at_console(nullptr, nodes().from);
  ASSERT_TRUE(console);
  EXPECT_EQ(console->session->session.person, hanako);
}

TEST_P(AccountsTest, who_is_locked_does_not_sign_in_and_what_they_have_open_is_not_good_meanwhile) {
  const base::RecordId hanako = nodes().hanako();
  const std::string token = nodes().session().token;
  const auto made = nodes().one->create_token(
      nodes().by_system(),
      {.owner = hanako,
       .name = "program",
       .scopes = {"alert.read"},
       .expires = {nodes().clock.now().since_epoch_ns + std::chrono::nanoseconds(hours(1)).count()}});
  ASSERT_TRUE(made);
  const std::size_t begun = nodes().audit.count("session.begin");
  nodes().locked = hanako;
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, token));
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, token));
  EXPECT_FALSE(*nodes().two->find_token(made->text));
  EXPECT_EQ(nodes().sign_in().proof, Proof::wrong);
  EXPECT_EQ(nodes().audit.count("session.begin"), begun);
  EXPECT_EQ(nodes().audit.count("session.begin", false), 1U);
  nodes().locked = {};
  nodes().pass(minutes(10));
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, token));
  EXPECT_EQ(nodes().sign_in().proof, Proof::good);
}

TEST_P(AccountsTest, refusals_go_the_way_that_bounds_them_where_the_log_has_one) {
  const base::RecordId hanako = nodes().hanako();
  nodes().audit.takes_refusals = true;
  (void)nodes().sign_in("hanako", "not the password at all");
  (void)nodes().sign_in("nobody", "not the password at all");
  EXPECT_EQ(nodes().audit.count("session.begin", false), 0U);
  ASSERT_EQ(nodes().audit.refused.size(), 2U);
  EXPECT_EQ(nodes().audit.refused[0].person, hanako);
  EXPECT_EQ(nodes().audit.refused[1].person, std::nullopt);
  EXPECT_EQ(nodes().audit.refused[1].text, "192.0.2.1:40000");
}

TEST_P(AccountsTest, the_setup_secret_is_good_once_and_only_the_last_one) {
  const auto first = nodes().one->new_setup_secret();
  const auto second = nodes().two->new_setup_secret();
  ASSERT_TRUE(first && *first && second && *second);
  EXPECT_EQ(*nodes().one->check_setup_secret(**first, nodes().from), Proof::wrong);
  EXPECT_EQ(*nodes().one->check_setup_secret("", nodes().from), Proof::wrong);
  EXPECT_EQ(*nodes().one->check_setup_secret(**second, nodes().from), Proof::good);
  const base::RecordId hanako = nodes().hanako();
  const auto finish = [&](Accounts& node) {
    std::optional<Kind> refused;
    (void)store::sql::in_transaction(nodes().database(), store::sql::Connection::Kind::write,
                                     [&](store::sql::Connection& connection) -> base::Result<void> {
                                       const auto done = node.finish_setup_within(
                                           connection, nodes().by_system(), **second, hanako);
                                       if (!done) refused = done.refusal().kind;
                                       return {};
                                     });
    return refused;
  };
  EXPECT_EQ(finish(*nodes().one), std::nullopt);
  EXPECT_EQ(finish(*nodes().two), Kind::conflict);
  EXPECT_FALSE(nodes().two->setup_state()->needed);
  EXPECT_EQ(*nodes().two->check_setup_secret(**second, nodes().from), Proof::wrong);
  EXPECT_FALSE(*nodes().two->new_setup_secret());
}

TEST_P(AccountsTest, the_setup_secret_cannot_be_tried_for_ever) {
  ASSERT_TRUE(nodes().one->new_setup_secret());
  int tried = 0;
  while (tried < 100 && *nodes().one->check_setup_secret("8x2k-8x2k", nodes().from) == Proof::wrong) ++tried;
  EXPECT_LT(tried, 10);
}

}  // namespace
}  // namespace hinomi::account
