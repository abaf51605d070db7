#include "flow/live_rules.h"

#include <unordered_map>
#include <utility>

#include "os/file.h"

namespace hinomi::flow {
namespace {

constexpr std::uint64_t kMaxTextsBytes = std::uint64_t{512} << 20;

store::alerts::RuleText text_of(const detect::RuleInfo& info, const std::string& key,
                                const std::string& set) {
  return {.id = key,
          .set = set,
          .level = static_cast<store::alerts::Level>(info.level),
          .title = info.title,
          .title_ja = info.title_ja,
          .description = info.description,
          .description_ja = info.description_ja,
          .advice = info.advice,
          .advice_ja = info.advice_ja,
          .author = info.author,
          .status = info.status,
          .tags = info.tags,
          .falsepositives = info.falsepositives,
          .yaml = {}};
}

}  // namespace

base::Result<std::unique_ptr<LiveRules>> LiveRules::load(std::string_view hash,
                                                         const LiveRulesOptions& options) {
  std::unique_ptr<LiveRules> made(new LiveRules);
  auto rules = load_rule_set(options.rules_folder, hash);
  if (!rules) return rules.error();
  made->hash_ = hash;
  made->rules_folder_ = options.rules_folder;
  made->rules_ = std::move(*rules);
  made->keys_ = rule_keys(made->rules_);
  auto normaliser =
      normalise::Normaliser::load(options.mappings_folder, made->rules_.fields(), made->sources_);
  if (!normaliser) return normaliser.error();
  made->normaliser_ = std::move(*normaliser);
  auto entities = normalise::EntityRules::load(options.mappings_folder, made->rules_.fields());
  if (!entities) return entities.error();
  made->entity_rules_ = std::move(*entities);
  if (auto frozen = made->normaliser_->freeze(made->entity_rules_.new_fields()); !frozen)
    return frozen.error();
  made->detector_ = std::make_unique<detect::Detector>(made->rules_);
  made->worker_ =
      std::make_unique<detect::DetectorWorker>(*made->detector_, made->sources_, options.hash_seed);
  made->explainer_ = std::make_unique<detect::Explainer>(made->rules_);
  made->entities_ = std::make_unique<normalise::EntityFinder>(made->entity_rules_, made->sources_);
  made->extractor_ = std::make_unique<LiveExtractor>(*made->normaliser_, options.zone_offset_minutes);
  made->whole_extractor_ = std::make_unique<LiveExtractor>(*made->normaliser_, options.zone_offset_minutes);
  return made;
}

base::Result<std::vector<store::alerts::RuleText>> LiveRules::texts() const {
  const auto bytes = os::read_file(texts_path(rules_folder_, hash_), kMaxTextsBytes);
  if (!bytes) return bytes.error();
  auto read = read_rule_texts(*bytes);
  if (!read) return read.error();
  std::unordered_map<std::string, std::string> yaml;
  for (auto& [key, text] : *read) yaml.emplace(std::move(key), std::move(text));
  std::vector<store::alerts::RuleText> texts;
  const auto add = [&](const detect::RuleInfo& info, const std::string& key) {
    texts.push_back(text_of(info, key, hash_));
    if (const auto found = yaml.find(key); found != yaml.end()) texts.back().yaml = std::move(found->second);
  };
  for (std::size_t i = 0; i < rules_.rules.size(); ++i) add(rules_.rules[i].info, keys_.rules[i]);
  for (std::size_t i = 0; i < rules_.correlations.size(); ++i)
    add(rules_.correlation_info[i].info, keys_.correlations[i]);
  return texts;
}

}  // namespace hinomi::flow
