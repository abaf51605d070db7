#include "work/schedule/progress.h"

#include <algorithm>
#include <cmath>

namespace hinomi::work::schedule {
namespace {

constexpr double kNsPerSecond = 1e9;
// Reports closer together are taken as one measurement with the next.
constexpr double kShortestMeasure = 0.05;  // seconds

double seconds_between(base::TimeNs from, base::TimeNs to) noexcept {
  return (static_cast<double>(to.since_epoch_ns) - static_cast<double>(from.since_epoch_ns)) / kNsPerSecond;
}

// What is left of a weight after so many seconds.
double decay(double seconds) noexcept {
  return std::exp2(-seconds / static_cast<double>(kRateHalfLife.count()));
}

}  // namespace

void begin_attempt(Progress& progress, base::TimeNs now) {
  progress.rate_sum = 0;
  progress.rate_weight = 0;
  progress.measured = now;
  progress.measured_done = progress.done;
}

void advance(Progress& progress, std::uint64_t done, std::uint64_t total, base::TimeNs now) {
  done = std::max(done, progress.done);
  if (total != 0) total = std::max(total, done);
  progress.done = done;
  progress.total = total;
  const double seconds = seconds_between(progress.measured, now);
  if (seconds >= 0 && seconds < kShortestMeasure) return;
  if (seconds > 0) {
    const double kept = decay(seconds);
    const double speed = static_cast<double>(done - progress.measured_done) / seconds;
    progress.rate_sum = progress.rate_sum * kept + speed * (1 - kept);
    progress.rate_weight = progress.rate_weight * kept + (1 - kept);
  }
  progress.measured = now;
  progress.measured_done = done;
}

std::optional<double> rate(const Progress& progress) noexcept {
  if (!(progress.rate_weight > 0)) return std::nullopt;
  return progress.rate_sum / progress.rate_weight;
}

std::optional<double> fraction(const Progress& progress) noexcept {
  if (progress.total == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
}

std::optional<std::chrono::nanoseconds> remaining(const Progress& progress, base::TimeNs now) noexcept {
  if (progress.total == 0) return std::nullopt;
  if (progress.done >= progress.total) return std::chrono::nanoseconds(0);
  const std::optional<double> speed = rate(progress);
  if (!speed || *speed <= 0) return std::nullopt;
  const double since = std::max(0.0, seconds_between(progress.measured, now));
  const double known = static_cast<double>(progress.total - progress.measured_done) / *speed;
  const double left = known - since;
  constexpr double kMost = std::chrono::duration<double>(kMaxRemaining).count();
  if (!(left < kMost)) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::max(0.0, left) * kNsPerSecond));
}

}  // namespace hinomi::work::schedule
