// Limits against archives that are built to exhaust the reader, and the account that is kept of them.
// Not for limits of the logs inside (ingest).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"

namespace hinomi::parse::archive {

struct Limits {
  // Decompressed bytes out of one outer file, all levels together. Reading is streamed, so this bounds time
  // only.
  std::uint64_t max_output_bytes = 1ull << 40;
  // Decompressed bytes for each compressed byte. Deflate cannot go beyond 1032; logs stay below 50.
  std::uint64_t max_ratio = 400;
  // Output up to this size is never held against the ratio.
  std::uint64_t ratio_floor_bytes = 128ull << 20;
  std::uint64_t max_entries = 100'000;  // of one outer file, all levels together
  int max_depth = 4;  // levels of compression and containers: a .gz in a .tar.gz in a .zip is 4
  std::size_t max_name_bytes = 4096;  // of an entry's name
};

// What one outer file has produced so far; shared by the readers of all its levels.
class Account {
 public:
  explicit Account(const Limits& limits) : limits_(limits) {}

  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  // `bytes` more came out of some level. Error limit_exceeded.
  [[nodiscard]] base::Result<void> add_output(std::uint64_t bytes);
  [[nodiscard]] base::Result<void> add_entry();
  // Of one level: `out` bytes came from `in` bytes. Error limit_exceeded.
  [[nodiscard]] base::Result<void> check_ratio(std::uint64_t in, std::uint64_t out) const;
  [[nodiscard]] std::uint64_t output_bytes() const noexcept { return output_bytes_; }

 private:
  Limits limits_;
  std::uint64_t output_bytes_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace hinomi::parse::archive
