// The one compiled form of everything that selects events: hash-consed predicates and a shared DAG of and /
// or / not over them. Both evaluators (reference and stream) read this and nothing else. Built once, then
// const.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "query/predicate.h"

namespace hinomi::query {

enum class NodeId : std::uint32_t {};
enum class QueryId : std::uint32_t {};

[[nodiscard]] constexpr std::uint32_t index_of(NodeId id) noexcept {
  return static_cast<std::uint32_t>(id);
}
[[nodiscard]] constexpr std::uint32_t index_of(QueryId id) noexcept {
  return static_cast<std::uint32_t>(id);
}
[[nodiscard]] constexpr std::uint32_t index_of(PredicateId id) noexcept {
  return static_cast<std::uint32_t>(id);
}

enum class NodeKind : std::uint8_t {
  constant,   // value: 0 or 1
  predicate,  // value: PredicateId
  all,        // every child
  any,        // at least one child
  at_least,   // at least `value` children
  negation,   // not the one child
};

struct Node {
  NodeKind kind = NodeKind::constant;
  std::uint32_t value = 0;
  std::uint32_t first_child = 0;  // into Program::children
  std::uint32_t child_count = 0;
};

class Program {
 public:
  // Equal arguments give equal ids. `all` and `any` are flattened, sorted and freed of constants and doubles.
  NodeId constant(bool value);
  NodeId predicate(const Predicate& predicate);
  NodeId all(std::vector<NodeId> children);
  NodeId any(std::vector<NodeId> children);
  NodeId at_least(std::uint32_t count, std::vector<NodeId> children);
  NodeId negation(NodeId child);

  QueryId add_query(NodeId root);

  [[nodiscard]] const Node& node(NodeId id) const noexcept { return nodes_[index_of(id)]; }
  [[nodiscard]] std::span<const NodeId> children(const Node& node) const noexcept {
    return std::span(children_).subspan(node.first_child, node.child_count);
  }
  [[nodiscard]] const Predicate& predicate_of(const Node& node) const noexcept {
    return predicates_[node.value];
  }
  [[nodiscard]] const Predicate& predicate_at(PredicateId id) const noexcept {
    return predicates_[index_of(id)];
  }
  [[nodiscard]] NodeId root(QueryId id) const noexcept { return queries_[index_of(id)]; }

  [[nodiscard]] std::size_t predicate_count() const noexcept { return predicates_.size(); }
  [[nodiscard]] std::size_t node_count() const noexcept { return nodes_.size(); }
  [[nodiscard]] std::size_t query_count() const noexcept { return queries_.size(); }

  // Binary form for the cached image; `load` checks every index and refuses anything inconsistent.
  void save(std::string& out) const;
  [[nodiscard]] static base::Result<Program> load(std::string_view& in, std::size_t field_count);

 private:
  NodeId add_node(NodeKind kind, std::uint32_t value, std::span<const NodeId> children);
  // Flattened, sorted, unique; nullopt-like flag when a constant decides.
  struct Gathered {
    std::vector<NodeId> children;
    bool decided = false;
  };
  Gathered gather(NodeKind kind, const std::vector<NodeId>& children, bool deciding) const;

  std::vector<Predicate> predicates_;
  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
  std::vector<NodeId> queries_;
  std::unordered_map<std::string, std::uint32_t> known_predicates_;
  std::unordered_map<std::string, NodeId> known_nodes_;
};

}  // namespace hinomi::query
