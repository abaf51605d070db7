#include "query/gates.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "query/gram_frequency.h"
#include "query/pattern.h"
#include "query/value_match.h"

namespace hinomi::query {
namespace {

constexpr event::FieldId kNoField{0xFFFF'FFFD};
constexpr double kCostWithoutLiteral =
    17;  // log2 per 2^20 values: a regex or a comparison holds on one value in eight
constexpr double kWholeBonus = 4;  // an equal value is rarer than one that contains the text

double add_costs(double a, double b) {
  return std::log2(std::exp2(a) + std::exp2(b));
}

}  // namespace

event::FieldId Gates::single_field(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::predicate) {
    const Predicate& p = program_.predicate_of(node);
    return is_single_value(p.op) ? p.field : kNoField;
  }
  if (node.kind == NodeKind::negation || node.kind == NodeKind::constant) return kNoField;
  event::FieldId field = kNoField;
  for (const NodeId child : program_.children(node)) {
    const event::FieldId childs = single_field(child);
    if (childs == kNoField || (field != kNoField && childs != field)) return kNoField;
    field = childs;
  }
  return field;
}

bool Gates::is_joint(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::all || node.kind == NodeKind::at_least) return true;
  const auto children = program_.children(node);
  return std::any_of(children.begin(), children.end(), [&](NodeId child) { return is_joint(child); });
}

Gates::Witness Gates::witness_of(const Predicate& p) {
  Witness result;
  const auto take = [&](LiteralPlace place, std::string_view text) {
    std::string literal = p.cased ? base::folded(text) : std::string(text);
    double cost = literal_cost(literal);
    if (place == LiteralPlace::whole) cost -= kWholeBonus;
    if (result.possible && cost >= result.cost) return;
    result.literals.assign(1, {place, std::move(literal)});
    result.cost = cost;
    result.possible = true;
  };
  switch (p.op) {
    case Op::equals:
      take(LiteralPlace::whole, p.text);
      break;
    case Op::starts_with:
      if (!p.text.empty()) take(LiteralPlace::start, p.text);
      break;
    case Op::ends_with:
      if (!p.text.empty()) take(LiteralPlace::end, p.text);
      break;
    case Op::contains:
      if (!p.text.empty()) take(LiteralPlace::anywhere, p.text);
      break;
    case Op::pattern:
      for (const std::string_view piece : literal_pieces(p.text)) take(LiteralPlace::anywhere, piece);
      break;
    case Op::regex: {
      const std::vector<std::string> texts = texts_required_by_regex(p.text, p.regex);
      result.possible = !texts.empty();
      result.cost = -20;
      for (const std::string& text : texts) {
        result.cost = add_costs(result.cost, literal_cost(text));
        result.literals.emplace_back(LiteralPlace::anywhere, text);
      }
      break;
    }
    default:
      break;
  }
  if (!result.possible) result.cost = kCostWithoutLiteral;
  return result;
}

Gates::Witness Gates::witness_of(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::predicate) return witness_of(program_.predicate_of(node));
  Witness result;
  if (node.kind == NodeKind::all) {
    result.cost = kCostWithoutLiteral;
    for (const NodeId child : program_.children(node)) {
      Witness candidate = witness_of(child);
      if (candidate.possible && (!result.possible || candidate.cost < result.cost))
        result = std::move(candidate);
    }
    return result;
  }
  if (node.kind != NodeKind::any && node.kind != NodeKind::at_least) return result;
  result.possible = true;
  result.cost = -20;
  for (const NodeId child : program_.children(node)) {
    Witness one = witness_of(child);
    result.cost = add_costs(result.cost, one.cost);
    result.possible = result.possible && one.possible;
    result.literals.insert(result.literals.end(), std::make_move_iterator(one.literals.begin()),
                           std::make_move_iterator(one.literals.end()));
  }
  if (!result.possible) result.literals.clear();
  return result;
}

bool Gates::has_keyword(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::predicate) return program_.predicate_of(node).field == kAnyValue;
  const auto children = program_.children(node);
  return std::any_of(children.begin(), children.end(), [&](NodeId child) { return has_keyword(child); });
}

bool Gates::has_structural(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::predicate) return ValueMatcher::is_structural(program_.predicate_of(node));
  const auto children = program_.children(node);
  return std::any_of(children.begin(), children.end(), [&](NodeId child) { return has_structural(child); });
}

double Gates::cost_of(NodeId id) const {
  return witness_of(id).cost;
}

Gates::Choice Gates::choose(NodeId id) const {
  const Node& node = program_.node(id);
  if (node.kind == NodeKind::constant && node.value == 0) return {.gates = {}, .cost = -20, .possible = true};
  if (const event::FieldId field = single_field(id); field != kNoField) {
    const bool joint = is_joint(id);
    if (!(joint && field == kAnyValue)) {  // two keywords may stand in two values
      Gate gate{.field = field, .conjuncts = {id}, .queries = {}, .joint = joint};
      return {.gates = {std::move(gate)}, .cost = cost_of(id), .possible = true};
    }
  }
  switch (node.kind) {
    case NodeKind::all:
      return choose_all(node);
    case NodeKind::any:
    case NodeKind::at_least:
      return choose_any(node);
    case NodeKind::predicate:
    case NodeKind::negation:
    case NodeKind::constant:
      break;
  }
  return {};
}

Gates::Choice Gates::choose_all(const Node& node) const {
  Choice best;
  const auto offer = [&](Choice choice) {
    if (choice.possible && (!best.possible || choice.cost < best.cost)) best = std::move(choice);
  };
  std::map<event::FieldId, std::vector<NodeId>> by_field;
  for (const NodeId child : program_.children(node)) {
    const event::FieldId field = single_field(child);
    if (field != kNoField && field != kAnyValue) {
      by_field[field].push_back(child);
    } else {
      offer(choose(child));
    }
  }
  for (const auto& [field, conjuncts] : by_field) {
    double cost = kCostWithoutLiteral;
    bool joint = conjuncts.size() > 1;
    for (const NodeId child : conjuncts) {
      cost = std::min(cost, cost_of(child));
      joint = joint || is_joint(child);
    }
    cost -= 0.5 * static_cast<double>(conjuncts.size() - 1);
    offer({.gates = {Gate{.field = field, .conjuncts = conjuncts, .queries = {}, .joint = joint}},
           .cost = cost,
           .possible = true});
  }
  return best;
}

Gates::Choice Gates::choose_any(const Node& node) const {
  Choice result{.gates = {}, .cost = -20, .possible = true};
  for (const NodeId child : program_.children(node)) {
    Choice one = choose(child);
    if (!one.possible) return {};
    result.cost = add_costs(result.cost, one.cost);
    result.gates.insert(result.gates.end(), std::make_move_iterator(one.gates.begin()),
                        std::make_move_iterator(one.gates.end()));
  }
  return result;
}

void Gates::add(QueryId query, const Gate& gate, std::unordered_map<std::string, std::uint32_t>& known) {
  std::string key(reinterpret_cast<const char*>(&gate.field), sizeof gate.field);
  key.append(reinterpret_cast<const char*>(gate.conjuncts.data()), gate.conjuncts.size() * sizeof(NodeId));
  const auto [found, added] = known.emplace(std::move(key), gates_.size());
  if (added) gates_.push_back(gate);
  gates_[found->second].queries.push_back(query);
  fields_[index_of(query)].push_back(gate.field);
}

Gates::Gates(const Program& program) : program_(program) {
  known_costs_.assign(program.node_count(), std::nan(""));
  fields_.resize(program.query_count());
  ungated_.resize(program.query_count());
  needs_everything_.resize(program.query_count());
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::uint32_t i = 0; i < program.query_count(); ++i) {
    const QueryId query{i};
    const Choice choice = choose(program.root(query));
    ungated_[i] = !choice.possible;
    needs_everything_[i] = has_keyword(program.root(query));
    for (const Gate& gate : choice.gates) add(query, gate, known);
  }
  for (std::uint32_t i = 0; i < gates_.size(); ++i) {
    Gate& gate = gates_[i];
    gate.queries.erase(std::unique(gate.queries.begin(), gate.queries.end()), gate.queries.end());
    FieldGates& field = by_field_[event::index_of(gate.field)];
    if (gate.joint) field.joint.push_back(GateId{i});
    enter(GateId{i}, field);
  }
  for (auto& [field, gates] : by_field_) gates.literals.build(gram_cost);
}

void Gates::enter(GateId id, FieldGates& into) const {
  Witness best;
  for (const NodeId conjunct : gate(id).conjuncts) {
    Witness one = witness_of(conjunct);
    if (one.possible && (!best.possible || one.cost < best.cost)) best = std::move(one);
  }
  if (!best.possible) {
    into.without_literal.push_back(id);
    return;
  }
  for (const auto& [place, text] : best.literals)
    into.literals.add(place, text, static_cast<std::uint32_t>(id));
}

std::unique_ptr<FieldGates> Gates::keyword_gates(std::span<const QueryId> queries, bool structural) const {
  std::vector<bool> wanted(query_count());
  for (const QueryId id : queries) wanted[index_of(id)] = true;
  auto result = std::make_unique<FieldGates>();
  bool any = false;
  for (std::uint32_t i = 0; i < gates_.size(); ++i) {
    const Gate& gate = gates_[i];
    const bool meant = gate.field == kAnyValue &&
                       std::any_of(gate.queries.begin(), gate.queries.end(),
                                   [&](QueryId id) { return wanted[index_of(id)]; }) &&
                       (!structural || std::any_of(gate.conjuncts.begin(), gate.conjuncts.end(),
                                                   [&](NodeId node) { return has_structural(node); }));
    if (meant) enter(GateId{i}, *result);
    any = any || meant;
  }
  if (!any) return nullptr;
  result->literals.build(gram_cost);
  return result;
}

const FieldGates* Gates::on(event::FieldId field) const noexcept {
  const auto found = by_field_.find(event::index_of(field));
  return found == by_field_.end() ? nullptr : &found->second;
}

}  // namespace hinomi::query
