// Turns correlation rules whose references are known but whose fields are still names into the
// CorrelationRules that the engine runs, and says which fields each rule must capture. Not for parsing YAML.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/correlation_rule.h"

namespace hinomi::detect {

struct CorrelationReference {
  CorrelationMember::Kind kind = CorrelationMember::Kind::rule;
  std::uint32_t index = 0;         // of the rule (becomes Match::rule), or into the list of drafts
  std::vector<std::string> names;  // all by which `aliases` may call it: its name, its id
  bool negated = false;
};

struct CorrelationAlias {
  std::string name;
  std::map<std::string, std::string> field_of_rule;  // rule's name or id -> field in its events
};

// A correlation document with its references looked up; members mean what they mean in CorrelationRule.
struct CorrelationDraft {
  std::string id;
  CorrelationType type = CorrelationType::event_count;
  std::vector<CorrelationReference> references;
  std::vector<std::string> group_by;
  std::vector<CorrelationAlias> aliases;
  std::vector<std::string> value_fields;
  std::optional<std::int64_t> timespan_ns;
  std::vector<Bound> condition;
  double percentile = 50;
  WindowKind window = WindowKind::sliding;
  bool generate = false;
};

struct LinkedCorrelations {
  std::vector<CorrelationRule> rules;  // same order as the drafts
  // Rule index -> the fields whose values make up Match::captures, in this order. A rule that correlations
  // use without needing a value of it is there with an empty list; a rule that none uses is not there.
  std::map<std::uint32_t, std::vector<std::string>> captures;
};

// A field that is an alias means, for a member the alias names, the field given there; for another member,
// the field called like the alias. A field of a member that is a correlation means that correlation's own
// group-by value of this name, else the value in the event that made it fire. Fails on: a reference outside
// the lists, a cycle (named), an alias for a rule that is not referenced, and whatever check(CorrelationRule)
// refuses. The message starts with the id of the draft.
[[nodiscard]] base::Result<LinkedCorrelations> link_correlations(std::span<const CorrelationDraft> drafts);

}  // namespace hinomi::detect
