#include "detect/correlation_link.h"

#include <algorithm>
#include <utility>

namespace hinomi::detect {
namespace {

base::Error bad(const CorrelationDraft& draft, const std::string& why, std::string remedy) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "correlation '" + draft.id + "': " + why,
          .remedy = std::move(remedy)};
}

std::uint32_t place_of(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::uint32_t>(std::ranges::find(names, name) - names.begin());
}

std::uint32_t find_or_append(std::vector<std::string>& names, const std::string& name) {
  const std::uint32_t place = place_of(names, name);
  if (place == names.size()) names.push_back(name);
  return place;
}

CorrelationRule without_captures(const CorrelationDraft& draft) {
  CorrelationRule rule;
  rule.id = draft.id;
  rule.type = draft.type;
  for (const CorrelationReference& reference : draft.references) {
    CorrelationMember member;
    member.kind = reference.kind;
    member.index = reference.index;
    member.negated = reference.negated;
    rule.members.push_back(std::move(member));
  }
  rule.group_by = draft.group_by;
  rule.value_fields = draft.value_fields;
  rule.timespan_ns = draft.timespan_ns;
  rule.condition = draft.condition;
  rule.percentile = draft.percentile;
  rule.window = draft.window;
  rule.generate = draft.generate;
  return rule;
}

base::Result<void> check_aliases(const CorrelationDraft& draft) {
  for (const CorrelationAlias& alias : draft.aliases) {
    for (const auto& [rule, field] : alias.field_of_rule) {
      const bool known = std::ranges::any_of(draft.references, [&](const CorrelationReference& reference) {
        return std::ranges::find(reference.names, rule) != reference.names.end();
      });
      if (!known) {
        return bad(draft, "alias '" + alias.name + "' is defined for '" + rule + "', which is not in 'rules'",
                   "use a name or id that 'rules' lists");
      }
    }
  }
  return {};
}

class Linker {
 public:
  explicit Linker(std::span<const CorrelationDraft> drafts) : drafts_(drafts) {
    for (const CorrelationDraft& draft : drafts) linked_.rules.push_back(without_captures(draft));
  }

  base::Result<LinkedCorrelations> run() && {
    for (const CorrelationDraft& draft : drafts_) {
      if (auto checked = check_aliases(draft); !checked) return std::move(checked).error();
    }
    if (auto order = children_first(linked_.rules); !order) return std::move(order).error();
    for (std::uint32_t i = 0; i < linked_.rules.size(); ++i) resolve_own_fields(i);
    for (const CorrelationRule& rule : linked_.rules) {
      if (auto checked = check(rule); !checked) return std::move(checked).error();
    }
    return std::move(linked_);
  }

 private:
  void resolve_own_fields(std::uint32_t index) {
    const CorrelationDraft& draft = drafts_[index];
    for (std::uint32_t m = 0; m < draft.references.size(); ++m) {
      if (draft.references[m].kind == CorrelationMember::Kind::rule)
        linked_.captures[draft.references[m].index];
      for (const std::string& field : draft.group_by) {
        const std::uint32_t capture = capture_of(index, m, field);
        linked_.rules[index].members[m].group_captures.push_back(capture);
      }
      for (const std::string& field : draft.value_fields) {
        const std::uint32_t capture = capture_of(index, m, field);
        linked_.rules[index].members[m].value_captures.push_back(capture);
      }
    }
  }

  // Where member `m` of correlation `index` has the field or alias; adds it to what the member captures.
  std::uint32_t capture_of(std::uint32_t index, std::uint32_t m, const std::string& name) {
    const CorrelationReference& reference = drafts_[index].references[m];
    const std::string field = field_behind(drafts_[index], reference, name);
    if (reference.kind == CorrelationMember::Kind::correlation) return output_of(reference.index, field);
    return find_or_append(linked_.captures[reference.index], field);
  }

  // Where correlation `index` gives the field to those that refer to it. No circle: checked before.
  std::uint32_t output_of(std::uint32_t index, const std::string& field) {
    const auto groups = static_cast<std::uint32_t>(linked_.rules[index].group_by.size());
    if (const std::uint32_t place = place_of(linked_.rules[index].group_by, field); place < groups)
      return place;
    const auto known = static_cast<std::uint32_t>(linked_.rules[index].carried.size());
    const std::uint32_t place = find_or_append(linked_.rules[index].carried, field);
    if (place == known) {
      for (std::uint32_t m = 0; m < linked_.rules[index].members.size(); ++m) {
        const std::uint32_t capture = capture_of(index, m, field);
        linked_.rules[index].members[m].carried_captures.push_back(capture);
      }
    }
    return groups + place;
  }

  static std::string field_behind(const CorrelationDraft& draft, const CorrelationReference& reference,
                                  const std::string& name) {
    for (const CorrelationAlias& alias : draft.aliases) {
      if (alias.name != name) continue;
      for (const std::string& known_as : reference.names) {
        if (const auto it = alias.field_of_rule.find(known_as); it != alias.field_of_rule.end())
          return it->second;
      }
    }
    return name;
  }

  std::span<const CorrelationDraft> drafts_;
  LinkedCorrelations linked_;
};

}  // namespace

base::Result<LinkedCorrelations> link_correlations(std::span<const CorrelationDraft> drafts) {
  return Linker(drafts).run();
}

}  // namespace hinomi::detect
