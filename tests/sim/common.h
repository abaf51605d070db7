// What all parts of the simulation use: chance from a seed, and the way a broken promise is reported.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace hinomi::sim {

// Thrown when a promise is broken; World::run() catches it.
struct Violation {
  std::string what;
};
[[noreturn]] inline void violated(std::string what) {
  throw Violation{std::move(what)};
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() { return engine_(); }
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace hinomi::sim
