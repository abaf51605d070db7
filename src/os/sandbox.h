// Processes that may be taken over by what they read: a child that keeps nothing but the descriptors it was
// given, and the server's own processes without what they never need. Each part says whether the kernel
// allowed it, because containers and distributions forbid some. Not for starting programs (subprocess.h).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"
#include "os/landlock.h"

namespace hinomi::os {

// Bits, so that a level is one number (process/live_state.h gives them the same values).
enum class SandboxPart : std::uint32_t {
  namespaces = 1,  // user, pid, mount, net, ipc, uts: no other process, no network, no users to become
  rlimits = 2,     // memory, processor time, no files, no descriptors, no processes
  seccomp = 4,     // system calls
  landlock = 8,    // files, TCP, signals, abstract sockets
  empty_root = 16  // the root folder is an empty file system that cannot be written
};
[[nodiscard]] std::string_view name_of(SandboxPart part) noexcept;

struct SandboxStep {
  SandboxPart part{};
  bool applied = false;
  int error = 0;  // why not; 0 and not applied: switched off in the profile
};

struct SandboxReport {
  std::vector<SandboxStep> steps;

  [[nodiscard]] std::uint32_t level() const noexcept;
  [[nodiscard]] bool has(SandboxPart part) const noexcept {
    return (level() & static_cast<std::uint32_t>(part)) != 0;
  }
  // "namespaces rlimits seccomp landlock; empty_root: Operation not permitted": for logs.
  [[nodiscard]] std::string text() const;
};

struct SandboxLimits {
  std::uint64_t memory_bytes = 1ull << 30;  // of address space beyond what is in use when the child begins
  std::uint64_t cpu_seconds = 10;
};

// What a child is put into. Parts are switched off only by tests, to see what the others hold alone.
struct WorkerProfile {
  SandboxLimits limits{};
  std::uint32_t parts = 31;

  [[nodiscard]] bool wants(SandboxPart part) const noexcept {
    return (parts & static_cast<std::uint32_t>(part)) != 0;
  }
  [[nodiscard]] WorkerProfile without(SandboxPart part) const noexcept {
    WorkerProfile other = *this;
    other.parts &= ~static_cast<std::uint32_t>(part);
    return other;
  }
};

// Seccomp and limits must hold, or the child ends with this code before it has read a byte; the others may be
// missing and the report says so.
inline constexpr int kSandboxRefusedExit = 125;
// An exception left the body.
inline constexpr int kSandboxExceptionExit = 124;
inline constexpr int kFirstGivenDescriptor = 3;

struct SandboxedChild {
  pid_t pid = -1;
  Descriptor pidfd;  // readable when it has ended; wait_for_exit() collects it
};

// Forks: the child enters the sandbox, calls `body` and ends with what it returns. It has /dev/null at 0, 1
// and 2 and `given` at kFirstGivenDescriptor and on, in their order; every other descriptor is closed. It is
// killed when the calling thread ends. To be called from a process with one thread and little memory: the
// child goes on with copies of both. Mappings that it must not see are to be marked MADV_DONTFORK.
[[nodiscard]] base::Result<SandboxedChild> start_sandboxed(
    const WorkerProfile& profile, std::span<const int> given,
    const std::function<int(const SandboxReport&)>& body);

// What one of the server's own processes still needs.
struct ProcessProfile {
  std::vector<std::string> writable_folders{};
  std::vector<std::string> readable_paths{};
  Tcp tcp = Tcp::none;
  std::vector<std::uint16_t> connect_ports{};  // where it may connect to all the same
};

// Landlock, a deny list of system calls (server_filter) and NO_NEW_PRIVS for this process, for ever. To be
// called before it has a second thread (Error usage otherwise). Parts that the kernel refuses are in the
// report. Descriptors that are open already stay usable. Under a sanitizer it does nothing, and says so.
[[nodiscard]] base::Result<SandboxReport> confine_process(const ProcessProfile& profile);

// Gives up root for good, when it has it: user and group 65534 (nobody), no other groups.
[[nodiscard]] base::Result<void> drop_root();

}  // namespace hinomi::os
