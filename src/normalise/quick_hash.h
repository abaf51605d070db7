// A few instructions' hash of a short text: its size, its first and last eight bytes. Not for tables that
// hostile text can fill, nor where two texts of one hash must not meet.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace hinomi::normalise {

[[nodiscard]] inline std::uint32_t quick_hash(std::string_view text) noexcept {
  const auto load = [](const char* at, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, bytes);
    return value;
  };
  const char* at = text.data();
  const std::size_t size = text.size();
  std::uint64_t front = 0;
  std::uint64_t back = 0;
  if (size >= 8) {
    front = load(at, 8);
    back = load(at + size - 8, 8);
  } else if (size >= 4) {
    front = load(at, 4);
    back = load(at + size - 4, 4);
  } else if (size > 0) {
    front = static_cast<unsigned char>(at[0]);
    back = load(at + size / 2, 1) | (load(at + size - 1, 1) << 8);
  }
  std::uint64_t mixed = (front * 0x9E37'79B9'7F4A'7C15ULL) ^ ((back + size) * 0xC2B2'AE3D'27D4'EB4FULL);
  mixed ^= mixed >> 32;
  mixed *= 0x9E37'79B9'7F4A'7C15ULL;
  return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace hinomi::normalise
