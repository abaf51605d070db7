// A program that is run now and then beside the supervised ones, and that nobody waits for: one at a time; a
// wish that comes meanwhile is one more run afterwards. Not for programs that have to keep running
// (supervisor.h).
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "base/result.h"
#include "os/subprocess.h"

namespace hinomi::process {

class Errand {
 public:
  using Clock = std::chrono::steady_clock;
  using Start = std::function<base::Result<os::Subprocess>()>;
  // An Error: it could not be started, ended badly, or took longer than the patience.
  using Done = std::function<void(const base::Result<void>&)>;

  Errand(Start start, Done done, std::chrono::milliseconds patience)
      : start_(std::move(start)), done_(std::move(done)), patience_(patience) {}

  void request();
  // Looks whether it has ended; to be called again and again.
  void poll();
  [[nodiscard]] bool running() const noexcept { return process_.has_value(); }

 private:
  void finish(const base::Result<void>& result);

  Start start_;
  Done done_;
  std::chrono::milliseconds patience_;
  std::optional<os::Subprocess> process_;  // killed with this object
  Clock::time_point due_{};                // to have ended
  bool again_ = false;
};

}  // namespace hinomi::process
