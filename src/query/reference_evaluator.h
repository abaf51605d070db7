// The naive evaluator: walks the condition of every query on every event, with no index and no memory. It is
// the oracle of the differential tests and the engine of explanations, not for volume.
#pragma once

#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "query/program.h"
#include "query/value_match.h"

namespace hinomi::query {

class ReferenceEvaluator {
 public:
  explicit ReferenceEvaluator(const Program& program) : program_(program), matcher_(program) {}

  // `event` must be extracted with Extent::everything where keyword predicates (kAnyValue) occur.
  [[nodiscard]] bool holds(NodeId node, const event::Event& event);
  [[nodiscard]] bool holds(QueryId query, const event::Event& event) {
    return holds(program_.root(query), event);
  }

 private:
  [[nodiscard]] bool node_holds(const Node& node, const event::Event& event);
  [[nodiscard]] bool predicate_holds(PredicateId id, const event::Event& event);

  const Program& program_;
  ValueMatcher matcher_;
  base::Arena arena_;
};

}  // namespace hinomi::query
