// Keeps the processes of a server running: starts them, starts them again when they end, slower when they
// keep ending, and stops them in order. Not for deciding what a crash means for data (poison_watch.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/subprocess.h"

namespace hinomi::process {

// How a child ended, in words for a log: "signal 11 (Segmentation fault)", "exit code 1".
[[nodiscard]] std::string text_of(const os::Exit& end);

struct ChildSpec {
  std::string name;
  // Starts the program. Called again for each restart.
  std::function<base::Result<os::Subprocess>()> start;
  // After it ended, before it is started again. Not called for an end that the supervisor asked for.
  std::function<void(const os::Exit&)> ended;
  // Asked about once a second: true = it is stuck, and is killed (and `ended` is called).
  std::function<bool()> stuck;
  // When this child ends the one of this name is restarted as well, since it cannot go on without; "" = none.
  std::string takes_along;
};

struct SupervisorLimits {
  std::chrono::milliseconds first_wait{20};  // before a restart; doubles with each one
  std::chrono::milliseconds longest_wait{5000};
  std::chrono::seconds good_after{10};  // alive that long: the next restart is the first again
  std::chrono::milliseconds stop_patience{20'000};
};

class Supervisor {
 public:
  using Log = std::function<void(const std::string&)>;

  // Children are started in this order and stopped in it too: who feeds others comes first.
  Supervisor(std::vector<ChildSpec> children, SupervisorLimits limits, Log log);

  // Runs until SIGTERM or SIGINT, then stops every child. `hangup` is called at SIGHUP, `tick` about ten
  // times a second. The signals are blocked for the calling thread and handed to nobody else; call it before
  // other threads are started. An error: a child could not be started even once.
  [[nodiscard]] base::Result<void> run(const std::function<void()>& hangup,
                                       const std::function<void()>& tick);

 private:
  using Clock = std::chrono::steady_clock;
  struct Child {
    ChildSpec spec;
    std::optional<os::Subprocess> process{};  // none: not running
    Clock::time_point started{};
    Clock::time_point due{};  // of the next start
    std::chrono::milliseconds wait{0};
    bool expected_end = false;
  };

  [[nodiscard]] base::Result<void> start_all();
  [[nodiscard]] base::Result<void> start(Child& child);
  void start_due();
  void reap();
  void ended(Child& child, const os::Exit& end);
  void check_stuck();
  void stop_all();

  std::vector<Child> children_;
  SupervisorLimits limits_;
  Log log_;
};

}  // namespace hinomi::process
