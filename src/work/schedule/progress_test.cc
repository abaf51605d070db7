#include "work/schedule/progress.h"

#include <gtest/gtest.h>

#include <random>

namespace hinomi::work::schedule {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

base::TimeNs at(double seconds) {
  return {1'800'000'000 * kSecond + static_cast<std::int64_t>(seconds * 1e9)};
}
double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

TEST(Progress, a_steady_job_says_when_it_ends) {
  Progress progress;
  begin_attempt(progress, at(0));
  for (int second = 1; second <= 10; ++second) {
    advance(progress, static_cast<std::uint64_t>(second) * 100, 2'000, at(second));
  }
  EXPECT_NEAR(*rate(progress), 100, 0.001);
  EXPECT_DOUBLE_EQ(*fraction(progress), 0.5);
  EXPECT_NEAR(seconds(*remaining(progress, at(10))), 10, 0.001);
  EXPECT_NEAR(seconds(*remaining(progress, at(14))), 6, 0.001);
  EXPECT_EQ(remaining(progress, at(1000)), std::chrono::nanoseconds(0));
}

TEST(Progress, knows_nothing_before_it_was_measured) {
  Progress progress;
  begin_attempt(progress, at(0));
  EXPECT_EQ(rate(progress), std::nullopt);
  EXPECT_EQ(fraction(progress), std::nullopt);
  EXPECT_EQ(remaining(progress, at(1)), std::nullopt);
  advance(progress, 5, 0, at(1));
  EXPECT_EQ(fraction(progress), std::nullopt);
  EXPECT_NEAR(*rate(progress), 5, 0.001);
}

TEST(Progress, a_change_of_speed_shows_after_its_half_life) {
  Progress progress;
  begin_attempt(progress, at(0));
  std::uint64_t done = 0;
  for (int second = 1; second <= 300; ++second) advance(progress, done += 100, 1'000'000, at(second));
  for (int second = 301; second <= 320; ++second) advance(progress, done += 300, 1'000'000, at(second));
  EXPECT_NEAR(*rate(progress), 200, 2);
  for (int second = 321; second <= 480; ++second) advance(progress, done += 300, 1'000'000, at(second));
  EXPECT_NEAR(*rate(progress), 300, 2);
}

TEST(Progress, the_rate_does_not_depend_on_how_often_it_is_reported) {
  Progress often;
  Progress seldom;
  begin_attempt(often, at(0));
  begin_attempt(seldom, at(0));
  for (int i = 1; i <= 6'000; ++i) advance(often, static_cast<std::uint64_t>(i), 10'000, at(i * 0.01));
  for (int i = 1; i <= 6; ++i) advance(seldom, static_cast<std::uint64_t>(i) * 1'000, 10'000, at(i * 10));
  EXPECT_NEAR(*rate(often), *rate(seldom), 0.5);
  EXPECT_EQ(often.done, 6'000U);
}

TEST(Progress, clocks_and_counts_that_go_back_do_no_harm) {
  Progress progress;
  begin_attempt(progress, at(100));
  advance(progress, 100, 1'000, at(101));
  advance(progress, 50, 1'000, at(102));
  EXPECT_EQ(progress.done, 100U);
  advance(progress, 200, 1'000, at(50));
  EXPECT_EQ(progress.done, 200U);
  EXPECT_GE(*rate(progress), 0);
  advance(progress, 2'000, 1'000, at(60));
  EXPECT_EQ(progress.total, 2'000U);
  EXPECT_DOUBLE_EQ(*fraction(progress), 1);
}

TEST(Progress, what_stands_still_has_no_end) {
  Progress progress;
  begin_attempt(progress, at(0));
  advance(progress, 0, 1'000, at(10));
  EXPECT_EQ(remaining(progress, at(10)), std::nullopt);
  advance(progress, 1, UINT64_MAX, at(20));
  EXPECT_EQ(remaining(progress, at(20)), std::nullopt);
}

TEST(Progress, any_reports_keep_the_figures_within_bounds) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    Progress progress;
    begin_attempt(progress, at(0));
    std::uint64_t before = 0;
    for (int i = 0; i < 50; ++i) {
      const base::TimeNs now = at(static_cast<double>(random() % 10'000) / 7);
      advance(progress, random() >> (random() % 64), random() % 3 == 0 ? 0 : random() >> (random() % 64),
              now);
      EXPECT_GE(progress.done, before);
      before = progress.done;
      EXPECT_TRUE(progress.total == 0 || progress.done <= progress.total);
      EXPECT_GE(rate(progress).value_or(0), 0);
      const auto left = remaining(progress, now);
      EXPECT_TRUE(!left || (left->count() >= 0 && *left <= kMaxRemaining));
    }
  }
}

}  // namespace
}  // namespace hinomi::work::schedule
