// What a process that was taken over might try, one function each, by raw system calls. For tests of the
// sandbox only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

namespace hinomi::os {

// What a test has put up to be attacked.
struct Surroundings {
  pid_t parent = 0;
  std::uint16_t tcp_port = 0;  // of 127.0.0.1; somebody listens
  std::uint16_t udp_port = 0;
  std::string socket_path;         // of a listening unix socket
  std::string abstract_name;       // likewise, without the leading zero
  std::string file;                // may be written by everybody
  std::string folder;              // likewise
  int sealed_input = -1;           // in the child: a sealed memfd
  int socket = -1;                 // in the child: one end of a socket pair
  int writable_file = -1;          // in the child: an open file
  std::uint64_t memory_bytes = 0;  // more than the limit
};

struct Escape {
  const char* name;
  int (*attempt)(const Surroundings&);  // 0: it worked; else an errno
  bool free_to_all = false;             // works without a sandbox, on every kernel
  bool kills_itself = false;            // has no other end than death
};

[[nodiscard]] std::span<const Escape> all_escapes();

}  // namespace hinomi::os
