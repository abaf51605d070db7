// Arithmetic with points in time for generated days: a day of Japan (UTC+9, no summer time) and steps inside
// it. Not a calendar; formats and civil parts are in base/time.h.
#pragma once

#include <chrono>
#include <string>

#include "base/time.h"
#include "demo/random.h"

namespace hinomi::demo {

using base::TimeNs;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

inline constexpr hours kJapan{9};  // east of UTC

[[nodiscard]] constexpr TimeNs later(TimeNs time, nanoseconds by) noexcept {
  return {time.since_epoch_ns + by.count()};
}

// Some time between `low` and `high`, both included, in whole milliseconds.
[[nodiscard]] inline milliseconds random_span(Random& random, milliseconds low, milliseconds high) noexcept {
  return milliseconds{random.between(low.count(), high.count())};
}

struct Day {
  TimeNs midnight;    // 00:00 in Japan
  std::string label;  // "20260414", as in file names

  [[nodiscard]] TimeNs at(int hour, int minute, int second = 0, int millisecond = 0) const noexcept {
    return later(midnight, hours{hour} + minutes{minute} + seconds{second} + milliseconds{millisecond});
  }
  [[nodiscard]] TimeNs between(Random& random, milliseconds low, milliseconds high) const noexcept {
    return later(midnight, random_span(random, low, high));
  }
};

[[nodiscard]] Day day_of(TimeNs midnight);

// "2026-04-14T09:12:08.250+09:00"
[[nodiscard]] std::string japan_time(TimeNs time);

}  // namespace hinomi::demo
