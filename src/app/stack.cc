#include "app/stack.h"

#include "app/content_folder.h"

namespace hinomi::app {

base::Result<std::unique_ptr<Stack>> load_stack(RuleLoading loading) {
  auto content = content_folder();
  if (!content) return content.error();
  if (loading.folders.empty()) loading.folders = {*content + "/rules"};
  auto loaded = load_rules(loading);
  if (!loaded) return loaded.error();
  auto stack = std::make_unique<Stack>();
  stack->rules = std::move(loaded->rules);
  stack->rule_folders = loading.folders;
  stack->rules_from_cache = loaded->from_cache;
  auto normaliser =
      normalise::Normaliser::load(*content + "/mappings", stack->rules.fields(), stack->sources);
  if (!normaliser) return normaliser.error();
  stack->normaliser = std::move(*normaliser);
  if (auto frozen = stack->normaliser->freeze(); !frozen) return frozen.error();
  return stack;
}

}  // namespace hinomi::app
