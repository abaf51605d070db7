#include "os/clock.h"

#include <gtest/gtest.h>

namespace hinomi::os {
namespace {

TEST(Clock, manual_clock_moves_only_when_told) {
  ManualClock clock(base::TimeNs{1'000});
  const auto begin = clock.steady();
  EXPECT_EQ(clock.now().since_epoch_ns, 1'000);
  clock.advance(std::chrono::microseconds(2));
  EXPECT_EQ(clock.now().since_epoch_ns, 3'000);
  EXPECT_EQ(clock.steady() - begin, std::chrono::microseconds(2));
}

TEST(Clock, setting_the_time_of_day_leaves_the_steady_clock_alone) {
  ManualClock clock(base::TimeNs{1'000});
  const auto begin = clock.steady();
  clock.set(base::TimeNs{5});
  EXPECT_EQ(clock.now().since_epoch_ns, 5);
  EXPECT_EQ(clock.steady(), begin);
}

TEST(Clock, system_clock_agrees_with_the_standard_library) {
  const SystemClock clock;
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  const auto now = std::chrono::nanoseconds(clock.now().since_epoch_ns);
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace hinomi::os
