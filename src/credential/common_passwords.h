// Words that the commonest passwords are made of. Not a list of leaked passwords: the shortest password
// allowed is longer than nearly all of those, so what counts is what people stretch to that length.
#pragma once

#include <span>
#include <string_view>

namespace hinomi::credential {

// Folded and in NFKC; longest first.
[[nodiscard]] std::span<const std::string_view> common_words() noexcept;

}  // namespace hinomi::credential
