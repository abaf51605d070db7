#include "query/reference_evaluator.h"

#include <algorithm>

namespace hinomi::query {

bool ReferenceEvaluator::holds(NodeId node, const event::Event& event) {
  arena_.clear();
  return node_holds(program_.node(node), event);
}

bool ReferenceEvaluator::node_holds(const Node& node, const event::Event& event) {
  const auto children = program_.children(node);
  const auto child_holds = [&](NodeId child) { return node_holds(program_.node(child), event); };
  switch (node.kind) {
    case NodeKind::constant:
      return node.value != 0;
    case NodeKind::predicate:
      return predicate_holds(PredicateId{node.value}, event);
    case NodeKind::all:
      return std::all_of(children.begin(), children.end(), child_holds);
    case NodeKind::any:
      return std::any_of(children.begin(), children.end(), child_holds);
    case NodeKind::at_least:
      return std::count_if(children.begin(), children.end(), child_holds) >= node.value;
    case NodeKind::negation:
      return !child_holds(children.front());
  }
  return false;
}

bool ReferenceEvaluator::predicate_holds(PredicateId id, const event::Event& event) {
  const Predicate& p = program_.predicate_at(id);
  bool present = false;
  for (const event::Slot& slot : event.slots) {
    if (slot.field != p.field && p.field != kAnyValue) continue;
    present = true;
    ValueText value(slot.value);
    if (p.op == Op::exists) return true;
    if (p.op == Op::is_null) {
      if (slot.value.kind == event::ValueKind::null) return true;
    } else if (is_single_value(p.op)) {
      if (matcher_.holds(id, value, arena_)) return true;
    } else {
      for (const event::Slot& other : event.slots) {
        ValueText other_value(other.value);
        if (other.field == p.other && ValueMatcher::holds_between(p, value, other_value, arena_)) return true;
      }
    }
  }
  if (p.field == kAnyValue && is_single_value(p.op) && ValueMatcher::searches_raw(event, p)) {
    ValueText raw({event::ValueKind::text, event.raw});
    return matcher_.holds(id, raw, arena_);
  }
  return p.op == Op::is_null && !present;
}

}  // namespace hinomi::query
