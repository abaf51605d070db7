#include "os/cpu.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <thread>

#include "os/file.h"

namespace hinomi::os {
namespace {

constexpr std::uint64_t kControlFileLimit = 64 * 1024;  // bytes; these files hold a line or a few
constexpr int kMaxGroupDepth = 64;

std::optional<std::int64_t> to_number(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int whole_cores(std::int64_t quota_us, std::int64_t period_us) {
  if (quota_us <= 0 || period_us <= 0) return std::numeric_limits<int>::max();
  const std::int64_t cores = quota_us / period_us + (quota_us % period_us != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::int64_t>(cores, std::numeric_limits<int>::max()));
}

// cgroup v2: "max 100000" or "150000 100000" (quota and period in microseconds; kernel cgroup-v2.rst,
// cpu.max).
int limit_of_v2(const std::string& folder) {
  const base::Result<std::string> text = read_file(folder + "/cpu.max", kControlFileLimit);
  if (!text) return std::numeric_limits<int>::max();
  const std::string_view line = *text;
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::numeric_limits<int>::max();
  return whole_cores(to_number(line.substr(0, blank)).value_or(-1),
                     to_number(line.substr(blank + 1)).value_or(-1));
}

// cgroup v1: two files of one number each, -1 = no quota (kernel scheduler/sched-bwc.rst).
int limit_of_v1(const std::string& folder) {
  const base::Result<std::string> quota = read_file(folder + "/cpu.cfs_quota_us", kControlFileLimit);
  const base::Result<std::string> period = read_file(folder + "/cpu.cfs_period_us", kControlFileLimit);
  if (!quota || !period) return std::numeric_limits<int>::max();
  return whole_cores(to_number(*quota).value_or(-1), to_number(*period).value_or(-1));
}

// The tightest limit of the group and of all groups above it. Inside a container the path of
// /proc/self/cgroup may not exist below the root; the root's own files then hold the limit.
template <typename LimitOf>
int tightest(const std::string& root, std::string_view group, LimitOf limit_of) {
  int cores = std::numeric_limits<int>::max();
  for (int level = 0; level < kMaxGroupDepth; ++level) {
    while (group.ends_with('/')) group.remove_suffix(1);
    cores = std::min(cores, limit_of(root + std::string(group)));
    if (group.empty()) break;
    const std::size_t slash = group.rfind('/');
    group = slash == std::string_view::npos ? std::string_view{} : group.substr(0, slash);
  }
  return cores;
}

bool names_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = controllers.find(',');
    if (controllers.substr(0, comma) == "cpu") return true;
    if (comma == std::string_view::npos) break;
    controllers.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

int cores_within_quota(int affinity, const std::string& cgroup_list, const std::string& cgroup_root) {
  int cores = std::max(affinity, 1);
  std::string_view rest = cgroup_list;
  while (!rest.empty()) {  // lines "hierarchy:controllers:path" (cgroups(7)); v2 is "0::path"
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view group = line.substr(second + 1);
    if (controllers.empty()) cores = std::min(cores, tightest(cgroup_root, group, limit_of_v2));
    if (names_cpu(controllers)) cores = std::min(cores, tightest(cgroup_root + "/cpu", group, limit_of_v1));
  }
  return std::max(cores, 1);
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails on machines with more cores than cpu_set_t holds (1,024).
  const int affinity = ::sched_getaffinity(0, sizeof set, &set) == 0
                           ? CPU_COUNT(&set)
                           : static_cast<int>(std::thread::hardware_concurrency());
  const base::Result<std::string> list = read_file("/proc/self/cgroup", kControlFileLimit);
  return cores_within_quota(affinity, list ? *list : std::string{}, "/sys/fs/cgroup");
}

}  // namespace hinomi::os
