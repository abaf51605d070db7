// Sigma's own text values: wildcards and their escapes, and the transformations that modifiers make on them
// (specification 2.1, "String Wildcard", "Escape Character", modifiers appendix). Results are encoded
// patterns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hinomi::detect::sigma {

// "a*b\?" to an encoded pattern (query/pattern.h): '*' and '?' become wildcards, escaped ones stay plain.
[[nodiscard]] std::string encode_wildcards(std::string_view text);

// Every dash that can begin a command-line switch becomes "any dash": '-', '/', en dash, em dash or
// horizontal bar that stands before a word character and not after one.
[[nodiscard]] std::string apply_windash(std::string_view pattern);

enum class Utf16 : unsigned char { little_endian, big_endian, with_mark };
// UTF-8 to the bytes of UTF-16; with_mark is little-endian after FF FE.
[[nodiscard]] std::string utf16(std::string_view text, Utf16 form);
// RFC 4648, section 4, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);
// The texts one of which occurs in the Base64 form of anything that holds `bytes`, for the offsets 0, 1 and 2
// (mod 3) at which they can stand; empty when `bytes` is too short for that to say anything.
[[nodiscard]] std::vector<std::string> base64_offsets(std::string_view bytes);

}  // namespace hinomi::detect::sigma
