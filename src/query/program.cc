#include "query/program.h"

#include <algorithm>

#include "base/binary.h"

namespace hinomi::query {
namespace {

void write_predicate(base::BinaryWriter& writer, const Predicate& p) {
  writer.number(event::index_of(p.field));
  writer.number(static_cast<std::uint8_t>(p.op));
  writer.number(static_cast<std::uint8_t>((p.cased ? 1 : 0) | (p.regex.ignore_case ? 2 : 0) |
                                          (p.regex.multi_line ? 4 : 0) | (p.regex.dot_all ? 8 : 0)));
  writer.number(static_cast<std::uint8_t>(p.part));
  writer.number(event::index_of(p.other));
  writer.number(p.number);
  writer.text(p.text);
}

Predicate read_predicate(base::BinaryReader& reader, std::size_t field_count) {
  Predicate p;
  p.field = event::FieldId{reader.number<std::uint32_t>()};
  p.op = static_cast<Op>(reader.number<std::uint8_t>());
  const auto flags = reader.number<std::uint8_t>();
  p.cased = (flags & 1) != 0;
  p.regex = {.ignore_case = (flags & 2) != 0, .multi_line = (flags & 4) != 0, .dot_all = (flags & 8) != 0};
  p.part = static_cast<TimePart>(reader.number<std::uint8_t>());
  p.other = event::FieldId{reader.number<std::uint32_t>()};
  p.number = reader.number<double>();
  p.text = reader.text();
  const bool fields_known = (p.field == kAnyValue || event::index_of(p.field) < field_count) &&
                            (event::index_of(p.other) < field_count || event::index_of(p.other) == 0);
  if (!fields_known || p.op > Op::time_equals || p.part > TimePart::year) reader.fail();
  return p;
}

std::string key_of(NodeKind kind, std::uint32_t value, std::span<const NodeId> children) {
  std::string key;
  key.reserve(5 + children.size() * sizeof(NodeId));
  key.push_back(static_cast<char>(kind));
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
  if (!children.empty()) {
    key.append(reinterpret_cast<const char*>(children.data()), children.size() * sizeof(NodeId));
  }
  return key;
}

}  // namespace

NodeId Program::add_node(NodeKind kind, std::uint32_t value, std::span<const NodeId> children) {
  std::string key = key_of(kind, value, children);
  if (const auto known = known_nodes_.find(key); known != known_nodes_.end()) return known->second;
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back({.kind = kind,
                    .value = value,
                    .first_child = static_cast<std::uint32_t>(children_.size()),
                    .child_count = static_cast<std::uint32_t>(children.size())});
  children_.insert(children_.end(), children.begin(), children.end());
  known_nodes_.emplace(std::move(key), id);
  return id;
}

NodeId Program::constant(bool value) {
  return add_node(NodeKind::constant, value ? 1 : 0, {});
}

NodeId Program::predicate(const Predicate& predicate) {
  std::string key;
  base::BinaryWriter writer(key);
  write_predicate(writer, predicate);
  const auto [known, added] = known_predicates_.emplace(std::move(key), predicates_.size());
  if (added) predicates_.push_back(predicate);
  return add_node(NodeKind::predicate, known->second, {});
}

// `deciding` is the constant that settles the whole: false for all, true for any.
Program::Gathered Program::gather(NodeKind kind, const std::vector<NodeId>& children, bool deciding) const {
  Gathered result;
  for (const NodeId child : children) {
    const Node& n = node(child);
    if (n.kind == kind) {
      const auto inner = this->children(n);
      result.children.insert(result.children.end(), inner.begin(), inner.end());
    } else if (n.kind == NodeKind::constant) {
      if ((n.value != 0) == deciding) return {.children = {}, .decided = true};
    } else {
      result.children.push_back(child);
    }
  }
  std::sort(result.children.begin(), result.children.end());
  result.children.erase(std::unique(result.children.begin(), result.children.end()), result.children.end());
  return result;
}

NodeId Program::all(std::vector<NodeId> children) {
  const Gathered gathered = gather(NodeKind::all, children, false);
  if (gathered.decided) return constant(false);
  if (gathered.children.empty()) return constant(true);
  if (gathered.children.size() == 1) return gathered.children.front();
  return add_node(NodeKind::all, 0, gathered.children);
}

NodeId Program::any(std::vector<NodeId> children) {
  const Gathered gathered = gather(NodeKind::any, children, true);
  if (gathered.decided) return constant(true);
  if (gathered.children.empty()) return constant(false);
  if (gathered.children.size() == 1) return gathered.children.front();
  return add_node(NodeKind::any, 0, gathered.children);
}

NodeId Program::at_least(std::uint32_t count, std::vector<NodeId> children) {
  if (count == 0) return constant(true);
  if (count > children.size()) return constant(false);
  if (count == 1) return any(std::move(children));
  if (count == children.size()) return all(std::move(children));
  return add_node(NodeKind::at_least, count, children);  // equal children count each
}

NodeId Program::negation(NodeId child) {
  const Node& n = node(child);
  if (n.kind == NodeKind::constant) return constant(n.value == 0);
  if (n.kind == NodeKind::negation) return children(n).front();
  return add_node(NodeKind::negation, 0, std::span(&child, 1));
}

QueryId Program::add_query(NodeId root) {
  queries_.push_back(root);
  return QueryId{static_cast<std::uint32_t>(queries_.size() - 1)};
}

void Program::save(std::string& out) const {
  base::BinaryWriter writer(out);
  writer.number(static_cast<std::uint32_t>(predicates_.size()));
  for (const Predicate& p : predicates_) write_predicate(writer, p);
  writer.number(static_cast<std::uint32_t>(children_.size()));
  for (const NodeId child : children_) writer.number(index_of(child));
  writer.number(static_cast<std::uint32_t>(nodes_.size()));
  for (const Node& n : nodes_) {
    writer.number(static_cast<std::uint8_t>(n.kind));
    writer.number(n.value);
    writer.number(n.first_child);
    writer.number(n.child_count);
  }
  writer.number(static_cast<std::uint32_t>(queries_.size()));
  for (const NodeId root : queries_) writer.number(index_of(root));
}

base::Result<Program> Program::load(std::string_view& in, std::size_t field_count) {
  base::BinaryReader reader(in);
  Program program;
  const auto predicates = reader.count(20);
  program.predicates_.reserve(predicates);
  for (std::uint32_t i = 0; i < predicates && reader.ok(); ++i) {
    program.predicates_.push_back(read_predicate(reader, field_count));
  }
  const auto children = reader.count(4);
  program.children_.reserve(children);
  for (std::uint32_t i = 0; i < children; ++i)
    program.children_.push_back(NodeId{reader.number<std::uint32_t>()});
  const auto nodes = reader.count(13);
  program.nodes_.reserve(nodes);
  for (std::uint32_t i = 0; i < nodes && reader.ok(); ++i) {
    Node n;
    n.kind = static_cast<NodeKind>(reader.number<std::uint8_t>());
    n.value = reader.number<std::uint32_t>();
    n.first_child = reader.number<std::uint32_t>();
    n.child_count = reader.number<std::uint32_t>();
    const bool children_known = n.first_child <= children && n.child_count <= children - n.first_child;
    const bool value_known = n.kind != NodeKind::predicate || n.value < predicates;
    const bool shape_known =
        n.kind <= NodeKind::negation && (n.kind != NodeKind::negation || n.child_count == 1);
    if (!children_known || !value_known || !shape_known)
      return base::Error{
          base::ErrorCode::invalid_input, "the compiled rules are damaged", "delete the cache file", {}};
    for (const NodeId child : program.children(n)) {
      if (index_of(child) >= i) reader.fail();  // children come first: no cycles
    }
    program.nodes_.push_back(n);
  }
  const auto queries = reader.count(4);
  for (std::uint32_t i = 0; i < queries; ++i) {
    const auto root = reader.number<std::uint32_t>();
    if (root >= nodes) reader.fail();
    program.queries_.push_back(NodeId{root});
  }
  if (!reader.ok()) {
    return base::Error{
        base::ErrorCode::invalid_input, "the compiled rules are damaged", "delete the cache file", {}};
  }
  in = reader.rest();
  return program;
}

}  // namespace hinomi::query
