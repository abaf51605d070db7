#include "os/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace hinomi::os {
namespace {

constexpr int kMaxDescriptor = 255;      // a child sees no higher number
constexpr int kScratchDescriptor = 256;  // where descriptors wait while the low numbers are filled

base::Error system_error(const std::string& what, int error) {
  return {base::ErrorCode::io, what + ": " + std::strerror(error), {}, {}};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs, made before it exists: between clone and exec it must not allocate, because
// another thread may have held the allocator's lock.
struct Plan {
  const char* path = nullptr;
  char** arguments = nullptr;
  char** environment = nullptr;
  std::vector<GivenDescriptor> descriptors;  // with a `there` for each of 0, 1, 2
  std::vector<int> lifted;                   // room for one number a descriptor
  int report = -1;                           // errno goes here when exec fails
  bool dies_with_us = true;
  pid_t parent = 0;
};

int in_child(Plan& plan) noexcept {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Ignored signals stay ignored across exec; the child begins as a program from a terminal does.
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  if (plan.dies_with_us) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (::getppid() != plan.parent) return ESRCH;  // it ended before the line above
  }
  // First all out of the way, so that no number is overwritten that is still needed.
  const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, kScratchDescriptor);
  if (report < 0) return errno;
  plan.report = report;
  for (std::size_t i = 0; i < plan.descriptors.size(); ++i) {
    plan.lifted[i] = ::fcntl(plan.descriptors[i].here, F_DUPFD_CLOEXEC, kScratchDescriptor);
    if (plan.lifted[i] < 0) return errno;
  }
  ::close_range(0, kScratchDescriptor - 1, 0);
  for (std::size_t i = 0; i < plan.descriptors.size(); ++i) {
    if (::dup2(plan.lifted[i], plan.descriptors[i].there) < 0) return errno;  // without close-on-exec
  }
  if (::close_range(kScratchDescriptor, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
  ::execve(plan.path, plan.arguments, plan.environment);
  return errno;
}

base::Result<void> check(const Program& program) {
  std::vector<int> taken;
  for (const GivenDescriptor& given : program.descriptors) {
    const bool twice = std::find(taken.begin(), taken.end(), given.there) != taken.end();
    if (given.here < 0 || given.there < 0 || given.there > kMaxDescriptor || twice)
      return base::Error{base::ErrorCode::usage,
                         "start " + program.path + ": descriptor " + std::to_string(given.there) +
                             " is named twice or out of range",
                         {},
                         {}};
    taken.push_back(given.there);
  }
  return {};
}

// Waits for the error of a failed exec; 0 = the pipe was closed by a successful one.
int exec_error(int pipe) noexcept {
  int error = 0;
  while (true) {
    const ssize_t got = ::read(pipe, &error, sizeof error);
    if (got < 0 && errno == EINTR) continue;
    return got == sizeof error ? error : 0;
  }
}

}  // namespace

base::Result<std::optional<Exit>> wait_for_exit(int pidfd, std::chrono::milliseconds timeout) {
  pollfd waiting{.fd = pidfd, .events = POLLIN, .revents = 0};
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (ready > 0) break;
    if (ready == 0 && left <= 3'600'000) return std::optional<Exit>();
    if (ready < 0 && errno != EINTR) return system_error("wait for a process", errno);
  }
  siginfo_t info{};
  while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED) != 0) {
    if (errno != EINTR) return system_error("wait for a process", errno);
  }
  Exit exit;
  (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
  return std::optional<Exit>(exit);
}

bool send_signal(int pidfd, int signal) noexcept {
  return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
}

base::Result<Subprocess> Subprocess::start(const Program& program) {
  if (auto valid = check(program); !valid) return valid.error();
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  std::array<int, 2> ends{};
  if (!nothing.valid() || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return system_error("start " + program.path, errno);
  const Descriptor report_read(ends[0]);
  Descriptor report_write(ends[1]);

  std::vector<std::string> arguments{program.path};
  arguments.insert(arguments.end(), program.arguments.begin(), program.arguments.end());
  std::vector<std::string> environment = program.environment;
  std::vector<char*> argument_pointers = pointers_to(arguments);
  std::vector<char*> environment_pointers = pointers_to(environment);
  Plan plan{.path = program.path.c_str(),
            .arguments = argument_pointers.data(),
            .environment = environment_pointers.data(),
            .descriptors = program.descriptors,
            .lifted = {},
            .report = report_write.get(),
            .dies_with_us = program.dies_with_us,
            .parent = ::getpid()};
  for (int standard = 0; standard <= 2; ++standard) {
    const auto is_it = [&](const GivenDescriptor& given) { return given.there == standard; };
    if (std::none_of(plan.descriptors.begin(), plan.descriptors.end(), is_it))
      plan.descriptors.push_back({nothing.get(), standard});
  }
  plan.lifted.resize(plan.descriptors.size());

  int pidfd = -1;
  // As fork() with a pidfd. Not clone3: filters that cannot see its flags refuse it, those of containers too.
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd));
  if (pid < 0) return system_error("start " + program.path, errno);
  if (pid == 0) {
    const int error = in_child(plan);
    [[maybe_unused]] const ssize_t written = ::write(plan.report, &error, sizeof error);
    ::_exit(127);
  }
  Subprocess started(pid, Descriptor(pidfd));
  report_write.reset();
  if (const int error = exec_error(report_read.get()); error != 0)
    return system_error("start " + program.path, error);
  return started;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), exit_(other.exit_) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    exit_ = other.exit_;
  }
  return *this;
}

Subprocess::~Subprocess() {
  end();
}

void Subprocess::end() noexcept {
  if (!pidfd_.valid() || exit_) return;
  send_signal(pidfd_.get(), SIGKILL);
  siginfo_t info{};
  while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0 &&
         errno == EINTR) {
  }
}

base::Result<std::optional<Exit>> Subprocess::wait(std::chrono::milliseconds timeout) {
  if (exit_) return exit_;
  auto ended = wait_for_exit(pidfd_.get(), timeout);
  if (ended) exit_ = *ended;
  return ended;
}

void Subprocess::signal(int signal) noexcept {
  if (!exit_) send_signal(pidfd_.get(), signal);
}

pid_t Subprocess::release() noexcept {
  pidfd_.reset();
  return std::exchange(pid_, -1);
}

}  // namespace hinomi::os
