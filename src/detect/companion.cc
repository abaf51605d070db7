#include "detect/companion.h"

#include <map>

#include "parse/yaml/yaml.h"

namespace hinomi::detect {
namespace {

// The rules of one file in their order; what was made of one document stands together.
std::vector<std::vector<RuleInfo*>> infos_of(std::string_view stem, RuleSet& set) {
  std::map<std::int32_t, std::vector<RuleInfo*>> by_line;
  const auto add = [&](RuleInfo& info) {
    const std::string_view path = info.path;
    if (path.starts_with(stem) &&
        (path.substr(stem.size()) == ".yml" || path.substr(stem.size()) == ".yaml")) {
      by_line[info.line].push_back(&info);
    }
  };
  for (DetectionRule& rule : set.rules) add(rule.info);
  for (CorrelationEntry& entry : set.correlation_info) add(entry.info);
  std::vector<std::vector<RuleInfo*>> result;
  for (auto& [line, infos] : by_line) result.push_back(std::move(infos));
  return result;
}

void translate_one(RuleInfo& info, const parse::yaml::Node& node) {
  info.title_ja = node.text_of("title");
  info.description_ja = node.text_of("description");
  info.advice_ja = node.text_of("advice");
  if (const auto* own = node.find("hinomi"); own != nullptr && info.advice_ja.empty())
    info.advice_ja = own->text_of("advice");
}

}  // namespace

bool is_companion(std::string_view path) {
  for (const std::string_view end : {".ja.yml", ".ja.yaml", ".test.yml", ".test.yaml"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

void add_translations(const std::vector<RuleFile>& files, RuleSet& set) {
  for (const RuleFile& file : files) {
    std::string_view stem = file.path;
    const bool short_end = stem.ends_with(".ja.yml");
    if (!short_end && !stem.ends_with(".ja.yaml")) continue;
    stem.remove_suffix(short_end ? 7 : 8);
    auto nodes = parse::yaml::read(file.text);
    if (!nodes) {
      set.refused.push_back({file.path, nodes.error().where, nodes.error().message, nodes.error().remedy});
      continue;
    }
    const std::vector<std::vector<RuleInfo*>> rules = infos_of(stem, set);
    for (std::size_t i = 0; i < nodes->size(); ++i) {
      const std::string_view id = (*nodes)[i].text_of("id");
      for (std::size_t k = 0; k < rules.size(); ++k) {
        for (RuleInfo* info : rules[k]) {
          if (id.empty() ? k == i : info->id == id) translate_one(*info, (*nodes)[i]);
        }
      }
    }
  }
}

}  // namespace hinomi::detect
