// compile_rules(): documents to a RuleSet, in four steps: read, compile detections, apply filters, link
// correlations.
#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/text.h"
#include "detect/companion.h"
#include "detect/correlation_link.h"
#include "detect/rule_set.h"
#include "detect/sigma/detection.h"
#include "detect/sigma/document.h"

namespace hinomi::detect {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using query::NodeId;

// A detection before its query exists: filters may still narrow it.
struct Draft {
  DetectionRule rule;
  NodeId root{};
  bool negated = false;  // of "near not x": a filter must not make its absence easier
};

struct CorrelationPlan {
  RuleInfo info;
  CorrelationDraft draft;
  std::vector<std::string> rules;           // still by name; empty for a retired aggregation
  std::vector<base::Position> rule_places;  // parallel to rules
  base::Position where{};
};

// What a correlation or a filter may call by an id or a name.
struct Named {
  bool is_correlation = false;
  std::size_t index = 0;  // of the draft or of the plan
  std::string place;      // of the first one, path:line
  std::string other;      // of another one that is called the same, if any
};

std::string place_of(const RuleInfo& info) {
  return base::visible(info.path) + ":" + std::to_string(info.line);
}

class Compiler {
 public:
  explicit Compiler(const CompileOptions& options) : options_(options) {}

  RuleSet run(const std::vector<RuleFile>& files) {
    std::vector<sigma::Document> documents;
    for (const RuleFile& file : files) {
      if (is_companion(file.path)) continue;
      auto read = sigma::read_documents(file, set_.refused);
      std::move(read.begin(), read.end(), std::back_inserter(documents));
    }
    for (const sigma::Document& document : documents) {
      if (document.kind == sigma::DocumentKind::detection) settle(document, &Compiler::add_detection);
    }
    for (const sigma::Document& document : documents) {
      if (document.kind == sigma::DocumentKind::correlation) settle(document, &Compiler::plan_correlation);
    }
    for (const sigma::Document& document : documents) {
      if (document.kind == sigma::DocumentKind::filter) settle(document, &Compiler::apply_filter);
    }
    for (Draft& draft : drafts_) {
      draft.rule.query = set_.program.add_query(draft.root);
      set_.rules.push_back(std::move(draft.rule));
    }
    link();
    add_translations(files, set_);
    return std::move(set_);
  }

 private:
  using Step = Result<void> (Compiler::*)(const sigma::Document&);

  void settle(const sigma::Document& document, Step step) {
    auto result = check_id(document);
    if (result) result = (this->*step)(document);
    if (result) {
      ++set_.loaded;
      if (!document.info.id.empty()) ids_.emplace(document.info.id, &document.info);
    } else {
      Error error = result.error();
      if (error.where.line == 0) error.where = document.root.where;
      set_.refused.push_back({document.info.path, error.where, error.message, error.remedy});
    }
  }

  // The rules of one `action: global` share its id; any other second rule of an id is a copy.
  [[nodiscard]] Result<void> check_id(const sigma::Document& document) const {
    const auto known = ids_.find(document.info.id);
    if (known == ids_.end() || (!document.id_is_own && known->second->path == document.info.path)) return {};
    const parse::yaml::Node* id = document.root.find("id");
    return Error{
        ErrorCode::invalid_input,
        "the id '" + base::visible(document.info.id) + "' is already that of " + place_of(*known->second),
        "remove one of the two, or give this one an id of its own",
        id != nullptr ? id->where : document.root.where};
  }

  // All of the document or nothing.
  Result<void> add_detection(const sigma::Document& document) {
    const std::size_t drafts = drafts_.size();
    const std::size_t plans = plans_.size();
    auto added = add_conditions(document);
    if (!added) {
      drafts_.resize(drafts);
      plans_.resize(plans);
      return added;
    }
    const bool aggregated_only = drafts_[drafts].rule.feeds_correlation;
    remember(document.info, {.is_correlation = aggregated_only,
                             .index = aggregated_only ? plans : drafts,
                             .place = {},
                             .other = {}});
    return added;
  }

  Result<void> add_conditions(const sigma::Document& document) {
    const sigma::Target target{set_.program, set_.fields(), options_.placeholders};
    auto detection = sigma::compile_detection(target, *document.root.find("detection"));
    if (!detection) return detection.error();
    std::vector<NodeId> plain;
    std::vector<const sigma::Condition*> aggregated;
    for (const sigma::Condition& condition : detection->conditions) {
      if (condition.aggregation) {
        aggregated.push_back(&condition);
      } else {
        plain.push_back(condition.node);
      }
    }
    if (!plain.empty()) {
      Draft draft = draft_of(document, *detection);
      draft.root = set_.program.any(std::move(plain));
      drafts_.push_back(std::move(draft));
    }
    for (const sigma::Condition* condition : aggregated) {
      if (auto added = add_aggregation(document, *detection, *condition); !added) return added;
    }
    return {};
  }

  static Draft draft_of(const sigma::Document& document, const sigma::Detection& detection) {
    Draft draft;
    draft.rule.info = document.info;
    draft.rule.demand = document.demand;
    draft.rule.selections = detection.selections;
    return draft;
  }

  void remember(const RuleInfo& info, Named named) {
    named.place = place_of(info);
    for (const std::string* name : {&info.id, &info.name}) {
      if (name->empty()) continue;
      const auto [known, added] = by_name_.emplace(*name, named);
      const bool same =
          known->second.is_correlation == named.is_correlation && known->second.index == named.index;
      if (!added && !same) known->second.other = named.place;
    }
  }

  // "| count() by x > 5" and "| near y" as the correlation that they mean, over hidden rules.
  Result<void> add_aggregation(const sigma::Document& document, const sigma::Detection& detection,
                               const sigma::Condition& condition) {
    const sigma::Aggregation& aggregation = *condition.aggregation;
    CorrelationPlan plan{
        .info = document.info, .draft = {}, .rules = {}, .rule_places = {}, .where = document.root.where};
    CorrelationDraft& draft = plan.draft;
    draft.id = name_in_messages(document.info);
    draft.group_by = aggregation.group_by;
    draft.timespan_ns = detection.timeframe_ns;
    draft.window = options_.window;
    const auto add_member = [&](NodeId node, bool negated) {
      Draft hidden = draft_of(document, detection);
      hidden.root = node;
      hidden.negated = negated;
      hidden.rule.shown = false;
      hidden.rule.feeds_correlation = true;
      draft.references.push_back({.kind = CorrelationMember::Kind::rule,
                                  .index = static_cast<std::uint32_t>(drafts_.size()),
                                  .names = {},
                                  .negated = negated});
      drafts_.push_back(std::move(hidden));
    };
    add_member(condition.node, false);
    if (aggregation.kind == sigma::AggregationKind::near) {
      draft.type = CorrelationType::temporal;
      for (const sigma::Aggregation::Near& near : aggregation.near) add_member(near.node, near.negated);
    } else {
      draft.type = aggregation.kind == sigma::AggregationKind::sum       ? CorrelationType::value_sum
                   : aggregation.kind == sigma::AggregationKind::average ? CorrelationType::value_avg
                   : aggregation.field.empty()                           ? CorrelationType::event_count
                                                                         : CorrelationType::value_count;
      if (!aggregation.field.empty()) draft.value_fields = {aggregation.field};
      draft.condition = {{comparison_of(aggregation.comparison), aggregation.limit}};
    }
    auto linked = link_correlations(std::span(&draft, 1));
    if (!linked) return linked.error();
    plans_.push_back(std::move(plan));
    return {};
  }

  // Told apart even without an id, so that a message says which one is meant.
  static std::string name_in_messages(const RuleInfo& info) {
    if (!info.id.empty()) return base::visible(info.id);
    return base::visible(info.name.empty() ? info.title : info.name) + " (" + place_of(info) + ")";
  }

  static Comparison comparison_of(std::string_view name) {
    if (name == "gt") return Comparison::gt;
    if (name == "gte") return Comparison::gte;
    if (name == "lt") return Comparison::lt;
    return name == "lte" ? Comparison::lte : Comparison::eq;
  }

  Result<void> apply_filter(const sigma::Document& document) {
    auto section = sigma::read_filter(document);
    if (!section) return section.error();
    const sigma::Target target{set_.program, set_.fields(), options_.placeholders};
    auto detection = sigma::compile_detection(target, section->detection);
    if (!detection) return detection.error();
    std::vector<NodeId> nodes;
    for (const sigma::Condition& condition : detection->conditions) {
      if (condition.aggregation)
        return Error{ErrorCode::invalid_input, "a filter cannot aggregate", "remove what stands after '|'",
                     section->where};
      nodes.push_back(what_stays(condition));
    }
    const NodeId stays = set_.program.all(std::move(nodes));
    auto meant = rules_of_filter(document, *section);
    if (!meant) return meant.error();
    for (const std::size_t i : *meant) {
      drafts_[i].root = set_.program.all({drafts_[i].root, stays});
      for (const sigma::Selection& selection : detection->selections) {
        drafts_[i].rule.selections.push_back({"filter " + selection.name, selection.node});
      }
    }
    ++set_.filters;
    return {};
  }

  // The specification's example names the events to suppress ("condition: selection"), other Sigma tools have
  // those named that stay ("condition: not selection"); a condition of nothing but negations is taken in the
  // second way, since the first would leave exactly the unwanted events.
  NodeId what_stays(const sigma::Condition& condition) {
    return condition.negative ? condition.node : set_.program.negation(condition.node);
  }

  // Indexes of drafts. A name that is unknown or of another log source refuses the filter as a whole.
  Result<std::vector<std::size_t>> rules_of_filter(const sigma::Document& document,
                                                   const sigma::FilterSection& section) {
    std::vector<std::size_t> meant;
    if (section.any) {
      for (std::size_t i = 0; i < drafts_.size(); ++i) {
        if (!drafts_[i].negated && event::satisfies(drafts_[i].rule.demand, document.demand))
          meant.push_back(i);
      }
      return meant;
    }
    for (std::size_t k = 0; k < section.rules.size(); ++k) {
      const std::string& name = section.rules[k];
      bool found = false;
      for (std::size_t i = 0; i < drafts_.size(); ++i) {
        const RuleInfo& info = drafts_[i].rule.info;
        if (info.id != name && info.name != name) continue;
        found = true;
        if (!event::satisfies(drafts_[i].rule.demand, document.demand)) {
          return Error{ErrorCode::invalid_input,
                       "the filter's log source is not that of the rule '" + base::visible(name) + "'",
                       "give the filter the log source of the rules it names", section.rule_places[k]};
        }
        if (!drafts_[i].negated) meant.push_back(i);
      }
      if (found) continue;
      if (by_name_.contains(name)) {
        return Error{ErrorCode::invalid_input,
                     "the filter names the correlation '" + base::visible(name) + "'",
                     "name the rules that the correlation refers to", section.rule_places[k]};
      }
      return Error{ErrorCode::not_found,
                   "the filter names the rule '" + base::visible(name) + "', which is not loaded",
                   "load that rule too, or remove its name", section.rule_places[k]};
    }
    return meant;
  }

  // Names are looked up when all correlations are known (link), since they may refer to each other.
  Result<void> plan_correlation(const sigma::Document& document) {
    auto section = sigma::read_correlation(document);
    if (!section) return section.error();
    section->draft.window = options_.window;
    section->draft.id = name_in_messages(document.info);
    remember(document.info, {.is_correlation = true, .index = plans_.size(), .place = {}, .other = {}});
    plans_.push_back({document.info, std::move(section->draft), std::move(section->rules),
                      std::move(section->rule_places), section->where});
    return {};
  }

  Result<CorrelationReference> resolve(const std::string& name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      return Error{ErrorCode::not_found,
                   "the correlation names the rule '" + base::visible(name) + "', which is not loaded",
                   "load that rule too, or correct its id or name",
                   {}};
    }
    const Named& named = found->second;
    if (!named.other.empty()) {
      return Error{
          ErrorCode::invalid_input,
          "two rules are called '" + base::visible(name) + "': " + named.place + " and " + named.other,
          "refer to one of them by an id that only it has",
          {}};
    }
    CorrelationReference reference;
    reference.kind =
        named.is_correlation ? CorrelationMember::Kind::correlation : CorrelationMember::Kind::rule;
    reference.index = static_cast<std::uint32_t>(named.index);
    const RuleInfo& info = named.is_correlation ? plans_[named.index].info : set_.rules[named.index].info;
    reference.names = {info.name, info.id};
    return reference;
  }

  void refuse_plan(std::size_t index, const Error& error) {
    const CorrelationPlan& plan = plans_[index];
    const base::Position where = error.where.line != 0 ? error.where : plan.where;
    const std::string remedy = error.remedy.empty() ? "correct the correlation section" : error.remedy;
    set_.refused.push_back({plan.info.path, where, error.message, remedy});
    --set_.loaded;
    alive_[index] = false;
  }

  // A correlation that cannot be linked is refused, and then those that refer to it, until the rest links.
  void link() {
    alive_.assign(plans_.size(), true);
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      for (std::size_t k = 0; k < plans_[i].rules.size() && alive_[i]; ++k) {
        auto reference = resolve(plans_[i].rules[k]);
        if (reference) {
          plans_[i].draft.references.push_back(std::move(*reference));
        } else {
          Error error = reference.error();
          error.where = plans_[i].rule_places[k];
          refuse_plan(i, error);
        }
      }
      if (!alive_[i]) continue;
      const CorrelationDraft alone = without_correlations(plans_[i].draft);
      if (auto linked = link_correlations(std::span(&alone, 1)); !linked) refuse_plan(i, linked.error());
    }
    while (true) {
      refuse_orphans();
      const std::vector<std::size_t> order = living();
      if (order.empty()) return;
      const std::vector<CorrelationDraft> drafts = renumbered(order);
      auto linked = link_correlations(drafts);
      if (linked) {
        take(*linked, order);
        return;
      }
      refuse_plan(culprit(order, drafts, linked.error()), linked.error());
    }
  }

  [[nodiscard]] std::vector<std::size_t> living() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (alive_[i]) order.push_back(i);
    }
    return order;
  }

  void refuse_orphans() {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < plans_.size(); ++i) {
        for (const CorrelationReference& reference : plans_[i].draft.references) {
          if (!alive_[i] || reference.kind != CorrelationMember::Kind::correlation || alive_[reference.index])
            continue;
          refuse_plan(i, {ErrorCode::not_found,
                          "the correlation refers to another one that was refused",
                          "correct that one",
                          {}});
          changed = true;
        }
      }
    }
  }

  [[nodiscard]] std::vector<CorrelationDraft> renumbered(const std::vector<std::size_t>& order) const {
    std::vector<std::uint32_t> position(plans_.size());
    for (std::size_t k = 0; k < order.size(); ++k) position[order[k]] = static_cast<std::uint32_t>(k);
    std::vector<CorrelationDraft> drafts;
    for (const std::size_t i : order) {
      drafts.push_back(plans_[i].draft);
      for (CorrelationReference& reference : drafts.back().references) {
        if (reference.kind == CorrelationMember::Kind::correlation)
          reference.index = position[reference.index];
      }
    }
    return drafts;
  }

  // The draft by itself: its references to correlations as if to rules, beyond those that there are.
  [[nodiscard]] CorrelationDraft without_correlations(CorrelationDraft draft) const {
    for (CorrelationReference& reference : draft.references) {
      if (reference.kind == CorrelationMember::Kind::rule) continue;
      reference.kind = CorrelationMember::Kind::rule;
      reference.index += static_cast<std::uint32_t>(set_.rules.size());
    }
    return draft;
  }

  // Every draft links by itself, so that what fails is a circle or a chain; the message begins with its first
  // member.
  [[nodiscard]] static std::size_t culprit(const std::vector<std::size_t>& order,
                                           const std::vector<CorrelationDraft>& drafts, const Error& error) {
    for (std::size_t k = 0; k < drafts.size(); ++k) {
      if (error.message.starts_with("correlation '" + drafts[k].id + "': ")) return order[k];
    }
    return order.front();
  }

  void take(LinkedCorrelations& linked, const std::vector<std::size_t>& order) {
    std::vector<bool> generated(set_.rules.size(), false);
    std::vector<bool> referenced(set_.rules.size(), false);
    std::vector<bool> correlation_referenced(order.size(), false);
    std::vector<bool> correlation_generated(order.size(), false);
    for (const CorrelationRule& rule : linked.rules) {
      for (const CorrelationMember& member : rule.members) {
        if (member.kind == CorrelationMember::Kind::rule) {
          referenced[member.index] = true;
          if (rule.generate) generated[member.index] = true;
        } else {
          correlation_referenced[member.index] = true;
          if (rule.generate) correlation_generated[member.index] = true;
        }
      }
    }
    for (std::size_t i = 0; i < set_.rules.size(); ++i) {
      if (!referenced[i]) continue;
      set_.rules[i].feeds_correlation = true;
      set_.rules[i].shown = set_.rules[i].shown && generated[i];
    }
    for (const auto& [rule, fields] : linked.captures) {
      for (const std::string& field : fields)
        set_.rules[rule].captures.push_back(set_.fields().intern(field));
    }
    set_.correlations = std::move(linked.rules);
    for (std::size_t k = 0; k < order.size(); ++k) {
      const bool shown = !correlation_referenced[k] || correlation_generated[k];
      set_.correlation_info.push_back({plans_[order[k]].info, shown});
    }
  }

  const CompileOptions& options_;
  RuleSet set_;
  std::vector<Draft> drafts_;
  std::vector<CorrelationPlan> plans_;
  std::vector<bool> alive_;  // by plan
  std::unordered_map<std::string, Named> by_name_;
  std::unordered_map<std::string_view, const RuleInfo*> ids_;  // borrowed from the documents of run()
};

}  // namespace

RuleSet compile_rules(const std::vector<RuleFile>& files, const CompileOptions& options) {
  return Compiler(options).run(files);
}

}  // namespace hinomi::detect
