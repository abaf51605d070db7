// Gates: for every query, conditions on single fields of which at least one must hold for the query to hold.
// They are judged once per distinct field value and remembered, so that an event meets only the few queries
// that can match. A gate is an over-approximation; the evaluator always judges the whole condition
// afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "query/literal_index.h"
#include "query/program.h"

namespace hinomi::query {

enum class GateId : std::uint32_t {};

struct Gate {
  event::FieldId field{};
  std::vector<NodeId> conjuncts;  // all on `field`, none negated
  std::vector<QueryId> queries;   // that may hold when this gate holds
  bool joint = false;             // several predicates must hold on one value: unsound for a repeated field
};

// The gates of one field and how to find those that a value may open.
struct FieldGates {
  LiteralIndex literals;                // payload = GateId of a gate whose witness literal occurs
  std::vector<GateId> without_literal;  // judged on every new value
  std::vector<GateId> joint;            // of this field, for events that repeat it
};

class Gates {
 public:
  explicit Gates(const Program& program);

  [[nodiscard]] const Gate& gate(GateId id) const noexcept { return gates_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::size_t size() const noexcept { return gates_.size(); }
  [[nodiscard]] const Program& program() const noexcept { return program_; }
  // nullptr when no gate stands on the field. kAnyValue has its own.
  [[nodiscard]] const FieldGates* on(event::FieldId field) const noexcept;
  // The gates on kAnyValue of these queries only, nullptr when they have none: few and long literals are
  // found faster. `structural`: only those with a keyword that is looked for in the raw text of JSON too
  // (ValueMatcher::is_structural).
  [[nodiscard]] std::unique_ptr<FieldGates> keyword_gates(std::span<const QueryId> queries,
                                                          bool structural = false) const;
  // Queries without any gate: to be judged on every event of their log source.
  [[nodiscard]] bool ungated(QueryId id) const noexcept { return ungated_[index_of(id)]; }
  // Keyword conditions look at every value: such a query needs events extracted with Extent::everything.
  [[nodiscard]] bool needs_everything(QueryId id) const noexcept { return needs_everything_[index_of(id)]; }
  [[nodiscard]] std::size_t query_count() const noexcept { return fields_.size(); }
  [[nodiscard]] std::span<const event::FieldId> fields_of(QueryId id) const noexcept {
    return fields_[index_of(id)];
  }

 private:
  struct Choice {
    std::vector<Gate> gates;
    double cost = 0;
    bool possible = false;
  };
  struct Witness {
    std::vector<std::pair<LiteralPlace, std::string>> literals;
    double cost = 0;
    bool possible = false;
  };
  [[nodiscard]] Choice choose(NodeId id) const;
  [[nodiscard]] Choice choose_all(const Node& node) const;
  [[nodiscard]] Choice choose_any(const Node& node) const;
  // The one field on which the node stands without negation; nullopt-like kNoField when there is none.
  [[nodiscard]] event::FieldId single_field(NodeId id) const;
  [[nodiscard]] bool is_joint(NodeId id) const;
  [[nodiscard]] double cost_of(NodeId id) const;
  [[nodiscard]] Witness witness_of(NodeId id) const;
  [[nodiscard]] static Witness witness_of(const Predicate& predicate);
  [[nodiscard]] bool has_keyword(NodeId id) const;
  [[nodiscard]] bool has_structural(NodeId id) const;
  // Enters the gate's witness literals, or the gate itself where it has none.
  void enter(GateId id, FieldGates& into) const;
  void add(QueryId query, const Gate& gate, std::unordered_map<std::string, std::uint32_t>& known);

  const Program& program_;
  std::vector<Gate> gates_;
  std::vector<std::vector<event::FieldId>> fields_;  // by query
  std::vector<bool> ungated_;                        // by query
  std::vector<bool> needs_everything_;               // by query
  mutable std::vector<double> known_costs_;          // by node, while gates are chosen; NaN = not known yet
  std::unordered_map<std::uint32_t, FieldGates> by_field_;
};

}  // namespace hinomi::query
