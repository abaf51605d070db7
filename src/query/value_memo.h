// Remembers, per (field, value), which gates the value opens. Fixed memory: two generations; a full young one
// becomes the old one, and what is met again moves up. A value is remembered when it is met the second time,
// so that what never repeats (times, record numbers, messages) drives nothing out. Values are known by a
// keyed 128-bit hash, so nobody can forge a hit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.h"
#include "query/gates.h"

namespace hinomi::query {

class ValueMemo {
 public:
  // `capacity` entries a generation, a power of two; two generations at most are held.
  explicit ValueMemo(std::size_t capacity = kDefaultCapacity);

  // The gates noted for the value, or nullptr when it is not known.
  struct Noted {
    std::span<const GateId> gates;
    bool known = false;
  };
  [[nodiscard]] Noted find(const base::Hash128& key);
  // Brings the places where `key` may stand nearer, for a find() soon after.
  void prefetch(const base::Hash128& key) const noexcept {
    __builtin_prefetch(&young_.entries[key.low & (capacity_ - 1)]);
    __builtin_prefetch(&old_.entries[key.low & (capacity_ - 1)]);
  }
  // True when the value was met before, not long ago: it is worth noting now. Errs towards true, rarely.
  [[nodiscard]] bool met_before(const base::Hash128& key) noexcept;
  // Valid until the next note() or find().
  std::span<const GateId> note(const base::Hash128& key, std::span<const GateId> gates);

  static constexpr std::size_t kDefaultCapacity = 1U << 17;

 private:
  struct Entry {
    base::Hash128 key;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  struct Generation {
    std::vector<Entry> entries;  // open addressing; key 0,0 = free
    std::vector<GateId> gates;
    std::size_t used = 0;
  };
  [[nodiscard]] static Entry* slot(Generation& generation, const base::Hash128& key) noexcept;
  void start_generation();

  std::size_t capacity_;
  std::vector<std::uint32_t> met_;  // by hash: the fingerprint of the last value met there
  Generation young_;
  Generation old_;
};

}  // namespace hinomi::query
