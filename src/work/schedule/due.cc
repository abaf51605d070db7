#include "work/schedule/due.h"

#include <algorithm>
#include <deque>

namespace hinomi::work::schedule {
namespace {

constexpr std::int64_t kNsPerMinute = 60'000'000'000LL;

// The runs in (from, now], the latest kMaxRunsAtOnce of them.
struct Passed {
  std::deque<base::TimeNs> latest;
  std::uint64_t count = 0;
  bool more = false;
  std::optional<base::TimeNs> next;
};

base::Result<Passed> passed_runs(const Schedule& schedule, const calendar::Calendar* calendar,
                                 base::TimeNs from, base::TimeNs now) {
  Passed passed;
  if (const auto* every = std::get_if<EveryMinutes>(&schedule.when)) {
    // Those of a long sleep are counted without being listed; nothing slept before 1970.
    from = std::max(from, base::TimeNs{});
    const std::int64_t step = every->minutes * kNsPerMinute;
    constexpr auto looked = static_cast<std::int64_t>(kMaxRunsAtOnce + 1);
    const std::int64_t steps = now.since_epoch_ns / step - from.since_epoch_ns / step;
    if (steps > looked) {
      const std::int64_t skipped = steps - looked;
      passed.count = static_cast<std::uint64_t>(skipped);
      from.since_epoch_ns += skipped * step;
    }
  } else if (const auto back = std::chrono::nanoseconds(std::chrono::days(kMaxLookBackDays)).count();
             from < now && now.since_epoch_ns / 2 - from.since_epoch_ns / 2 > back / 2) {
    passed.more = true;
    from.since_epoch_ns = now.since_epoch_ns - back;
  }
  for (;;) {
    const auto next = next_after(schedule, calendar, from);
    if (!next) return next.error();
    passed.next = *next;
    if (!*next || **next > now) return passed;
    from = **next;
    ++passed.count;
    passed.latest.push_back(from);
    if (passed.latest.size() > kMaxRunsAtOnce) passed.latest.pop_front();
  }
}

}  // namespace

base::Result<Due> due_runs(const Schedule& schedule, const calendar::Calendar* calendar,
                           base::TimeNs handled_until, base::TimeNs now, const MissedPolicy& policy) {
  if (policy.max_runs < 1 || policy.max_runs > kMaxRunsAtOnce || policy.on_time.count() < 0 ||
      policy.on_time > kMaxOnTime) {
    return base::Error{base::ErrorCode::usage, "schedule: so many runs at once, or on time for so long",
                       "use 1 to 1,000 runs, and up to 31 days"};
  }
  Due due;
  due.handled_until = std::max(handled_until, now);
  auto passed = passed_runs(schedule, calendar, handled_until, now);
  if (!passed) return passed.error();
  due.next = passed->next;
  due.more_missed = passed->more;
  const auto& latest = passed->latest;
  std::size_t wanted = 0;
  switch (policy.kind) {
    case Missed::skip:
      wanted = static_cast<std::size_t>(std::count_if(latest.begin(), latest.end(), [&](base::TimeNs run) {
        return run.since_epoch_ns >= now.since_epoch_ns - policy.on_time.count();
      }));
      break;
    case Missed::once:
      wanted = 1;
      break;
    case Missed::all:
      wanted = policy.max_runs;
      break;
  }
  wanted = std::min(wanted, latest.size());
  due.runs.assign(latest.end() - static_cast<std::ptrdiff_t>(wanted), latest.end());
  due.missed = passed->count - wanted;
  return due;
}

}  // namespace hinomi::work::schedule
