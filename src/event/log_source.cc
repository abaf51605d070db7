#include "event/log_source.h"

#include <algorithm>

#include "base/check.h"

namespace hinomi::event {

bool satisfies(const LogSource& source, const LogSource& demand) noexcept {
  const auto part = [](const std::string& have, const std::string& want) {
    return want.empty() || have == want;
  };
  return part(source.product, demand.product) && part(source.category, demand.category) &&
         part(source.service, demand.service);
}

SourceRegistry::SourceRegistry() {
  routes_.emplace_back();
}

RouteId SourceRegistry::intern(std::vector<LogSource> sources) {
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  const std::lock_guard lock(mutex_);
  const auto found = std::find(routes_.begin(), routes_.end(), sources);
  if (found != routes_.end()) return RouteId{static_cast<std::uint32_t>(found - routes_.begin())};
  routes_.push_back(std::move(sources));
  return RouteId{static_cast<std::uint32_t>(routes_.size() - 1)};
}

std::vector<LogSource> SourceRegistry::sources(RouteId id) const {
  const std::lock_guard lock(mutex_);
  HINOMI_CHECK(static_cast<std::size_t>(id) < routes_.size());
  return routes_[static_cast<std::size_t>(id)];
}

std::size_t SourceRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return routes_.size();
}

}  // namespace hinomi::event
