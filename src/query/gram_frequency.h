// Measured frequencies of four-byte grams in the values of security logs (gram_frequency.inc says where they
// were measured). Used to choose witness literals; says nothing about any one installation's logs.
#pragma once

#include <cstdint>
#include <string_view>

namespace hinomi::query {

// log2 of the occurrences per 2^20 values, 0 for a gram that is not among the measured ones.
[[nodiscard]] std::uint32_t gram_cost(std::uint32_t gram) noexcept;

// The cost of the rarest gram of `literal`; literals of fewer than four bytes cost the more the shorter they
// are.
[[nodiscard]] double literal_cost(std::string_view literal) noexcept;

}  // namespace hinomi::query
