// Time-stamps of text logs: RFC 3339, the BSD form without year and zone, and that of web access logs.
// Not for times inside JSON documents (normalise) and not for durations.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace hinomi::parse::syslog {

// How to complete a time-stamp that lacks its year or zone (RFC 3164, 4.1.2).
struct TimePolicy {
  // The year is chosen so that the time is the latest one that is not more than a day after this; without a
  // reference such a time-stamp gives no time.
  std::optional<base::TimeNs> reference;
  int zone_offset_minutes = 0;  // of the sender's local time, east positive
};

// A time-stamp at the front of a text, and how many bytes it took; length 0 = none was recognised. `time` may
// be absent although a time-stamp was recognised (no reference).
struct TimeStamp {
  std::size_t length = 0;
  std::optional<base::TimeNs> time;
};

// "2026-11-23T07:00:39.123456+00:00" (RFC 3339; blank or 'T', fraction and zone optional).
[[nodiscard]] TimeStamp take_rfc3339(std::string_view text, const TimePolicy& policy) noexcept;
// "Nov 23 07:00:39", "Nov  3 2026 07:00:39", "Nov 23 07:00:39.123" (RFC 3164, and forms seen in the field).
[[nodiscard]] TimeStamp take_bsd(std::string_view text, const TimePolicy& policy) noexcept;
// "23/Nov/2026:07:00:39 +0000" (Common Log Format).
[[nodiscard]] TimeStamp take_access_log(std::string_view text) noexcept;

}  // namespace hinomi::parse::syslog
