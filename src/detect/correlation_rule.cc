#include "detect/correlation_rule.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace hinomi::detect {
namespace {

base::Error bad(const CorrelationRule& rule, std::string why, std::string remedy = {}) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "correlation '" + rule.id + "': " + std::move(why),
          .remedy = std::move(remedy)};
}

bool is_temporal(CorrelationType type) noexcept {
  return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
}

bool is_numeric(CorrelationType type) noexcept {
  return type == CorrelationType::value_sum || type == CorrelationType::value_avg ||
         type == CorrelationType::value_percentile;
}

bool has_negated_member(const CorrelationRule& rule) noexcept {
  return std::ranges::any_of(rule.members, &CorrelationMember::negated);
}

base::Result<void> check_members(const CorrelationRule& rule) {
  const std::size_t limit =
      rule.type == CorrelationType::temporal_ordered ? kMaxOrderedMembers : kMaxCorrelationMembers;
  if (rule.members.empty()) return bad(rule, "it refers to no rule", "name at least one rule in 'rules'");
  if (rule.members.size() > limit) {
    return bad(rule, "it refers to " + std::to_string(rule.members.size()) + " rules, more than " +
                         std::to_string(limit));
  }
  std::set<std::pair<CorrelationMember::Kind, std::uint32_t>> seen;
  bool any_positive = false;
  for (const CorrelationMember& member : rule.members) {
    if (!seen.emplace(member.kind, member.index).second) return bad(rule, "it refers to one rule twice");
    if (member.group_captures.size() != rule.group_by.size() ||
        member.value_captures.size() != rule.value_fields.size() ||
        member.carried_captures.size() != rule.carried.size()) {
      return bad(rule, "the captures of a member do not match the fields of the rule");
    }
    any_positive = any_positive || !member.negated;
  }
  if (!any_positive) return bad(rule, "every rule it refers to is negated", "name a rule that must occur");
  return {};
}

base::Result<void> check_fields(const CorrelationRule& rule) {
  if (rule.group_by.size() > kMaxGroupFields) return bad(rule, "too many fields in 'group-by'");
  if (rule.value_fields.size() > kMaxValueFields) return bad(rule, "too many fields in 'condition'");
  if (rule.carried.size() > kMaxCarriedFields) return bad(rule, "too many fields are needed from it");
  if (rule.type == CorrelationType::value_count && rule.value_fields.empty()) {
    return bad(rule, "value_count without a field", "give 'field' in 'condition'");
  }
  if (is_numeric(rule.type) && rule.value_fields.size() != 1) {
    return bad(rule, std::string(name_of(rule.type)) + " needs exactly one field",
               "give one name as 'field' in 'condition'");
  }
  const bool takes_no_value = rule.type == CorrelationType::event_count || is_temporal(rule.type);
  if (takes_no_value && !rule.value_fields.empty()) {
    return bad(rule, std::string(name_of(rule.type)) + " does not look at a field", "use value_count");
  }
  return {};
}

base::Result<void> check_condition(const CorrelationRule& rule) {
  if (rule.condition.empty() && !is_temporal(rule.type)) {
    return bad(rule, "no condition", "give one of gt, gte, lt, lte, eq, neq");
  }
  if (rule.condition.size() > kMaxBounds) return bad(rule, "too many comparisons in 'condition'");
  for (const Bound& bound : rule.condition) {
    if (!std::isfinite(bound.limit)) return bad(rule, "a number in 'condition' is not finite");
    if (!is_numeric(rule.type) && std::abs(bound.limit) > kMaxCountLimit) {
      return bad(rule, "a count in 'condition' is beyond 1,000,000,000");
    }
  }
  // Written so that NaN fails too.
  if (!(rule.percentile >= 0 && rule.percentile <= 100))
    return bad(rule, "the percentile is not in 0 to 100");
  return {};
}

base::Result<void> check_window(const CorrelationRule& rule) {
  if (rule.timespan_ns && *rule.timespan_ns <= 0) return bad(rule, "the timespan is not above 0");
  if (rule.window == WindowKind::tumbling && !rule.timespan_ns) {
    return bad(rule, "tumbling windows without a timespan", "give a 'timespan'");
  }
  const Judgement judgement = judgement_of(rule);
  if (judgement == Judgement::at_silence &&
      (!rule.timespan_ns || rule.window != WindowKind::sliding || !rule.carried.empty())) {
    // Carried values would be those of an event before the silence; nothing sensible can group by them.
    if (!rule.carried.empty()) {
      return bad(
          rule,
          "another correlation needs a field of it that is not in its 'group-by', but silence has no event",
          "add the field to 'group-by'");
    }
    return bad(rule, "the absence of events is judged over a sliding timespan only",
               "give a 'timespan' and no tumbling window");
  }
  if (!has_negated_member(rule)) return {};
  if (rule.type != CorrelationType::temporal) return bad(rule, "only 'temporal' can have a negated rule");
  if (!rule.timespan_ns || rule.window != WindowKind::sliding) {
    return bad(rule, "a negated rule is judged over a sliding timespan only", "give a 'timespan'");
  }
  const bool lower_bounds_only = std::ranges::all_of(rule.condition, [](const Bound& bound) {
    return bound.comparison == Comparison::gt || bound.comparison == Comparison::gte;
  });
  if (!lower_bounds_only) return bad(rule, "a negated rule and an upper bound cannot be combined");
  return {};
}

// Depth-first walk that appends finished correlations and notices the one it stands on.
class ChainWalk {
 public:
  explicit ChainWalk(const std::vector<CorrelationRule>& rules) : rules_(rules), marks_(rules.size()) {}

  base::Result<std::vector<std::uint32_t>> run() && {
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      if (auto visited = visit(i); !visited) return std::move(visited).error();
    }
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { unseen, open, done };

  // Recursion is bounded by kMaxChainDepth.
  base::Result<void> visit(std::uint32_t index) {
    if (marks_[index] == Mark::done) return {};
    if (marks_[index] == Mark::open) return cycle(index);
    if (path_.size() >= kMaxChainDepth) {
      return base::Error{.code = base::ErrorCode::limit_exceeded,
                         .message = "correlation '" + rules_[path_.front()].id + "': a chain of more than " +
                                    std::to_string(kMaxChainDepth) + " correlations",
                         .remedy = "refer to fewer correlations one below the other"};
    }
    marks_[index] = Mark::open;
    path_.push_back(index);
    for (const CorrelationMember& member : rules_[index].members) {
      if (member.kind != CorrelationMember::Kind::correlation) continue;
      if (member.index >= rules_.size())
        return bad(rules_[index], "it refers to a correlation that does not exist");
      if (auto visited = visit(member.index); !visited) return visited;
    }
    path_.pop_back();
    marks_[index] = Mark::done;
    order_.push_back(index);
    return {};
  }

  base::Error cycle(std::uint32_t index) const {
    std::string names;
    for (auto it = std::ranges::find(path_, index); it != path_.end(); ++it) names += rules_[*it].id + " -> ";
    return bad(rules_[index], "correlations refer to each other in a circle: " + names + rules_[index].id,
               "remove one of these references");
  }

  const std::vector<CorrelationRule>& rules_;
  std::vector<Mark> marks_;
  std::vector<std::uint32_t> path_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

std::string_view name_of(CorrelationType type) noexcept {
  switch (type) {
    case CorrelationType::event_count:
      return "event_count";
    case CorrelationType::value_count:
      return "value_count";
    case CorrelationType::temporal:
      return "temporal";
    case CorrelationType::temporal_ordered:
      return "temporal_ordered";
    case CorrelationType::value_sum:
      return "value_sum";
    case CorrelationType::value_avg:
      return "value_avg";
    case CorrelationType::value_percentile:
      return "value_percentile";
  }
  return "";
}

bool holds(const Bound& bound, double value) noexcept {
  switch (bound.comparison) {
    case Comparison::gt:
      return value > bound.limit;
    case Comparison::gte:
      return value >= bound.limit;
    case Comparison::lt:
      return value < bound.limit;
    case Comparison::lte:
      return value <= bound.limit;
    case Comparison::eq:
      return value == bound.limit;
    case Comparison::neq:
      return value != bound.limit;
  }
  return false;
}

bool all_hold(const std::vector<Bound>& bounds, double value) noexcept {
  return std::ranges::all_of(bounds, [value](const Bound& bound) { return holds(bound, value); });
}

std::vector<Bound> effective_condition(const CorrelationRule& rule) {
  if (!rule.condition.empty() || !is_temporal(rule.type)) return rule.condition;
  const auto positive = std::ranges::count(rule.members, false, &CorrelationMember::negated);
  return {{Comparison::gte, static_cast<double>(positive)}};
}

Judgement judgement_of(const CorrelationRule& rule) noexcept {
  if (has_negated_member(rule)) return Judgement::undisturbed;
  const bool lower_bounds_only = std::ranges::all_of(rule.condition, [](const Bound& bound) {
    return bound.comparison == Comparison::gt || bound.comparison == Comparison::gte;
  });
  if (lower_bounds_only) return Judgement::at_match;
  const bool only_zero = std::ranges::any_of(rule.condition, [](const Bound& bound) {
    return (bound.comparison == Comparison::lt && bound.limit <= 1) ||
           ((bound.comparison == Comparison::lte || bound.comparison == Comparison::eq) && bound.limit < 1);
  });
  const bool silence = rule.type == CorrelationType::event_count && only_zero && all_hold(rule.condition, 0);
  return silence ? Judgement::at_silence : Judgement::at_window_end;
}

base::Result<void> check(const CorrelationRule& rule) {
  if (auto result = check_members(rule); !result) return result;
  if (auto result = check_fields(rule); !result) return result;
  if (auto result = check_condition(rule); !result) return result;
  return check_window(rule);
}

base::Result<std::vector<std::uint32_t>> children_first(const std::vector<CorrelationRule>& rules) {
  return ChainWalk(rules).run();
}

}  // namespace hinomi::detect
