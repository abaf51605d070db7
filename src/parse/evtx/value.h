// What a typed value says as text: the one place that decides how a GUID, a SID, a time or a flag is written,
// used by json.h and flatten.h alike. Not for BinXML values: those are fragments, see ChunkReader::open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "parse/evtx/format.h"

namespace hinomi::parse::evtx {

// How a value stands in JSON.
enum class LeafKind : std::uint8_t { null, text, number, boolean };

// How string values are taken.
enum class Strings : std::uint8_t {
  exact,
  trimmed,  // without the white space at their end (Unicode White_Space), as evtx_dump 0.8.5 to 0.9 gives
            // them
};

// number: integers and finite reals; boolean: booleans; text: all else (hexadecimal integers and SIZE_T too).
[[nodiscard]] LeafKind kind_of(const Value& value) noexcept;

// True for null, for zero bytes, and for strings of nothing but terminators.
[[nodiscard]] bool is_empty(const Value& value) noexcept;

// The scalar `value` as UTF-8: strings without their trailing NULs, integers in decimal, hex32/hex64/size as
// "0x1f", GUID upper-case without braces, SID as "S-1-5-18", times as "2026-04-17T05:24:53.092051Z" (100 ns
// are cut to microseconds), booleans as true/false, binary and whatever is unknown or of an impossible size
// as upper-case hexadecimal. ANSI strings are read as UTF-8 where valid, else as Windows-1252. `out` holds at
// least format_bound(value) bytes; returns how many were written.
[[nodiscard]] std::size_t format_bound(const Value& value) noexcept;
std::size_t format_value(const Value& value, char* out) noexcept;
void append_value(std::string& out, const Value& value);

// The items of an array value; an array of zero bytes has none. Items that cannot be told apart (binary) come
// as one.
void split_array(const Value& array, std::vector<Value>& items);

// FILETIME and SYSTEMTIME values; text in RFC 3339 too. nullopt for others and beyond int64 nanoseconds.
[[nodiscard]] std::optional<base::TimeNs> time_of(const Value& value);
// Any integer that fits, and decimal text.
[[nodiscard]] std::optional<std::uint64_t> unsigned_of(const Value& value);

}  // namespace hinomi::parse::evtx
