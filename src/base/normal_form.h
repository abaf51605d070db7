// Forms of text in which what people take for the same is the same: for searching, comparing and sorting. Not
// for texts that are shown, nor for evidence.
#pragma once

#include <string>
#include <string_view>

namespace hinomi::base {

// Compatibility forms made one (full-width letters, half-width katakana), case folded, invisible characters
// left out (Unicode NFKC_Casefold). Malformed bytes become U+FFFD.
[[nodiscard]] std::string nfkc_casefolded(std::string_view text);

// The same, and katakana as hiragana: what lists are sorted by.
[[nodiscard]] std::string sort_form(std::string_view text);

}  // namespace hinomi::base
