#include "process/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "os/file.h"

namespace hinomi::process {
namespace {

constexpr int kTickMs = 100;
constexpr auto kStuckInterval = std::chrono::seconds(1);

base::Result<os::Descriptor> signals_as_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0)
    return base::Error{base::ErrorCode::io, "blocking the signals of the supervisor failed", {}, {}};
  os::Descriptor descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor.valid())
    return base::Error{
        base::ErrorCode::io, std::string("signals of the supervisor: ") + std::strerror(errno), {}, {}};
  return descriptor;
}

}  // namespace

std::string text_of(const os::Exit& end) {
  if (end.signal == 0) return "exit code " + std::to_string(end.code);
  const char* name = ::sigdescr_np(end.signal);
  return "signal " + std::to_string(end.signal) + " (" + (name != nullptr ? name : "unknown") + ")";
}

Supervisor::Supervisor(std::vector<ChildSpec> children, SupervisorLimits limits, Log log)
    : limits_(limits), log_(std::move(log)) {
  for (ChildSpec& spec : children) children_.push_back({.spec = std::move(spec)});
}

base::Result<void> Supervisor::run(const std::function<void()>& hangup, const std::function<void()>& tick) {
  auto signals = signals_as_descriptor();
  if (!signals) return signals.error();
  if (auto started = start_all(); !started) {
    stop_all();
    return started;
  }
  auto next_stuck_check = Clock::now() + kStuckInterval;
  for (;;) {
    pollfd waiting{.fd = signals->get(), .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, kTickMs);
    signalfd_siginfo info{};
    while (::read(signals->get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
        log_("stopping");
        stop_all();
        return {};
      }
      if (info.ssi_signo == SIGHUP) hangup();
    }
    reap();
    if (Clock::now() >= next_stuck_check) {
      check_stuck();
      next_stuck_check = Clock::now() + kStuckInterval;
    }
    start_due();
    tick();
  }
}

base::Result<void> Supervisor::start_all() {
  for (Child& child : children_) {
    if (auto started = start(child); !started) return started;
  }
  return {};
}

base::Result<void> Supervisor::start(Child& child) {
  auto process = child.spec.start();
  if (!process) return process.error();
  child.process = std::move(*process);
  child.started = Clock::now();
  child.expected_end = false;
  log_(child.spec.name + " started, process " + std::to_string(child.process->pid()));
  return {};
}

void Supervisor::start_due() {
  for (Child& child : children_) {
    if (child.process || Clock::now() < child.due) continue;
    if (auto started = start(child); !started) {
      log_(child.spec.name + " could not be started: " + started.error().message);
      child.wait = std::min(std::max(child.wait * 2, limits_.first_wait), limits_.longest_wait);
      child.due = Clock::now() + child.wait;
    }
  }
}

void Supervisor::reap() {
  for (Child& child : children_) {
    if (!child.process) continue;
    const auto end = child.process->wait(std::chrono::milliseconds(0));
    if (end && *end) ended(child, **end);
  }
}

void Supervisor::ended(Child& child, const os::Exit& end) {
  child.process.reset();
  const bool was_good = Clock::now() - child.started >= limits_.good_after;
  child.wait = was_good || child.wait.count() == 0 ? limits_.first_wait
                                                   : std::min(child.wait * 2, limits_.longest_wait);
  child.due = Clock::now() + child.wait;
  log_(child.spec.name + " ended: " + text_of(end));
  if (!child.expected_end && child.spec.ended) child.spec.ended(end);
  for (Child& other : children_) {
    if (other.spec.name != child.spec.takes_along || !other.process) continue;
    other.expected_end = true;
    other.process->signal(SIGKILL);
  }
}

void Supervisor::check_stuck() {
  for (Child& child : children_) {
    if (!child.process || !child.spec.stuck || !child.spec.stuck()) continue;
    log_(child.spec.name + " is stuck and is ended");
    child.process->signal(SIGKILL);
  }
}

void Supervisor::stop_all() {
  for (Child& child : children_) {
    if (!child.process) continue;
    child.process->signal(SIGTERM);
    auto end = child.process->wait(limits_.stop_patience);
    if (!end || !*end) {
      log_(child.spec.name + " did not stop in time and is ended");
      child.process->signal(SIGKILL);
      end = child.process->wait(limits_.stop_patience);
    }
    log_(child.spec.name + " stopped: " + (end && *end ? text_of(**end) : std::string("unknown")));
    child.process.reset();
  }
}

}  // namespace hinomi::process
