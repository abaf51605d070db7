// CRC-32C (Castagnoli, RFC 3720 appendix B.4), as the journal's check sum. Against accidents, not against
// forgery.
#pragma once

#include <cstdint>
#include <string_view>

namespace hinomi::store::journal {

// Goes on from `crc`, the sum of what came before (0 = nothing). By the processor's instruction where it has
// one.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0) noexcept;
// By tables, on any machine; for tests and other processors.
[[nodiscard]] std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc = 0) noexcept;

}  // namespace hinomi::store::journal
