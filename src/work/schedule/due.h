// Which runs of a schedule are due now, when the server was down, asleep or busy at their time. Pure: the
// caller remembers `handled_until` and starts the runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "work/schedule/schedule.h"

namespace hinomi::work::schedule {

enum class Missed : std::uint8_t {
  skip,  // run only what is on time
  once,  // the latest of those that are due, in place of all
  all,   // each of them, the oldest first, at most max_runs: the latest ones
};

inline constexpr std::size_t kMaxRunsAtOnce = 1'000;
inline constexpr int kMaxLookBackDays = 400;  // earlier runs of days are given up unseen
inline constexpr std::chrono::nanoseconds kMaxOnTime = std::chrono::days(31);

struct MissedPolicy {
  Missed kind = Missed::once;
  std::chrono::nanoseconds on_time = std::chrono::minutes(1);  // so long after its time a run is not
                                                               // missed; 0 to kMaxOnTime
  std::size_t max_runs = 24;                                   // of `all`; 1 to kMaxRunsAtOnce
};

struct Due {
  std::vector<base::TimeNs> runs;    // the times that they stand for, ascending
  std::uint64_t missed = 0;          // runs that are given up
  bool more_missed = false;          // there may have been others, before kMaxLookBackDays
  base::TimeNs handled_until;        // the next question begins here
  std::optional<base::TimeNs> next;  // when to ask again; nullopt: never
};

// Of the runs after `handled_until` up to and with `now`. A clock that went back gives nothing due and does
// not repeat a run.
[[nodiscard]] base::Result<Due> due_runs(const Schedule& schedule, const calendar::Calendar* calendar,
                                         base::TimeNs handled_until, base::TimeNs now,
                                         const MissedPolicy& policy);

}  // namespace hinomi::work::schedule
