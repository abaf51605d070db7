// How much time of day has passed, without overflow: stored moments may hold anything. Not for steady time.
#pragma once

#include <cstdint>
#include <limits>

#include "base/time.h"

namespace hinomi::credential {

// now - then in nanoseconds, kept within int64; negative when `then` lies ahead.
[[nodiscard]] constexpr std::int64_t elapsed_ns(base::TimeNs now, base::TimeNs then) noexcept {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(now.since_epoch_ns, then.since_epoch_ns, &difference)) return difference;
  return then.since_epoch_ns < 0 ? std::numeric_limits<std::int64_t>::max()
                                 : std::numeric_limits<std::int64_t>::min();
}

// A moment this far ahead of the clock means that the clock was set back, not that clocks differ.
inline constexpr std::int64_t kClockAheadNs = 5LL * 60 * 1'000'000'000;

}  // namespace hinomi::credential
