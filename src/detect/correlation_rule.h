// A Sigma correlation rule (specification 2.1.0), with names already resolved to numbers: what the
// CorrelationEngine runs. Not the YAML form: rule loading builds a CorrelationDraft, correlation_link.h makes
// these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::detect {

enum class CorrelationType : std::uint8_t {
  event_count,       // how many matches
  value_count,       // how many different values (or tuples of values)
  temporal,          // how many different members, in any order; legacy `near` is this
  temporal_ordered,  // how many members in the order of the list
  value_sum,         // sum of a number
  value_avg,         // mean of a number
  value_percentile,  // percentile of a number, linear between the two closest ranks
};
[[nodiscard]] std::string_view name_of(CorrelationType type) noexcept;

enum class WindowKind : std::uint8_t {
  sliding,   // default: (t - timespan, t] at a match of time t; a match exactly one timespan older is outside
  tumbling,  // [k * timespan, (k + 1) * timespan) since the epoch, for whole k
};

enum class Comparison : std::uint8_t { gt, gte, lt, lte, eq, neq };

struct Bound {
  Comparison comparison = Comparison::gte;
  double limit = 0;
  friend bool operator==(const Bound&, const Bound&) = default;
};
[[nodiscard]] bool holds(const Bound& bound, double value) noexcept;
[[nodiscard]] bool all_hold(const std::vector<Bound>& bounds, double value) noexcept;

// Limits of one rule; check() refuses what exceeds them.
inline constexpr std::size_t kMaxCorrelationMembers = 1024;
inline constexpr std::size_t kMaxOrderedMembers =
    64;  // temporal_ordered keeps up to members² event references
inline constexpr std::size_t kMaxGroupFields = 32;
inline constexpr std::size_t kMaxValueFields = 32;
inline constexpr std::size_t kMaxCarriedFields = 256;
inline constexpr std::size_t kMaxBounds = 8;
inline constexpr double kMaxCountLimit = 1e9;  // of a count; more could not be reached in memory

// One rule that a correlation refers to.
struct CorrelationMember {
  enum class Kind : std::uint8_t { rule, correlation };
  Kind kind = Kind::rule;
  // kind rule: Match::rule of its matches. kind correlation: index into the list given to the engine.
  std::uint32_t index = 0;
  // Only in `temporal`: the member must not occur (legacy `near a and not b`).
  bool negated = false;

  // Aliases are resolved here: for every entry of CorrelationRule::group_by (value_fields, carried) the index
  // of its value among the captures of this member, or kNoCapture when this member cannot have it.
  // The captures of a rule are Match::captures. The captures of a correlation are its group_by values, then
  // its carried values.
  std::vector<std::uint32_t> group_captures;
  std::vector<std::uint32_t> value_captures;
  std::vector<std::uint32_t> carried_captures;
};
inline constexpr std::uint32_t kNoCapture = 0xFFFF'FFFF;

struct CorrelationRule {
  std::string id;  // for messages; the rule's id, or its name or title
  CorrelationType type = CorrelationType::event_count;
  std::vector<CorrelationMember> members;  // no member twice
  std::vector<std::string> group_by;       // fields or aliases; empty = one group
  std::vector<std::string> value_fields;   // value_count: at least one; sum, avg, percentile: exactly one
  // Further fields that correlations referring to this one group by or count: taken from the event that made
  // this one fire ("the correlation rule only uses its own group-by", specification, temporal_ordered).
  std::vector<std::string> carried;
  std::optional<std::int64_t> timespan_ns;  // > 0; none = unbounded (legacy `| count()` without timeframe)
  // All must hold. Empty in temporal and temporal_ordered = every member; not empty elsewhere.
  std::vector<Bound> condition;
  double percentile = 50;  // 0 to 100
  WindowKind window = WindowKind::sliding;
  // Whether the members' own findings are shown too; the engine does not look at it.
  bool generate = false;
};

// When a rule's condition is decided.
enum class Judgement : std::uint8_t {
  // Only lower bounds (gt, gte): at every match, on the window that ends with it.
  at_match,
  // Any upper bound (lt, lte, eq, neq): when the window is complete. The window is opened by the first match
  // of the group, [t0, t0 + timespan), or is the tumbling one; the next match after its end opens the next.
  // Unbounded: at CorrelationEngine::finish().
  at_window_end,
  // event_count that holds for 0 and not for 1 (eq 0, lt 1, lte 0): a group that was seen has had no match
  // for a whole timespan. A group that was never seen cannot be reported.
  at_silence,
  // temporal with a negated member. When the positive members hold the condition, let f be the first of their
  // events (of each member the latest): decided at f + timespan, true if no negated member came from f on. A
  // negated match undoes all positive ones before it.
  undisturbed,
};
[[nodiscard]] Judgement judgement_of(const CorrelationRule& rule) noexcept;

// The condition in force: the rule's, or "every positive member" where that is the default.
[[nodiscard]] std::vector<Bound> effective_condition(const CorrelationRule& rule);

// What is wrong with a rule taken by itself.
[[nodiscard]] base::Result<void> check(const CorrelationRule& rule);

// Every correlation after all those it refers to (children first; ties in list order). Fails on a reference
// outside the list, a chain deeper than kMaxChainDepth, and a cycle, naming its members: "a -> b -> a".
inline constexpr std::size_t kMaxChainDepth = 32;
[[nodiscard]] base::Result<std::vector<std::uint32_t>> children_first(
    const std::vector<CorrelationRule>& rules);

}  // namespace hinomi::detect
