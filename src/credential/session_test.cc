#include "credential/session.h"

#include <gtest/gtest.h>

#include <limits>

#include "credential/api_token.h"
#include "credential/elapsed.h"
#include "credential/known_device.h"
#include "credential/setup_secret.h"
#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr base::TimeNs kStart{1'700'000'000 * kSecond};

base::TimeNs later(std::int64_t ns) {
  return {kStart.since_epoch_ns + ns};
}

TEST(SessionToken, is_found_by_its_hash_alone) {
  const auto random = testing::counted_random();
  const SessionToken a = make_session_token(random);
  const SessionToken b = make_session_token(random);
  EXPECT_EQ(a.text.size(), kSessionTokenCharacters);
  EXPECT_NE(a.text, b.text);
  EXPECT_EQ(hash_of_session_token(a.text), a.hash);
  EXPECT_NE(a.hash, b.hash);
}

TEST(SessionToken, refuses_what_cannot_be_one) {
  const std::string good = make_session_token(testing::counted_random()).text;
  for (const std::string& text :
       {std::string(), good.substr(1), good + "A", good.substr(1) + "=", good.substr(1) + "\n",
        std::string(42, 'A') + "B"})  // bits behind the last byte
    EXPECT_FALSE(hash_of_session_token(text)) << text;
}

TEST(Methods, are_stored_and_read_back) {
  const Methods methods{Method::password, Method::recovery};
  EXPECT_EQ(Methods::from_bits(methods.bits()), methods);
  EXPECT_EQ(methods.bits(), 0b100001);
  EXPECT_FALSE(Methods::from_bits(0x40));
}

TEST(Strength, counts_factors_that_differ_in_kind) {
  EXPECT_EQ(strength_of({}), Strength::none);
  for (const Method one : {Method::password, Method::totp, Method::passkey, Method::ticket, Method::recovery})
    EXPECT_EQ(strength_of({one}), Strength::one_factor) << static_cast<int>(one);
  EXPECT_EQ(strength_of({Method::passkey_verified}), Strength::two_factors);
  for (const Method other : {Method::totp, Method::passkey, Method::recovery})
    EXPECT_EQ(strength_of({Method::password, other}), Strength::two_factors);
  EXPECT_EQ(strength_of({Method::totp, Method::passkey, Method::recovery}), Strength::one_factor);
  EXPECT_EQ(strength_of({Method::password, Method::ticket}), Strength::one_factor);
}

TEST(Session, ends_by_age_and_by_rest) {
  const SessionRules rules;
  EXPECT_EQ(state_of({kStart, kStart, kStart, {}}, rules, later(2 * kHour - 1)), SessionState::open);
  EXPECT_EQ(state_of({kStart, kStart, kStart, {}}, rules, later(2 * kHour)), SessionState::idle_over);
  EXPECT_EQ(state_of({kStart, later(11 * kHour), kStart, {}}, rules, later(12 * kHour - 1)),
            SessionState::open);
  EXPECT_EQ(state_of({kStart, later(11 * kHour), kStart, {}}, rules, later(12 * kHour)),
            SessionState::life_over);
}

TEST(Session, from_the_future_has_ended) {
  const SessionRules rules;
  EXPECT_EQ(state_of({later(kHour), kStart, kStart, {}}, rules, kStart), SessionState::clock_set_back);
  EXPECT_EQ(state_of({kStart, later(kHour), kStart, {}}, rules, kStart), SessionState::clock_set_back);
  EXPECT_EQ(state_of({kStart, kStart, later(kHour), {}}, rules, kStart), SessionState::clock_set_back);
  EXPECT_EQ(state_of({later(kSecond), later(kSecond), kStart, {}}, rules, kStart), SessionState::open);
}

TEST(Session, damaged_times_never_leave_it_open) {
  const SessionRules rules;
  for (const std::int64_t bad :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_NE(state_of({{bad}, kStart, kStart, {}}, rules, kStart), SessionState::open);
    EXPECT_NE(state_of({kStart, {bad}, kStart, {}}, rules, kStart), SessionState::open);
    EXPECT_FALSE(
        is_stepped_up({kStart, kStart, {bad}, {Method::passkey_verified}}, rules, Strength::none, kStart));
  }
}

TEST(Session, step_up_needs_freshness_and_strength) {
  const SessionRules rules;
  const SessionFacts strong{kStart, later(kHour), later(kHour), {Method::password, Method::totp}};
  EXPECT_TRUE(is_stepped_up(strong, rules, Strength::two_factors, later(kHour + 600 * kSecond - 1)));
  EXPECT_FALSE(is_stepped_up(strong, rules, Strength::two_factors, later(kHour + 600 * kSecond)));
  const SessionFacts weak{kStart, later(kHour), later(kHour), {Method::password}};
  EXPECT_FALSE(is_stepped_up(weak, rules, Strength::two_factors, later(kHour)));
  EXPECT_TRUE(is_stepped_up(weak, rules, Strength::one_factor, later(kHour)));
  EXPECT_FALSE(is_stepped_up(strong, rules, Strength::two_factors, later(13 * kHour)));
}

TEST(Session, every_change_of_what_it_may_do_changes_its_token) {
  for (const SessionEvent event : {SessionEvent::signed_in, SessionEvent::stepped_up,
                                   SessionEvent::rights_changed, SessionEvent::credential_changed})
    EXPECT_EQ(fate_after(event).own, TokenFate::replaced);
  EXPECT_EQ(fate_after(SessionEvent::credential_changed).others, OthersFate::ended);
  EXPECT_EQ(fate_after(SessionEvent::rights_changed).others, OthersFate::replaced_at_next_use);
  EXPECT_EQ(fate_after(SessionEvent::signed_out), (SessionFate{TokenFate::ended, OthersFate::kept}));
  for (const SessionEvent event : {SessionEvent::signed_out_everywhere, SessionEvent::person_disabled})
    EXPECT_EQ(fate_after(event), (SessionFate{TokenFate::ended, OthersFate::ended}));
}

TEST(KnownDevice, is_forgotten_after_half_a_year) {
  EXPECT_TRUE(is_known_device(kStart, later(179 * 24 * kHour)));
  EXPECT_FALSE(is_known_device(kStart, later(180 * 24 * kHour)));
  EXPECT_FALSE(is_known_device(later(kHour), kStart));  // the clock was set back
  EXPECT_FALSE(is_known_device({std::numeric_limits<std::int64_t>::min()}, kStart));
}

TEST(ApiToken, has_prefix_length_and_checksum) {
  const ApiToken token = make_api_token(testing::counted_random());
  EXPECT_TRUE(token.text.starts_with("hnm_"));
  EXPECT_EQ(token.text.size(), kApiTokenCharacters);
  EXPECT_EQ(hash_of_api_token(token.text), token.hash);
}

TEST(ApiToken, the_checksum_is_that_of_a_published_crc) {
  // "123456789" has the check value 0xCBF43926 in every list of CRCs; here by zlib.crc32 of Python:
  // crc32(b"hnm_" + b"0" * 40) = 0xf63cfd5a
  EXPECT_TRUE(hash_of_api_token("hnm_" + std::string(40, '0') + "yryftpg"));
}

TEST(ApiToken, no_single_wrong_character_passes) {
  const std::string good = make_api_token(testing::counted_random()).text;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'0', 'z', 'A', 'u', ' ', '\0'}) {
      std::string wrong = good;
      if (wrong[i] == c) continue;
      wrong[i] = c;
      EXPECT_FALSE(hash_of_api_token(wrong)) << wrong;
    }
    if (i + 1 < good.size() && good[i] != good[i + 1]) {
      std::string swapped = good;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_FALSE(hash_of_api_token(swapped)) << swapped;
    }
    EXPECT_FALSE(hash_of_api_token(good.substr(0, i)));
  }
  EXPECT_FALSE(hash_of_api_token(good + "0"));
}

TEST(Scopes, permit_exactly_what_they_name) {
  const auto scopes = Scopes::make({"alerts:read", "events:write"});
  ASSERT_TRUE(scopes);
  EXPECT_TRUE(scopes->permits("alerts:read"));
  for (const char* other : {"alerts", "alerts:", "alerts:readx", "alerts:write", "", "ALERTS:READ"})
    EXPECT_FALSE(scopes->permits(other)) << other;
  EXPECT_FALSE(Scopes().permits(""));
}

TEST(Scopes, read_back_what_they_write) {
  const auto scopes = Scopes::make({"events:write", "alerts:read", "case.note:add"});
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->text(), "alerts:read case.note:add events:write");
  const auto again = Scopes::parse(scopes->text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->names(), scopes->names());
}

TEST(Scopes, refuse_other_forms) {
  for (const char* text : {"", " ", "a ", " a", "a  b", "a a", "A", "a:", ":a", "a::b", "a*", "a:*", "あ"})
    EXPECT_FALSE(Scopes::parse(text)) << text;
  EXPECT_FALSE(Scopes::parse(std::string(kMaxScopeCharacters + 1, 'a')));
  EXPECT_TRUE(Scopes::parse(std::string(kMaxScopeCharacters, 'a')));
  std::string many;
  for (std::size_t i = 0; i <= kMaxScopes; ++i) many += (i ? " s" : "s") + std::to_string(i);
  EXPECT_FALSE(Scopes::parse(many));
}

TEST(ApiToken, ends_when_it_should) {
  const ApiTokenFacts facts{kStart, later(kHour)};
  EXPECT_EQ(state_of(facts, later(kHour - 1)), ApiTokenState::good);
  EXPECT_EQ(state_of(facts, later(kHour)), ApiTokenState::expired);
  EXPECT_EQ(state_of(facts, later(-kHour)), ApiTokenState::clock_set_back);
  EXPECT_FALSE(api_token_end(kStart, kStart));
  EXPECT_EQ(*api_token_end(later(kHour), kStart), later(kHour));
  EXPECT_EQ(*api_token_end(later(9000 * 24 * kHour), kStart), later(kMaxApiTokenLifeNs));
}

class SetupSecretTest : public ::testing::Test {
 protected:
  NewSetupSecret secret_ = make_setup_secret(kStart, testing::counted_random());
};

TEST_F(SetupSecretTest, is_good_once) {
  EXPECT_EQ(secret_.text.size(), 39U);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, secret_.text, kStart), SetupVerdict::good);
  EXPECT_TRUE(secret_.stored.used);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, secret_.text, kStart), SetupVerdict::used);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, "wrong", kStart), SetupVerdict::used);
}

TEST_F(SetupSecretTest, survives_wrong_tries) {
  for (const std::string& wrong : {std::string(), std::string("0"), secret_.text.substr(1),
                                   secret_.text + "0", std::string(1'000'000, '0'), std::string(39, '-')})
    EXPECT_EQ(redeem_setup_secret(secret_.stored, wrong, kStart), SetupVerdict::wrong);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, " " + secret_.text + " ", kStart), SetupVerdict::good);
}

TEST_F(SetupSecretTest, expires_also_when_the_clock_went_back) {
  EXPECT_EQ(redeem_setup_secret(secret_.stored, secret_.text, later(24 * kHour)), SetupVerdict::expired);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, secret_.text, later(-kHour)), SetupVerdict::expired);
  EXPECT_FALSE(secret_.stored.used);
  EXPECT_EQ(redeem_setup_secret(secret_.stored, secret_.text, later(24 * kHour - 1)), SetupVerdict::good);
}

TEST_F(SetupSecretTest, stores_nothing_of_which_it_could_be_told) {
  EXPECT_NE(secret_.stored.hash, Digest{});
  EXPECT_NE(make_setup_secret(kStart, testing::counted_random(2)).stored.hash, secret_.stored.hash);
}

TEST(Elapsed, never_overflows) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(elapsed_ns({5}, {3}), 2);
  EXPECT_EQ(elapsed_ns({0}, {kLeast}), kMost);
  EXPECT_EQ(elapsed_ns({-2}, {kMost}), kLeast);
  EXPECT_EQ(elapsed_ns({kMost}, {-1}), kMost);
}

}  // namespace
}  // namespace hinomi::credential
