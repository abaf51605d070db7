// Counts different keys among the matches of a sliding window in O(1) each: a key is one node in a list
// ordered by its latest match, so memory follows the number of different keys, never the number of matches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlation_window.h"

namespace hinomi::detect::correlation {

class DistinctWindow final : public Window {
 public:
  explicit DistinctWindow(std::uint64_t hash_seed) : hash_seed_(hash_seed) {}

  void expire(base::TimeNs horizon) override;
  void add(const WindowInput& input) override;
  void clear() override;
  [[nodiscard]] double value() const override { return static_cast<double>(count_); }
  [[nodiscard]] WindowSummary summary() const override;
  void collect(std::vector<Evidence>& out) const override;
  [[nodiscard]] std::size_t growth(const WindowInput& input) const override;
  [[nodiscard]] bool adds_in_place(const WindowInput& input) const override;
  [[nodiscard]] std::size_t bytes() const override;
  [[nodiscard]] bool has_summary() const override { return count_ != 0; }
  void save(ImageWriter& writer) const override;
  void restore(ImageReader& reader) override;

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  // Time of the key whose latest match is the oldest. Not for an empty window.
  [[nodiscard]] base::TimeNs oldest() const noexcept { return nodes_[oldest_].evidence.time; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  static constexpr std::size_t kFirstSlots = 8;  // a power of two, as all table sizes

  struct Node {
    std::string key;
    std::uint64_t hash = 0;
    Evidence evidence;  // of the latest match
    std::uint32_t older = kNone;
    std::uint32_t newer = kNone;  // or the next free node
  };

  // The slot that holds `key`, or the empty one where it would go. The table must not be empty.
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint64_t hash) const noexcept;
  [[nodiscard]] bool table_is_full() const noexcept { return (count_ + 1) * 4 > slots_.size() * 3; }
  void grow_table();
  void insert(std::string_view key, std::uint64_t hash, const Evidence& evidence);
  void remove_oldest();
  void empty_slot(std::size_t slot) noexcept;
  void link_as_newest(std::uint32_t node) noexcept;
  void unlink(std::uint32_t node) noexcept;

  std::uint64_t hash_seed_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> slots_;  // node or kNone; linear probing, at most three quarters full
  std::uint32_t free_ = kNone;
  std::uint32_t oldest_ = kNone;
  std::uint32_t newest_ = kNone;
  std::size_t count_ = 0;
  std::size_t key_bytes_ = 0;  // of keys that do not fit into their string object
};

}  // namespace hinomi::detect::correlation
