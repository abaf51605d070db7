#include "process/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
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
constexpr auto kStopPoll = std::chrono::milliseconds(10);

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

ChildEnd end_of(int status) {
  if (WIFSIGNALED(status)) return {.by_signal = true, .code = WTERMSIG(status)};
  return {.by_signal = false, .code = WEXITSTATUS(status)};
}

}  // namespace

std::string ChildEnd::text() const {
  if (!by_signal) return "exit code " + std::to_string(code);
  const char* name = ::sigdescr_np(code);
  return "signal " + std::to_string(code) + " (" + (name != nullptr ? name : "unknown") + ")";
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
  auto pid = child.spec.start();
  if (!pid) return pid.error();
  child.pid = *pid;
  child.started = Clock::now();
  child.expected_end = false;
  log_(child.spec.name + " started, process " + std::to_string(child.pid));
  return {};
}

void Supervisor::start_due() {
  for (Child& child : children_) {
    if (child.pid != 0 || Clock::now() < child.due) continue;
    if (auto started = start(child); !started) {
      log_(child.spec.name + " could not be started: " + started.error().message);
      child.wait = std::min(std::max(child.wait * 2, limits_.first_wait), limits_.longest_wait);
      child.due = Clock::now() + child.wait;
    }
  }
}

void Supervisor::reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    const auto child =
        std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == pid; });
    if (child != children_.end()) ended(*child, end_of(status));
  }
}

void Supervisor::ended(Child& child, const ChildEnd& end) {
  child.pid = 0;
  const bool was_good = Clock::now() - child.started >= limits_.good_after;
  child.wait = was_good || child.wait.count() == 0 ? limits_.first_wait
                                                   : std::min(child.wait * 2, limits_.longest_wait);
  child.due = Clock::now() + child.wait;
  log_(child.spec.name + " ended: " + end.text());
  if (!child.expected_end && child.spec.ended) child.spec.ended(end);
  for (Child& other : children_) {
    if (other.spec.name != child.spec.takes_along || other.pid == 0) continue;
    other.expected_end = true;
    ::kill(other.pid, SIGKILL);
  }
}

void Supervisor::check_stuck() {
  for (const Child& child : children_) {
    if (child.pid == 0 || !child.spec.stuck || !child.spec.stuck()) continue;
    log_(child.spec.name + " is stuck and is ended");
    ::kill(child.pid, SIGKILL);
  }
}

void Supervisor::stop_all() {
  for (Child& child : children_) {
    if (child.pid == 0) continue;
    ::kill(child.pid, SIGTERM);
    if (wait_for_end(child, Clock::now() + limits_.stop_patience)) continue;
    log_(child.spec.name + " did not stop in time and is ended");
    ::kill(child.pid, SIGKILL);
    [[maybe_unused]] const bool ended = wait_for_end(child, Clock::now() + limits_.stop_patience);
  }
}

bool Supervisor::wait_for_end(Child& child, Clock::time_point until) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(child.pid, &status, WNOHANG);
    if (pid == child.pid || (pid < 0 && errno == ECHILD)) {
      log_(child.spec.name + " stopped: " + end_of(status).text());
      child.pid = 0;
      return true;
    }
    if (Clock::now() >= until) return false;
    ::poll(nullptr, 0, static_cast<int>(kStopPoll.count()));
  }
}

}  // namespace hinomi::process
