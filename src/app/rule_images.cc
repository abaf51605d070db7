#include "app/rule_images.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "app/content_folder.h"
#include "flow/rule_folder.h"

namespace hinomi::app {

base::Result<PreparedRules> prepare_rule_set(RuleLoading loading, const std::string& rules_folder) {
  if (loading.folders.empty()) {
    auto content = content_folder();
    if (!content) return content.error();
    loading.folders = {*content + "/rules"};
  }
  std::vector<detect::RuleFile> files;
  auto loaded = load_rules(loading, &files);
  if (!loaded) return loaded.error();
  if (::mkdir(rules_folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return base::Error{base::ErrorCode::io,
                       "making the folder " + rules_folder + ": " + std::strerror(errno),
                       "check its permissions",
                       {}};
  }
  const detect::RuleSet& rules = loaded->rules;
  // A folder that is not mounted or half copied must not switch detection off without a word.
  if (rules.rules.empty() && rules.correlations.empty()) {
    return base::Error{base::ErrorCode::invalid_input,
                       "no rule in " + loading.folders.front() + " can be used (" +
                           std::to_string(rules.refused.size()) + " refused)",
                       "name a folder that holds Sigma rules; hinomi rules check says why rules are refused",
                       {}};
  }
  auto hash = flow::store_rule_set(rules_folder, rules, flow::texts_of(rules, files));
  if (!hash) return hash.error();
  return PreparedRules{.hash = *hash,
                       .rules = rules.rules.size() + rules.correlations.size(),
                       .filters = rules.filters,
                       .refused = rules.refused.size(),
                       .from_cache = loaded->from_cache};
}

}  // namespace hinomi::app
