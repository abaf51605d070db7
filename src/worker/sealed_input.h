// A copy of a file in memory that nobody can change any more: what a worker reads is what was copied, and the
// worker needs no way to the file. Not for anything larger than memory allows: it counts as memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::worker {

inline constexpr std::uint64_t kMaxInputBytes = 1ull << 30;

class SealedInput {
 public:
  // Regular files only; also one that grows meanwhile is cut nowhere: beyond `limit` it is an Error
  // (limit_exceeded).
  [[nodiscard]] static base::Result<SealedInput> of_file(const std::string& path,
                                                         std::uint64_t limit = kMaxInputBytes);
  [[nodiscard]] static base::Result<SealedInput> of_file(const os::File& file,
                                                         std::uint64_t limit = kMaxInputBytes);
  [[nodiscard]] static base::Result<SealedInput> of_bytes(std::string_view bytes);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  SealedInput(os::Descriptor descriptor, std::uint64_t size) noexcept
      : descriptor_(std::move(descriptor)), size_(size) {}
  os::Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

// For who is handed one by another process: that it is memory, cannot change, and is not too large.
[[nodiscard]] bool is_sealed_input(const os::Descriptor& descriptor, std::uint64_t limit) noexcept;

}  // namespace hinomi::worker
