// CRC-32 of RFC 1952 as EVTX headers use it, fast enough to check every chunk while scanning (carry-less
// multiplication where the processor has it). An error check only, not for evidence.
#pragma once

#include <cstdint>

#include "parse/evtx/format.h"

namespace hinomi::parse::evtx {

// `previous` continues an earlier call, so that crc32(b, crc32(a)) is the checksum of a and b in a row.
[[nodiscard]] std::uint32_t crc32(Bytes bytes, std::uint32_t previous = 0) noexcept;

// The same from tables alone: what processors without the instruction run, and the oracle of the test.
[[nodiscard]] std::uint32_t crc32_portable(Bytes bytes, std::uint32_t previous = 0) noexcept;

}  // namespace hinomi::parse::evtx
