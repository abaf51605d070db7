#include "detect/sigma/document.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "detect/sigma/detection.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::yaml::Member;
using parse::yaml::Node;

Error fault(const Node& node, std::string message, std::string remedy) {
  return {ErrorCode::invalid_input, std::move(message), std::move(remedy), node.where};
}

std::vector<std::string> texts_of(const Node* node) {
  std::vector<std::string> texts;
  if (node == nullptr) return texts;
  if (node->is_scalar() && !node->is_null()) texts.push_back(node->text);
  for (const Node& item : node->items) {
    if (item.is_scalar()) texts.push_back(item.text);
  }
  return texts;
}

// One text or a list of texts that the meaning depends on: nothing in it is passed over.
Result<std::vector<std::string>> names_of(const Node& parent, std::string_view key) {
  const Node* node = parent.find(key);
  std::vector<std::string> names;
  if (node == nullptr || (node->is_scalar() && node->is_null())) return names;
  if (node->is_scalar()) return std::vector<std::string>{node->text};
  for (const Node& item : node->items) {
    if (!item.is_scalar() || item.is_null()) {
      return fault(item, "an entry of '" + std::string(key) + "' is no text", "write one name an entry");
    }
    names.push_back(item.text);
  }
  if (node->is_mapping())
    return fault(*node, "'" + std::string(key) + "' is a map", "write a name or a list of names");
  return names;
}

Result<bool> flag_of(const Node& node, std::string_view key) {
  if (const auto flag = node.as_boolean()) return *flag;
  return fault(node, "'" + std::string(key) + "' is neither true nor false",
               "write true or false, without quotes");
}

Result<event::LogSource> read_source(const Node& source) {
  if (!source.is_mapping())
    return fault(source, "'logsource' is no map", "write product, category or service under it");
  event::LogSource demand;
  for (const auto& [key, part] :
       {std::pair{"product", &demand.product}, std::pair{"category", &demand.category},
        std::pair{"service", &demand.service}}) {
    const Node* node = source.find(key);
    if (node == nullptr || node->is_null()) continue;
    if (!node->is_scalar()) {
      return fault(*node, "'" + std::string(key) + "' of the log source is not one name",
                   "write one name, or one rule for each");
    }
    *part = base::folded(node->text);
  }
  return demand;
}

// `over`, and the members of `base` that it lacks; maps in both are merged likewise. Depth is that of YAML.
Node merged(const Node& over, const Node& base) {
  Node result = over;
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; i < over.members.size(); ++i) known.emplace(over.members[i].key, i);
  for (const Member& member : base.members) {
    const auto found = known.find(member.key);
    if (found == known.end()) {
      result.members.push_back(member);
    } else if (Node& value = result.members[found->second].value;
               value.is_mapping() && member.value.is_mapping()) {
      value = merged(value, member.value);
    }
  }
  return result;
}

std::size_t size_of(const Node& node) {
  std::size_t size = 1;
  for (const Node& item : node.items) size += size_of(item);
  for (const Member& member : node.members) size += size_of(member.value);
  return size;
}

std::vector<base::Position> places_of(const Node* node) {
  std::vector<base::Position> places;
  if (node == nullptr) return places;
  if (node->is_scalar()) places.push_back(node->where);
  for (const Node& item : node->items) places.push_back(item.where);
  return places;
}

Result<Document> read_document(const Node& root, const std::string& path) {
  Document document;
  document.root = root;
  RuleInfo& info = document.info;
  info.path = path;
  info.line = root.where.line;
  if (root.find("correlation") != nullptr) {
    document.kind = DocumentKind::correlation;
  } else if (root.find("filter") != nullptr) {
    document.kind = DocumentKind::filter;
  } else if (root.find("detection") == nullptr) {
    return fault(root, "this is no Sigma rule: it has neither 'detection' nor 'correlation' nor 'filter'",
                 "remove the file from the rules folder, or add the section");
  }
  info.title = root.text_of("title");
  if (info.title.empty()) return fault(root, "the rule has no title", "add 'title: …'");
  info.id = root.text_of("id");
  info.name = root.text_of("name");
  info.author = root.text_of("author");
  info.status = root.text_of("status");
  info.description = root.text_of("description");
  info.tags = texts_of(root.find("tags"));
  info.falsepositives = texts_of(root.find("falsepositives"));
  if (const Node* own = root.find("hinomi")) info.advice = own->text_of("advice");
  const Node* level = root.find("level");
  if (level != nullptr && !level->is_null() && !parse_level(level->text, info.level)) {
    return fault(*level, "the level '" + base::visible(level->text) + "' is unknown",
                 "use informational, low, medium, high or critical");
  }
  if (const Node* source = root.find("logsource");
      source != nullptr && document.kind != DocumentKind::correlation) {
    auto demand = read_source(*source);
    if (!demand) return demand.error();
    document.demand = std::move(*demand);
  }
  if (document.kind != DocumentKind::correlation && document.demand.empty()) {
    const Node* source = root.find("logsource");
    return fault(
        source != nullptr ? *source : root,
        std::string(document.kind == DocumentKind::filter ? "the filter" : "the rule") + " has no log source",
        "add 'logsource:' with product, category or service");
  }
  return document;
}

Result<void> read_aliases(const Node& node, CorrelationDraft& draft) {
  if (!node.is_mapping()) return fault(node, "'aliases' is no map", "write alias: {rule name: field}");
  for (const Member& alias : node.members) {
    if (!alias.value.is_mapping())
      return fault(alias.value, "an alias is no map", "write alias: {rule name: field}");
    CorrelationAlias out{.name = alias.key, .field_of_rule = {}};
    for (const Member& field : alias.value.members) {
      if (!field.value.is_scalar() || field.value.text.empty()) {
        return fault(field.value, "an alias names no field", "write alias: {rule name: field}");
      }
      out.field_of_rule[field.key] = field.value.text;
    }
    draft.aliases.push_back(std::move(out));
  }
  return {};
}

Result<void> read_condition(const Node& node, CorrelationDraft& draft) {
  constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons{{{"gt", Comparison::gt},
                                                                                 {"gte", Comparison::gte},
                                                                                 {"lt", Comparison::lt},
                                                                                 {"lte", Comparison::lte},
                                                                                 {"eq", Comparison::eq},
                                                                                 {"neq", Comparison::neq}}};
  if (!node.is_mapping())
    return fault(node, "the correlation's condition is no map", "write e.g. 'gte: 10' under it");
  for (const Member& member : node.members) {
    if (member.key == "field") {
      auto fields = names_of(node, "field");
      if (!fields) return fields.error();
      draft.value_fields = std::move(*fields);
      continue;
    }
    Node number = member.value;
    number.plain = true;
    const auto value = number.as_number();
    if (member.key == "percentile" && value) {
      draft.percentile = *value;
      continue;
    }
    const auto* const found = std::find_if(kComparisons.begin(), kComparisons.end(),
                                           [&](const auto& c) { return c.first == member.key; });
    if (found == kComparisons.end()) {
      return fault(member.value, "unknown word '" + base::visible(member.key) + "' in the condition",
                   "use gt, gte, lt, lte, eq, neq, field or percentile");
    }
    if (!value)
      return fault(member.value, "'" + base::visible(member.value.text) + "' is no number", "write a number");
    draft.condition.push_back({found->second, *value});
  }
  return {};
}

// The retired `action` of rule collections: "global" gives the members that the rules after it lack, "reset"
// ends that, "repeat" is the rule before it with some members replaced.
class Collection {
 public:
  // The rule that the document stands for; none for an action alone.
  Result<std::optional<Node>> next(const Node& node) {
    const Node* action = node.find("action");
    if (action == nullptr) {
      if (node.find("correlation") != nullptr || node.find("filter") != nullptr)
        return std::optional<Node>(node);
      if (!within_limit(global_)) return too_large(node);
      previous_ = merged(node, global_);
      return std::optional<Node>(previous_);
    }
    Node rest = node;
    std::erase_if(rest.members, [](const Member& member) { return member.key == "action"; });
    if (action->text == "global") {
      global_ = rest;
      previous_ = rest;
      return std::optional<Node>();
    }
    if (action->text == "reset") {
      global_ = Node{};
      return std::optional<Node>();
    }
    if (action->text == "repeat") {
      if (!within_limit(previous_)) return too_large(node);
      previous_ = merged(rest, previous_);
      previous_.where = node.where;
      return std::optional<Node>(previous_);
    }
    return fault(*action, "the action '" + base::visible(action->text) + "' is unknown",
                 "use global, reset or repeat");
  }

 private:
  bool within_limit(const Node& base) {
    if (base.members.empty()) return true;
    merged_nodes_ += size_of(base);
    return merged_nodes_ <= kMaxMergedNodes;
  }
  static Error too_large(const Node& node) {
    return {ErrorCode::limit_exceeded,
            "the rules of this file take over more than " + std::to_string(kMaxMergedNodes) +
                " values from 'action: global'",
            "split the file", node.where};
  }

  Node global_;
  Node previous_;
  std::size_t merged_nodes_ = 0;
};

}  // namespace

std::vector<Document> read_documents(const RuleFile& file, std::vector<Refusal>& refused) {
  std::vector<Document> documents;
  const std::size_t refused_before = refused.size();
  const auto refuse = [&](const Error& error) {
    const base::Position where = error.where.line > 0 ? error.where : base::Position{1, 1};
    refused.push_back({file.path, where, error.message, error.remedy});
  };
  auto nodes = parse::yaml::read(file.text);
  if (!nodes) {
    refuse(nodes.error());
    return documents;
  }
  Collection collection;
  for (const Node& node : *nodes) {
    if (!node.is_mapping()) {
      if (!(node.is_scalar() && node.is_null()))
        refuse(fault(node, "the document is no map", "write the rule as 'key: value' lines"));
      continue;
    }
    const auto whole = collection.next(node);
    if (!whole) {
      refuse(whole.error());
      continue;
    }
    if (!whole->has_value()) continue;
    auto document = read_document(**whole, file.path);
    if (!document) {
      refuse(document.error());
      continue;
    }
    document->id_is_own = node.find("id") != nullptr;
    documents.push_back(std::move(*document));
  }
  if (documents.empty() && refused.size() == refused_before) {
    refuse({ErrorCode::invalid_input, "the file holds no rule", "remove it or write a rule", {}});
  }
  return documents;
}

Result<CorrelationSection> read_correlation(const Document& document) {
  const Node& node = *document.root.find("correlation");
  if (!node.is_mapping())
    return fault(node, "'correlation' is no map",
                 "write type, rules, group-by, timespan and condition under it");
  constexpr std::array<CorrelationType, 7> kTypes{
      CorrelationType::event_count,      CorrelationType::value_count, CorrelationType::temporal,
      CorrelationType::temporal_ordered, CorrelationType::value_sum,   CorrelationType::value_avg,
      CorrelationType::value_percentile};
  CorrelationSection section;
  section.where = node.where;
  CorrelationDraft& draft = section.draft;
  draft.id = !document.info.id.empty()     ? document.info.id
             : !document.info.name.empty() ? document.info.name
                                           : document.info.title;
  const std::string_view type = node.text_of("type");
  const auto* const known =
      std::find_if(kTypes.begin(), kTypes.end(), [&](CorrelationType t) { return name_of(t) == type; });
  if (known == kTypes.end()) {
    const Node* where = node.find("type");
    return fault(
        where != nullptr ? *where : node, "the correlation type '" + base::visible(type) + "' is unknown",
        "use event_count, value_count, temporal, temporal_ordered, value_sum, value_avg or value_percentile");
  }
  draft.type = *known;
  auto rules = names_of(node, "rules");
  if (!rules) return rules.error();
  section.rules = std::move(*rules);
  section.rule_places = places_of(node.find("rules"));
  if (section.rules.empty()) return fault(node, "the correlation names no rules", "add 'rules:'");
  auto group_by = names_of(node, "group-by");
  if (!group_by) return group_by.error();
  draft.group_by = std::move(*group_by);
  if (const Node* timespan = node.find("timespan")) {
    draft.timespan_ns = parse_timespan(timespan->text);
    if (!draft.timespan_ns)
      return fault(*timespan, "'" + base::visible(timespan->text) + "' is no time span",
                   "write a number and s, m, h or d, e.g. 15m");
  } else {
    return fault(node, "the correlation has no timespan", "add 'timespan: 10m'");
  }
  for (const Node* parent : {&node, &document.root}) {  // it stood in the section before version 2.1
    const Node* generate = parent->find("generate");
    if (generate == nullptr) continue;
    auto flag = flag_of(*generate, "generate");
    if (!flag) return flag.error();
    draft.generate = *flag;
  }
  if (const Node* aliases = node.find("aliases")) {
    if (auto read = read_aliases(*aliases, draft); !read) return read.error();
  }
  if (const Node* condition = node.find("condition")) {
    if (auto read = read_condition(*condition, draft); !read) return read.error();
  }
  return section;
}

Result<FilterSection> read_filter(const Document& document) {
  const Node& node = *document.root.find("filter");
  if (!node.is_mapping())
    return fault(node, "'filter' is no map", "write rules, selections and a condition under it");
  FilterSection section;
  section.where = node.where;
  auto rules = names_of(node, "rules");
  if (!rules) return rules.error();
  section.rules = std::move(*rules);
  section.rule_places = places_of(node.find("rules"));
  section.any = section.rules.size() == 1 && base::folded(section.rules.front()) == "any";
  if (section.rules.empty())
    return fault(node, "the filter names no rules", "add 'rules:' with ids, names or 'any'");
  section.detection = node;
  std::erase_if(section.detection.members, [](const Member& member) { return member.key == "rules"; });
  return section;
}

}  // namespace hinomi::detect::sigma
