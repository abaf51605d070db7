// Runs Sigma correlation rules over matches of rules: event time, exact sliding windows, bounded state, no
// clock, no randomness, no I/O. Not thread-safe: one engine per thread; split by rule where several threads
// correlate.
//
// When a correlation fires
//   Matches are taken in the order (time, sequence, rule, arrival). With Judgement::at_match a group *holds*
//   at a match when the condition is true for the window that ends with this match. It *fires* when it holds
//   and has not fired within the last timespan: t >= last firing + timespan (tumbling: once per window;
//   unbounded: once). So windows of two firings of one group never overlap, no event is evidence twice, and
//   neither a flood nor a rate that rides on the threshold makes a storm. (Firing again at every new crossing
//   would: five per 10 minutes, one event every 2.2 minutes, crosses at each event.) A holding match that
//   does not fire is counted in RuleStatistics::suppressed. The other judgements fire at most once per their
//   own window.
//
// Values
//   event_count: matches. value_count: different tuples. temporal: different positive members.
//   temporal_ordered: length of the longest chain member 0, 1, 2 … that ends with this match; equal times
//   count as in order when their order of arrival is. value_sum, value_avg: double, summed with compensation
//   and never by subtraction, exact for integers below 2^53. value_percentile: exact, linear between closest
//   ranks (SQL PERCENTILE_CONT). Texts are equal when they are equal after simple case folding. An event that
//   several rules of one correlation match is one event for event_count, sum, mean and percentile
//   (`repeated`), but does stand for each of these rules in the temporal types.
//
// What is not counted, and where it shows (RuleStatistics, Statistics)
//   a group-by field is absent: `ungrouped` (SQL would make a NULL group; Splunk's `stats by` drops, as we
//   do); a value field is absent: `without_value`; it is not a finite decimal number: `not_numeric`; it is
//   older than the watermark: `late`; a limit is reached: `groups_refused`, `matches_refused`, which are also
//   announced through FiringSink::on_limit. Nothing is evicted to make room.
//
// Chains
//   A correlation is a match for those that refer to it: counting types (event_count, value_*) get each
//   firing, temporal types every match at which it holds, so that "many failures, then success" is seen
//   although the failures went on long after their first firing. Time, event and carried values are those of
//   that match; for other judgements than at_match the time is the end of the window and the values are the
//   last match's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/correlation_evidence.h"
#include "detect/correlation_rule.h"
#include "detect/group_key.h"

namespace hinomi::detect {

struct Succession;  // succession.h

// One match of a rule; borrows its captures for the call.
struct Match {
  base::TimeNs time;
  std::uint64_t sequence = 0;  // order of arrival; decides among equal times
  std::uint32_t rule = 0;
  EventRef event;                           // the same for all matches of one event, and for no other event
  std::span<const CapturedValue> captures;  // the values that correlations need of this rule
};

struct Firing {
  std::uint32_t correlation = 0;   // index into the rules given to create()
  std::vector<std::string> group;  // values as written in the trigger, one per group_by
  std::string group_key;           // the same, folded, in one unambiguous byte string: for ids
  base::TimeNs time;               // when it was decided, in event time
  base::TimeNs first_time;         // of the contributing matches
  base::TimeNs last_time;
  double value = 0;                // what the condition was applied to
  bool value_is_at_least = false;  // see kMaxExactCount
  // Contributing events: event_count and the numeric types: matches in the window; value_count: distinct
  // tuples, each with its latest event; temporal: members, each with its latest event; temporal_ordered: the
  // chain. `evidence` holds the latest kMaxEvidence of them, in order of time.
  std::uint64_t total = 0;
  std::vector<Evidence> evidence;
  EventRef trigger;  // the event that made it fire; else the last one counted
};

enum class LimitKind : std::uint8_t { groups, bytes, derived_matches, reorder_buffer };

struct LimitReached {
  LimitKind kind = LimitKind::groups;
  std::uint32_t correlation = 0;  // meaningless for reorder_buffer
  std::uint64_t refused = 0;      // so far, of this kind and correlation
};

class FiringSink {
 public:
  virtual ~FiringSink() = default;
  virtual void on_firing(const Firing& firing) = 0;
  // Called at the 1st, 2nd, 4th, 8th … refusal of a kind by a correlation: loud, but no storm.
  virtual void on_limit(const LimitReached& limit) = 0;
};

struct CorrelationOptions {
  std::size_t max_groups = 1'000'000;
  std::size_t max_bytes = std::size_t{512} << 20;  // of all state incl. the reorder buffer, as accounted
  // How far behind the latest match one may come and still be put in order. 0 = the input is sorted: nothing
  // is buffered and a match is judged in the call that brings it.
  std::int64_t allowed_lateness_ns = 0;
  std::uint64_t hash_seed = 0;  // against flooding of hash tables; never changes a result
};

struct RuleStatistics {
  std::uint64_t matches = 0;  // delivered to this correlation, before any of the following
  std::uint64_t ungrouped = 0;
  std::uint64_t without_value = 0;
  std::uint64_t not_numeric = 0;
  std::uint64_t repeated = 0;  // see "Values"
  std::uint64_t firings = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t groups_refused = 0;   // matches whose group did not exist and could not be made
  std::uint64_t matches_refused = 0;  // matches of an existing group that needed more memory
  std::uint64_t derived_refused = 0;
  friend bool operator==(const RuleStatistics&, const RuleStatistics&) = default;
};

struct Statistics {
  std::uint64_t matches = 0;         // given to on_match
  std::uint64_t unreferenced = 0;    // of a rule that no correlation uses
  std::uint64_t late = 0;            // older than the watermark: not correlated
  std::uint64_t released_early = 0;  // left the full reorder buffer before their time
  std::size_t groups = 0;
  std::size_t groups_peak = 0;
  std::size_t bytes = 0;
  std::size_t bytes_peak = 0;
  friend bool operator==(const Statistics&, const Statistics&) = default;
};

class CorrelationEngine {
 public:
  // Checks every rule and the references among them; a cycle is an error that names its members.
  [[nodiscard]] static base::Result<CorrelationEngine> create(std::vector<CorrelationRule> rules,
                                                              const CorrelationOptions& options);
  CorrelationEngine(CorrelationEngine&&) noexcept;
  CorrelationEngine& operator=(CorrelationEngine&&) noexcept;
  ~CorrelationEngine();

  void on_match(const Match& match, FiringSink& sink);
  // No match with a time < watermark will come any more; one that does is late.
  void advance(base::TimeNs watermark, FiringSink& sink);
  // No match will come any more: decides every open window (silence only up to the latest time seen;
  // unbounded rules with an upper bound after all others), then forgets all state. The engine can start anew.
  void finish(FiringSink& sink);

  // Appends an image of everything the engine knows. An engine of the same rules and options that restores it
  // goes on exactly as this one would, statistics and refusals included; only the hash seed may differ.
  void save(std::string& out) const;
  // Whatever was known before is forgotten. Refuses an image that is damaged, of another version, or of other
  // rules or options, and then changes nothing; it is not a guard against forgery, but what it accepts is
  // safe to run.
  [[nodiscard]] base::Result<void> restore(std::string_view image);
  // Goes on from what an engine of other rules knows, in everything that is the same in both: `succession` is
  // of its rules and these. The other correlations begin anew. Same options; else as restore().
  [[nodiscard]] base::Result<void> take_over(const CorrelationEngine& earlier, const Succession& succession);

  [[nodiscard]] const std::vector<CorrelationRule>& rules() const noexcept;
  [[nodiscard]] const Statistics& statistics() const noexcept;
  [[nodiscard]] const RuleStatistics& statistics(std::uint32_t correlation) const;

 private:
  class State;
  explicit CorrelationEngine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hinomi::detect
