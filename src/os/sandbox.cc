#include "os/sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

#include "os/sanitized.h"
#include "os/seccomp.h"

namespace hinomi::os {
namespace {

constexpr id_t kNobody = 65534;
constexpr std::uint64_t kNamespaces =
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
// A folder that is there on every system; the empty file system is mounted over it before it becomes the
// root.
constexpr const char* kPivotFolder = "/usr";
constexpr int kScratchDescriptor = 256;

base::Error system_error(const char* what) {
  return {base::ErrorCode::io, std::string(what) + ": " + std::strerror(errno), {}, {}};
}

// ---- identity inside the user namespace

int write_text(const char* path, const std::string& text) noexcept {
  const Descriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return errno;
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

// One user and one group, each under its own number: nobody else exists there.
int map_identity(uid_t user, gid_t group) {
  // Files of a process that was root once belong to root, unless it says that it has nothing to hide.
  if (::prctl(PR_SET_DUMPABLE, 1) != 0) return errno;
  int error = write_text("/proc/self/setgroups", "deny");
  if (error == 0)
    error = write_text("/proc/self/uid_map", std::to_string(user) + ' ' + std::to_string(user) + " 1");
  if (error == 0)
    error = write_text("/proc/self/gid_map", std::to_string(group) + ' ' + std::to_string(group) + " 1");
  return error;
}

// ---- files

int enter_empty_root() noexcept {
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (::mount("none", kPivotFolder, "tmpfs", kFlags, "size=4k,nr_inodes=1,mode=000") != 0) return errno;
  if (::chdir(kPivotFolder) != 0) return errno;
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return errno;
  if (::umount2(".", MNT_DETACH) != 0) return errno;  // the old root, which lies on top
  if (::chdir("/") != 0) return errno;
  return ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kFlags, nullptr) == 0 ? 0 : errno;
}

int arrange_descriptors(std::span<const int> given) {
  std::vector<int> lifted;
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.valid()) return errno;
  const auto lift = [&](int descriptor) {
    lifted.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, kScratchDescriptor));
    return lifted.back() >= 0;
  };
  for (int standard = 0; standard < kFirstGivenDescriptor; ++standard) {
    if (!lift(nothing.get())) return errno;
  }
  for (const int descriptor : given) {
    if (!lift(descriptor)) return errno;
  }
  for (std::size_t i = 0; i < lifted.size(); ++i) {
    if (::dup3(lifted[i], static_cast<int>(i), O_CLOEXEC) < 0) return errno;
  }
  return ::close_range(static_cast<unsigned>(lifted.size()), ~0U, 0) == 0 ? 0 : errno;
}

// ---- limits

// Address space in use now, bytes.
std::uint64_t address_space() noexcept {
  const Descriptor file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  char text[64]{};
  if (!file.valid() || ::read(file.get(), text, sizeof text - 1) <= 0) return 0;
  return std::strtoull(text, nullptr, 10) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

int limit_resources(const SandboxLimits& limits, std::uint64_t in_use, rlim_t descriptors) noexcept {
  const struct {
    __rlimit_resource resource;
    rlim_t limit;
  } all[] = {
      {RLIMIT_AS, in_use + limits.memory_bytes},
      {RLIMIT_CPU, limits.cpu_seconds},  // soft = hard: SIGKILL, as SIGXCPU could be ignored
      {RLIMIT_FSIZE, 0},
      {RLIMIT_CORE, 0},
      {RLIMIT_MEMLOCK, 0},
      {RLIMIT_NPROC, 0},
      {RLIMIT_MSGQUEUE, 0},
      {RLIMIT_SIGPENDING, 0},
      {RLIMIT_NOFILE, descriptors},
  };
  for (const auto& one : all) {
    // What the system allows less of already stays less.
    rlimit now{};
    if (::getrlimit(one.resource, &now) != 0) return errno;
    const rlim_t value = std::min(one.limit, now.rlim_max);
    const rlimit limit{.rlim_cur = value, .rlim_max = value};
    if (::setrlimit(one.resource, &limit) != 0) return errno;
  }
  return 0;
}

void drop_capabilities() noexcept {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (int capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[2]{};
  ::syscall(SYS_capset, &header, none);
}

class ReportWriter {
 public:
  explicit ReportWriter(std::uint32_t wanted) : wanted_(wanted) {}
  // Runs `step` (0 or errno) if its part is wanted.
  template <typename Step>
  void take(SandboxPart part, Step&& step) {
    const bool wanted = (wanted_ & static_cast<std::uint32_t>(part)) != 0;
    const int error = wanted ? step() : 0;
    report_.steps.push_back({part, wanted && error == 0, error});
  }
  [[nodiscard]] const SandboxReport& report() const noexcept { return report_; }

 private:
  std::uint32_t wanted_;
  SandboxReport report_;
};

bool lacks(const WorkerProfile& profile, const SandboxReport& report, SandboxPart part) {
  return profile.wants(part) && !report.has(part);
}

struct Birth {
  uid_t user = 0;
  gid_t group = 0;
  int namespaces_error = 0;
};

int live_in_sandbox(const WorkerProfile& profile, std::span<const int> given, const Birth& birth,
                    const std::function<int(const SandboxReport&)>& body) {
  ReportWriter writer(profile.parts);
  const bool separate = profile.wants(SandboxPart::namespaces) && birth.namespaces_error == 0;
  writer.take(SandboxPart::namespaces,
              [&] { return separate ? map_identity(birth.user, birth.group) : birth.namespaces_error; });
  const std::uint64_t in_use = address_space();
  if (arrange_descriptors(given) != 0) return kSandboxRefusedExit;
  writer.take(SandboxPart::empty_root, [&] { return separate ? enter_empty_root() : EPERM; });
  drop_capabilities();
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)  // after the last change of identity, which forgets it
    return kSandboxRefusedExit;
  writer.take(SandboxPart::landlock, [] { return restrict_by_landlock({}); });
  writer.take(SandboxPart::rlimits,
              [&] { return limit_resources(profile.limits, in_use, kFirstGivenDescriptor + given.size()); });
  writer.take(SandboxPart::seccomp, [] { return install_filter(worker_filter(::getpid())); });
  const SandboxReport& report = writer.report();
  if (lacks(profile, report, SandboxPart::seccomp) || lacks(profile, report, SandboxPart::rlimits))
    return kSandboxRefusedExit;
  return body(report);
}

// As fork(), with a pidfd. Whether the process began in namespaces of its own is in `birth`.
pid_t clone_process(bool with_namespaces, int& pidfd, Birth& birth) noexcept {
  // Not clone3: filters that cannot see its flags refuse it, those of containers too.
  if (with_namespaces) {
    const long pid = ::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD | kNamespaces, nullptr, &pidfd);
    if (pid >= 0) return static_cast<pid_t>(pid);
    birth.namespaces_error = errno;
  }
  return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd));
}

std::size_t thread_count() noexcept {
  DIR* tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return 1;
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(tasks)) count += entry->d_name[0] != '.';
  ::closedir(tasks);
  return count;
}

}  // namespace

std::string_view name_of(SandboxPart part) noexcept {
  switch (part) {
    case SandboxPart::namespaces:
      return "namespaces";
    case SandboxPart::rlimits:
      return "rlimits";
    case SandboxPart::seccomp:
      return "seccomp";
    case SandboxPart::landlock:
      return "landlock";
    case SandboxPart::empty_root:
      return "empty_root";
  }
  return "";
}

std::uint32_t SandboxReport::level() const noexcept {
  std::uint32_t bits = 0;
  for (const SandboxStep& step : steps) {
    if (step.applied) bits |= static_cast<std::uint32_t>(step.part);
  }
  return bits;
}

std::string SandboxReport::text() const {
  std::string applied;
  std::string missing;
  for (const SandboxStep& step : steps) {
    std::string& out = step.applied ? applied : missing;
    if (!step.applied) out += ';';
    if (!out.empty()) out += ' ';
    out += name_of(step.part);
    if (!step.applied) out += step.error != 0 ? std::string(": ") + std::strerror(step.error) : ": off";
  }
  return applied + missing;
}

base::Result<SandboxedChild> start_sandboxed(const WorkerProfile& profile, std::span<const int> given,
                                             const std::function<int(const SandboxReport&)>& body) {
  Birth birth{.user = ::geteuid(), .group = ::getegid()};
  int pidfd = -1;
  const pid_t pid = clone_process(profile.wants(SandboxPart::namespaces), pidfd, birth);
  if (pid < 0) return system_error("start a sandboxed process");
  if (pid > 0) return SandboxedChild{pid, Descriptor(pidfd)};
  int code = 0;
  try {
    code = live_in_sandbox(profile, given, birth, body);
  } catch (...) {
    code = kSandboxExceptionExit;  // the child must not go on with what its parent would do next
  }
  ::_exit(code);
}

base::Result<SandboxReport> confine_process(const ProcessProfile& profile) {
  if (thread_count() > 1)
    return base::Error{base::ErrorCode::usage,
                       "confine the process: it has more than one thread already, which would stay free",
                       "call it before the first thread is started",
                       {}};
  if (!kSanitized && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return system_error("give up new privileges");
  ReportWriter writer(kSanitized ? 0U : ~0U);
  writer.take(SandboxPart::landlock, [&] {
    return restrict_by_landlock({.writable = profile.writable_folders,
                                 .readable = profile.readable_paths,
                                 .tcp = profile.tcp,
                                 .connect_ports = profile.connect_ports,
                                 .reach_others = false});
  });
  writer.take(SandboxPart::seccomp, [] { return install_filter(server_filter()); });
  return writer.report();
}

base::Result<void> drop_root() {
  if (::geteuid() != 0 && ::getuid() != 0) return {};
  if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
      ::setresuid(kNobody, kNobody, kNobody) != 0)
    return system_error("give up root");
  if (::setuid(0) == 0)
    return base::Error{base::ErrorCode::internal, "give up root: it can be taken back", {}, {}};
  return {};
}

}  // namespace hinomi::os
