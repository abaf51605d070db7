// A bump allocator for the decoded strings of one batch of events: cheap to fill, dropped as a whole.
// Not for anything that outlives the batch.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace hinomi::base {

class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 256 * 1024) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // Uninitialised bytes, valid until clear().
  [[nodiscard]] char* allocate(std::size_t bytes) {
    if (bytes > left_) grow(bytes);
    char* start = next_;
    next_ += bytes;
    left_ -= bytes;
    return start;
  }
  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* start = allocate(text.size());
    std::memcpy(start, text.data(), text.size());
    return {start, text.size()};
  }
  // Gives back the tail of the most recent allocation.
  void shrink_last(std::size_t unused) noexcept {
    next_ -= unused;
    left_ += unused;
  }
  // Forgets everything; keeps one block of the usual size.
  void clear() {
    if (blocks_.size() > 1) blocks_.resize(1);
    if (!blocks_.empty() && blocks_.front().bytes != block_bytes_) blocks_.clear();
    next_ = blocks_.empty() ? nullptr : blocks_.front().memory.get();
    left_ = blocks_.empty() ? 0 : block_bytes_;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t bytes;
  };
  void grow(std::size_t bytes) {
    const std::size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    next_ = blocks_.back().memory.get();
    left_ = size;
  }

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace hinomi::base
