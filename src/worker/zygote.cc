#include "worker/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "os/clock.h"
#include "os/subprocess.h"
#include "worker/parse_job.h"

namespace hinomi::worker {
namespace {

static_assert(static_cast<std::uint32_t>(os::SandboxPart::namespaces) == process::kSandboxNamespaces &&
              static_cast<std::uint32_t>(os::SandboxPart::rlimits) == process::kSandboxRlimits &&
              static_cast<std::uint32_t>(os::SandboxPart::seccomp) == process::kSandboxSeccomp &&
              static_cast<std::uint32_t>(os::SandboxPart::landlock) == process::kSandboxLandlock &&
              static_cast<std::uint32_t>(os::SandboxPart::empty_root) == process::kSandboxEmptyRoot);

using TimePoint = std::chrono::steady_clock::time_point;

constexpr int kInput = os::kFirstGivenDescriptor;
constexpr int kOutput = os::kFirstGivenDescriptor + 1;
constexpr int kNobodyListens = 3;  // exit codes of a worker
constexpr int kOutOfMemory = 4;

base::Error failed(const char* what) {
  return {base::ErrorCode::io, std::string(what) + ": " + std::strerror(errno), {}, {}};
}

// ---- the worker itself, in its sandbox

int work(const Request& request, std::uint64_t input_bytes, const os::SandboxReport& report) {
  MessageWriter writer(kOutput);
  Message hello;
  hello.level = report.level();
  if (!writer.write(hello) || !writer.flush()) return kNobodyListens;
  const os::FileInfo info{.kind = os::FileKind::regular, .size = input_bytes, .identity = {}};
  bool heard = true;
  try {
    parse_file(os::File::adopt(os::Descriptor(kInput), info, ""), request, [&](const Message& message) {
      heard = writer.write(message);
      return heard;
    });
  } catch (const std::bad_alloc&) {
    writer.flush();  // what was found before is good
    return kOutOfMemory;
  }
  return heard && writer.flush() ? 0 : kNobodyListens;
}

// ---- the zygote

struct Worker {
  os::SandboxedChild child;
  os::Descriptor status;  // the client closes its end to have the worker killed
  TimePoint deadline;
  bool killed = false;
  bool out_of_time = false;
};

struct Arrived {
  std::string bytes;
  std::vector<os::Descriptor> descriptors;
};

class Zygote {
 public:
  Zygote(os::Descriptor control, const process::SharedState* state, const ZygoteOptions& options)
      : control_(std::move(control)), state_(state), options_(options) {}

  base::Result<void> run() {
    while (true) {
      wait();
      for (Worker& worker : workers_) look_after(worker);
      std::erase_if(workers_, [&](Worker& worker) { return collect(worker); });
      publish();
      auto more = take_requests();
      if (!more) return more.error();
      publish();
      if (!*more && workers_.empty()) return {};
      if (!*more) closed_ = true;
    }
  }

 private:
  void wait() {
    std::vector<pollfd> all;
    if (!closed_) all.push_back({.fd = control_.get(), .events = POLLIN, .revents = 0});
    TimePoint next = TimePoint::max();
    for (const Worker& worker : workers_) {
      all.push_back({.fd = worker.child.pidfd.get(), .events = POLLIN, .revents = 0});
      if (worker.killed) continue;  // only its end is of interest
      all.push_back({.fd = worker.status.get(), .events = 0, .revents = 0});
      next = std::min(next, worker.deadline);
    }
    int timeout_ms = -1;
    if (next != TimePoint::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock_.steady()).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    }
    while (::poll(all.data(), all.size(), timeout_ms) < 0 && errno == EINTR) {
    }
  }

  void look_after(Worker& worker) {
    if (worker.killed) return;
    pollfd status{.fd = worker.status.get(), .events = 0, .revents = 0};
    const bool gone = ::poll(&status, 1, 0) > 0 && (status.revents & (POLLHUP | POLLERR)) != 0;
    worker.out_of_time = clock_.steady() >= worker.deadline;
    if (!gone && !worker.out_of_time) return;
    worker.killed = true;
    os::send_signal(worker.child.pidfd.get(), SIGKILL);
  }

  // True when it has ended, and its client was told.
  bool collect(Worker& worker) {
    siginfo_t info{};
    rusage used{};
    const long result =
        ::syscall(SYS_waitid, P_PIDFD, worker.child.pidfd.get(), &info, WEXITED | WNOHANG, &used);
    if (result != 0 || info.si_pid == 0) return false;
    Status status{.kind = StatusKind::ended, .out_of_time = worker.out_of_time};
    (info.si_code == CLD_EXITED ? status.exit_code : status.signal) = info.si_status;
    const auto milliseconds = [](const timeval& time) {
      return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
    };
    status.cpu_ms = milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
    if (state_ != nullptr) {  // before its client is told, who may look at once
      const bool well = status.signal == 0 && status.exit_code == 0;
      ++(well ? (*state_)->files_parsed : (*state_)->workers_died);
    }
    tell(worker.status, status);
    return true;
  }

  void publish() const {
    if (state_ != nullptr) (*state_)->workers = static_cast<std::uint32_t>(workers_.size());
  }

  static void tell(const os::Descriptor& socket, const Status& status) {
    const std::string bytes = encode(status);
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  // False: everybody who could ask is gone.
  base::Result<bool> take_requests() {
    while (!closed_) {
      Arrived arrived;
      const ssize_t got = receive(arrived);
      if (got == 0) return false;
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("receive a request for a parser worker");
      serve(std::move(arrived));
    }
    return false;
  }

  ssize_t receive(Arrived& arrived) {
    std::array<char, kMaxRequestBytes> bytes{};
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kRequestDescriptors)> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    const ssize_t got = ::recvmsg(control_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got <= 0) return got;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
        arrived.descriptors.emplace_back(descriptor);
      }
    }
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
      arrived.bytes.assign(bytes.data(), static_cast<std::size_t>(got));
    return got;
  }

  void serve(Arrived arrived) {
    if (arrived.descriptors.size() != kRequestDescriptors) return;  // nobody can be told
    const os::Descriptor& input = arrived.descriptors[0];
    const os::Descriptor& output = arrived.descriptors[1];
    os::Descriptor& status = arrived.descriptors[2];
    auto request = decode_request(arrived.bytes);
    if (!request || !is_sealed_input(input, options_.max_input_bytes))
      return tell(status, {.kind = StatusKind::refused});
    if (workers_.size() >= options_.max_workers) return tell(status, {.kind = StatusKind::busy});
    const auto info = os::file_info(input);
    if (!info) return tell(status, {.kind = StatusKind::refused});

    ParseLimits& limits = request->limits;
    if (limits.cpu_seconds == 0) limits.cpu_seconds = cpu_seconds_for(info->size);
    const os::WorkerProfile profile{
        .limits = {.memory_bytes = std::min(limits.memory_bytes, options_.max_memory_bytes),
                   .cpu_seconds = std::min(limits.cpu_seconds, options_.max_cpu_seconds)},
        .parts = options_.sandbox_parts};
    const std::array<int, 2> given{input.get(), output.get()};
    auto child = os::start_sandboxed(
        profile, given, [&](const os::SandboxReport& report) { return work(*request, info->size, report); });
    if (!child) return tell(status, {.kind = StatusKind::failed});
    tell(status, {.kind = StatusKind::started});
    workers_.push_back({.child = std::move(*child),
                        .status = std::move(status),
                        .deadline = clock_.steady() + options_.longest_life});
  }

  os::Descriptor control_;
  const process::SharedState* state_;
  const ZygoteOptions& options_;
  os::SystemClock clock_;
  std::vector<Worker> workers_;
  bool closed_ = false;
};

}  // namespace

std::uint32_t measure_sandbox(std::uint32_t parts) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return 0;
  const os::Descriptor read_end(ends[0]);
  os::Descriptor write_end(ends[1]);
  os::WorkerProfile profile;
  profile.parts = parts;
  const std::array<int, 1> given{write_end.get()};
  auto child = os::start_sandboxed(profile, given, [](const os::SandboxReport& report) {
    const std::uint32_t level = report.level();
    return ::write(os::kFirstGivenDescriptor, &level, sizeof level) == sizeof level ? 0 : 1;
  });
  write_end.reset();
  if (!child) return 0;
  std::uint32_t level = 0;
  if (::read(read_end.get(), &level, sizeof level) != sizeof level) level = 0;
  const auto ended = os::wait_for_exit(child->pidfd.get(), std::chrono::seconds(10));
  return ended ? level : 0;
}

base::Result<void> run_zygote(os::Descriptor control, const process::SharedState* state,
                              const ZygoteOptions& options) {
  if (state != nullptr) {
    // A worker must not have the page that the server's processes trust.
    if (::madvise(&**state, sizeof(process::LiveState), MADV_DONTFORK) != 0)
      return failed("keep the shared page from parser workers");
  }
  if (auto dropped = os::drop_root(); !dropped) return dropped;
  // What giving up root has undone, or an exec left open.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0 ||
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return failed("protect the zygote");
  struct sigaction ignored{};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignored, nullptr);
  warm_up_parsers();
  if (state != nullptr) {
    (*state)->sandbox = measure_sandbox(options.sandbox_parts);
    (*state)->workers = 0;
    (*state)->zygote_pid = static_cast<std::uint32_t>(::getpid());
  }
  return Zygote(std::move(control), state, options).run();
}

}  // namespace hinomi::worker
