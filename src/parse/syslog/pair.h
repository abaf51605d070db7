// The common words of the text log parsers: a named value, and the limits they keep.
// Not an event: normalise gives the fields their names and ids.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace hinomi::parse::syslog {

// Both borrow from the line or from the Arena given to the parser.
struct Pair {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const Pair&, const Pair&) = default;
};
using Pairs = std::vector<Pair>;

inline constexpr std::size_t kMaxPairs = 4096;     // of one line; what comes after them is left out
inline constexpr std::size_t kMaxNameBytes = 128;  // a longer name is taken for text

}  // namespace hinomi::parse::syslog
