// What the engine knows of each correlation and of each of its groups, and the timers that end their windows.
// Parts of CorrelationEngine only.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "detect/correlation_engine.h"
#include "detect/correlation_window.h"

namespace hinomi::detect::correlation {

// `time` moved by `ns`; stays at the ends of the range.
[[nodiscard]] inline base::TimeNs plus(base::TimeNs time, std::int64_t ns) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(time.since_epoch_ns, ns, &sum)) return {sum};
  return {ns > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min()};
}

// First point in time after the tumbling window that holds `time`.
[[nodiscard]] inline base::TimeNs tumbling_end(base::TimeNs time, std::int64_t timespan_ns) noexcept {
  std::int64_t into = time.since_epoch_ns % timespan_ns;
  if (into < 0) into += timespan_ns;
  return plus(time, timespan_ns - into);
}

struct OwnedValue {
  bool present = false;
  std::string text;
};

struct Group {
  const std::string* key = nullptr;  // of its node in the table
  std::unique_ptr<Window> window;
  std::uint64_t serial = 0;  // order of creation in the engine: ties are broken by it, never by addresses
  base::TimeNs last_time;    // of the latest match
  EventRef last_event;
  bool has_match = false;
  bool has_fired = false;
  base::TimeNs last_firing;
  std::optional<base::TimeNs> pending;  // Judgement::undisturbed: when to decide
  std::vector<OwnedValue> last_values;  // group-by and carried values of the latest match, where judged later
  std::size_t value_bytes = 0;          // of last_values
};

struct KeyHash {
  using is_transparent = void;
  std::uint64_t seed = 0;
  std::size_t operator()(std::string_view key) const noexcept { return base::hash64(key, seed); }
};
using GroupTable = std::unordered_map<std::string, Group, KeyHash, std::equal_to<>>;

// Estimates of what a group takes beside its window's storage: table node, window object, timer.
inline constexpr std::size_t kWindowObjectBytes = 256;
inline constexpr std::size_t kGroupBytes =
    sizeof(GroupTable::value_type) + 2 * sizeof(void*) + kWindowObjectBytes + 48;

struct Route {
  std::uint32_t correlation = 0;
  std::uint32_t member = 0;
};

struct Parent {
  Route route;
  bool on_every_hold = false;  // temporal types; others get firings only
};

struct Correlation {
  Judgement judgement = Judgement::at_match;
  bool expires = false;          // its windows slide
  std::int64_t timespan_ns = 0;  // of the rule; 0 = unbounded
  std::vector<Bound> condition;
  std::vector<Parent> parents;
  bool has_temporal_parent = false;
  std::uint32_t rank = 0;  // place in children_first()
  GroupTable groups;
  RuleStatistics statistics;
  std::array<std::uint64_t, 4> limits{};  // refusals by LimitKind
};

struct Timer {
  base::TimeNs deadline;
  std::uint32_t rank = 0;
  std::uint32_t correlation = 0;
  std::uint64_t serial = 0;
  Group* group = nullptr;  // alive: a group ends only through its one timer
};

// Earliest first. At one time the referring correlation first: its window ends before what is derived then.
struct TimerOrder {
  bool operator()(const Timer& a, const Timer& b) const noexcept {
    return std::tie(a.deadline, b.rank, a.serial) > std::tie(b.deadline, a.rank, b.serial);
  }
};

}  // namespace hinomi::detect::correlation
