#include "api/origin.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace hinomi::api {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool has_port(std::string_view name) noexcept {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos) return false;
  return name.front() != '[' || name[colon - 1] == ']';
}

}  // namespace

void Origins::add_loopback(std::vector<ServedName>& names, std::uint16_t port, bool secure) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) add(names, name, port, secure);
}

void Origins::add(std::vector<ServedName>& names, std::string_view name, std::uint16_t port, bool secure) {
  if (name.empty()) return;
  const std::string folded = base::folded(name);
  if (has_port(folded)) {
    names.push_back({folded, secure});
    return;
  }
  names.push_back({fmt::format("{}:{}", folded, port), secure});
  if (port == (secure ? kHttpsPort : kHttpPort)) names.push_back({folded, secure});
}

bool Origins::serves_host(std::string_view host, bool secure) const {
  const std::string folded = base::folded(host);
  return std::any_of(names_.begin(), names_.end(), [&](const ServedName& name) {
    return name.secure == secure && name.authority == folded;
  });
}

bool Origins::is_own(std::string_view origin) const {
  return std::any_of(names_.begin(), names_.end(), [&](const ServedName& name) {
    const std::string_view scheme = name.secure ? "https://" : "http://";
    return origin.size() == scheme.size() + name.authority.size() && origin.starts_with(scheme) &&
           origin.ends_with(name.authority);
  });
}

}  // namespace hinomi::api
