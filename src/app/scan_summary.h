// What a scan says at its end: counts by level, rule and ATT&CK tactic, and the status of every input.
#pragma once

#include <chrono>

#include "app/console.h"
#include "detect/rule_set.h"
#include "flow/scan.h"

namespace hinomi::app {

// To the output when it is a table for people, else to the error stream, so that machine output stays pure.
void print_summary(Console& console, const detect::RuleSet& rules, const flow::ScanSummary& summary,
                   std::chrono::milliseconds elapsed, bool to_output);

// The status of one input in the console's language, without its name.
[[nodiscard]] std::string status_text(base::Language language, const flow::InputResult& input);

}  // namespace hinomi::app
