// Holds matches that may still be preceded by others and gives them back in the order (time, sequence, rule,
// arrival). Copies what it holds; not needed when the input is sorted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "detect/correlation_engine.h"
#include "detect/correlation_image.h"

namespace hinomi::detect::correlation {

// The reorder buffer may take this part of the memory: 1 / kReorderShare.
inline constexpr std::size_t kReorderShare = 4;

class ReorderBuffer {
 public:
  // A match with its own copy of the captured texts.
  struct Item {
    base::TimeNs time;
    std::uint64_t sequence = 0;
    std::uint64_t arrival = 0;
    EventRef event;
    std::uint32_t rule = 0;
    std::string captures;  // per value: 1 byte present, 4 bytes length, text
  };

  void push(const Match& match);
  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  // Not when empty.
  [[nodiscard]] base::TimeNs earliest() const noexcept { return heap_.front().time; }
  Item pop();
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  void save(ImageWriter& writer) const;
  // What is left when other rules take its place: matches of rules that are the same there, with the captures
  // that are wanted there.
  void save_for(const Succession& succession, ImageWriter& writer) const;
  // Only for a new buffer. `rules`: a match of a rule at or beyond it makes the reader fail.
  void restore(ImageReader& reader, std::size_t rules);

 private:
  std::vector<Item> heap_;
  std::uint64_t arrivals_ = 0;
  std::size_t bytes_ = 0;
};

// The match in `item`, borrowing from it and from `captures`, which is overwritten.
[[nodiscard]] Match match_of(const ReorderBuffer::Item& item, std::vector<CapturedValue>& captures);

}  // namespace hinomi::detect::correlation
