// A place in a segmented log: which segment, which byte of it.
#pragma once

#include <compare>
#include <cstdint>

namespace hinomi::store::journal {

// {0, 0} is the beginning, before every segment (they are numbered from 1).
struct Position {
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
  friend auto operator<=>(const Position&, const Position&) = default;

  [[nodiscard]] constexpr std::uint64_t packed() const noexcept {
    return std::uint64_t{segment} << 32 | offset;
  }
  [[nodiscard]] static constexpr Position unpack(std::uint64_t packed) noexcept {
    return {static_cast<std::uint32_t>(packed >> 32), static_cast<std::uint32_t>(packed)};
  }
};

}  // namespace hinomi::store::journal
