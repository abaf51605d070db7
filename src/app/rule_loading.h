// Rules from folders to a RuleSet, by way of a cache of compiled rules. The cache is only ever a shortcut: it
// is named by a hash of all rule texts, checked by a hash of its own, and made anew when anything differs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"

namespace hinomi::app {

struct RuleLoading {
  std::vector<std::string> folders;  // or single files
  std::string placeholders_file;     // "" = none
  detect::WindowKind window = detect::WindowKind::sliding;
  bool use_cache = true;
};

struct LoadedRules {
  detect::RuleSet rules;
  bool from_cache = false;
};

// Fails only when a folder cannot be read at all or the placeholder file is wrong; refused rules are in the
// set. `texts`, where given, is filled with the files they were made of.
[[nodiscard]] base::Result<LoadedRules> load_rules(const RuleLoading& loading,
                                                   std::vector<detect::RuleFile>* texts = nullptr);

// The texts of all *.yml and *.yaml files, in order of path.
// What lies below a folder and cannot be read goes to `refused`; without one it is an error.
[[nodiscard]] base::Result<std::vector<detect::RuleFile>> read_rule_files(
    const std::vector<std::string>& folders, std::vector<detect::Refusal>* refused = nullptr);

}  // namespace hinomi::app
