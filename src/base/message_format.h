// How values appear inside messages to people: numbers with thousands separators, sizes, durations, foreign
// text. Not for machine output, which uses JsonWriter; called by the functions that the message compiler
// generates.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/language.h"

namespace hinomi::base {

// 1234567 -> "1,234,567"; the same in both languages.
void append_count(std::string& out, std::uint64_t value);
// Digits only: line numbers, years, exit codes.
void append_plain(std::string& out, std::int64_t value);
// One digit after the point, rounded half to even: 1234.56 -> "1,234.6"; NaN and infinities -> "–".
void append_decimal(std::string& out, double value);
// Binary units, exact below 1 KiB, else one digit: "512 B", "1.5 MiB".
void append_bytes(std::string& out, std::uint64_t bytes);
// The two largest units: "2 h 5 min", "3 min 20 s", "0 s"; in Japanese "2時間5分". A negative one counts as
// 0.
void append_duration(std::string& out, Language language, std::chrono::seconds duration);
// Text from outside, in the form of visible() (base/text.h): it can neither move the cursor nor reorder the
// line.
void append_text(std::string& out, std::string_view text);

}  // namespace hinomi::base
