#include "os/random.h"

#include <array>

#include <gtest/gtest.h>

namespace hinomi::os {
namespace {

TEST(Random, text_says_the_bytes_in_base_32) {
  const RandomBytes ones = [](std::span<std::uint8_t> into) { std::fill(into.begin(), into.end(), 0xFF); };
  const RandomBytes counting = [](std::span<std::uint8_t> into) {
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = static_cast<std::uint8_t>(i);
  };
  EXPECT_EQ(random_text(ones, 5), "zzzzzzzz");
  EXPECT_EQ(random_text(counting, 5), "000g40r4");
  EXPECT_EQ(random_text(system_random, 20).size(), 32U);
}

TEST(Random, the_system_gives_other_bytes_each_time) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  system_random(first);
  system_random(second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace hinomi::os
