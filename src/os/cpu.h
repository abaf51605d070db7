// How many threads can really run at once: the cores this process may use, cut down by the CPU quota of its
// control group. Not for placing threads on cores.
#pragma once

#include <string>

namespace hinomi::os {

// At least 1.
[[nodiscard]] int usable_cores();

// The same from given facts, for tests: `affinity` cores; `cgroup_list` is the text of /proc/self/cgroup; the
// controllers' files lie below `cgroup_root` (/sys/fs/cgroup). A quota of a part of a core counts as a whole
// one.
[[nodiscard]] int cores_within_quota(int affinity, const std::string& cgroup_list,
                                     const std::string& cgroup_root);

}  // namespace hinomi::os
