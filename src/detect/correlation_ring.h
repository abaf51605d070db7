// A first-in-first-out queue in one growing array: amortised O(1), nothing allocated while it is empty and
// new. Not thread-safe; it keeps its capacity until it is destroyed.
#pragma once

#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace hinomi::detect::correlation {

template <typename T>
class Ring {
 public:
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.size() * sizeof(T); }
  // Bytes that the next push allocates, 0 if none.
  [[nodiscard]] std::size_t growth() const noexcept {
    return size_ == slots_.size() ? grown_capacity() * sizeof(T) : 0;
  }

  // 0 = the oldest.
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
    return slots_[(head_ + i) & (slots_.size() - 1)];
  }
  [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }
  [[nodiscard]] const T& back() const noexcept { return (*this)[size_ - 1]; }

  void push(const T& value) {
    if (size_ == slots_.size()) grow();
    slots_[(head_ + size_) & (slots_.size() - 1)] = value;
    ++size_;
  }
  void pop() noexcept {
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
  }
  void clear() noexcept { head_ = size_ = 0; }

  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }
  // Empty, with the storage that a ring of this capacity has. False when no ring can have it.
  [[nodiscard]] bool reset(std::size_t capacity) {
    if (capacity != 0 && (capacity < kFirstCapacity || !std::has_single_bit(capacity))) return false;
    slots_ = std::vector<T>(capacity);
    clear();
    return true;
  }

 private:
  static constexpr std::size_t kFirstCapacity = 4;  // a power of two, as all capacities

  [[nodiscard]] std::size_t grown_capacity() const noexcept {
    return slots_.empty() ? kFirstCapacity : slots_.size() * 2;
  }
  void grow() {
    std::vector<T> larger(grown_capacity());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace hinomi::detect::correlation
