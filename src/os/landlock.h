// Landlock by its raw system calls: which version the kernel has, and taking rights away from this process.
// Not a sandbox by itself: it does not stop UDP, stat(), new user namespaces, forks or memory (sandbox.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hinomi::os {

// 0: the kernel has none, or it is switched off.
[[nodiscard]] int landlock_version() noexcept;

enum class Tcp : std::uint8_t {
  none,
  listen,  // but not connect
  all,
};

struct LandlockRules {
  std::vector<std::string> writable{};  // folders: everything below may be read, made, changed and removed
  std::vector<std::string> readable{};  // files, or folders with everything below; nothing is executable
  Tcp tcp = Tcp::none;                  // from version 4 on
  // Where it may connect to all the same.
  std::vector<std::uint16_t> connect_ports{};
  // May send signals to, and connect to abstract sockets of, processes outside; from version 6 on.
  bool reach_others = false;
};

// For the calling thread and all it starts from now on. What the kernel's version does not know stays
// allowed. Paths that do not exist are passed over. 0, or the errno of the step that failed. The caller has
// set NO_NEW_PRIVS.
[[nodiscard]] int restrict_by_landlock(const LandlockRules& rules) noexcept;

}  // namespace hinomi::os
