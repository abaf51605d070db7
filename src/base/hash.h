// Keyed 64- and 128-bit hashes of bytes (XXH3). Fast and seeded against flooding; not for evidence or
// secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace hinomi::base {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) noexcept;
[[nodiscard]] Hash128 hash128(std::string_view bytes, std::uint64_t seed) noexcept;

}  // namespace hinomi::base
