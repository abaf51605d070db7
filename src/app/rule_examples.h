// The examples beside a rule (x.test.yml beside x.yml): events that must match it and near misses that must
// not. Read and run through the same extraction, detection and correlation as a scan.
//
//   rule: id of the rule                  may be a correlation
//   match: [example, …]                   an example is an event, or a list of events in order of time
//   near_miss: [example, …]               an event is a map (as JSON), or {line: "…"} for a line of a text
//   log
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"
#include "event/log_source.h"
#include "normalise/normaliser.h"

namespace hinomi::app {

struct ExampleEvent {
  bool is_line = false;
  std::string text;  // JSON document or line
};

struct Example {
  std::string rule;
  bool must_match = false;
  std::uint64_t number = 0;  // within its list, from 1
  std::vector<ExampleEvent> events;
};

// The examples of one file; `where` of an error is a place in `text`.
[[nodiscard]] base::Result<std::vector<Example>> read_examples(std::string_view text);

class ExampleRunner {
 public:
  // All must outlive this; `normaliser` is frozen.
  ExampleRunner(const detect::RuleSet& rules, const normalise::Normaliser& normaliser,
                const event::SourceRegistry& sources);
  ~ExampleRunner();
  ExampleRunner(const ExampleRunner&) = delete;
  ExampleRunner& operator=(const ExampleRunner&) = delete;

  // Whether the example's rule found something in it. An error when an event cannot be read or the evaluators
  // disagree.
  [[nodiscard]] base::Result<bool> matches(const Example& example);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::app
