#include "os/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <functional>
#include <thread>

#include "os/landlock.h"
#include "os/sanitized.h"
#include "os/subprocess.h"
#include "os/testing/escapes.h"

namespace hinomi::os {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};
constexpr std::uint64_t kMemory = 64 << 20;
constexpr WorkerProfile kWhole{.limits = {.memory_bytes = kMemory, .cpu_seconds = 1}};

WorkerProfile only(std::initializer_list<SandboxPart> parts) {
  WorkerProfile profile = kWhole;
  profile.parts = 0;
  for (const SandboxPart part : parts) profile.parts |= static_cast<std::uint32_t>(part);
  return profile;
}

// What came out of one attempt.
struct Outcome {
  bool worked = false;
  int error = 0;   // that the attempt got
  int signal = 0;  // that ended the child
  std::uint32_t level = 0;
  bool core = false;
  bool harness_failed = false;

  [[nodiscard]] std::string text() const {
    if (harness_failed) return "the test itself could not be set up";
    if (worked) return "it worked";
    if (signal != 0) return std::string("killed by ") + ::strsignal(signal);
    return std::string("refused: ") + std::strerror(error);
  }
};

// Everything below runs in a process of its own that has given up root, as the zygote does.
Outcome as_nobody(const std::function<Outcome()>& work) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    Outcome outcome{.harness_failed = true};
    if (drop_root()) outcome = work();
    [[maybe_unused]] const ssize_t written = ::write(ends[1], &outcome, sizeof outcome);
    ::_exit(0);
  }
  ::close(ends[1]);
  Outcome outcome{.harness_failed = true};
  if (::read(ends[0], &outcome, sizeof outcome) != sizeof outcome) outcome = {.harness_failed = true};
  ::close(ends[0]);
  ::waitpid(middle, nullptr, 0);
  return outcome;
}

// Puts up what is attacked, in the process that will be the parent.
class Target {
 public:
  bool set_up() {
    // An ordinary process: nothing of what protects the parent by accident.
    ::prctl(PR_SET_DUMPABLE, 1);
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    std::string name = "/tmp/hinomi-sandbox-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return false;
    around.folder = name;
    around.file = name + "/file";
    around.socket_path = name + "/socket";
    around.abstract_name = "hinomi-sandbox-" + std::to_string(::getpid());
    around.parent = ::getpid();
    around.memory_bytes = 2 * kMemory;
    file = Descriptor(::open(around.file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    sealed = Descriptor(::memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (::write(sealed.get(), "hello", 5) != 5) return false;
    if (::fcntl(sealed.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
      return false;
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) return false;
    socket_here = Descriptor(pair[0]);
    socket_there = Descriptor(pair[1]);
    return listen_everywhere();
  }
  ~Target() {
    for (const char* name : {"/made", "/f", "/l", "/d", "/file", "/socket"}) {
      const std::string path = around.folder + name;
      if (::unlink(path.c_str()) != 0) ::rmdir(path.c_str());
    }
    ::rmdir(around.folder.c_str());
  }

  Surroundings around;
  Descriptor file, sealed, socket_here, socket_there;

 private:
  bool listen_everywhere() {
    tcp_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    udp_ = Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    path_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    abstract_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return bind_inet(tcp_.get(), around.tcp_port) && ::listen(tcp_.get(), 8) == 0 &&
           bind_inet(udp_.get(), around.udp_port) && bind_unix(path_.get(), around.socket_path, 0) &&
           bind_unix(abstract_.get(), around.abstract_name, 1) && ::listen(path_.get(), 8) == 0 &&
           ::listen(abstract_.get(), 8) == 0;
  }
  static bool bind_inet(int socket, std::uint16_t& port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket, general, size) != 0 || ::getsockname(socket, general, &size) != 0) return false;
    port = ntohs(address.sin_port);
    return true;
  }
  static bool bind_unix(int socket, const std::string& name, std::size_t at) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + at, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0;
  }
  Descriptor tcp_, udp_, path_, abstract_;
};

struct Told {
  int error = 0;
  std::uint32_t level = 0;
};

Outcome attempt(const Escape& escape, const WorkerProfile& profile) {
  return as_nobody([&] {
    Target target;
    Outcome outcome{.harness_failed = true};
    if (!target.set_up()) return outcome;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return outcome;
    const Descriptor read_end(ends[0]);
    Descriptor write_end(ends[1]);
    const std::array<int, 4> given{write_end.get(), target.sealed.get(), target.socket_there.get(),
                                   target.file.get()};
    auto child = start_sandboxed(profile, given, [&](const SandboxReport& report) {
      Surroundings around = target.around;
      around.sealed_input = 4;
      around.socket = 5;
      around.writable_file = 6;
      Told told{.error = -1, .level = report.level()};
      // Before: in case it is the end. After: how it went.
      if (::write(3, &told, sizeof told) != sizeof told) return 1;
      told.error = escape.attempt(around);
      return ::write(3, &told, sizeof told) == sizeof told ? 0 : 1;
    });
    write_end.reset();
    if (!child) return outcome;
    Told before;
    Told after{.error = -1, .level = 0};
    if (::read(read_end.get(), &before, sizeof before) != sizeof before) return outcome;
    if (::read(read_end.get(), &after, sizeof after) != sizeof after) after.error = -1;
    siginfo_t info{};
    ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(child->pidfd.get()), &info, WEXITED);
    outcome = {.worked = after.error == 0,
               .error = after.error,
               .signal = info.si_code == CLD_EXITED ? 0 : info.si_status,
               .level = before.level,
               .core = info.si_code == CLD_DUMPED};
    return outcome;
  });
}

std::string name_of_test(const testing::TestParamInfo<const Escape*>& info) {
  return info.param->name;
}
std::vector<const Escape*> escapes(bool free_only) {
  std::vector<const Escape*> chosen;
  for (const Escape& escape : all_escapes()) {
    if (!free_only || escape.free_to_all) chosen.push_back(&escape);
    if (kSanitized && !chosen.empty()) break;  // one is enough to be skipped
  }
  return chosen;
}

class SandboxTest : public testing::TestWithParam<const Escape*> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer needs calls and memory that the sandbox takes away";
  }
};

class EscapeFromSandbox : public SandboxTest {};
class EscapeFreeToAll : public SandboxTest {};

TEST_P(EscapeFromSandbox, is_denied) {
  const Outcome outcome = attempt(*GetParam(), kWhole);
  ASSERT_FALSE(outcome.harness_failed);
  EXPECT_FALSE(outcome.worked) << outcome.text();
  EXPECT_TRUE(outcome.signal != 0 || outcome.error > 0) << outcome.text();
  EXPECT_FALSE(outcome.core);
  RecordProperty("outcome", outcome.text());
}
// As on a system that forbids namespaces to ordinary users and whose kernel has no Landlock.
TEST_P(EscapeFromSandbox, is_denied_with_rlimits_and_seccomp_alone) {
  const Outcome outcome = attempt(*GetParam(), only({SandboxPart::rlimits, SandboxPart::seccomp}));
  ASSERT_FALSE(outcome.harness_failed);
  EXPECT_FALSE(outcome.worked) << outcome.text();
  EXPECT_TRUE(outcome.signal != 0 || outcome.error > 0) << outcome.text();
  EXPECT_EQ(outcome.level, 6U);
  RecordProperty("outcome", outcome.text());
}
// That the attempts are real ones.
TEST_P(EscapeFreeToAll, works_without_a_sandbox) {
  const Outcome outcome = attempt(*GetParam(), only({}));
  ASSERT_FALSE(outcome.harness_failed);
  EXPECT_TRUE(outcome.worked) << outcome.text();
}

INSTANTIATE_TEST_SUITE_P(each, EscapeFromSandbox, testing::ValuesIn(escapes(false)), name_of_test);
INSTANTIATE_TEST_SUITE_P(each, EscapeFreeToAll, testing::ValuesIn(escapes(true)), name_of_test);

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer needs calls and memory that the sandbox takes away";
  }
};

const Escape& escape_named(std::string_view name) {
  for (const Escape& escape : all_escapes()) {
    if (name == escape.name) return escape;
  }
  ADD_FAILURE() << "no escape " << name;
  return all_escapes().front();
}

TEST_F(Sandbox, each_part_holds_something_without_the_others) {
  struct Expectation {
    SandboxPart part;
    const char* denied;
  };
  for (const auto& [part, denied] : {Expectation{SandboxPart::landlock, "open_a_file"},
                                     {SandboxPart::rlimits, "take_too_much_memory"},
                                     {SandboxPart::seccomp, "make_a_memory_file"}}) {
    const Outcome outcome = attempt(escape_named(denied), only({part}));
    if (outcome.level == 0) GTEST_SKIP() << "this kernel refuses " << name_of(part);
    EXPECT_FALSE(outcome.worked) << name_of(part) << ": " << denied;
  }
}

TEST_F(Sandbox, namespaces_and_an_empty_root_hide_network_processes_and_files) {
  const WorkerProfile profile = only({SandboxPart::namespaces, SandboxPart::empty_root});
  for (const char* denied : {"stat_a_file", "connect_by_tcp", "connect_by_udp", "connect_to_a_unix_socket",
                             "connect_to_an_abstract_socket", "signal_the_parent",
                             "read_the_status_of_the_parent", "create_a_file_in_the_root"}) {
    const Outcome outcome = attempt(escape_named(denied), profile);
    if (outcome.level != 17) GTEST_SKIP() << "this kernel refuses namespaces to ordinary users";
    EXPECT_FALSE(outcome.worked) << denied;
  }
}

TEST_F(Sandbox, missing_parts_are_visible_in_the_level) {
  const Escape& harmless = escape_named("open_a_file");
  const std::uint32_t all = attempt(harmless, kWhole).level;
  std::printf("level here: %u of 31, Landlock version %d\n", all, landlock_version());
  EXPECT_EQ(all & 6U, 6U);
  for (const SandboxPart part : {SandboxPart::landlock, SandboxPart::empty_root}) {
    const std::uint32_t level = attempt(harmless, kWhole.without(part)).level;
    EXPECT_EQ(level, all & ~static_cast<std::uint32_t>(part));
  }
  // Without namespaces there is no way to an empty root either.
  EXPECT_EQ(attempt(harmless, kWhole.without(SandboxPart::namespaces)).level, all & ~17U);
}

TEST_F(Sandbox, a_child_has_no_descriptor_but_the_given) {
  const Outcome outcome = as_nobody([] {
    const Descriptor secret(::open("/etc/passwd", O_RDONLY));  // not even close-on-exec
    const Descriptor high(::fcntl(secret.get(), F_DUPFD, 700));
    const std::array<int, 1> given{secret.get()};
    auto child = start_sandboxed(kWhole.without(SandboxPart::seccomp), given, [](const SandboxReport&) {
      for (int descriptor = 0; descriptor < 4; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0) return 1;
      }
      for (int descriptor = 4; descriptor < 1024; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) >= 0) return 2;
      }
      char byte = 0;
      return ::read(0, &byte, 1) == 0 ? 0 : 3;  // /dev/null
    });
    const auto exit = wait_for_exit(child->pidfd.get(), kLong);
    return Outcome{.worked = exit && exit->has_value() && (*exit)->ok()};
  });
  EXPECT_TRUE(outcome.worked);
}

TEST_F(Sandbox, exceptions_do_not_leave_the_child) {
  const Outcome outcome = as_nobody([] {
    auto child = start_sandboxed(kWhole, {}, [](const SandboxReport&) -> int { throw std::bad_alloc(); });
    const auto exit = wait_for_exit(child->pidfd.get(), kLong);
    return Outcome{.worked = **exit == Exit{.code = kSandboxExceptionExit, .signal = 0}};
  });
  EXPECT_TRUE(outcome.worked);
}

TEST_F(Sandbox, a_child_can_be_killed_by_whoever_started_it) {
  const Outcome outcome = as_nobody([] {
    auto child = start_sandboxed(kWhole, {}, [](const SandboxReport&) {
      while (true) ::sched_yield();
      return 0;
    });
    const bool sent = send_signal(child->pidfd.get(), SIGKILL);
    const auto exit = wait_for_exit(child->pidfd.get(), kLong);
    return Outcome{.worked = sent && **exit == Exit{.code = 0, .signal = SIGKILL}};
  });
  EXPECT_TRUE(outcome.worked);
}

TEST_F(Sandbox, a_child_dies_with_its_parent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    const std::array<int, 1> given{ends[1]};
    if (!drop_root()) ::_exit(1);
    auto child = start_sandboxed(kWhole, given, [](const SandboxReport&) {
      if (::write(3, "r", 1) != 1) return 1;  // all is set up
      while (true) ::sched_yield();
      return 0;
    });
    char ready = 0;
    if (!child || ::read(ends[0], &ready, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  ::close(ends[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(middle, &status, 0), middle);
  ASSERT_EQ(status, 0);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // ends when the child, the last to hold the pipe, is gone
  ::close(ends[0]);
}

TEST_F(Sandbox, starting_is_quick) {
  constexpr int kTurns = 200;
  std::array<std::uint32_t, kTurns> measured{};
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    if (!drop_root()) ::_exit(1);
    for (std::uint32_t& turn : measured) {
      const auto begin = std::chrono::steady_clock::now();
      auto child = start_sandboxed(kWhole, {}, [](const SandboxReport&) { return 0; });
      if (!child || !wait_for_exit(child->pidfd.get(), kLong)) ::_exit(1);
      turn = static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin)
              .count());
    }
    ::_exit(::write(ends[1], measured.data(), sizeof measured) == sizeof measured ? 0 : 1);
  }
  int status = 1;
  ::waitpid(middle, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(::read(ends[0], measured.data(), sizeof measured), static_cast<ssize_t>(sizeof measured));
  std::sort(measured.begin(), measured.end());
  std::printf("start to collected end: p50 %.2f ms, p95 %.2f ms\n", measured[kTurns / 2] / 1000.0,
              measured[kTurns * 95 / 100] / 1000.0);
  RecordProperty("p50_us", std::to_string(measured[kTurns / 2]));
  EXPECT_LT(measured[kTurns / 2], 200'000U);  // two orders above what it takes: only a hang is caught here
  ::close(ends[0]);
  ::close(ends[1]);
}

// ---- the profile of the server's own processes

// Runs `work` as nobody within confine_process(); its exit code.
int confined(const ProcessProfile& profile, const std::function<int()>& work) {
  const Outcome outcome = as_nobody([&] {
    auto report = confine_process(profile);
    Outcome inner;
    inner.error = report ? work() : 99;
    inner.level = report ? report->level() : 0;
    return inner;
  });
  EXPECT_FALSE(outcome.harness_failed);
  EXPECT_TRUE((outcome.level & 4U) != 0);
  return outcome.error;
}

TEST_F(Sandbox, a_confined_process_uses_its_folder_and_nothing_else) {
  if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  std::string folder = "/tmp/hinomi-confined-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  ASSERT_EQ(::chmod(folder.c_str(), 0777), 0);
  const int code = confined({.writable_folders = {folder}, .readable_paths = {"/etc/hostname", "/usr"}}, [&] {
    const std::string inside = folder + "/a";
    const Descriptor made(::open(inside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!made.valid() || ::write(made.get(), "x", 1) != 1) return 1;
    if (::rename(inside.c_str(), (folder + "/b").c_str()) != 0) return 2;
    if (::mkdir((folder + "/c").c_str(), 0700) != 0) return 3;
    if (::rename((folder + "/b").c_str(), (folder + "/c/b").c_str()) != 0) return 4;
    if (::unlink((folder + "/c/b").c_str()) != 0 || ::rmdir((folder + "/c").c_str()) != 0) return 5;
    if (::open("/etc/passwd", O_RDONLY) >= 0) return 6;
    if (::open("/usr/made", O_WRONLY | O_CREAT, 0600) >= 0) return 7;
    if (::open("/usr/bin/env", O_RDONLY) < 0) return 8;
    if (::open("/tmp/hinomi-made", O_WRONLY | O_CREAT, 0600) >= 0) return 9;
    return 0;
  });
  EXPECT_EQ(code, 0);
  ::rmdir(folder.c_str());
}

TEST_F(Sandbox, a_confined_process_connects_to_the_ports_it_was_given_and_to_no_other) {
  if (landlock_version() < 4) GTEST_SKIP() << "this kernel's Landlock knows no TCP";
  const auto listener = [](std::uint16_t& port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
    return socket;
  };
  const auto connects = [](std::uint16_t port) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  };
  std::uint16_t given = 0;
  std::uint16_t other = 0;
  const Descriptor first = listener(given);
  const Descriptor second = listener(other);
  const int code = confined({.tcp = Tcp::listen, .connect_ports = {given}}, [&] {
    if (!connects(given)) return 1;
    return connects(other) ? 2 : 0;
  });
  EXPECT_EQ(code, 0);
}

TEST_F(Sandbox, a_confined_process_may_start_threads_but_nothing_dangerous) {
  const int code = confined({.tcp = Tcp::listen}, [] {
    bool ran = false;
    std::thread([&] { ran = true; }).join();
    if (!ran) return 1;
    std::array<char, 256> room{};
    struct {
      long call;
      const char* name;
    } const denied[] = {{SYS_ptrace, "ptrace"},
                        {SYS_process_vm_readv, "process_vm_readv"},
                        {SYS_unshare, "unshare"},
                        {SYS_mount, "mount"},
                        {SYS_bpf, "bpf"},
                        {SYS_perf_event_open, "perf_event_open"},
                        {SYS_io_uring_setup, "io_uring_setup"},
                        {SYS_keyctl, "keyctl"},
                        {SYS_userfaultfd, "userfaultfd"},
                        {SYS_kexec_load, "kexec_load"},
                        {SYS_execve, "execve"},
                        {SYS_execveat, "execveat"},
                        {SYS_setuid, "setuid"}};
    int number = 10;
    for (const auto& one : denied) {
      ++number;
      errno = 0;
      if (::syscall(one.call, room.data(), 0, 0, 0, 0) != -1 || errno != EPERM) return number;
    }
    if (::socket(AF_ALG, SOCK_SEQPACKET, 0) >= 0) return 2;
    const Descriptor ordinary(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(ordinary.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 3;
    if (::listen(ordinary.get(), 1) != 0) return 4;
    if (landlock_version() < 4) return 0;
    socklen_t size = sizeof address;
    ::getsockname(ordinary.get(), reinterpret_cast<sockaddr*>(&address), &size);
    const Descriptor other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(other.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 5 : 0;
  });
  EXPECT_EQ(code, 0);
}

TEST_F(Sandbox, a_confined_process_without_network_may_not_listen) {
  if (landlock_version() < 4) GTEST_SKIP() << "this kernel's Landlock knows no TCP";
  const int code = confined({}, [] {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 1 : 0;
  });
  EXPECT_EQ(code, 0);
}

TEST_F(Sandbox, a_process_with_threads_is_not_confined_by_half) {
  const Outcome outcome = as_nobody([] {
    bool refused = false;
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return Outcome{.harness_failed = true};
    std::thread waiting([&] {
      char byte = 0;
      [[maybe_unused]] const ssize_t got = ::read(ends[0], &byte, 1);
    });
    refused = !confine_process({});
    ::close(ends[1]);
    waiting.join();
    return Outcome{.worked = refused};
  });
  EXPECT_TRUE(outcome.worked);
}

}  // namespace
}  // namespace hinomi::os
