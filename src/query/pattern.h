// Wildcard patterns: literal text with "any run", "any one character" and "any dash" between. The encoded
// form is a string in which the three bytes below, impossible in UTF-8, stand for the wildcards. Not for
// regular expressions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hinomi::query {

inline constexpr char kAnyRun = '\xFF';   // Sigma '*'
inline constexpr char kAnyOne = '\xFE';   // Sigma '?': one code point
inline constexpr char kAnyDash = '\xFD';  // windash: - / – — ―  (U+2013, U+2014, U+2015)

// Whole-text match in O(text × pattern) at worst, without recursion. Both in the same folding.
[[nodiscard]] bool matches_pattern(std::string_view text, std::string_view pattern) noexcept;

// The literal pieces between wildcards, in order; empty pieces left out.
[[nodiscard]] std::vector<std::string_view> literal_pieces(std::string_view pattern);

[[nodiscard]] bool has_wildcard(std::string_view pattern) noexcept;

}  // namespace hinomi::query
