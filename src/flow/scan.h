// The scan of files: inputs to units, units to events, events through the rules, findings out in the order of
// the input; correlations over everything at the end. The story of `hinomi scan`, without its texts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"
#include "detect/explain.h"
#include "detect/rule_set.h"
#include "event/log_source.h"
#include "flow/correlation_run.h"
#include "ingest/source.h"
#include "normalise/normaliser.h"

namespace hinomi::flow {

// Where an event stands, for people: `file` is the name of its input, valid during the scan.
struct NamedPlace {
  std::string_view file;
  std::uint64_t record = 0;
};

struct Finding {
  const detect::RuleInfo* rule = nullptr;
  bool has_time = false;
  base::TimeNs time{};
  EventPlace place;
  std::vector<detect::MatchedItem> matched;

  // Of a correlation only.
  bool correlated = false;
  std::vector<std::pair<std::string, std::string>> group;  // field, value
  double value = 0;
  base::TimeNs first_time{};
  std::vector<NamedPlace> events;  // that contributed, at most CorrelationEngine's limit
  std::uint64_t event_count = 0;
};

struct ScanOptions {
  std::vector<std::string> paths;
  int threads = 1;
  detect::Level min_level = detect::Level::informational;
  bool by_reference = false;  // compare with the reference evaluator instead of trusting the fast one
  bool use_memo = true;
  std::uint64_t hash_seed = 0;
  ingest::ReaderOptions reader;
  std::function<bool()> stop;  // asked often, from any thread; true ends the scan early
};

struct InputResult {
  ingest::InputStatus status;
  std::uint64_t events = 0;
  std::uint64_t bad_records = 0;
  std::uint64_t notes = 0;
  std::string note;
};

struct ScanSummary {
  std::uint64_t events = 0;
  std::uint64_t unrouted = 0;  // events of no known log source: no rule was asked
  std::uint64_t bytes = 0;
  std::uint64_t findings = 0;                  // shown ones
  std::vector<std::uint64_t> per_rule;         // by RuleSet::rules
  std::vector<std::uint64_t> per_correlation;  // by RuleSet::correlations
  std::vector<InputResult> inputs;
  bool stopped = false;
  std::uint64_t correlations_incomplete = 0;  // matches that correlations could not take into account
  std::uint64_t differences = 0;              // by_reference: events where the evaluators disagreed
  std::string first_difference;
};

struct ScanProgress {
  ingest::Progress bytes;
  std::uint64_t events = 0;
  std::uint64_t findings = 0;
};

// Called from one thread at a time, in the order of the input.
class FindingSink {
 public:
  FindingSink() = default;
  FindingSink(const FindingSink&) = delete;
  FindingSink& operator=(const FindingSink&) = delete;
  virtual ~FindingSink() = default;
  virtual void on_finding(const Finding& finding, std::string_view input_name) = 0;
  // From any thread, a few times a second.
  virtual void on_progress(const ScanProgress& /*progress*/) {}
};

// `normaliser` must be frozen and share its FieldTable with the detector's rules.
[[nodiscard]] ScanSummary scan(const detect::Detector& detector, const normalise::Normaliser& normaliser,
                               const event::SourceRegistry& sources, const ScanOptions& options,
                               FindingSink& sink);

}  // namespace hinomi::flow
