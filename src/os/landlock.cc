#include "os/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "os/file.h"

// Written out because the headers of older distributions know the first versions only
// (Linux, include/uapi/linux/landlock.h).
namespace hinomi::os {
namespace {

constexpr std::uint32_t kCreateRulesetVersion = 1;
constexpr int kRulePathBeneath = 1;
constexpr int kRuleNetPort = 2;  // version 4

constexpr std::uint64_t kWriteFile = 1 << 1;
constexpr std::uint64_t kReadFile = 1 << 2;
constexpr std::uint64_t kReadDir = 1 << 3;
constexpr std::uint64_t kMakeChar = 1 << 6;
constexpr std::uint64_t kMakeBlock = 1 << 11;
constexpr std::uint64_t kAllFiles1 = (1 << 13) - 1;  // version 1: execute … make_sym
constexpr std::uint64_t kRefer = 1 << 13;            // version 2
constexpr std::uint64_t kTruncate = 1 << 14;         // version 3
constexpr std::uint64_t kBindTcp = 1 << 0;           // version 4
constexpr std::uint64_t kConnectTcp = 1 << 1;        // version 4
constexpr std::uint64_t kIoctlDevice = 1 << 15;      // version 5
constexpr std::uint64_t kScopeAbstractSocket = 1;    // version 6
constexpr std::uint64_t kScopeSignal = 2;            // version 6
constexpr std::uint64_t kExecute = 1 << 0;

constexpr std::uint64_t kRead = kReadFile | kReadDir;
// Of a file that is no folder.
constexpr std::uint64_t kOfFiles = kWriteFile | kReadFile | kTruncate;

struct RulesetAttribute {
  std::uint64_t handled_files;
  std::uint64_t handled_net;
  std::uint64_t scoped;
};

struct __attribute__((packed)) PathBeneath {
  std::uint64_t allowed;
  std::int32_t parent;
};

struct NetPort {
  std::uint64_t allowed;
  std::uint64_t port;
};

std::uint64_t files_of(int version) noexcept {
  std::uint64_t rights = kAllFiles1;
  if (version >= 2) rights |= kRefer;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kIoctlDevice;
  return rights;
}

std::size_t size_of(int version) noexcept {
  if (version >= 6) return sizeof(RulesetAttribute);
  return version >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

int allow(int ruleset, const std::string& path, std::uint64_t rights) noexcept {
  const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) return errno == ENOENT ? 0 : errno;
  struct stat status{};
  if (::fstat(place.get(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) rights &= kOfFiles;
  const PathBeneath rule{.allowed = rights, .parent = place.get()};
  return ::syscall(SYS_landlock_add_rule, ruleset, kRulePathBeneath, &rule, 0) == 0 ? 0 : errno;
}

int allow_connecting(int ruleset, std::uint16_t port) noexcept {
  const NetPort rule{.allowed = kConnectTcp, .port = port};
  return ::syscall(SYS_landlock_add_rule, ruleset, kRuleNetPort, &rule, 0) == 0 ? 0 : errno;
}

}  // namespace

int landlock_version() noexcept {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kCreateRulesetVersion);
  return version < 0 ? 0 : static_cast<int>(version);
}

int restrict_by_landlock(const LandlockRules& rules) noexcept {
  const int version = landlock_version();
  if (version == 0) return ENOSYS;
  const std::uint64_t files = files_of(version);
  RulesetAttribute attribute{.handled_files = files, .handled_net = 0, .scoped = 0};
  if (version >= 4) {
    if (rules.tcp != Tcp::all) attribute.handled_net |= kConnectTcp;
    if (rules.tcp == Tcp::none) attribute.handled_net |= kBindTcp;
  }
  if (!rules.reach_others && version >= 6) attribute.scoped = kScopeAbstractSocket | kScopeSignal;
  const Descriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attribute, size_of(version), 0)));
  if (!ruleset.valid()) return errno;
  constexpr std::uint64_t kNever = kExecute | kMakeChar | kMakeBlock | kIoctlDevice;
  for (const std::string& path : rules.writable) {
    if (const int error = allow(ruleset.get(), path, files & ~kNever); error != 0) return error;
  }
  for (const std::string& path : rules.readable) {
    if (const int error = allow(ruleset.get(), path, kRead); error != 0) return error;
  }
  if ((attribute.handled_net & kConnectTcp) != 0) {
    for (const std::uint16_t port : rules.connect_ports)
      if (const int error = allow_connecting(ruleset.get(), port); error != 0) return error;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0 ? 0 : errno;
}

}  // namespace hinomi::os
