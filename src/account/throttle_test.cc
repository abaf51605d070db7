#include "account/throttle.h"

#include <gtest/gtest.h>

namespace hinomi::account {
namespace {

TEST(Throttle, gives_tries_and_takes_time_to_give_more) {
  os::ManualClock clock;
  Throttle throttle(clock, {.at_once = 2, .one_every = std::chrono::seconds(10)});
  EXPECT_TRUE(throttle.take("a"));
  EXPECT_TRUE(throttle.take("a"));
  EXPECT_FALSE(throttle.take("a"));
  EXPECT_TRUE(throttle.take("b"));
  clock.advance(std::chrono::seconds(9));
  EXPECT_FALSE(throttle.take("a"));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(throttle.take("a"));
  EXPECT_FALSE(throttle.take("a"));
  throttle.give_back("a");
  EXPECT_TRUE(throttle.take("a"));
}

TEST(Throttle, is_bounded_and_forgets_who_was_quiet_longest) {
  os::ManualClock clock;
  Throttle throttle(clock, {.at_once = 1, .one_every = std::chrono::hours(1)}, 3);
  for (const std::string_view key : {"a", "b", "c"}) EXPECT_TRUE(throttle.take(key));
  EXPECT_FALSE(throttle.take("a"));
  EXPECT_TRUE(throttle.take("d"));
  EXPECT_EQ(throttle.size(), 3U);
  EXPECT_FALSE(throttle.take("a")) << "used lately, so it is remembered";
  EXPECT_TRUE(throttle.take("b"));
}

TEST(Throttle, an_ipv6_network_is_one_place_and_the_port_says_nothing) {
  EXPECT_EQ(place_of("192.0.2.1:40000"), "192.0.2.1");
  EXPECT_EQ(place_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(place_of("[2001:db8:1:2:3:4:5:6]:443"), "2001:db8:1:2::");
  EXPECT_EQ(place_of("2001:db8:1:2::9"), "2001:db8:1:2::");
  EXPECT_EQ(place_of("[::ffff:192.0.2.1]:1"), "::ffff:192.0.2.1");
  EXPECT_EQ(place_of(""), "");
}

}  // namespace
}  // namespace hinomi::account
