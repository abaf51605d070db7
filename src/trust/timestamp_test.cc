// Against a real authority of time: the openssl program (openssl ts -reply).
#include "trust/timestamp.h"

#include <gtest/gtest.h>

#include <random>

#include "os/clock.h"
#include "trust/testing/local_authority.h"

namespace hinomi::trust {
namespace {

os::RandomBytes seeded(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::span<std::uint8_t> into) mutable {
    for (auto& byte : into) byte = static_cast<std::uint8_t>(random());
  };
}

class TimestampTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (LocalAuthority::is_there()) authority_ = new LocalAuthority();
  }
  static void TearDownTestSuite() {
    delete authority_;
    authority_ = nullptr;
  }
  void SetUp() override {
    if (authority_ == nullptr) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
  }
  static TimestampTrust trust() {
    return std::move(TimestampTrust::from_pem(authority_->root_pem())).value();
  }
  static TimestampQuery query(std::uint64_t seed = 1) {
    return timestamp_query(sha256("checkpoint"), seeded(seed)).value();
  }

  static LocalAuthority* authority_;
};
LocalAuthority* TimestampTest::authority_ = nullptr;

TEST_F(TimestampTest, a_good_answer_gives_its_time_accuracy_policy_and_serial) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  const auto stamp = trust().accept(answer, asked);
  ASSERT_TRUE(stamp.has_value()) << stamp.error().message;
  const std::int64_t away = stamp->time.since_epoch_ns - os::SystemClock().now().since_epoch_ns;
  EXPECT_LT(std::abs(away), 600'000'000'000);
  EXPECT_EQ(stamp->accuracy, std::chrono::microseconds(1'500'100));
  EXPECT_EQ(stamp->policy, LocalAuthority::kPolicy);
  EXPECT_FALSE(stamp->serial.empty());
  EXPECT_EQ(stamp->response, answer);
  EXPECT_EQ(trust().verify(answer, asked.hash)->time, stamp->time);
}

TEST_F(TimestampTest, the_policy_that_was_asked_for_must_be_the_one_that_was_used) {
  auto asked = timestamp_query(sha256("x"), seeded(1), LocalAuthority::kOtherPolicy).value();
  const std::string answer = authority_->answer(asked.der);
  EXPECT_EQ(trust().accept(answer, asked)->policy, LocalAuthority::kOtherPolicy);
  asked.policy = LocalAuthority::kPolicy;
  EXPECT_FALSE(trust().accept(answer, asked).has_value());
}

TEST_F(TimestampTest, the_answer_to_another_query_is_refused) {
  const std::string answer = authority_->answer(query(1).der);
  EXPECT_NE(trust().accept(answer, query(2)).error().message.find("another query"), std::string::npos);
}

TEST_F(TimestampTest, another_imprint_is_refused) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  TimestampQuery other = asked;
  other.hash = sha256("another checkpoint");
  EXPECT_FALSE(trust().accept(answer, other).has_value());
  EXPECT_FALSE(trust().verify(answer, other.hash).has_value());
}

TEST_F(TimestampTest, an_authority_that_is_not_trusted_is_refused) {
  const LocalAuthority stranger;
  const auto stranger_trust = std::move(TimestampTrust::from_pem(stranger.root_pem())).value();
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  EXPECT_EQ(stranger_trust.accept(answer, asked).error().code, base::ErrorCode::forbidden);
  const auto both = std::move(TimestampTrust::from_pem(stranger.root_pem() + authority_->root_pem())).value();
  EXPECT_TRUE(both.accept(answer, asked).has_value());
}

TEST_F(TimestampTest, the_certificate_of_the_authority_itself_may_be_trusted) {
  const auto own = std::move(TimestampTrust::from_pem(authority_->own_pem())).value();
  const TimestampQuery asked = query();
  EXPECT_TRUE(own.accept(authority_->answer(asked.der), asked).has_value());
}

TEST_F(TimestampTest, an_answer_without_a_grant_is_refused) {
  const auto asked = timestamp_query(sha256("x"), seeded(1), "1.9.9.9").value();  // a policy it does not have
  const auto refused = trust().accept(authority_->answer(asked.der), asked);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("grant"), std::string::npos);
}

TEST_F(TimestampTest, truncated_longer_and_garbage_answers_are_refused) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  const TimestampTrust trusted = trust();
  for (std::size_t cut = 0; cut < answer.size(); ++cut)
    ASSERT_FALSE(trusted.accept(answer.substr(0, cut), asked).has_value()) << cut;
  EXPECT_FALSE(trusted.accept(answer + '\0', asked).has_value());
  EXPECT_FALSE(trusted.accept(std::string(kMaxTimestampBytes + 1, '0'), asked).has_value());
  std::mt19937_64 random(3161);
  for (int i = 0; i < 200; ++i) {
    std::string garbage(random() % 300, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    EXPECT_FALSE(trusted.accept(garbage, asked).has_value());
  }
}

// A change may hit what nobody signed (the status, the certificate sent along); it must never change what the
// token says.
TEST_F(TimestampTest, no_changed_byte_changes_what_is_said) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  const TimestampTrust trusted = trust();
  const Timestamp good = trusted.accept(answer, asked).value();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    std::string changed = answer;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto judged = trusted.accept(changed, asked);
    refused += judged.has_value() ? 0 : 1;
    if (!judged) continue;
    EXPECT_EQ(judged->time, good.time);
    EXPECT_EQ(judged->serial, good.serial);
    EXPECT_EQ(judged->policy, good.policy);
  }
  EXPECT_GT(refused, answer.size() / 2);
}

TEST_F(TimestampTest, a_certificate_that_is_not_for_time_stamps_alone_makes_none) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  const auto judged = [&](const std::string& usage) {
    const LocalAuthority other(usage);
    return TimestampTrust::from_pem(other.root_pem())->accept(other.sign_anew(answer), asked);
  };
  EXPECT_TRUE(judged("critical,timeStamping").has_value());
  EXPECT_FALSE(judged("critical,serverAuth").has_value());
  EXPECT_FALSE(judged("critical,timeStamping,serverAuth").has_value());
  EXPECT_FALSE(judged("timeStamping").has_value());  // RFC 3161, 2.3: it must be critical
}

TEST_F(TimestampTest, certificates_count_as_of_the_time_that_is_stamped) {
  const TimestampQuery asked = query();
  const std::string answer = authority_->answer(asked.der);
  const std::string year = base::format_rfc3339(trust().accept(answer, asked)->time).substr(0, 4);
  EXPECT_TRUE(trust().accept(authority_->sign_anew(answer, year), asked).has_value());
  EXPECT_FALSE(trust().accept(authority_->sign_anew(answer, "2001"), asked).has_value());  // not yet valid
  EXPECT_FALSE(trust().accept(authority_->sign_anew(answer, "2099"), asked).has_value());  // not any more
}

TEST(Timestamp, queries_differ_in_their_nonce_and_refuse_a_policy_that_is_none) {
  const auto random = seeded(7);
  EXPECT_NE(timestamp_query(Hash{}, random)->der, timestamp_query(Hash{}, seeded(8))->der);
  EXPECT_FALSE(timestamp_query(Hash{}, random, "not an id").has_value());
  EXPECT_FALSE(timestamp_query(Hash{}, random, std::string(5000, '1')).has_value());
}

TEST(Timestamp, trust_needs_certificates) {
  EXPECT_FALSE(TimestampTrust::from_pem("").has_value());
  EXPECT_FALSE(TimestampTrust::from_pem("hello").has_value());
  EXPECT_FALSE(
      TimestampTrust::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").has_value());
}

}  // namespace
}  // namespace hinomi::trust
