// SourceMap::observe() with a memory of values that lately were observed: the fields that decide the route
// have few values. Of fixed size, whatever the values; one object a worker and map.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "normalise/quick_hash.h"
#include "normalise/source_map.h"

namespace hinomi::normalise {

class RouteMemory {
 public:
  explicit RouteMemory(std::size_t signature_words) : alone_(signature_words) {}

  // What map.observe(field, value, signature) does.
  void observe(const SourceMap& map, event::FieldId field, std::string_view value,
               SourceMap::Signature& signature) {
    if (value.size() > kLongestValue) {
      map.observe(field, value, signature, scratch_);
      return;
    }
    Known& known = known_[(quick_hash(value) ^ (event::index_of(field) * 0x9E37'79B1U)) % kPlaces];
    if (!known.is(field, value) && !learn(known, map, field, value)) {
      map.observe(field, value, signature, scratch_);
      return;
    }
    for (std::uint8_t i = 0; i < known.count; ++i)
      signature[known.bits[i] / 64] |= std::uint64_t{1} << (known.bits[i] % 64);
  }

 private:
  static constexpr std::uint32_t kPlaces = 1024;
  static constexpr std::size_t kLongestValue = 64;
  static constexpr std::size_t kMostBits = 8;  // a value that sets more is not remembered

  struct Known {
    event::FieldId field = event::kUnlistedField;
    std::uint8_t size = 0;
    std::uint8_t count = 0;
    std::array<std::uint16_t, kMostBits> bits{};
    std::array<char, kLongestValue> value{};

    [[nodiscard]] bool is(event::FieldId id, std::string_view text) const noexcept {
      return field == id && size == text.size() && std::memcmp(value.data(), text.data(), text.size()) == 0;
    }
  };
  static_assert(SourceMap::kMaxTests <= 65'536);

  bool learn(Known& known, const SourceMap& map, event::FieldId field, std::string_view value) {
    std::fill(alone_.begin(), alone_.end(), 0);
    map.observe(field, value, alone_, scratch_);
    known.field = event::kUnlistedField;
    known.count = 0;
    for (std::size_t word = 0; word < alone_.size(); ++word) {
      for (std::uint64_t left = alone_[word]; left != 0; left &= left - 1) {
        if (known.count == kMostBits) return false;
        known.bits[known.count++] = static_cast<std::uint16_t>(word * 64 + std::countr_zero(left));
      }
    }
    known.field = field;
    known.size = static_cast<std::uint8_t>(value.size());
    std::memcpy(known.value.data(), value.data(), value.size());
    return true;
  }

  std::vector<Known> known_ = std::vector<Known>(kPlaces);
  SourceMap::Signature alone_;
  std::string scratch_;
};

}  // namespace hinomi::normalise
