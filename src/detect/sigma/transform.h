// What the modifiers of texts make of a value: wildcards opened at its ends, dashes, encodings, placeholders.
// Not for regular expressions, numbers and networks, which item.cc turns into predicates itself.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/sigma/item_key.h"

namespace hinomi::detect::sigma {

// Values for %placeholders% of the modifier 'expand', by name.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

// How many texts one value may expand to, and how long they may be together.
inline constexpr std::size_t kMaxExpansions = 10'000;
inline constexpr std::size_t kMaxExpandedBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxPlaceholdersInValue = 64;

// A text on its way through the modifiers.
struct Text {
  std::string body;         // encoded pattern, or bytes
  bool open_front = false;  // any run may stand before it
  bool open_back = false;
  bool bytes = false;  // the outcome of an encoding: no byte of it is a wildcard
};

// The texts that `value` becomes by the modifiers in their order; those that are not of texts change nothing.
[[nodiscard]] base::Result<std::vector<Text>> transform(std::string_view value,
                                                        const std::vector<Modifier>& modifiers,
                                                        const Placeholders& placeholders);

// Replaces every %name% by the name's values, each put through `convert`; a percent sign after a backslash is
// plain.
[[nodiscard]] base::Result<std::vector<std::string>> expand(std::string_view text,
                                                            const Placeholders& placeholders,
                                                            std::string (*convert)(std::string_view));

}  // namespace hinomi::detect::sigma
