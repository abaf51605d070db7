#include "os/interrupt.h"

#include <signal.h>

#include <atomic>

#include "base/check.h"

namespace hinomi::os {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<bool> g_requested{false};
std::atomic<bool> g_installed{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "only lock-free atomics may be touched in a signal handler");

extern "C" void hinomi_note_interrupt(int signal_number) {
  if (g_requested.exchange(true)) {
    // The second one: end as the signal would have, whatever the program is stuck in. Both calls are
    // async-signal-safe (POSIX 2.4.3); the signal is delivered when the handler returns.
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
  }
}

}  // namespace

struct Interrupt::Saved {
  struct sigaction interrupt{};
  struct sigaction terminate{};
};

Interrupt::Interrupt() : saved_(std::make_unique<Saved>()) {
  HINOMI_CHECK(!g_installed.exchange(true));
  g_requested = false;
  struct sigaction action{};
  action.sa_handler = hinomi_note_interrupt;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // whoever waits asks requested() now and then (File::read)
  ::sigaction(SIGINT, &action, &saved_->interrupt);
  ::sigaction(SIGTERM, &action, &saved_->terminate);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &saved_->interrupt, nullptr);
  ::sigaction(SIGTERM, &saved_->terminate, nullptr);
  g_installed = false;
}

bool Interrupt::requested() const noexcept {
  return g_requested.load();
}

}  // namespace hinomi::os
