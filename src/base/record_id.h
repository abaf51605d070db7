// The identity of a record: a UUID of version 7 (RFC 9562, 5.7), which a client may make by itself while it
// is offline. Not for receipt numbers, which people read aloud, nor for events (event/event_id.h).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hinomi::base {

struct RecordId {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const RecordId&, const RecordId&) = default;

  // 48 bits of milliseconds, then 74 of `random` (10 bytes; the places of version and variant are not used).
  [[nodiscard]] static RecordId make(TimeNs now, std::span<const std::uint8_t, 10> random) noexcept;
  // "01939b2e-4c1a-7d3f-8a2b-0123456789ab", lower case.
  [[nodiscard]] std::string text() const;
  // The form of text(), either case; any version, since imported records bring their own. nullopt otherwise,
  // and for the nil UUID.
  [[nodiscard]] static std::optional<RecordId> parse(std::string_view text) noexcept;
  [[nodiscard]] bool is_nil() const noexcept { return *this == RecordId{}; }
  [[nodiscard]] std::span<const std::byte> as_bytes() const noexcept {
    return std::as_bytes(std::span(bytes));
  }
  // nullopt unless 16 bytes.
  [[nodiscard]] static std::optional<RecordId> from_bytes(std::span<const std::byte> bytes) noexcept;
};

}  // namespace hinomi::base

template <>
struct std::hash<hinomi::base::RecordId> {
  std::size_t operator()(const hinomi::base::RecordId& id) const noexcept {
    std::size_t low = 0;
    for (std::size_t i = 8; i < 16; ++i) low = low << 8 | id.bytes[i];
    return low;
  }
};
