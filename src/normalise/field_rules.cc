#include <string>
#include <string_view>

#include "normalise/field_map.h"
#include "normalise/mapping_yaml.h"
#include "parse/yaml/yaml.h"

namespace hinomi::normalise {
namespace {

using parse::yaml::Node;

base::Result<void> take_renames(const Node& node, FieldRules& rules) {
  if (!node.is_mapping()) return mapping_fault(node, "'rename' must map names to paths");
  for (const auto& member : node.members) {
    std::vector<std::string> paths;
    if (auto taken = take_texts(member.value, paths); !taken) return taken;
    for (auto& path : paths) rules.rename.emplace_back(std::move(path), member.key);
  }
  return {};
}

base::Result<void> take_fallbacks(const Node& node, FieldRules& rules) {
  if (!node.is_sequence()) return mapping_fault(node, "'fallback' must be a list");
  for (const Node& group : node.items) {
    event::LogSource only;
    if (const Node* condition = group.find("for")) {
      if (auto taken = take_log_source(*condition, only); !taken) return taken;
    }
    const Node* fields = group.find("fields");
    if (fields == nullptr || !fields->is_mapping())
      return mapping_fault(group, "a fallback needs a mapping 'fields'");
    for (const auto& member : group.members) {
      if (member.key != "for" && member.key != "fields")
        return mapping_fault(member.value, "unknown key '" + member.key + "'");
    }
    for (const auto& member : fields->members) {
      Fallback fallback{.target = member.key, .sources = {}, .only = only};
      if (auto taken = take_texts(member.value, fallback.sources); !taken) return taken;
      rules.fallbacks.push_back(std::move(fallback));
    }
  }
  return {};
}

}  // namespace

base::Result<FieldRules> read_field_rules(std::string_view text) {
  auto documents = parse::yaml::read(text);
  if (!documents) return documents.error();
  FieldRules rules;
  for (const Node& document : *documents) {
    if (!document.is_mapping()) return mapping_fault(document, "expected a mapping");
    for (const auto& [key, where, value] : document.members) {
      base::Result<void> taken;
      if (key == "transparent") {
        taken = take_texts(value, rules.transparent);
      } else if (key == "named_values") {
        taken = take_texts(value, rules.named_values);
      } else if (key == "embedded") {
        taken = take_texts(value, rules.embedded);
      } else if (key == "time") {
        taken = take_texts(value, rules.time);
      } else if (key == "rename") {
        taken = take_renames(value, rules);
      } else if (key == "fallback") {
        taken = take_fallbacks(value, rules);
      } else {
        taken = mapping_fault(value, "unknown key '" + key + "'");
      }
      if (!taken) return taken.error();
    }
  }
  return rules;
}

}  // namespace hinomi::normalise
