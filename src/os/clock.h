// Time as a parameter: what needs the time takes a Clock, so that tests and replays decide what it says.
// Not for measuring benchmarks.
#pragma once

#include <chrono>

#include "base/time.h"

namespace hinomi::os {

class Clock {
 public:
  Clock() = default;
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  // The time of day; can jump either way.
  [[nodiscard]] virtual base::TimeNs now() const = 0;
  // Never goes back; only differences mean something.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] base::TimeNs now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override;
};

// Stands still until told. Not for use by several threads at once.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(base::TimeNs start = {}) : now_(start) {}

  [[nodiscard]] base::TimeNs now() const override { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return steady_; }
  // Both clocks go on by `step` (≥ 0).
  void advance(std::chrono::nanoseconds step);
  // Only the time of day changes, as when somebody sets it.
  void set(base::TimeNs now) { now_ = now; }

 private:
  base::TimeNs now_;
  std::chrono::steady_clock::time_point steady_{};
};

}  // namespace hinomi::os
