// Ctrl-C as a question the program asks at its own pace: the first SIGINT or SIGTERM sets a flag, the second
// ends the process at once. Not for other signals and not for the server's supervisor.
#pragma once

#include <memory>

namespace hinomi::os {

// While an Interrupt lives the signals are caught; afterwards the former handlers are back. At most one lives
// at a time (checked). A File::read that waits sees it through its StopCheck.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // From any thread.
  [[nodiscard]] bool requested() const noexcept;

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

}  // namespace hinomi::os
