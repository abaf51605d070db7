// Filters of system calls (seccomp BPF): a short allow list for parser workers, a deny list for the server's
// own long-lived processes. Not for deciding who may do what: arguments behind pointers cannot be seen.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace hinomi::os {

using SeccompFilter = std::vector<sock_filter>;

// Everything that is not listed kills the process. What parsing needs is allowed: reading and writing open
// descriptors, memory that is never executable, time, the end. What libraries try and can do without is
// answered with EACCES. `self` is this process as it sees itself: it may abort itself, nothing else.
[[nodiscard]] SeccompFilter worker_filter(int self);

// Everything is allowed but what a server has no use for and an attacker has: tracing and the memory of
// others, mounts, namespaces, programs, kernel modules, bpf, io_uring, keys, unusual sockets. EPERM.
[[nodiscard]] SeccompFilter server_filter();

// For the calling thread and all it starts from now on; for ever. 0, or an errno. The caller has set
// NO_NEW_PRIVS.
[[nodiscard]] int install_filter(const SeccompFilter& filter) noexcept;

}  // namespace hinomi::os
