// Points in time as int64 nanoseconds since 1970-01-01T00:00:00Z (UTC, no leap seconds), with text forms.
// Not for durations of work on this machine: use std::chrono::steady_clock through os/clock.h.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::base {

struct TimeNs {
  std::int64_t since_epoch_ns = 0;
  friend auto operator<=>(const TimeNs&, const TimeNs&) = default;
};

// Calendar parts in UTC; month 1-12, day 1-31, iso_week 1-53 (ISO 8601).
struct CivilTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int32_t nanosecond = 0;
};

[[nodiscard]] CivilTime to_civil(TimeNs time) noexcept;
// No range check of the parts beyond int64 nanoseconds: years 1678 to 2261, otherwise nullopt.
[[nodiscard]] std::optional<TimeNs> from_civil(const CivilTime& civil) noexcept;
[[nodiscard]] int iso_week(TimeNs time) noexcept;

// Windows FILETIME (100 ns since 1601-01-01, MS-DTYP 2.3.3); nullopt outside int64 nanoseconds.
[[nodiscard]] std::optional<TimeNs> from_filetime(std::uint64_t filetime) noexcept;

// "2026-11-23T07:00:39.123456789Z"; fraction_digits 0 to 9.
[[nodiscard]] std::string format_rfc3339(TimeNs time, int fraction_digits = 9);

// RFC 3339 and its common loose forms: 'T' or blank between date and time, comma or point before the
// fraction (0 to 9 digits kept, further ones cut), zone "Z", "+hh:mm", "+hhmm" or none (taken as UTC).
[[nodiscard]] std::optional<TimeNs> parse_rfc3339(std::string_view text) noexcept;

}  // namespace hinomi::base
