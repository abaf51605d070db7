// Applies a RuleSet to events: chooses the rules of an event's log sources, judges them, and says which hold.
// The shared part is built once; every thread has its own DetectorWorker.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/rule_set.h"
#include "event/event.h"
#include "event/log_source.h"
#include "query/gates.h"
#include "query/reference_evaluator.h"
#include "query/stream_evaluator.h"
#include "query/value_match.h"

namespace hinomi::detect {

// Const after construction; `rules` must outlive it, and its FieldTable may only have grown since.
class Detector {
 public:
  explicit Detector(const RuleSet& rules);

  [[nodiscard]] const RuleSet& rules() const noexcept { return rules_; }
  [[nodiscard]] const query::Gates& gates() const noexcept { return gates_; }
  [[nodiscard]] const query::ValueMatcher& matcher() const noexcept { return matcher_; }
  // The rules that want to see events of these log sources, ascending.
  [[nodiscard]] std::vector<query::QueryId> rules_for(const std::vector<event::LogSource>& sources) const;

 private:
  const RuleSet& rules_;
  query::Gates gates_;
  query::ValueMatcher matcher_;
};

class DetectorWorker {
 public:
  // `hash_seed` keys the memory of values; take it from real randomness where input is hostile.
  DetectorWorker(const Detector& detector, const event::SourceRegistry& sources, std::uint64_t hash_seed);

  // False when no rule wants events of this route: they need not be evaluated.
  [[nodiscard]] bool wanted(event::RouteId route) { return !set_of(route).empty(); }
  // Whether some rule of the event's route may look at every value of it: the event must then be extracted
  // with Extent::everything. It may have been extracted with less so far, and needs only its route, format
  // and raw text.
  [[nodiscard]] bool needs_everything(const event::Event& event) {
    return set_of(event.route).needs_everything(event);
  }

  // Indexes into RuleSet::rules of the rules that hold, ascending.
  void evaluate(const event::Event& event, std::vector<std::uint32_t>& matches);
  // Whether a part of a condition holds for the event that was evaluated last; it must still be there.
  [[nodiscard]] bool holds(query::NodeId id) { return fast_.holds(id); }
  // The first half of evaluate(), for measuring.
  [[nodiscard]] std::size_t candidate_count(const event::Event& event) {
    return fast_.candidate_count(event, set_of(event.route));
  }
  // The same by the reference evaluator, for differential tests.
  void evaluate_by_reference(const event::Event& event, std::vector<std::uint32_t>& matches);

  [[nodiscard]] const query::StreamStatistics& statistics() const noexcept { return fast_.statistics(); }
  void disable_memo() noexcept { fast_.disable_memo(); }

 private:
  [[nodiscard]] const query::QuerySet& set_of(event::RouteId route);

  const Detector& detector_;
  const event::SourceRegistry& sources_;
  query::StreamEvaluator fast_;
  std::unique_ptr<query::ReferenceEvaluator> reference_;
  std::vector<std::unique_ptr<query::QuerySet>> sets_;  // by route, made when first met
  std::vector<query::QueryId> found_;
};

}  // namespace hinomi::detect
