// The fast evaluator of a stream of events: routed query sets, gates remembered per field value, then the
// full condition of the few candidates, each node judged at most once an event. Exact: equal to
// ReferenceEvaluator.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "query/gates.h"
#include "query/program.h"
#include "query/raw_screen.h"
#include "query/value_match.h"
#include "query/value_memo.h"

namespace hinomi::query {

// The queries that apply to one route of events, prepared for the evaluator.
class QuerySet {
 public:
  QuerySet() = default;
  QuerySet(const Gates& gates, std::size_t field_count, const std::vector<QueryId>& queries);

  [[nodiscard]] bool contains(QueryId id) const noexcept {
    return !bits_.empty() && (bits_[index_of(id) / 64] >> (index_of(id) % 64) & 1) != 0;
  }
  [[nodiscard]] bool gated(event::FieldId field) const noexcept {
    return event::index_of(field) < gated_.size() && gated_[event::index_of(field)] != 0;
  }
  [[nodiscard]] bool empty() const noexcept { return queries_.empty(); }
  // Whether events must be extracted with Extent::everything for this set, as far as is known without one.
  [[nodiscard]] bool needs_everything() const noexcept { return needs_everything_; }
  // Whether this event must be; asks less of JSON, whose raw text often shows that no keyword stands in it.
  [[nodiscard]] bool needs_everything(const event::Event& event) const noexcept {
    return needs_everything_ && (!raw_screen_ || event.raw.empty() || ValueMatcher::searches_raw(event) ||
                                 raw_screen_->may_hold(event.raw));
  }
  // The gates of the set on kAnyValue; nullptr when there are none.
  [[nodiscard]] const FieldGates* keyword_gates() const noexcept { return keyword_gates_.get(); }
  // Those of them that look at the raw text of JSON too.
  [[nodiscard]] const FieldGates* structural_gates() const noexcept { return structural_gates_.get(); }
  // Equal for sets whose keyword queries are the same: what a value opens there may be shared.
  [[nodiscard]] std::uint64_t keyword_signature() const noexcept { return keyword_signature_; }
  // Shorter values open no keyword gate.
  [[nodiscard]] std::size_t shortest_keyword() const noexcept { return shortest_keyword_; }
  [[nodiscard]] const std::vector<QueryId>& ungated() const noexcept { return ungated_; }
  [[nodiscard]] const std::vector<QueryId>& queries() const noexcept { return queries_; }

 private:
  std::vector<std::uint64_t> bits_;  // by query
  std::vector<std::uint8_t> gated_;  // by field: does any gate of the set stand on it
  std::vector<QueryId> ungated_;
  std::vector<QueryId> queries_;
  std::unique_ptr<FieldGates> keyword_gates_;
  std::unique_ptr<FieldGates> structural_gates_;
  std::uint64_t keyword_signature_ = 0;
  std::size_t shortest_keyword_ = 0;
  bool needs_everything_ = false;
  std::unique_ptr<RawScreen> raw_screen_;  // nullptr: every event may hold a keyword
};

struct StreamStatistics {
  std::uint64_t events = 0;
  std::uint64_t lookups = 0;     // values looked up in the memo
  std::uint64_t misses = 0;      // of these, judged anew
  std::uint64_t candidates = 0;  // queries whose whole condition was judged
};

// One per thread. `program`, `gates` and `matcher` are shared and must outlive it.
class StreamEvaluator {
 public:
  StreamEvaluator(const Program& program, const Gates& gates, const ValueMatcher& matcher,
                  std::size_t field_count, std::uint64_t hash_seed);

  // Fills `matches` with the queries of `set` that hold, in ascending order. No keyword is looked for in an
  // event of Extent::referenced: whoever took it out so knows that the set does not need everything of it.
  void evaluate(const event::Event& event, const QuerySet& set, std::vector<QueryId>& matches);

  // Whether a node holds for the event that was evaluated last; it must still be there.
  [[nodiscard]] bool holds(NodeId id) { return node_holds(id); }
  // Only the first half of the work, for measuring: how many queries would be judged.
  [[nodiscard]] std::size_t candidate_count(const event::Event& event, const QuerySet& set);

  [[nodiscard]] const StreamStatistics& statistics() const noexcept { return statistics_; }
  // Without the memo every value is judged anew: the worst case that hostile input can force.
  void disable_memo() noexcept { use_memo_ = false; }

 private:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;

  // Fills candidates_; false when the set is empty.
  bool collect_candidates(const event::Event& event, const QuerySet& set);
  void index_slots(const event::Event& event);
  // Asks the gates of one value, or notes it in lookups_ where the memory is to be asked first.
  void collect(std::size_t slot, const QuerySet& set);
  void look_up(const QuerySet& set);
  // Whether an earlier slot is the same text, as fallback fields are: its keywords have been looked for.
  [[nodiscard]] bool is_repeated_text(std::size_t slot) const noexcept;
  void collect_raw(const event::Event& event, const QuerySet& set);
  void collect_repeated(event::FieldId field, const QuerySet& set);
  // Which of the gates the value opens; either may be nullptr.
  std::span<const GateId> judge(const FieldGates* gates, const FieldGates* keyword_gates, ValueText& value);
  void judge_into_opened(const FieldGates& gates, ValueText& value);
  [[nodiscard]] bool value_holds(NodeId id, ValueText& value);
  // Adds the gate's queries when they are wanted, not candidates yet, and the gate holds on the event as a
  // whole.
  void add_if_gate_holds(GateId id, const QuerySet& set);
  void add_candidates(std::span<const GateId> gates, const QuerySet& set);
  void add_candidate(QueryId id);
  [[nodiscard]] bool node_holds(NodeId id);
  [[nodiscard]] bool judge_node(const Node& node);
  [[nodiscard]] bool predicate_holds(PredicateId id);
  [[nodiscard]] bool keyword_holds(PredicateId id);
  [[nodiscard]] bool fields_hold(const Predicate& predicate);

  const Program& program_;
  const Gates& gates_;
  const ValueMatcher& matcher_;
  std::uint64_t hash_seed_;
  bool use_memo_ = true;
  ValueMemo memo_;
  std::vector<const FieldGates*> field_gates_;  // by field
  StreamStatistics statistics_;

  // Of the event at hand; stamps make clearing free.
  std::uint32_t stamp_ = 0;
  const event::Event* event_ = nullptr;
  const FieldGates* keyword_gates_ = nullptr;  // of the set, when keywords are looked for
  base::Arena arena_;
  std::vector<ValueText> texts_;            // by slot
  std::vector<std::uint32_t> next_slot_;    // by slot: next one of the same field
  std::vector<std::uint32_t> first_slot_;   // by field
  std::vector<std::uint32_t> field_stamp_;  // by field
  std::vector<event::FieldId> repeated_;    // fields that occur more than once
  ValueText raw_;
  std::vector<std::uint64_t> node_state_;   // by node: stamp << 1 | holds
  std::vector<std::uint32_t> query_stamp_;  // by query: already a candidate
  std::vector<std::uint32_t> gate_stamp_;   // by gate: already judged on the value at hand
  std::uint32_t value_stamp_ = 0;
  struct Lookup {
    base::Hash128 key;
    std::size_t slot;
    const FieldGates* gates;
    const FieldGates* keywords;
  };
  std::vector<Lookup> lookups_;
  std::vector<QueryId> candidates_;
  std::vector<GateId> opened_;
};

}  // namespace hinomi::query
