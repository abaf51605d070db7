// What of one rule set is the same in the next, though it stands in another place: so that correlations go on
// from where they were when other rules come, change or go. Rules are compared by what they mean (id, log
// source, condition with its filters), correlations by their definition and by all that they refer to. Not
// for carrying the state over (CorrelationEngine::take_over()).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "detect/rule_set.h"

namespace hinomi::detect {

struct Succession {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  struct Rule {
    std::uint32_t index = kNone;  // in the later set; none: another one, or no correlation uses it there
    std::vector<std::uint32_t> captures;  // of each later capture the earlier index, or kNoCapture
  };
  std::vector<Rule> rules;  // by index in the earlier set
  std::vector<std::uint32_t>
      correlations;  // of each later correlation the index in the earlier set, or kNone
};

[[nodiscard]] Succession succession_of(const RuleSet& earlier, const RuleSet& later);

}  // namespace hinomi::detect
