#include "os/fault_point.h"

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <string>

namespace hinomi::os {
namespace {

struct Armed {
  std::string name;
  std::atomic<std::int64_t> passes_left{0};
};

// Written once, before threads start.
Armed& armed() {
  static Armed point;
  return point;
}

}  // namespace

namespace detail {

std::atomic<bool> fault_points_armed{false};

void pass_fault_point(std::string_view name) noexcept {
  Armed& point = armed();
  if (point.name != name || point.passes_left.fetch_sub(1) > 1) return;
  ::kill(::getpid(), SIGKILL);
}

}  // namespace detail

bool arm_fault_point(std::string_view setting) {
  const std::size_t colon = setting.find(':');
  const std::string_view name = setting.substr(0, colon);
  std::int64_t passes = 1;
  if (colon != std::string_view::npos) {
    const std::string_view count = setting.substr(colon + 1);
    const auto read = std::from_chars(count.data(), count.data() + count.size(), passes);
    if (read.ec != std::errc{} || read.ptr != count.data() + count.size()) return false;
  }
  if (name.empty() || passes < 1) return false;
  armed().name = name;
  armed().passes_left = passes;
  detail::fault_points_armed = true;
  return true;
}

}  // namespace hinomi::os
