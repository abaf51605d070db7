// Rules, log sources and mappings loaded and wired together in the order they need: what every command that
// judges events starts with.
#pragma once

#include <memory>

#include "app/rule_loading.h"
#include "base/result.h"
#include "event/log_source.h"
#include "normalise/normaliser.h"

namespace hinomi::app {

struct Stack {
  detect::RuleSet rules;
  std::vector<std::string> rule_folders;  // where they were read from
  bool rules_from_cache = false;
  event::SourceRegistry sources;
  std::unique_ptr<normalise::Normaliser> normaliser;  // frozen
};

// No folder in `loading` means the rules that ship with the program.
[[nodiscard]] base::Result<std::unique_ptr<Stack>> load_stack(RuleLoading loading);

}  // namespace hinomi::app
