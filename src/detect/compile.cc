// compile_rules(): documents to a RuleSet, in four steps: read, compile detections, apply filters, link correlations.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/text.h"
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
};

struct CorrelationPlan {
  RuleInfo info;
  CorrelationDraft draft;
  std::vector<std::string> rules;        // still by name; empty for a retired aggregation
  base::Position where{};
};

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
      if (document.kind == sigma::DocumentKind::detection) settle(document, add_detection(document));
    }
    for (const sigma::Document& document : documents) {
      if (document.kind == sigma::DocumentKind::filter) settle(document, apply_filter(document));
    }
    for (const sigma::Document& document : documents) {
      if (document.kind == sigma::DocumentKind::correlation) settle(document, plan_correlation(document));
    }
    for (Draft& draft : drafts_) {
      draft.rule.query = set_.program.add_query(draft.root);
      set_.rules.push_back(std::move(draft.rule));
    }
    link();
    translate(files);
    return std::move(set_);
  }

 private:
  // x.ja.yml and x.test.yml belong to x.yml.
  static bool is_companion(std::string_view path) {
    for (const std::string_view end : {".ja.yml", ".ja.yaml", ".test.yml", ".test.yaml"}) {
      if (path.ends_with(end)) return true;
    }
    return false;
  }

  void settle(const sigma::Document& document, const Result<void>& result) {
    if (result) {
      ++set_.loaded;
    } else {
      Error error = result.error();
      if (error.where.line == 0) error.where = document.root.where;
      set_.refused.push_back({document.info.path, error.where, error.message, error.remedy});
    }
  }

  Result<void> add_detection(const sigma::Document& document) {
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
      remember(document.info, drafts_.size());
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

  void remember(const RuleInfo& info, std::size_t index) {
    if (!info.id.empty()) rules_by_name_.emplace(info.id, index);
    if (!info.name.empty()) rules_by_name_.emplace(info.name, index);
  }

  // "| count() by x > 5" and "| near y" as the correlation that they mean, over hidden rules.
  Result<void> add_aggregation(const sigma::Document& document, const sigma::Detection& detection,
                               const sigma::Condition& condition) {
    const sigma::Aggregation& aggregation = *condition.aggregation;
    CorrelationPlan plan{.info = document.info, .draft = {}, .rules = {}, .where = document.root.where};
    CorrelationDraft& draft = plan.draft;
    draft.id = !document.info.id.empty() ? document.info.id : document.info.title;
    draft.group_by = aggregation.group_by;
    draft.timespan_ns = detection.timeframe_ns;
    draft.window = options_.window;
    const auto add_member = [&](NodeId node, bool negated) {
      Draft hidden = draft_of(document, detection);
      hidden.root = node;
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
                   : aggregation.field.empty()                          ? CorrelationType::event_count
                                                                        : CorrelationType::value_count;
      if (!aggregation.field.empty()) draft.value_fields = {aggregation.field};
      draft.condition = {{comparison_of(aggregation.comparison), aggregation.limit}};
    }
    auto linked = link_correlations(std::span(&draft, 1));
    if (!linked) return linked.error();
    plans_.push_back(std::move(plan));
    return {};
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
      if (condition.aggregation) return Error{ErrorCode::invalid_input, "a filter cannot aggregate", "remove what stands after '|'", section->where};
      nodes.push_back(condition.node);
    }
    const NodeId exclusion = set_.program.negation(set_.program.any(std::move(nodes)));
    std::vector<std::size_t> meant;
    for (std::size_t i = 0; section->any && i < drafts_.size(); ++i) {
      if (event::satisfies(drafts_[i].rule.demand, document.demand)) meant.push_back(i);
    }
    for (const std::string& name : section->rules) {
      if (section->any) break;
      bool found = false;
      for (std::size_t i = 0; i < drafts_.size(); ++i) {
        const RuleInfo& info = drafts_[i].rule.info;
        if (info.id != name && info.name != name) continue;
        found = true;
        if (!event::satisfies(drafts_[i].rule.demand, document.demand)) {
          return Error{ErrorCode::invalid_input, "the filter's log source is not that of the rule '" + base::visible(name) + "'",
                       "give the filter the log source of the rules it names", section->where};
        }
        meant.push_back(i);
      }
      if (!found) {
        return Error{ErrorCode::not_found, "the filter names the rule '" + base::visible(name) + "', which is not loaded",
                     "load that rule too, or remove its name", section->where};
      }
    }
    for (const std::size_t i : meant) {
      drafts_[i].root = set_.program.all({drafts_[i].root, exclusion});
      for (const sigma::Selection& selection : detection->selections) {
        drafts_[i].rule.selections.push_back({"filter " + selection.name, selection.node});
      }
    }
    ++set_.filters;
    return {};
  }

  // Names are looked up when all correlations are known (link), since they may refer to each other.
  Result<void> plan_correlation(const sigma::Document& document) {
    auto section = sigma::read_correlation(document);
    if (!section) return section.error();
    section->draft.window = options_.window;
    if (!document.info.id.empty()) correlations_by_name_.emplace(document.info.id, plans_.size());
    if (!document.info.name.empty()) correlations_by_name_.emplace(document.info.name, plans_.size());
    plans_.push_back({document.info, std::move(section->draft), std::move(section->rules), section->where});
    return {};
  }

  Result<CorrelationReference> resolve(const std::string& name) const {
    CorrelationReference reference;
    if (const auto rule = rules_by_name_.find(name); rule != rules_by_name_.end()) {
      reference.index = static_cast<std::uint32_t>(rule->second);
      const RuleInfo& info = set_.rules[rule->second].info;
      reference.names = {info.name, info.id};
      return reference;
    }
    if (const auto other = correlations_by_name_.find(name); other != correlations_by_name_.end()) {
      reference.kind = CorrelationMember::Kind::correlation;
      reference.index = static_cast<std::uint32_t>(other->second);
      reference.names = {plans_[other->second].info.name, plans_[other->second].info.id};
      return reference;
    }
    return Error{ErrorCode::not_found, "the correlation names the rule '" + base::visible(name) + "', which is not loaded",
                 "load that rule too, or correct its id or name", {}};
  }

  void refuse_plan(std::size_t index, const Error& error) {
    const CorrelationPlan& plan = plans_[index];
    const base::Position where = error.where.line != 0 ? error.where : plan.where;
    set_.refused.push_back({plan.info.path, where, error.message, error.remedy});
    --set_.loaded;
    alive_[index] = false;
  }

  // A correlation that cannot be linked is refused, and then those that refer to it, until the rest links.
  void link() {
    alive_.assign(plans_.size(), true);
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      for (const std::string& name : plans_[i].rules) {
        auto reference = resolve(name);
        if (!reference) {
          refuse_plan(i, reference.error());
          break;
        }
        plans_[i].draft.references.push_back(std::move(*reference));
      }
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
          if (!alive_[i] || reference.kind != CorrelationMember::Kind::correlation || alive_[reference.index]) continue;
          refuse_plan(i, {ErrorCode::not_found, "the correlation refers to another one that was refused", "correct that one", {}});
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
        if (reference.kind == CorrelationMember::Kind::correlation) reference.index = position[reference.index];
      }
    }
    return drafts;
  }

  // The first draft that fails by itself (its references taken as plain rules); else one of those whose id the
  // message names: a cycle.
  [[nodiscard]] static std::size_t culprit(const std::vector<std::size_t>& order,
                                           const std::vector<CorrelationDraft>& drafts, const Error& error) {
    for (std::size_t k = 0; k < drafts.size(); ++k) {
      if (!drafts[k].id.empty() && error.message.starts_with(drafts[k].id)) return order[k];
    }
    for (std::size_t k = 0; k < drafts.size(); ++k) {
      if (!drafts[k].id.empty() && error.message.find(drafts[k].id) != std::string::npos) return order[k];
    }
    return order.front();
  }

  void take(LinkedCorrelations& linked, const std::vector<std::size_t>& order) {
    std::vector<bool> generated(set_.rules.size(), false);
    std::vector<bool> referenced(set_.rules.size(), false);
    std::vector<bool> correlation_hidden(order.size(), false);
    for (const CorrelationRule& rule : linked.rules) {
      for (const CorrelationMember& member : rule.members) {
        if (member.kind == CorrelationMember::Kind::rule) {
          referenced[member.index] = true;
          if (rule.generate) generated[member.index] = true;
        } else if (!rule.generate) {
          correlation_hidden[member.index] = true;
        }
      }
    }
    for (std::size_t i = 0; i < set_.rules.size(); ++i) {
      if (!referenced[i]) continue;
      set_.rules[i].feeds_correlation = true;
      set_.rules[i].shown = set_.rules[i].shown && generated[i];
    }
    for (const auto& [rule, fields] : linked.captures) {
      for (const std::string& field : fields) set_.rules[rule].captures.push_back(set_.fields().intern(field));
    }
    set_.correlations = std::move(linked.rules);
    for (std::size_t k = 0; k < order.size(); ++k) {
      set_.correlation_info.push_back({plans_[order[k]].info, !correlation_hidden[k]});
    }
  }

  // Japanese texts of x.ja.yml for the rules of x.yml: by id where it names one, else in their order.
  void translate(const std::vector<RuleFile>& files) {
    for (const RuleFile& file : files) {
      std::string_view stem = file.path;
      const bool short_end = stem.ends_with(".ja.yml");
      if (!short_end && !stem.ends_with(".ja.yaml")) continue;
      stem.remove_suffix(short_end ? 7 : 8);
      auto nodes = parse::yaml::read(file.text);
      if (!nodes) {
        set_.refused.push_back({file.path, nodes.error().where, nodes.error().message, nodes.error().remedy});
        continue;
      }
      std::size_t next = 0;
      for (const auto& node : *nodes) {
        const std::string_view id = node.text_of("id");
        std::size_t position = 0;
        for_each_info(stem, [&](RuleInfo& info) {
          const bool meant = id.empty() ? position == next : info.id == id;
          ++position;
          if (meant) translate_one(info, node);
        });
        ++next;
      }
    }
  }

  template <typename Visit>
  void for_each_info(std::string_view stem, Visit&& visit) {
    const auto of_file = [&](const RuleInfo& info) {
      return info.path == std::string(stem) + ".yml" || info.path == std::string(stem) + ".yaml";
    };
    for (DetectionRule& rule : set_.rules) {
      if (of_file(rule.info)) visit(rule.info);
    }
    for (CorrelationEntry& entry : set_.correlation_info) {
      if (of_file(entry.info)) visit(entry.info);
    }
  }

  static void translate_one(RuleInfo& info, const parse::yaml::Node& node) {
    info.title_ja = node.text_of("title");
    info.description_ja = node.text_of("description");
    info.advice_ja = node.text_of("advice");
    if (const auto* own = node.find("hinomi"); own != nullptr && info.advice_ja.empty()) info.advice_ja = own->text_of("advice");
  }

  const CompileOptions& options_;
  RuleSet set_;
  std::vector<Draft> drafts_;
  std::vector<CorrelationPlan> plans_;
  std::vector<bool> alive_;  // by plan
  std::unordered_map<std::string, std::size_t> rules_by_name_;
  std::unordered_map<std::string, std::size_t> correlations_by_name_;
};

}  // namespace

RuleSet compile_rules(const std::vector<RuleFile>& files, const CompileOptions& options) { return Compiler(options).run(files); }

}  // namespace hinomi::detect
