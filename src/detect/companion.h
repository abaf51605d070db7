// The files beside a rule file: x.ja.yml holds the Japanese texts of x.yml, x.test.yml its examples. Not
// rules.
#pragma once

#include <string_view>
#include <vector>

#include "detect/rule_set.h"

namespace hinomi::detect {

// True for x.ja.yml, x.test.yml and the same with .yaml.
[[nodiscard]] bool is_companion(std::string_view path);

// Gives the rules of x.yml the texts of x.ja.yml: by id where it names one, else in their order. A
// translation that is no YAML is among the refusals.
void add_translations(const std::vector<RuleFile>& files, RuleSet& set);

}  // namespace hinomi::detect
