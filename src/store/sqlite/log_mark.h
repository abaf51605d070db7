// The numbers in a write-ahead log, and the mark that page_guard.cc puts behind the last frame that was
// synced: it has the size of a frame's head and page number 0, which no frame has, so that SQLite passes it
// over and the next frame replaces it.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/hash.h"
#include "store/sqlite/page_codec.h"

namespace hinomi::store::sqlite {

// Big-endian.
[[nodiscard]] inline std::uint32_t log_number(const std::uint8_t* at) noexcept {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

[[nodiscard]] inline std::uint64_t salts_of(const FrameHead& head) noexcept {
  std::uint64_t salts = 0;
  std::memcpy(&salts, &head[8], sizeof(salts));
  return salts;
}

// 4 zeros | durable (4) | checksum of both and of the salts (8) | 8 zeros
[[nodiscard]] inline FrameHead mark_of(std::uint32_t durable, std::uint64_t salts) noexcept {
  FrameHead mark{};
  std::memcpy(&mark[4], &durable, sizeof(durable));
  std::memcpy(&mark[8], &salts, sizeof(salts));
  const std::uint64_t sum = base::hash64({reinterpret_cast<const char*>(mark.data()), 16}, 1);
  std::memcpy(&mark[8], &sum, sizeof(sum));
  return mark;
}

// nullopt: it is none, or of another log.
[[nodiscard]] inline std::optional<std::uint32_t> durable_of_mark(const FrameHead& head,
                                                                  std::uint64_t salts) noexcept {
  std::uint32_t durable = 0;
  std::memcpy(&durable, &head[4], sizeof(durable));
  if (head != mark_of(durable, salts)) return std::nullopt;
  return durable;
}

}  // namespace hinomi::store::sqlite
