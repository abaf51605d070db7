#include "query/stream_evaluator.h"

#include <algorithm>

#include "base/hash.h"

namespace hinomi::query {

QuerySet::QuerySet(const Gates& gates, std::size_t field_count, const std::vector<QueryId>& queries)
    : queries_(queries) {
  bits_.assign(gates.query_count() / 64 + 1, 0);
  gated_.assign(field_count, 0);
  std::vector<QueryId> keyword_queries;
  for (const QueryId id : queries) {
    bits_[index_of(id) / 64] |= std::uint64_t{1} << (index_of(id) % 64);
    needs_everything_ = needs_everything_ || gates.needs_everything(id);
    if (gates.ungated(id)) ungated_.push_back(id);
    for (const event::FieldId field : gates.fields_of(id)) {
      if (field != kAnyValue) {
        gated_[event::index_of(field)] = 1;
      } else {
        keyword_queries.push_back(id);
      }
    }
  }
  if (needs_everything_) {
    std::vector<QueryId> with_keywords;
    std::copy_if(queries.begin(), queries.end(), std::back_inserter(with_keywords),
                 [&](QueryId id) { return gates.needs_everything(id); });
    raw_screen_ = RawScreen::make(gates.program(), with_keywords);
  }
  keyword_gates_ = gates.keyword_gates(keyword_queries);
  structural_gates_ = gates.keyword_gates(keyword_queries, true);
  if (!keyword_gates_) return;
  if (keyword_gates_->without_literal.empty()) shortest_keyword_ = keyword_gates_->literals.shortest();
  const std::string_view bytes(reinterpret_cast<const char*>(keyword_queries.data()),
                               keyword_queries.size() * sizeof(QueryId));
  keyword_signature_ = base::hash64(bytes, 0) | 1;
}

StreamEvaluator::StreamEvaluator(const Program& program, const Gates& gates, const ValueMatcher& matcher,
                                 std::size_t field_count, std::uint64_t hash_seed)
    : program_(program), gates_(gates), matcher_(matcher), hash_seed_(hash_seed) {
  for (std::uint32_t i = 0; i < field_count; ++i) field_gates_.push_back(gates.on(event::FieldId{i}));
  first_slot_.resize(field_count);
  field_stamp_.resize(field_count);
  node_state_.resize(program.node_count());
  query_stamp_.resize(program.query_count());
  gate_stamp_.resize(gates.size());
}

void StreamEvaluator::evaluate(const event::Event& event, const QuerySet& set,
                               std::vector<QueryId>& matches) {
  matches.clear();
  if (!collect_candidates(event, set)) return;
  for (const QueryId id : candidates_) {
    if (node_holds(program_.root(id))) matches.push_back(id);
  }
  std::sort(matches.begin(), matches.end());
}

std::size_t StreamEvaluator::candidate_count(const event::Event& event, const QuerySet& set) {
  return collect_candidates(event, set) ? candidates_.size() : 0;
}

bool StreamEvaluator::collect_candidates(const event::Event& event, const QuerySet& set) {
  ++statistics_.events;
  if (set.empty()) return false;
  if (++stamp_ == 0) {  // after 2^32 events the stamps start anew
    std::fill(field_stamp_.begin(), field_stamp_.end(), 0);
    std::fill(query_stamp_.begin(), query_stamp_.end(), 0);
    std::fill(node_state_.begin(), node_state_.end(), 0);
    stamp_ = 1;
  }
  event_ = &event;
  arena_.clear();
  candidates_.clear();
  lookups_.clear();
  index_slots(event);
  keyword_gates_ = event.extent == event::Extent::everything ? set.keyword_gates() : nullptr;
  for (const QueryId id : set.ungated()) add_candidate(id);
  for (std::size_t i = 0; i < event.slots.size(); ++i) collect(i, set);
  look_up(set);
  if (keyword_gates_ != nullptr) collect_raw(event, set);
  for (const event::FieldId field : repeated_) {
    if (set.gated(field)) collect_repeated(field, set);
  }
  statistics_.candidates += candidates_.size();
  return true;
}

void StreamEvaluator::index_slots(const event::Event& event) {
  texts_.clear();
  next_slot_.assign(event.slots.size(), kNoSlot);
  repeated_.clear();
  for (std::uint32_t i = 0; i < event.slots.size(); ++i) {
    texts_.emplace_back(event.slots[i].value);
    const std::uint32_t field = event::index_of(event.slots[i].field);
    if (field >= first_slot_.size()) continue;
    if (field_stamp_[field] != stamp_) {
      field_stamp_[field] = stamp_;
    } else {
      next_slot_[i] = first_slot_[field];
      if (next_slot_[next_slot_[i]] == kNoSlot) repeated_.push_back(event.slots[i].field);
    }
    first_slot_[field] = i;
  }
  raw_ = ValueText({event::ValueKind::text, event.raw});
}

bool StreamEvaluator::is_repeated_text(std::size_t slot) const noexcept {
  constexpr std::size_t kWorthLooking = 64;  // bytes
  const std::string_view text = texts_[slot].text();
  if (text.size() < kWorthLooking) return false;
  for (std::size_t i = 0; i < slot; ++i) {
    if (texts_[i].text().data() == text.data() && texts_[i].text().size() == text.size()) return true;
  }
  return false;
}

void StreamEvaluator::collect(std::size_t slot, const QuerySet& set) {
  ValueText& value = texts_[slot];
  if (value.kind() == event::ValueKind::null) return;
  const event::FieldId field = event_->slots[slot].field;
  const std::string_view text = value.text();
  const FieldGates* gates = set.gated(field) ? field_gates_[event::index_of(field)] : nullptr;
  const FieldGates* keywords = keyword_gates_;
  if (keywords != nullptr && (text.size() < set.shortest_keyword() || is_repeated_text(slot)))
    keywords = nullptr;
  if (gates == nullptr && keywords == nullptr) return;
  ++statistics_.lookups;
  if (!use_memo_) {
    ++statistics_.misses;
    add_candidates(judge(gates, keywords, value), set);
    return;
  }
  // What is remembered depends on which of the two sets of gates was asked, so the key does too.
  const std::uint64_t asked = gates == nullptr ? event::index_of(kAnyValue) : event::index_of(field);
  constexpr std::uint64_t kFieldSpread = 0x9E37'79B9'7F4A'7C15ULL;
  const std::uint64_t keyword_part = keywords != nullptr ? set.keyword_signature() : 0;
  const base::Hash128 key = base::hash128(text, (hash_seed_ ^ (asked * kFieldSpread)) + keyword_part);
  memo_.prefetch(key);
  lookups_.push_back({key, slot, gates, keywords});
}

void StreamEvaluator::look_up(const QuerySet& set) {
  for (const Lookup& lookup : lookups_) {
    const ValueMemo::Noted noted = memo_.find(lookup.key);
    if (noted.known) {
      add_candidates(noted.gates, set);
      continue;
    }
    ++statistics_.misses;
    const std::span<const GateId> opened = judge(lookup.gates, lookup.keywords, texts_[lookup.slot]);
    if (memo_.met_before(lookup.key)) memo_.note(lookup.key, opened);
    add_candidates(opened, set);
  }
}

// The raw text of a record is met once: it is never remembered.
void StreamEvaluator::collect_raw(const event::Event& event, const QuerySet& set) {
  if (event.raw.empty()) return;
  const FieldGates* const gates = ValueMatcher::searches_raw(event) ? keyword_gates_ : set.structural_gates();
  if (gates != nullptr) add_candidates(judge(nullptr, gates, raw_), set);
}

// A field with several values: gates that ask several things of one value are too strict there, so the
// queries behind them become candidates whenever the gate holds on the values together.
void StreamEvaluator::collect_repeated(event::FieldId field, const QuerySet& set) {
  for (const GateId id : field_gates_[event::index_of(field)]->joint) add_if_gate_holds(id, set);
}

void StreamEvaluator::add_if_gate_holds(GateId id, const QuerySet& set) {
  const Gate& gate = gates_.gate(id);
  const bool wanted = std::any_of(gate.queries.begin(), gate.queries.end(), [&](QueryId q) {
    return set.contains(q) && query_stamp_[index_of(q)] != stamp_;
  });
  if (!wanted) return;
  const bool holds = std::all_of(gate.conjuncts.begin(), gate.conjuncts.end(),
                                 [&](NodeId conjunct) { return node_holds(conjunct); });
  if (holds) add_candidates(std::span(&id, 1), set);
}

std::span<const GateId> StreamEvaluator::judge(const FieldGates* gates, const FieldGates* keyword_gates,
                                               ValueText& value) {
  opened_.clear();
  if (++value_stamp_ == 0) {
    std::fill(gate_stamp_.begin(), gate_stamp_.end(), 0);
    value_stamp_ = 1;
  }
  if (gates != nullptr) judge_into_opened(*gates, value);
  if (keyword_gates != nullptr) judge_into_opened(*keyword_gates, value);
  return opened_;
}

void StreamEvaluator::judge_into_opened(const FieldGates& gates, ValueText& value) {
  const auto consider = [&](GateId id) {
    std::uint32_t& seen = gate_stamp_[static_cast<std::size_t>(id)];
    if (seen == value_stamp_) return;
    seen = value_stamp_;
    const Gate& gate = gates_.gate(id);
    const bool holds = std::all_of(gate.conjuncts.begin(), gate.conjuncts.end(),
                                   [&](NodeId conjunct) { return value_holds(conjunct, value); });
    if (holds) opened_.push_back(id);
  };
  if (!gates.literals.empty() && value.text().size() >= gates.literals.shortest()) {
    gates.literals.find(value.folded(arena_), [&](std::uint32_t payload) { consider(GateId{payload}); });
  }
  for (const GateId id : gates.without_literal) consider(id);
}

bool StreamEvaluator::value_holds(NodeId id, ValueText& value) {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::predicate) return matcher_.holds(PredicateId{node.value}, value, arena_);
  const auto children = program_.children(node);
  const auto holds = [&](NodeId child) { return value_holds(child, value); };
  if (node.kind == NodeKind::all) return std::all_of(children.begin(), children.end(), holds);
  if (node.kind == NodeKind::any) return std::any_of(children.begin(), children.end(), holds);
  return std::count_if(children.begin(), children.end(), holds) >=
         node.value;  // at_least: gates hold no others
}

void StreamEvaluator::add_candidates(std::span<const GateId> gates, const QuerySet& set) {
  for (const GateId gate : gates) {
    for (const QueryId id : gates_.gate(gate).queries) {
      if (set.contains(id)) add_candidate(id);
    }
  }
}

void StreamEvaluator::add_candidate(QueryId id) {
  if (query_stamp_[index_of(id)] == stamp_) return;
  query_stamp_[index_of(id)] = stamp_;
  candidates_.push_back(id);
}

bool StreamEvaluator::node_holds(NodeId id) {
  std::uint64_t& state = node_state_[index_of(id)];
  if (state >> 1 == stamp_) return (state & 1) != 0;
  const bool holds = judge_node(program_.node(id));
  node_state_[index_of(id)] = std::uint64_t{stamp_} << 1 | static_cast<std::uint64_t>(holds);
  return holds;
}

bool StreamEvaluator::judge_node(const Node& node) {
  const auto children = program_.children(node);
  const auto holds = [&](NodeId child) { return node_holds(child); };
  switch (node.kind) {
    case NodeKind::constant:
      return node.value != 0;
    case NodeKind::predicate:
      return predicate_holds(PredicateId{node.value});
    case NodeKind::all:
      return std::all_of(children.begin(), children.end(), holds);
    case NodeKind::any:
      return std::any_of(children.begin(), children.end(), holds);
    case NodeKind::at_least:
      return std::count_if(children.begin(), children.end(), holds) >= node.value;
    case NodeKind::negation:
      return !holds(children.front());
  }
  return false;
}

bool StreamEvaluator::predicate_holds(PredicateId id) {
  const Predicate& p = program_.predicate_at(id);
  if (p.field == kAnyValue) return keyword_holds(id);
  const std::uint32_t field = event::index_of(p.field);
  if (field_stamp_[field] != stamp_) return p.op == Op::is_null;
  if (p.op == Op::exists) return true;
  if (!is_single_value(p.op) && p.op != Op::is_null) return fields_hold(p);
  for (std::uint32_t i = first_slot_[field]; i != kNoSlot; i = next_slot_[i]) {
    if (p.op == Op::is_null) {
      if (texts_[i].kind() == event::ValueKind::null) return true;
    } else if (matcher_.holds(id, texts_[i], arena_)) {
      return true;
    }
  }
  return false;
}

bool StreamEvaluator::keyword_holds(PredicateId id) {
  const Op op = program_.predicate_at(id).op;
  if (op == Op::exists) return !event_->slots.empty();
  if (op == Op::is_null) {
    return event_->slots.empty() || std::any_of(texts_.begin(), texts_.end(), [](const ValueText& text) {
             return text.kind() == event::ValueKind::null;
           });
  }
  if (ValueMatcher::searches_raw(*event_, program_.predicate_at(id)) && matcher_.holds(id, raw_, arena_))
    return true;
  return std::any_of(texts_.begin(), texts_.end(),
                     [&](ValueText& text) { return matcher_.holds(id, text, arena_); });
}

bool StreamEvaluator::fields_hold(const Predicate& p) {
  const std::uint32_t other = event::index_of(p.other);
  if (field_stamp_[other] != stamp_) return false;
  for (std::uint32_t i = first_slot_[event::index_of(p.field)]; i != kNoSlot; i = next_slot_[i]) {
    for (std::uint32_t j = first_slot_[other]; j != kNoSlot; j = next_slot_[j]) {
      if (ValueMatcher::holds_between(p, texts_[i], texts_[j], arena_)) return true;
    }
  }
  return false;
}

}  // namespace hinomi::query
