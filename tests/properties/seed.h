// The one source of chance of the property tests. Another one with every run; HINOMI_PROPERTY_SEED=N repeats
// one. Every test says which seed it ran with where it fails.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace hinomi::properties {

[[nodiscard]] std::uint64_t seed();

class Chance {
 public:
  // `salt`: so that one test's chance does not follow from another's.
  explicit Chance(std::uint64_t salt) : engine_(seed() * 0x9E37'79B9'7F4A'7C15ULL + salt) {}

  [[nodiscard]] std::uint64_t bits() { return engine_(); }
  [[nodiscard]] std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  [[nodiscard]] bool one_in(std::size_t many) { return below(many) == 0; }
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  template <typename Container>
  [[nodiscard]] auto& of(Container& all) {
    return all[below(std::size(all))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace hinomi::properties

// First in every test: the seed stands with each failure.
#define HINOMI_SAY_SEED() \
  SCOPED_TRACE("repeat with HINOMI_PROPERTY_SEED=" + std::to_string(::hinomi::properties::seed()))
