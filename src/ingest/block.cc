#include "ingest/block.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace hinomi::ingest {

struct Block::State {
  std::mutex mutex;  // guards everything below
  std::vector<std::unique_ptr<char[]>> kept;
  std::size_t max_kept = 0;
  std::size_t kept_bytes = 0;  // capacity of each kept block
  std::size_t in_use = 0;      // bytes
};

Block::~Block() {
  if (!memory_) return;
  const std::lock_guard lock(home_->mutex);
  home_->in_use -= capacity_;
  if (capacity_ == home_->kept_bytes && home_->kept.size() < home_->max_kept)
    home_->kept.push_back(std::move(memory_));
}

Block::Block(Block&& other) noexcept
    : memory_(std::move(other.memory_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      home_(std::move(other.home_)) {}

Block& Block::operator=(Block&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(home_, other.home_);
  return *this;
}

void Block::add(std::size_t bytes) noexcept {
  HINOMI_CHECK(bytes <= capacity_ - size_);
  size_ += bytes;
}

void Block::append(std::string_view bytes) noexcept {
  HINOMI_CHECK(bytes.size() <= capacity_ - size_);
  if (!bytes.empty()) std::memcpy(memory_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void Block::cut(std::size_t size) noexcept {
  HINOMI_CHECK(size <= size_);
  size_ = size;
}

void Block::drop_front(std::size_t bytes) noexcept {
  HINOMI_CHECK(bytes <= size_);
  if (bytes > 0 && bytes < size_) std::memmove(memory_.get(), memory_.get() + bytes, size_ - bytes);
  size_ -= bytes;
}

void Block::seal() noexcept {
  if (memory_) std::memset(memory_.get() + size_, 0, kBlockPadding);
}

BlockPool::BlockPool(std::size_t block_bytes, std::size_t max_kept)
    : block_bytes_(block_bytes), state_(std::make_shared<Block::State>()) {
  state_->max_kept = max_kept;
  state_->kept_bytes = block_bytes;
}

Block BlockPool::take(std::size_t bytes) {
  Block block;
  block.home_ = state_;
  block.capacity_ = std::max(bytes, block_bytes_);
  const std::lock_guard lock(state_->mutex);
  if (block.capacity_ == block_bytes_ && !state_->kept.empty()) {
    block.memory_ = std::move(state_->kept.back());
    state_->kept.pop_back();
  } else {
    block.memory_ = std::make_unique_for_overwrite<char[]>(block.capacity_ + kBlockPadding);
  }
  state_->in_use += block.capacity_;
  return block;
}

std::size_t BlockPool::bytes_in_use() const {
  const std::lock_guard lock(state_->mutex);
  return state_->in_use;
}

}  // namespace hinomi::ingest
