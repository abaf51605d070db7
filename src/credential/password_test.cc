#include "credential/password.h"

#include <argon2.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

// Small, so that many are computed: what is tested does not depend on the cost.
constexpr PasswordCost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};
constexpr std::string_view kPassword = "plum vex tundra quill";

HashSlots::Limits no_waiting() {
  return {.at_once = 2, .waiting = 0, .patience = std::chrono::milliseconds(0)};
}

std::string hash_of(std::string_view password, const PasswordCost& cost = kCheap) {
  HashSlots slots(no_waiting());
  auto hash = hash_password(password, slots, testing::counted_random(), cost);
  EXPECT_TRUE(hash) << hash.error().message;
  return hash ? *hash : "";
}

bool matches(std::string_view password, std::string_view stored) {
  HashSlots slots(no_waiting());
  const auto check = verify_password(password, stored, slots, kCheap);
  EXPECT_TRUE(check) << check.error().message;
  return check && check->matches;
}

TEST(Password, matches_its_own_hash_alone) {
  const std::string stored = hash_of(kPassword);
  EXPECT_TRUE(matches(kPassword, stored));
  for (const char* wrong :
       {"plum vex tundra quilL", "plum vex tundra quil", "plum vex tundra quill ", "", "\xff"})
    EXPECT_FALSE(matches(wrong, stored)) << wrong;
}

TEST(Password, matches_in_every_form_that_means_the_same) {
  const std::string stored = hash_of("がんばるぞう パンを焼く");
  EXPECT_TRUE(matches("か\u3099んは\u3099るそ\u3099う　ﾊﾟﾝを焼く", stored));
}

TEST(Password, has_the_phc_form_with_its_cost) {
  const std::string stored = hash_of(kPassword);
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << stored;
  EXPECT_EQ(cost_of(stored), kCheap);
}

TEST(Password, the_default_cost_is_above_the_least_of_owasp) {
  EXPECT_GE(kPasswordCost.memory_kib, 19U * 1024);
  EXPECT_GE(kPasswordCost.passes, 2U);
  const std::string stored = hash_of(kPassword, kPasswordCost);
  EXPECT_EQ(cost_of(stored), kPasswordCost);
  EXPECT_TRUE(matches(kPassword, stored));
}

TEST(Password, makes_no_hash_that_it_would_not_take_back) {
  HashSlots slots(no_waiting());
  const auto code_of = [&](std::string_view password, const PasswordCost& cost) {
    const auto hash = hash_password(password, slots, testing::counted_random(), cost);
    return hash ? std::nullopt : std::optional(hash.error().code);
  };
  for (const PasswordCost& cost :
       {PasswordCost{256 * 1024 + 1, 1, 1}, PasswordCost{64, 17, 1}, PasswordCost{64, 1, 5},
        PasswordCost{64, 0, 1}, PasswordCost{64, 1, 0}, PasswordCost{7, 1, 1}})
    EXPECT_EQ(code_of(kPassword, cost), base::ErrorCode::usage);
  EXPECT_EQ(code_of("", kCheap), base::ErrorCode::invalid_input);
  EXPECT_EQ(code_of("\xff", kCheap), base::ErrorCode::invalid_input);
  EXPECT_EQ(code_of(kPassword, kCheap), std::nullopt);
}

TEST(Password, two_hashes_of_one_password_differ) {
  HashSlots slots(no_waiting());
  const auto random = testing::counted_random();
  const auto a = hash_password(kPassword, slots, random, kCheap);
  const auto b = hash_password(kPassword, slots, random, kCheap);
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
}

TEST(Password, agrees_with_the_argon2_program) {
  // echo -n 'plum vex tundra quill' | argon2 saltsaltsaltsalt -id -v 13 -t 2 -k 1024 -p 1 -l 32 -e
  EXPECT_TRUE(matches(
      kPassword,
      "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$XFaWhd2KJBR9/wasry3sJOC2ss20Ex337ZyWW1Sz/Pw"));
}

TEST(Password, says_when_a_hash_was_made_at_another_cost) {
  HashSlots slots(no_waiting());
  const std::string old = hash_of(kPassword, {.memory_kib = 32, .passes = 1, .lanes = 1});
  auto check = verify_password(kPassword, old, slots, kCheap);
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->matches && check->outdated);
  check = verify_password("wrong", old, slots, kCheap);
  EXPECT_TRUE(check && !check->matches && !check->outdated);
  check = verify_password(kPassword, hash_of(kPassword), slots, kCheap);
  EXPECT_TRUE(check && check->matches && !check->outdated);
}

TEST(Password, nobody_matches_nothing) {
  HashSlots slots(no_waiting());
  for (const char* password : {"", "plum vex tundra quill", "\xff"}) {
    const auto check = verify_nobody(password, slots, kCheap);
    ASSERT_TRUE(check);
    EXPECT_FALSE(check->matches || check->outdated);
  }
}

TEST(Password, an_empty_password_matches_not_even_its_own_hash) {
  std::array<char, kMaxPasswordHashText> stored{};
  ASSERT_EQ(
      ::argon2id_hash_encoded(1, 64, 1, "", 0, "saltsaltsaltsalt", 16, 32, stored.data(), stored.size()), 0);
  ASSERT_EQ(::argon2id_verify(stored.data(), "", 0), 0);
  EXPECT_FALSE(matches("", stored.data()));
  EXPECT_FALSE(matches("\xff", stored.data()));
}

TEST(Password, refuses_damaged_and_foreign_hashes) {
  HashSlots slots(no_waiting());
  const std::string good = hash_of(kPassword);
  std::vector<std::string> bad{
      "",
      "$2b$12$abcdefghijklmnopqrstuv",
      "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      "$argon2id$v=16$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      "$argon2id$v=19$m=64,t=4294967296,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      "$argon2id$v=19$m=64,t=1,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      "$argon2id$v=19$m=64,t=1,p=1,keyid=x$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
      good + std::string(kMaxPasswordHashText, 'A'),
      good + "=",
      good + "$",
  };
  for (std::size_t length = 0; length < good.size(); length += 7) bad.push_back(good.substr(0, length));
  for (const std::string& stored : bad) {
    const auto check = verify_password(kPassword, stored, slots, kCheap);
    // A tag that is cut at a whole byte is a short tag: it must not match, whatever else.
    EXPECT_TRUE(check ? !check->matches : check.error().code == base::ErrorCode::internal) << stored;
  }
  EXPECT_EQ(slots.counts().busy, 0U);
}

TEST(HashSlots, tells_one_too_many_that_it_is_busy) {
  HashSlots slots({.at_once = 1, .waiting = 0, .patience = std::chrono::milliseconds(0)});
  {
    const auto first = slots.take();
    ASSERT_TRUE(first);
    const auto second = slots.take();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
    EXPECT_EQ(hash_password(kPassword, slots, testing::counted_random(), kCheap).error().code,
              base::ErrorCode::unavailable);
    EXPECT_EQ(verify_password(kPassword, hash_of(kPassword), slots, kCheap).error().code,
              base::ErrorCode::unavailable);
    EXPECT_EQ(verify_password(kPassword, "damaged", slots, kCheap).error().code,
              base::ErrorCode::unavailable);
    EXPECT_EQ(verify_nobody(kPassword, slots, kCheap).error().code, base::ErrorCode::unavailable);
    EXPECT_EQ(slots.counts().refused, 5U);
  }
  EXPECT_TRUE(slots.take());
}

TEST(HashSlots, a_short_patience_ends) {
  HashSlots slots({.at_once = 1, .waiting = 4, .patience = std::chrono::milliseconds(1)});
  const auto first = slots.take();
  EXPECT_FALSE(slots.take());
  EXPECT_EQ(slots.counts().waiting, 0U);
}

TEST(HashSlots, a_waiter_gets_the_place_that_becomes_free) {
  HashSlots slots({.at_once = 1, .waiting = 1, .patience = std::chrono::hours(1)});
  std::optional<HashSlots::Place> first(std::move(slots.take()).value());
  std::atomic<bool> got = false;
  std::thread waiter([&] { got = slots.take().has_value(); });
  while (slots.counts().waiting == 0) std::this_thread::yield();
  EXPECT_FALSE(slots.take());  // no place to wait either
  first.reset();
  waiter.join();
  EXPECT_TRUE(got);
  EXPECT_EQ(slots.counts().busy, 0U);
}

TEST(HashSlots, never_more_at_once_than_allowed) {
  HashSlots slots({.at_once = 2, .waiting = 16, .patience = std::chrono::hours(1)});
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto place = slots.take();
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(slots.counts().refused, 0U);
}

}  // namespace
}  // namespace hinomi::credential
