// UTF-16LE to UTF-8 at speed, into memory the caller has: for the many short, mostly ASCII strings of a
// record. Not for general text work; that is base/text.h.
#pragma once

#include <string>

#include "parse/evtx/format.h"

namespace hinomi::parse::evtx {

// Bytes that `out` of decode_utf16 must have for this input.
[[nodiscard]] constexpr std::size_t utf8_bound(std::size_t utf16_bytes) noexcept {
  return utf16_bytes / 2 * 3;
}

// Returns the bytes written. An unpaired surrogate becomes U+FFFD, an odd last byte is ignored.
std::size_t decode_utf16(Bytes utf16le, char* out) noexcept;

void append_utf16(std::string& out, Bytes utf16le);

}  // namespace hinomi::parse::evtx
