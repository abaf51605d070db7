// Log sources in Sigma's terms (specification 2.1, "Log Source") and the routes an event can take through
// them. An event belongs to several: a Sysmon event 1 is windows/sysmon and windows/process_creation at once.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace hinomi::event {

// Empty = not stated. As a rule's demand: every stated part must be equal. Lower case.
struct LogSource {
  std::string product;
  std::string category;
  std::string service;
  friend bool operator==(const LogSource&, const LogSource&) = default;
  friend auto operator<=>(const LogSource&, const LogSource&) = default;

  [[nodiscard]] bool empty() const noexcept { return product.empty() && category.empty() && service.empty(); }
};

// True when an event of `source` is one that a rule asking for `demand` wants to see.
[[nodiscard]] bool satisfies(const LogSource& source, const LogSource& demand) noexcept;

// The distinct sets of log sources met so far; ids are dense, 0 is the empty set. Safe from several threads.
class SourceRegistry {
 public:
  SourceRegistry();
  [[nodiscard]] RouteId intern(std::vector<LogSource> sources);
  [[nodiscard]] std::vector<LogSource> sources(RouteId id) const;
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;  // guards routes_
  std::vector<std::vector<LogSource>> routes_;
};

}  // namespace hinomi::event
