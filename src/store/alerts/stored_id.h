// 128-bit ids as the 16 bytes that the tables hold, highest first, so that they sort alike. For this module.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hinomi::store::alerts {

using StoredId = std::array<std::byte, 16>;

template <typename Id>
[[nodiscard]] StoredId stored_id(const Id& id) noexcept {
  StoredId bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto shift = static_cast<unsigned>(56 - 8 * i);
    bytes[i] = static_cast<std::byte>(id.high >> shift & 0xFFU);
    bytes[i + 8] = static_cast<std::byte>(id.low >> shift & 0xFFU);
  }
  return bytes;
}

// Zero when `bytes` is no id.
template <typename Id>
[[nodiscard]] Id restored_id(std::span<const std::byte> bytes) noexcept {
  Id id{};
  if (bytes.size() != StoredId{}.size()) return id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.high = id.high << 8 | static_cast<std::uint64_t>(bytes[i]);
    id.low = id.low << 8 | static_cast<std::uint64_t>(bytes[i + 8]);
  }
  return id;
}

}  // namespace hinomi::store::alerts
