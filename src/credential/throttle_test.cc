#include "credential/throttle.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace hinomi::credential {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

SourceNetwork net(int number) {
  return *network_of("10." + std::to_string(number / 256) + "." + std::to_string(number % 256) + ".1");
}

class ThrottleTest : public ::testing::Test {
 protected:
  Attempt from(std::string_view account, int network) {
    return {std::string(account), net(network), std::nullopt};
  }
  Attempt known(std::string_view account, int network, std::uint8_t device = 1) {
    Digest token{};
    token[0] = device;
    return {std::string(account), net(network), token};
  }
  // A wrong try; whether it was let through.
  bool fails(const Attempt& attempt) { return throttle_.begin(attempt).allowed; }
  // Tries until it is told to wait.
  int free_tries(const Attempt& attempt) {
    int tries = 0;
    while (tries < 10'000 && fails(attempt)) ++tries;
    return tries;
  }
  // What one gets through in a time, trying whenever it is allowed.
  int tries_within(const Attempt& attempt, milliseconds time) {
    int tries = 0;
    const auto end = clock_.steady() + time;
    while (clock_.steady() < end) {
      const ThrottleDecision decision = throttle_.begin(attempt);
      if (decision.allowed)
        ++tries;
      else
        clock_.advance(decision.wait);
    }
    return tries;
  }

  os::ManualClock clock_{base::TimeNs{1'700'000'000'000'000'000}};
  Throttle throttle_{ThrottleRules{}, clock_, 42};
};

TEST_F(ThrottleTest, lets_a_few_wrong_tries_through_and_then_makes_wait) {
  EXPECT_EQ(free_tries(from("taro", 1)), 5);
  ThrottleDecision decision = throttle_.begin(from("taro", 1));
  EXPECT_EQ(decision.by, ThrottleScope::pair);
  EXPECT_EQ(decision.wait, seconds(1));
  clock_.advance(seconds(1) - std::chrono::nanoseconds(1));
  decision = throttle_.begin(from("taro", 1));
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.wait, milliseconds(1));
  clock_.advance(std::chrono::nanoseconds(1));
  EXPECT_TRUE(fails(from("taro", 1)));
}

TEST_F(ThrottleTest, doubles_the_delay_and_stays_long) {
  free_tries(from("taro", 1));
  for (int i = 0; i < 40; ++i) {
    const milliseconds wait = throttle_.begin(from("taro", 1)).wait;
    if (i < 10) {
      EXPECT_EQ(wait, seconds(1 << i)) << i;
    } else {
      // Meanwhile tries are forgotten as fast as they are made.
      EXPECT_GE(wait, seconds(512)) << i;
      EXPECT_LE(wait, minutes(15)) << i;
    }
    clock_.advance(wait);
    EXPECT_TRUE(fails(from("taro", 1)));
  }
}

TEST_F(ThrottleTest, trying_all_the_time_makes_no_delay_longer) {
  free_tries(from("taro", 1));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(fails(from("taro", 1)));
  EXPECT_EQ(throttle_.begin(from("taro", 1)).wait, seconds(1));
}

TEST_F(ThrottleTest, many_tries_at_the_same_moment_are_many) {
  // None of them has failed yet when the next one begins.
  int allowed = 0;
  for (int i = 0; i < 1000; ++i) allowed += throttle_.begin(from("taro", 1)).allowed ? 1 : 0;
  EXPECT_EQ(allowed, 5);
}

TEST_F(ThrottleTest, one_network_guesses_little_in_a_day) {
  // NIST SP 800-63B allows 100 failures in a row for an account; beyond them it is the delay that protects.
  EXPECT_LE(tries_within(from("taro", 1), hours(24)), 120);
}

TEST_F(ThrottleTest, many_networks_together_guess_little_more) {
  int tries = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    for (int network = 0; network < 60; ++network)
      tries += fails(from("taro", minute * 60 + network)) ? 1 : 0;
    clock_.advance(minutes(1));
  }
  EXPECT_LE(tries, 150);
}

TEST_F(ThrottleTest, one_password_for_everybody_is_slowed_by_its_network) {
  int let_through = 0;
  for (int i = 0; i < 1000; ++i) let_through += fails(from("user" + std::to_string(i), 7)) ? 1 : 0;
  EXPECT_EQ(let_through, 50);
  EXPECT_EQ(throttle_.begin(from("another", 7)).by, ThrottleScope::network);
  EXPECT_TRUE(fails(from("another", 8)));
}

TEST_F(ThrottleTest, a_wave_from_everywhere_is_slowed_together) {
  int let_through = 0;
  for (int i = 0; i < 5000; ++i) let_through += fails(from("user" + std::to_string(i), i)) ? 1 : 0;
  EXPECT_EQ(let_through, 500);
  const ThrottleDecision decision = throttle_.begin(from("one", 60'000));
  EXPECT_EQ(decision.by, ThrottleScope::all);
  EXPECT_LE(decision.wait, milliseconds(250));
}

TEST_F(ThrottleTest, strangers_lock_no_administrator_out) {
  for (int i = 0; i < 20'000; ++i) fails(from("admin", i));
  EXPECT_FALSE(fails(from("admin", 50'000)));
  EXPECT_TRUE(fails(known("admin", 50'000)));
  EXPECT_TRUE(fails(known("admin", 3)));  // even from an attacker's network
}

TEST_F(ThrottleTest, a_stolen_device_token_gives_no_more_tries_than_a_network) {
  EXPECT_EQ(free_tries(known("admin", 1)), 5);
  EXPECT_EQ(throttle_.begin(known("admin", 2)).by, ThrottleScope::pair);  // from wherever
  EXPECT_TRUE(fails(known("admin", 1, 2)));  // another device of hers is not slowed
}

TEST_F(ThrottleTest, a_good_try_clears_the_own_mistakes) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(fails(from("taro", 1)));
  ASSERT_TRUE(throttle_.begin(from("taro", 1)).allowed);
  throttle_.succeeded(from("taro", 1));
  EXPECT_EQ(free_tries(from("taro", 1)), 5);
}

TEST_F(ThrottleTest, a_sign_in_in_two_steps_takes_both_back) {
  for (int i = 0; i < 300; ++i) {
    const Attempt attempt = from("user" + std::to_string(i % 7), 7);
    ASSERT_TRUE(throttle_.begin(attempt).allowed) << i;
    ASSERT_TRUE(throttle_.begin(attempt).allowed) << i;
    throttle_.succeeded(attempt, 2);
  }
}

TEST_F(ThrottleTest, the_owners_sign_in_forgives_no_stranger) {
  for (int i = 0; i < 19; ++i) EXPECT_TRUE(fails(from("taro", 100 + i)));
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(throttle_.begin(known("taro", 1)).allowed);
    throttle_.succeeded(known("taro", 1));
  }
  EXPECT_TRUE(fails(from("taro", 200)));  // the twentieth
  EXPECT_FALSE(fails(from("taro", 201)));
}

TEST_F(ThrottleTest, an_attackers_own_account_forgives_nothing_of_his_network) {
  int let_through = 0;
  for (int i = 0; i < 300; ++i) {
    let_through += fails(from("victim" + std::to_string(i), 7)) ? 1 : 0;
    if (throttle_.begin(from("mallory", 7)).allowed) throttle_.succeeded(from("mallory", 7));
  }
  EXPECT_LE(let_through, 50);
}

TEST_F(ThrottleTest, a_try_that_was_not_checked_does_not_count) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(throttle_.begin(from("taro", 1)).allowed) << i;
    throttle_.undone(from("taro", 1));
  }
  EXPECT_EQ(free_tries(from("taro", 1)), 5);
}

TEST_F(ThrottleTest, forgets_over_time) {
  free_tries(from("taro", 1));
  clock_.advance(minutes(15) * 3);
  EXPECT_EQ(free_tries(from("taro", 1)), 3);
  clock_.advance(hours(24 * 30));
  EXPECT_EQ(free_tries(from("taro", 1)), 5);
}

TEST_F(ThrottleTest, setting_the_time_of_day_forgives_nothing) {
  free_tries(from("taro", 1));
  clock_.set(base::TimeNs{1'900'000'000'000'000'000});
  EXPECT_FALSE(fails(from("taro", 1)));
}

TEST_F(ThrottleTest, an_administrator_unlocks_one_account) {
  free_tries(from("taro", 1));
  free_tries(from("hana", 1));
  for (int i = 0; i < 30; ++i) fails(from("taro", 100 + i));
  EXPECT_FALSE(fails(from("taro", 200)));
  throttle_.forgive("taro");
  EXPECT_TRUE(fails(from("taro", 1)));
  EXPECT_TRUE(fails(from("taro", 200)));
  EXPECT_FALSE(fails(from("hana", 1)));
}

TEST_F(ThrottleTest, counts_what_it_did) {
  free_tries(from("taro", 1));
  fails(known("hana", 1));
  const Throttle::Counts counts = throttle_.counts();
  EXPECT_EQ(counts.let_through, 6U);
  EXPECT_EQ(counts.let_through_known, 1U);
  EXPECT_EQ(counts.refused[static_cast<std::size_t>(ThrottleScope::pair)], 1U);
  EXPECT_EQ(counts.thrown_out, 0U);
}

TEST_F(ThrottleTest, names_of_any_length_and_bytes_are_accounts) {
  EXPECT_EQ(free_tries(from(std::string(1'000'000, 'x'), 1)), 5);
  EXPECT_EQ(free_tries(from(std::string_view("\0\xff", 2), 1)), 5);
  EXPECT_EQ(free_tries(from("", 1)), 5);
}

// An attacked account must stay slow, whatever else is thrown at tables that are too small for it.
TEST(ThrottleFlood, an_attacked_account_is_not_pushed_out) {
  os::ManualClock clock{base::TimeNs{1'700'000'000'000'000'000}};
  ThrottleRules rules;
  rules.entries = 64;
  rules.all.free_tries = 1'000'000;
  rules.network.free_tries = 1'000'000;
  Throttle throttle(rules, clock, 7);
  const Attempt target{"admin", net(1), std::nullopt};
  while (throttle.begin(target).allowed) {
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "junk" + std::to_string(i);
    static_cast<void>(throttle.begin({name, net(i), std::nullopt}));
  }
  EXPECT_FALSE(throttle.begin(target).allowed);
  EXPECT_GT(throttle.counts().thrown_out, 100U);
}

// Against a table without limits: never fewer tries, never an earlier moment.
TEST(FailureTable, never_counts_less_than_one_without_limits) {
  const DelayRule rule{3, milliseconds(100), milliseconds(5000), milliseconds(700)};
  std::uint64_t state = 99;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 20; ++round) {
    FailureTable table(2 * FailureTable::kWays, rule);
    std::map<std::uint64_t, Tries> exact;
    SteadyTime now{};
    for (int step = 0; step < 5000; ++step) {
      now += milliseconds(random(20));
      const std::uint64_t number = random(10) == 0 ? random(5) : random(200);
      const base::Hash128 key = base::hash128("key" + std::to_string(number), 5);
      Tries& tries = exact[number];
      tries.forget(now, rule);
      const Tries seen = table.look(key, now);
      ASSERT_GE(seen.count, tries.count) << "round " << round << " step " << step << " key " << number;
      ASSERT_GE(std::max(seen.not_before, now), std::max(tries.not_before, now));
      if (random(4) == 0) continue;
      table.add(key, number, now);
      tries.add(now, rule);
    }
    EXPECT_LE(table.size(), 2 * FailureTable::kWays);
    EXPECT_GT(table.thrown_out(), 100U);
  }
}

TEST(DelayRule, doubles_without_overflow) {
  const DelayRule rule{2, milliseconds(1000), milliseconds(900'000), milliseconds(1)};
  EXPECT_EQ(rule.delay_after(0), milliseconds(0));
  EXPECT_EQ(rule.delay_after(1), milliseconds(0));
  EXPECT_EQ(rule.delay_after(2), seconds(1));
  EXPECT_EQ(rule.delay_after(3), seconds(2));
  EXPECT_EQ(rule.delay_after(11), seconds(512));
  EXPECT_EQ(rule.delay_after(12), minutes(15));
  EXPECT_EQ(rule.delay_after(4'294'967'295U), minutes(15));
}

TEST(SourceNetwork, is_24_bits_of_ipv4_and_64_of_ipv6) {
  EXPECT_EQ(network_of("192.0.2.1"), network_of("192.0.2.254"));
  EXPECT_NE(network_of("192.0.2.1"), network_of("192.0.3.1"));
  EXPECT_EQ(network_of("2001:db8:0:1::1"), network_of("2001:db8:0:1:ffff::2"));
  EXPECT_NE(network_of("2001:db8:0:1::1"), network_of("2001:db8:0:2::1"));
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), network_of("192.0.2.1"));
  EXPECT_EQ(network_of("fe80::1%eth0"), network_of("fe80::2"));
  EXPECT_NE(network_of("0.0.0.0"), network_of("::1"));
}

TEST(SourceNetwork, refuses_what_is_no_address) {
  for (const char* text : {"", "localhost", "192.0.2", "192.0.2.1:80", "[::1]", "1.2.3.4.5", "::g", "%eth0"})
    EXPECT_FALSE(network_of(text)) << text;
  EXPECT_FALSE(network_of(std::string_view("192.0.2.1\0x", 11)));
  EXPECT_FALSE(network_of(std::string(1000, '1')));
}

}  // namespace
}  // namespace hinomi::credential
