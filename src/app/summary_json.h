// The summary of a scan for machines: one JSON document with the status of every input and all counts. Not
// the findings.
#pragma once

#include <chrono>
#include <string>

#include "detect/rule_set.h"
#include "flow/scan.h"

namespace hinomi::app {

[[nodiscard]] std::string summary_json(const detect::RuleSet& rules, const flow::ScanSummary& summary,
                                       std::chrono::milliseconds elapsed);

}  // namespace hinomi::app
