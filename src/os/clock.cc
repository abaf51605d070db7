#include "os/clock.h"

#include "base/check.h"

namespace hinomi::os {

base::TimeNs SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

std::chrono::steady_clock::time_point SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

void ManualClock::advance(std::chrono::nanoseconds step) {
  HINOMI_CHECK(step.count() >= 0);
  now_.since_epoch_ns += step.count();
  steady_ += step;
}

}  // namespace hinomi::os
