// What correlation means, written as plainly as possible: every window is recounted from the whole list of
// matches. The oracle of the differential test; far too slow for anything else.
#pragma once

#include <string>
#include <vector>

#include "detect/correlation_engine.h"

namespace hinomi::detect::correlation_testing {

struct ReferenceMatch {
  base::TimeNs time;
  std::uint64_t sequence = 0;
  std::uint32_t rule = 0;  // also the member: the rule under test has the members 0 … n-1
  EventRef event;
  std::vector<CapturedValue> captures;
};

// `matches` in order of (time, sequence), all of rules that are members.
[[nodiscard]] std::vector<Firing> reference_firings(const CorrelationRule& rule,
                                                    const std::vector<ReferenceMatch>& matches);

}  // namespace hinomi::detect::correlation_testing
