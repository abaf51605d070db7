// Randomness that can be said again: a counter as bytes. For tests only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "os/random.h"

namespace hinomi::credential::testing {

// Every byte differs from the ones next to it, and no two fillings are alike.
inline os::RandomBytes counted_random(std::uint64_t seed = 1) {
  auto state = std::make_shared<std::uint64_t>(seed);  // the function is copied, the count must not be
  return [state](std::span<std::uint8_t> into) {
    for (std::uint8_t& byte : into) {
      *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<std::uint8_t>(*state >> 56);
    }
  };
}

}  // namespace hinomi::credential::testing
