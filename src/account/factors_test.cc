// Second factors, tokens and invitations, on both databases and two servers of one.
#include <gtest/gtest.h>

#include "account/testing/two_nodes.h"
#include "credential/passkey_json.h"
#include "credential/testing/authenticator.h"
#include "credential/totp.h"
#include "parse/json/reader.h"

namespace hinomi::account {
namespace {

using testing::kPassword;
using testing::TwoNodes;
using Kind = record::Refusal::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kHourNs = 3600LL * 1'000'000'000;

class FactorsTest : public testing::OnBoth {
 protected:
  // Base 32 of RFC 4648 without padding, as an app reads it.
  static credential::Bytes unbase32(std::string_view text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    credential::Bytes bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
      bits = bits << 5 | static_cast<std::uint32_t>(kAlphabet.find(c));
      held += 5;
      if (held < 8) continue;
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held & 0xFF));
    }
    return bytes;
  }
  std::string code(std::int64_t steps = 0) {
    return credential::totp_code(secret_, credential::totp_step(nodes().clock.now()) + steps);
  }
  // What comes of confirming the first code.
  std::optional<NewSession> enrol(const Session& session) {
    const auto started = nodes().one->start_totp(session, "Hinomi");
    EXPECT_TRUE(started);
    secret_ = unbase32(started->secret);
    const auto confirmed = nodes().one->confirm_totp(nodes().by_system(), session, code(), nodes().from);
    EXPECT_TRUE(confirmed);
    nodes().pass(seconds(60));  // codes are good once
    return confirmed ? *confirmed : std::nullopt;
  }
  SignIn prove(Accounts& node, const Session& session, const Accounts::Evidence& evidence) {
    const auto result = node.prove(session, evidence, nodes().from);
    EXPECT_TRUE(result);
    return result ? *result : SignIn{};
  }
  static credential::Bytes challenge_in(const std::string& options) {
    parse::json::Reader reader;
    const auto root = reader.read(options);
    EXPECT_TRUE(root);
    for (auto key = root->first(); !(key == root->last());) {
      const auto value = key.next();
      if (key.string() == "challenge") return *credential::parse_base64url(value.string(), 64);
      key = value.next();
    }
    ADD_FAILURE() << options;
    return {};
  }
  void add_passkey(const Session& session) {
    const auto options = nodes().one->passkey_creation(session, "佐藤 花子", site_);
    ASSERT_TRUE(options);
    const auto added = nodes().two->add_passkey(nodes().by_system(), session, "key",
                                                device_.create(challenge_in(*options)), site_, nodes().from);
    ASSERT_TRUE(added) << added.refusal().faults.front().detail;
  }

  credential::Bytes secret_;
  credential::RelyingParty site_{"soc.example.jp", "Hinomi", {"https://soc.example.jp"}};
  credential::testing::Authenticator device_{credential::Algorithm::es256};
};
INSTANTIATE_TEST_SUITE_P(Both, FactorsTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(FactorsTest, with_a_second_factor_the_password_is_half_a_session) {
  nodes().hanako();
  (void)enrol(nodes().session().session);
  const SignIn half = nodes().sign_in();
  ASSERT_EQ(half.proof, Proof::good);
  EXPECT_EQ(half.next, Next::totp);
  ASSERT_TRUE(half.session);
  EXPECT_TRUE(half.session->session.half);
  EXPECT_EQ(prove(*nodes().one, half.session->session, {.totp = "000000"}).proof, Proof::wrong);
  EXPECT_EQ(prove(*nodes().one, half.session->session, {.password = kPassword}).session, std::nullopt)
      << "the same factor twice is one";
  const SignIn whole = prove(*nodes().two, half.session->session, {.totp = code()});
  ASSERT_EQ(whole.proof, Proof::good);
  EXPECT_FALSE(whole.session->session.half);
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, half.session->token));
  EXPECT_TRUE(TwoNodes::finds(*nodes().one, whole.session->token));
}

TEST_P(FactorsTest, half_a_session_ends_soon) {
  nodes().hanako();
  (void)enrol(nodes().session().session);
  const SignIn half = nodes().sign_in();
  nodes().pass(minutes(10));
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, half.session->token));
  EXPECT_EQ(prove(*nodes().one, half.session->session, {.totp = code()}).proof, Proof::wrong);
}

TEST_P(FactorsTest, a_code_is_good_once_also_on_another_server) {
  nodes().hanako();
  (void)enrol(nodes().session().session);
  const SignIn first = nodes().sign_in();
  const SignIn second = nodes().sign_in();
  const std::string now = code();
  EXPECT_EQ(prove(*nodes().one, first.session->session, {.totp = now}).proof, Proof::good);
  EXPECT_EQ(prove(*nodes().two, second.session->session, {.totp = now}).proof, Proof::wrong);
  EXPECT_EQ(prove(*nodes().two, second.session->session, {.totp = code(-1)}).proof, Proof::wrong)
      << "nor one of before it";
}

TEST_P(FactorsTest, codes_cannot_be_tried_for_ever) {
  nodes().hanako();
  (void)enrol(nodes().session().session);
  const SignIn half = nodes().sign_in();
  int tried = 0;
  while (tried < 100 && prove(*nodes().one, half.session->session, {.totp = "000000"}).proof == Proof::wrong)
    ++tried;
  EXPECT_EQ(tried, 8);
  EXPECT_EQ(prove(*nodes().one, half.session->session, {.totp = code()}).proof, Proof::throttled);
}

TEST_P(FactorsTest, whoever_knows_a_password_cannot_add_a_factor_to_get_past_the_one_there_is) {
  nodes().hanako();
  (void)enrol(nodes().session().session);
  const SignIn half = nodes().sign_in();
  const Session& session = half.session->session;
  EXPECT_EQ(nodes().one->start_totp(session, "Hinomi").refusal().kind, Kind::forbidden);
  EXPECT_EQ(nodes().one->confirm_totp(nodes().by_system(), session, code(), nodes().from).refusal().kind,
            Kind::not_found);
  EXPECT_EQ(nodes().one->passkey_creation(session, "x", site_).error().code, base::ErrorCode::forbidden);
}

TEST_P(FactorsTest, who_must_enrol_gets_a_whole_session_by_doing_so) {
  nodes().hanako(true);
  const SignIn half = nodes().sign_in();
  EXPECT_EQ(half.next, Next::enrol);
  ASSERT_TRUE(half.session->session.half);
  const auto whole = enrol(half.session->session);
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->session.half);
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, whole->token));
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, half.session->token));
  EXPECT_EQ(nodes().one->remove_totp(nodes().by_system(), whole->session).refusal().kind, Kind::conflict)
      << "it is the only one";
}

TEST_P(FactorsTest, a_password_alone_is_no_fresh_proof_where_there_is_a_second_factor) {
  nodes().hanako();
  const NewSession session = nodes().session();
  (void)enrol(session.session);
  const SignIn password = prove(*nodes().one, session.session, {.password = kPassword});
  EXPECT_EQ(password.proof, Proof::good);
  EXPECT_EQ(password.next, Next::totp);
  EXPECT_FALSE(password.session);
  EXPECT_TRUE(prove(*nodes().one, session.session, {.totp = code()}).session);
}

TEST_P(FactorsTest, a_new_second_factor_ends_the_other_sessions) {
  nodes().hanako();
  const NewSession elsewhere = nodes().session();
  const NewSession here = nodes().session();
  (void)enrol(here.session);
  EXPECT_TRUE(TwoNodes::finds(*nodes().two, here.token));
  EXPECT_FALSE(TwoNodes::finds(*nodes().two, elsewhere.token));
}

TEST_P(FactorsTest, a_code_on_paper_is_good_once_and_only_for_its_owner) {
  const base::RecordId hanako = nodes().hanako();
  (void)enrol(nodes().session().session);
  const auto codes = nodes().one->new_recovery_codes(nodes().by_system(), hanako);
  const auto others = nodes().one->new_recovery_codes(nodes().by_system(), nodes().person("jiro"));
  ASSERT_TRUE(codes && others);
  const SignIn first = nodes().sign_in();
  EXPECT_EQ(prove(*nodes().two, first.session->session, {.recovery = (*others)[0]}).proof, Proof::wrong);
  EXPECT_EQ(prove(*nodes().two, first.session->session, {.recovery = (*codes)[3]}).proof, Proof::good);
  const SignIn second = nodes().sign_in();
  EXPECT_EQ(prove(*nodes().one, second.session->session, {.recovery = (*codes)[3]}).proof, Proof::wrong);
  EXPECT_EQ((*nodes().one->find(hanako))->recovery_left, 9U);
  EXPECT_TRUE(nodes().one->new_recovery_codes(nodes().by_system(), hanako));
  EXPECT_EQ(prove(*nodes().one, second.session->session, {.recovery = (*codes)[4]}).proof, Proof::wrong)
      << "new codes replace the old ones";
}

TEST_P(FactorsTest, a_passkey_signs_in_without_a_name_and_its_challenge_is_good_once) {
  const base::RecordId hanako = nodes().hanako();
  add_passkey(nodes().session().session);
  const auto options = nodes().one->passkey_request(nullptr, site_);
  ASSERT_TRUE(options);
  const credential::Bytes handle(hanako.bytes.begin(), hanako.bytes.end());
  const auto answer = device_.get(challenge_in(*options), handle);
  const auto whole = nodes().two->sign_in(answer, site_, nodes().from);
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->proof, Proof::good);
  EXPECT_EQ(whole->session->session.person, hanako);
  EXPECT_TRUE(TwoNodes::finds(*nodes().one, whole->session->token));
  EXPECT_EQ(nodes().one->sign_in(answer, site_, nodes().from)->proof, Proof::wrong) << "played again";
}

TEST_P(FactorsTest, a_passkey_proves_nothing_in_another_session_or_without_its_challenge) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession session = nodes().session();
  add_passkey(session.session);
  const credential::Bytes handle(hanako.bytes.begin(), hanako.bytes.end());
  const credential::Bytes invented(32, 7);
  const auto made_up = device_.get(invented, handle);
  EXPECT_EQ(nodes().one->sign_in(made_up, site_, nodes().from)->proof, Proof::wrong);
  const auto options = nodes().one->passkey_request(&session.session, site_);
  ASSERT_TRUE(options);
  const auto answer = device_.get(challenge_in(*options), handle);
  EXPECT_EQ(nodes().one->sign_in(answer, site_, nodes().from)->proof, Proof::wrong)
      << "it was asked for in a session";
  const SignIn proved = prove(*nodes().two, session.session, {.passkey = &answer, .relying_party = &site_});
  EXPECT_EQ(proved.proof, Proof::good);
  EXPECT_TRUE(proved.session);
}

TEST_P(FactorsTest, a_passkey_of_another_site_is_refused_and_one_is_registered_once) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession session = nodes().session();
  add_passkey(session.session);
  const auto options = nodes().one->passkey_request(nullptr, site_);
  device_.origin = "https://soc.example.jp.evil.example";
  const credential::Bytes handle(hanako.bytes.begin(), hanako.bytes.end());
  EXPECT_EQ(nodes().one->sign_in(device_.get(challenge_in(*options), handle), site_, nodes().from)->proof,
            Proof::wrong);
  device_.origin = "https://soc.example.jp";
  const auto creation = nodes().one->passkey_creation(session.session, "x", site_);
  const auto twice = nodes().one->add_passkey(nodes().by_system(), session.session, "again",
                                              device_.create(challenge_in(*creation)), site_, nodes().from);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.refusal().faults.front().code, "not_unique");
}

TEST_P(FactorsTest, a_token_is_found_by_its_text_until_it_ends) {
  const base::RecordId hanako = nodes().hanako();
  const auto made = nodes().one->create_token(nodes().by_system(),
                                              {.owner = hanako,
                                               .name = "nightly report",
                                               .scopes = {"alert.read", "person.read"},
                                               .expires = {nodes().clock.now().since_epoch_ns + kHourNs}});
  ASSERT_TRUE(made);
  const auto found = nodes().two->find_token(made->text);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->owner, hanako);
  EXPECT_TRUE((*found)->scopes.permits("alert.read"));
  std::string typo = made->text;
  typo[10] = typo[10] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(*nodes().two->find_token(typo));
  nodes().pass(minutes(30));
  EXPECT_TRUE(*nodes().two->find_token(made->text));
  ASSERT_TRUE(nodes().one->end_token(nodes().by_system(), made->token.id, hanako));
  EXPECT_FALSE(*nodes().one->find_token(made->text));
  nodes().pass(Accounts::kStale);
  EXPECT_FALSE(*nodes().two->find_token(made->text));
}

TEST_P(FactorsTest, a_token_ends_at_its_time_and_has_a_name_and_scopes) {
  const base::RecordId hanako = nodes().hanako();
  const auto wish = [&](std::string name, std::vector<std::string> scopes, std::int64_t life) {
    return nodes().one->create_token(nodes().by_system(),
                                     {.owner = hanako,
                                      .name = std::move(name),
                                      .scopes = std::move(scopes),
                                      .expires = {nodes().clock.now().since_epoch_ns + life}});
  };
  EXPECT_EQ(wish("", {"a.read"}, kHourNs).refusal().faults.front().field, "name");
  EXPECT_EQ(wish("x", {}, kHourNs).refusal().faults.front().field, "scopes");
  EXPECT_EQ(wish("x", {"a.read"}, -1).refusal().faults.front().field, "expires_at");
  const auto made = wish("x", {"a.read"}, kHourNs);
  ASSERT_TRUE(made);
  EXPECT_TRUE(*nodes().one->find_token(made->text));
  nodes().pass(hours(1));
  EXPECT_FALSE(*nodes().one->find_token(made->text));
}

TEST_P(FactorsTest, an_invitation_makes_an_account_once) {
  std::array<std::uint8_t, 10> random{3};
  const auto person = base::RecordId::make(nodes().clock.now(), random);
  const auto invitation = nodes().one->invite(nodes().by_system(), {.person = person, .must_enrol = true});
  ASSERT_TRUE(invitation);
  EXPECT_EQ(*nodes().two->invited(invitation->code, nodes().from), person);
  const auto hash = nodes().two->new_password(kPassword, {});
  ASSERT_TRUE(nodes().two->accept(invitation->code, "taro", *hash, nodes().from));
  EXPECT_EQ(nodes().sign_in("taro").next, Next::enrol);
  EXPECT_EQ(nodes().one->accept(invitation->code, "jiro", *hash, nodes().from).refusal().kind,
            Kind::not_found);
  EXPECT_EQ(*nodes().one->invited(invitation->code, nodes().from), std::nullopt);
}

TEST_P(FactorsTest, an_invitation_ends_by_time_and_by_the_next_one) {
  const base::RecordId hanako = nodes().hanako();
  const auto first = nodes().one->invite(nodes().by_system(), {.person = hanako});
  const auto second = nodes().one->invite(nodes().by_system(), {.person = hanako});
  EXPECT_EQ(*nodes().one->invited(first->code, nodes().from), std::nullopt);
  EXPECT_EQ(*nodes().one->invited(second->code, nodes().from), hanako);
  nodes().pass(hours(72));
  EXPECT_EQ(*nodes().one->invited(second->code, nodes().from), std::nullopt);
}

TEST_P(FactorsTest, an_invitation_for_an_account_gives_a_new_password_but_keeps_name_and_second_factor) {
  const base::RecordId hanako = nodes().hanako();
  const NewSession session = nodes().session();
  (void)enrol(session.session);
  const auto invitation = nodes().one->invite(nodes().by_system(), {.person = hanako});
  const auto hash = nodes().one->new_password("Matsu-to-take-1603", {});
  const auto account = nodes().one->accept(invitation->code, "somebody-else", *hash, nodes().from);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->login, "hanako");
  EXPECT_TRUE(account->has_totp);
  EXPECT_FALSE(TwoNodes::finds(*nodes().one, session.token));
  EXPECT_EQ(nodes().sign_in("hanako", "Matsu-to-take-1603").next, Next::totp);
}

TEST_P(FactorsTest, an_invitation_brings_a_disabled_account_back_and_may_reset_its_factors) {
  const base::RecordId hanako = nodes().hanako();
  (void)enrol(nodes().session().session);
  ASSERT_TRUE(nodes().one->disable(nodes().by_system(), hanako));
  const auto invitation =
      nodes().one->invite(nodes().by_system(), {.person = hanako, .resets_factors = true});
  const auto hash = nodes().one->new_password("Matsu-to-take-1603", {});
  ASSERT_TRUE(nodes().one->accept(invitation->code, "hanako", *hash, nodes().from));
  const SignIn back = nodes().sign_in("hanako", "Matsu-to-take-1603");
  EXPECT_EQ(back.proof, Proof::good);
  EXPECT_EQ(back.next, Next::nothing);
}

}  // namespace
}  // namespace hinomi::account
