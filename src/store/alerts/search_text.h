// The form in which texts are stored for searching and queries are looked up: compatibility forms made one
// (full-width letters, half-width katakana), case folded, invisible characters left out (Unicode
// NFKC_Casefold). Not for texts that are shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hinomi::store::alerts {

inline constexpr std::size_t kMaxSearchTextBytes = 1u << 20;

// Malformed bytes become U+FFFD; what lies beyond kMaxSearchTextBytes is cut.
[[nodiscard]] std::string search_form(std::string_view text);
// The words of a query in that form: what stands between white space, the ideographic one too.
[[nodiscard]] std::vector<std::string> search_words(std::string_view query);

// At most `bytes` of the front of `text`, not ending within a UTF-8 sequence.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t bytes) noexcept;

}  // namespace hinomi::store::alerts
