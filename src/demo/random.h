// Pseudo-random numbers that are the same on every machine: xoshiro256** (Blackman and Vigna, 2018), seeded
// by splitmix64. Not for keys, identifiers that must not be guessed, or anything else outside generated data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/hash.h"

namespace hinomi::demo {

// Draw at most once in the arguments of one call: their order of evaluation is the compiler's choice, and
// with it the bytes of the recording. Braced lists are evaluated from left to right.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : seed_(seed) {
    for (std::uint64_t& word : state_) word = split_mix(seed);
  }

  // A stream of its own, the same whatever was drawn from this one before: more events in one log leave the
  // others as they were.
  [[nodiscard]] Random fork(std::string_view name, std::uint64_t number = 0) const noexcept {
    return Random(base::hash64(name, seed_ ^ (number * kGolden)));
  }

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }
  // 0 <= result < bound; 0 < bound < 2^32.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    HINOMI_CHECK(bound > 0 && bound <= 0xFFFF'FFFF);
    return ((next() >> 32) * bound) >> 32;
  }
  // low <= result <= high; less than 2^32 apart.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    HINOMI_CHECK(low <= high);
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  [[nodiscard]] bool chance(unsigned percent) noexcept { return below(100) < percent; }
  template <typename List>
  [[nodiscard]] const auto& pick(const List& list) noexcept {
    return list[static_cast<std::size_t>(below(list.size()))];
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15;
  [[nodiscard]] static std::uint64_t rotate(std::uint64_t value, int bits) noexcept {
    return (value << bits) | (value >> (64 - bits));
  }
  [[nodiscard]] static std::uint64_t split_mix(std::uint64_t& state) noexcept {
    state += kGolden;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }

  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace hinomi::demo
