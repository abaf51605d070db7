// FieldMap::step() with a memory of the keys that lately followed each other: documents of one source mostly
// have the same keys in the same order. Of fixed size, whatever the keys; one object a worker and map.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "normalise/field_map.h"
#include "normalise/quick_hash.h"

namespace hinomi::normalise {

class KeyMemory {
 public:
  // A document begins: its first key is expected to be that of the last one.
  void restart() noexcept { last_ = kFirst; }

  // What map.step(from, key) says.
  [[nodiscard]] FieldMap::State step(const FieldMap& map, FieldMap::State from, std::string_view key) {
    const std::uint32_t expected = known_[last_].next;
    if (known_[expected].is(from, key)) {
      last_ = expected;
      return known_[expected].to;
    }
    return step_unexpected(map, from, key);
  }

 private:
  static constexpr std::uint32_t kPlaces = 1024;
  static constexpr std::uint32_t kFirst = kPlaces;  // stands before the first key of every document
  static constexpr std::size_t kLongestKey = 40;    // longer ones are not remembered
  static constexpr std::uint8_t kNoKey = 255;

  struct Known {
    FieldMap::State from = FieldMap::kRoot;
    FieldMap::State to = FieldMap::kNowhere;
    std::uint32_t next = 0;  // the key that came after this one the last time
    std::uint8_t size = kNoKey;
    std::array<char, kLongestKey> key{};

    [[nodiscard]] bool is(FieldMap::State state, std::string_view text) const noexcept {
      return from == state && size == text.size() && std::memcmp(key.data(), text.data(), text.size()) == 0;
    }
  };

  FieldMap::State step_unexpected(const FieldMap& map, FieldMap::State from, std::string_view key) {
    if (key.size() > kLongestKey) return map.step(from, key);
    const std::uint32_t place =
        (quick_hash(key) ^ (static_cast<std::uint32_t>(from) * 0x9E37'79B1U)) % kPlaces;
    Known& known = known_[place];
    if (!known.is(from, key)) {
      known.from = from;
      known.to = map.step(from, key);
      known.size = static_cast<std::uint8_t>(key.size());
      std::memcpy(known.key.data(), key.data(), key.size());
    }
    known_[last_].next = place;
    last_ = place;
    return known.to;
  }

  std::vector<Known> known_ = std::vector<Known>(kPlaces + 1);
  std::uint32_t last_ = kFirst;
};

}  // namespace hinomi::normalise
