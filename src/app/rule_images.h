// Rules made ready for the server's pipeline: compiled, and written with their texts into the data folder
// under the hash of the compiled set. Not for judging events in this process (stack.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/rule_loading.h"
#include "base/result.h"

namespace hinomi::app {

struct PreparedRules {
  std::string hash;         // of the set; goes into the control record that puts it into force
  std::uint64_t rules = 0;  // detections and correlations
  std::uint64_t filters = 0;
  std::uint64_t refused = 0;
  bool from_cache = false;
};

// `rules_folder` of the data folder is made where it is missing (mode 0700). No folder in `loading`: the
// rules that ship with the program. Where the set is there already, nothing is written but its texts.
[[nodiscard]] base::Result<PreparedRules> prepare_rule_set(RuleLoading loading,
                                                           const std::string& rules_folder);

}  // namespace hinomi::app
