// How far a job is, how fast it goes, smoothed, and how long it will still take. Plain values that can be
// stored; not a clock and not a display.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace hinomi::work::schedule {

// The weight of a measurement halves in this time: long enough that one slow file does not scare, short
// enough to show within a minute that something changed.
inline constexpr std::chrono::seconds kRateHalfLife{20};
// Estimates beyond are none: what is left then cannot be told.
inline constexpr std::chrono::hours kMaxRemaining{24 * 366};

struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  // Of the smoothed rate: sum of weighted measurements and of their weights.
  double rate_sum = 0;
  double rate_weight = 0;
  base::TimeNs measured;            // when the rate was last measured, or the attempt began
  std::uint64_t measured_done = 0;  // `done` then

  friend bool operator==(const Progress&, const Progress&) = default;
};

// A new attempt goes on at `done`; what the last one measured is forgotten.
void begin_attempt(Progress& progress, base::TimeNs now);

// `done` never goes back within an attempt, and `total`, where known, is at least `done`: both are put right.
// A clock that stands still or goes back measures nothing.
void advance(Progress& progress, std::uint64_t done, std::uint64_t total, base::TimeNs now);

// Per second; nullopt before anything was measured.
[[nodiscard]] std::optional<double> rate(const Progress& progress) noexcept;
// 0 to 1; nullopt when the total is not known.
[[nodiscard]] std::optional<double> fraction(const Progress& progress) noexcept;
// From `now` on; nullopt when total or rate is not known, or it stands still.
[[nodiscard]] std::optional<std::chrono::nanoseconds> remaining(const Progress& progress,
                                                                base::TimeNs now) noexcept;

}  // namespace hinomi::work::schedule
