#include "detect/sigma/document.h"

#include <algorithm>
#include <array>

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

std::string lower_part(const Node& source, std::string_view key) {
  const Node* part = source.find(key);
  return part == nullptr || part->is_null() ? std::string() : base::folded(part->text);
}

// Members of `base` that `over` lacks; maps are merged one level deep for detection and logsource.
Node merged(const Node& over, const Node& base) {
  Node result = over;
  for (const Member& member : base.members) {
    const auto found = std::find_if(result.members.begin(), result.members.end(),
                                    [&](const Member& m) { return m.key == member.key; });
    if (found == result.members.end()) {
      result.members.push_back(member);
    } else if (found->value.is_mapping() && member.value.is_mapping()) {
      found->value = merged(found->value, member.value);
    }
  }
  return result;
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
  const Node* source = root.find("logsource");
  if (source != nullptr && source->is_mapping()) {
    document.demand = {.product = lower_part(*source, "product"),
                       .category = lower_part(*source, "category"),
                       .service = lower_part(*source, "service")};
  }
  if (document.kind == DocumentKind::detection && document.demand.empty()) {
    return fault(source != nullptr ? *source : root, "the rule has no log source",
                 "add 'logsource:' with product, category or service");
  }
  return document;
}

Result<void> read_aliases(const Node& node, CorrelationDraft& draft) {
  if (!node.is_mapping()) return fault(node, "'aliases' is no map", "write alias: {rule name: field}");
  for (const Member& alias : node.members) {
    if (!alias.value.is_mapping()) return fault(alias.value, "an alias is no map", "write alias: {rule name: field}");
    CorrelationAlias out{.name = alias.key, .field_of_rule = {}};
    for (const Member& field : alias.value.members) out.field_of_rule[field.key] = field.value.text;
    draft.aliases.push_back(std::move(out));
  }
  return {};
}

Result<void> read_condition(const Node& node, CorrelationDraft& draft) {
  constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons{
      {{"gt", Comparison::gt}, {"gte", Comparison::gte}, {"lt", Comparison::lt},
       {"lte", Comparison::lte}, {"eq", Comparison::eq}, {"neq", Comparison::neq}}};
  if (!node.is_mapping()) return fault(node, "the correlation's condition is no map", "write e.g. 'gte: 10' under it");
  for (const Member& member : node.members) {
    if (member.key == "field") {
      draft.value_fields = texts_of(&member.value);
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
    if (!value) return fault(member.value, "'" + base::visible(member.value.text) + "' is no number", "write a number");
    draft.condition.push_back({found->second, *value});
  }
  return {};
}

}  // namespace

std::vector<Document> read_documents(const RuleFile& file, std::vector<Refusal>& refused) {
  std::vector<Document> documents;
  const auto refuse = [&](const Error& error) {
    refused.push_back({file.path, error.where, error.message, error.remedy});
  };
  auto nodes = parse::yaml::read(file.text);
  if (!nodes) {
    refuse(nodes.error());
    return documents;
  }
  if (nodes->empty()) refuse({ErrorCode::invalid_input, "the file holds no rule", "remove it or write a rule", {}});
  Node global;
  Node previous;
  for (const Node& node : *nodes) {
    if (!node.is_mapping()) {
      if (!(node.is_scalar() && node.is_null())) refuse(fault(node, "the document is no map", "write the rule as 'key: value' lines"));
      continue;
    }
    const std::string_view action = node.text_of("action");
    if (action == "global") {
      global = node;
      continue;
    }
    if (action == "reset") global = Node{};
    Node whole = action == "repeat" ? merged(node, previous) : merged(node, global);
    previous = whole;
    auto document = read_document(whole, file.path);
    if (document) {
      documents.push_back(std::move(*document));
    } else {
      refuse(document.error());
    }
  }
  return documents;
}

Result<CorrelationSection> read_correlation(const Document& document) {
  const Node& node = *document.root.find("correlation");
  if (!node.is_mapping()) return fault(node, "'correlation' is no map", "write type, rules, group-by, timespan and condition under it");
  constexpr std::array<CorrelationType, 7> kTypes{
      CorrelationType::event_count, CorrelationType::value_count, CorrelationType::temporal,
      CorrelationType::temporal_ordered, CorrelationType::value_sum, CorrelationType::value_avg,
      CorrelationType::value_percentile};
  CorrelationSection section;
  section.where = node.where;
  CorrelationDraft& draft = section.draft;
  draft.id = !document.info.id.empty() ? document.info.id : !document.info.name.empty() ? document.info.name : document.info.title;
  const std::string_view type = node.text_of("type");
  const auto* const known = std::find_if(kTypes.begin(), kTypes.end(), [&](CorrelationType t) { return name_of(t) == type; });
  if (known == kTypes.end()) {
    const Node* where = node.find("type");
    return fault(where != nullptr ? *where : node, "the correlation type '" + base::visible(type) + "' is unknown",
                 "use event_count, value_count, temporal, temporal_ordered, value_sum, value_avg or value_percentile");
  }
  draft.type = *known;
  section.rules = texts_of(node.find("rules"));
  if (section.rules.empty()) return fault(node, "the correlation names no rules", "add 'rules:'");
  draft.group_by = texts_of(node.find("group-by"));
  if (const Node* timespan = node.find("timespan")) {
    draft.timespan_ns = parse_timespan(timespan->text);
    if (!draft.timespan_ns) return fault(*timespan, "'" + base::visible(timespan->text) + "' is no time span", "write a number and s, m, h or d, e.g. 15m");
  } else {
    return fault(node, "the correlation has no timespan", "add 'timespan: 10m'");
  }
  if (const Node* generate = node.find("generate")) draft.generate = generate->as_boolean().value_or(false);
  if (const Node* generate = document.root.find("generate")) draft.generate = generate->as_boolean().value_or(false);
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
  if (!node.is_mapping()) return fault(node, "'filter' is no map", "write rules, selections and a condition under it");
  FilterSection section;
  section.where = node.where;
  section.rules = texts_of(node.find("rules"));
  section.any = section.rules.size() == 1 && section.rules.front() == "any";
  if (section.rules.empty()) return fault(node, "the filter names no rules", "add 'rules:' with ids, names or 'any'");
  section.detection = node;
  std::erase_if(section.detection.members, [](const Member& member) { return member.key == "rules"; });
  return section;
}

}  // namespace hinomi::detect::sigma
