// The identity of an event, given once when it is appended to the journal and never computed from its
// content: two equal log lines are two events. Not for findings and alerts, whose ids are hashes
// (base/hash.h).
//
// 128 bits, highest first: received time in ms (48) | node (12) | partition (12) | sequence (56). Ids of one
// partition are unique because the sequence is; the time in front only makes them findable and sortable.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hinomi::event {

struct IdParts {
  std::uint64_t received_ms = 0;  // since 1970-01-01T00:00:00Z; < 2^48
  std::uint16_t node = 0;         // < 2^12
  std::uint16_t partition = 0;    // < 2^12
  std::uint64_t sequence = 0;     // of the partition's journal; < 2^56
  friend bool operator==(const IdParts&, const IdParts&) = default;
};

struct EventId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const EventId&, const EventId&) = default;

  // Parts that exceed their bits break an invariant.
  [[nodiscard]] static EventId make(const IdParts& parts);
  [[nodiscard]] IdParts parts() const noexcept;
  // 26 characters of Crockford's base 32, lower case; sorts like the id.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<EventId> parse(std::string_view text) noexcept;
};

inline constexpr std::size_t kIdTextLength = 26;
// Any 128 bits as 26 characters of Crockford's base 32, and back; also for ids that are hashes.
[[nodiscard]] std::string id_text(std::uint64_t high, std::uint64_t low);

// The received time as the journal saw it: never below 0, since the id has no sign.
[[nodiscard]] std::uint64_t received_ms(base::TimeNs time) noexcept;

}  // namespace hinomi::event
