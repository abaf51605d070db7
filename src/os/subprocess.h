// Starts a program with a list of arguments and waits for it: no shell, no inherited environment, and no
// descriptor but those that are named. Not for workers that parse hostile bytes (sandbox.h).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::os {

// How a process ended: by itself with `code`, or by `signal` (0 = by itself).
struct Exit {
  int code = 0;
  int signal = 0;
  [[nodiscard]] bool ok() const noexcept { return code == 0 && signal == 0; }
  friend bool operator==(const Exit&, const Exit&) = default;
};

// Waits up to `timeout` for the child behind `pidfd` and collects it; nullopt: it still runs.
[[nodiscard]] base::Result<std::optional<Exit>> wait_for_exit(int pidfd, std::chrono::milliseconds timeout);
// False when it has ended already.
bool send_signal(int pidfd, int signal) noexcept;

struct GivenDescriptor {
  int here = -1;   // in this process; stays open here
  int there = -1;  // its number in the child, 0 to 255
};

struct Program {
  std::string path;                        // absolute, or relative to the current folder; never searched for
  std::vector<std::string> arguments{};    // without the name of the program
  std::vector<std::string> environment{};  // "NAME=value"; nothing else is in it
  // Of 0, 1 and 2 those that are not named are /dev/null; every other descriptor is closed.
  std::vector<GivenDescriptor> descriptors{};
  // Killed when the *thread* that started it ends: start such programs from a thread that lives long.
  bool dies_with_us = true;
};

// A child process. Killed and collected by the destructor if it still runs.
class Subprocess {
 public:
  // An Error also when the program could not be executed.
  [[nodiscard]] static base::Result<Subprocess> start(const Program& program);
  ~Subprocess();
  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Readable when the process has ended; for poll().
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }
  // Once it has ended every call says the same.
  [[nodiscard]] base::Result<std::optional<Exit>> wait(std::chrono::milliseconds timeout);
  void signal(int signal) noexcept;
  // For callers that collect children by number: this object forgets the process and leaves it running.
  [[nodiscard]] pid_t release() noexcept;

 private:
  Subprocess(pid_t pid, Descriptor pidfd) noexcept : pid_(pid), pidfd_(std::move(pidfd)) {}
  void end() noexcept;

  pid_t pid_ = -1;
  Descriptor pidfd_;
  std::optional<Exit> exit_;
};

}  // namespace hinomi::os
