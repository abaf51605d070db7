// Memory of work units: blocks that go back to their pool when the last reader is done, and are used again.
// Not for anything that lives longer than a unit.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace hinomi::ingest {

// Bytes after the end of every block that may be read (they are zero), as simdjson asks for.
inline constexpr std::size_t kBlockPadding = 64;

class BlockPool;

// An owned piece of memory; empty when moved from. Given back to its pool on destruction, from any thread.
class Block {
 public:
  Block() = default;
  ~Block();
  Block(Block&& other) noexcept;
  Block& operator=(Block&& other) noexcept;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  [[nodiscard]] std::string_view bytes() const noexcept { return {memory_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // Without the padding.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // The part that is not filled yet.
  [[nodiscard]] std::span<char> room() noexcept { return {memory_.get() + size_, capacity_ - size_}; }
  // The first `bytes` of room() now count as filled.
  void add(std::size_t bytes) noexcept;
  void append(std::string_view bytes) noexcept;  // must fit in room()
  // Forgets everything from `size` on.
  void cut(std::size_t size) noexcept;
  // Forgets the first `bytes` by moving the rest to the front.
  void drop_front(std::size_t bytes) noexcept;
  // Zeroes the padding; to be called last, before the block is handed out.
  void seal() noexcept;

 private:
  friend class BlockPool;
  struct State;

  std::unique_ptr<char[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::shared_ptr<State> home_;  // shared: a unit may outlive the reader and its pool
};

// Hands out blocks of one usual size, keeping a bounded number of unused ones. Larger ones are made and
// freed.
class BlockPool {
 public:
  BlockPool(std::size_t block_bytes, std::size_t max_kept);

  // At least `bytes` of capacity, and at least the usual size; empty.
  [[nodiscard]] Block take(std::size_t bytes = 0);
  // Capacity of all blocks handed out and not given back yet. From any thread.
  [[nodiscard]] std::size_t bytes_in_use() const;

 private:
  std::size_t block_bytes_;
  std::shared_ptr<Block::State> state_;  // shared with the blocks handed out
};

}  // namespace hinomi::ingest
