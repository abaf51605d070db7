#include "detect/succession.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/binary.h"
#include "base/check.h"
#include "base/hash.h"

namespace hinomi::detect {
namespace {

using base::BinaryWriter;
using base::Hash128;

constexpr std::uint64_t kSeed = 0x73756363;

// By value, so that equal ones are found among those of another set.
using Identity = std::pair<std::uint64_t, std::uint64_t>;

Identity identity_of(const std::string& bytes) {
  const Hash128 hash = base::hash128(bytes, kSeed);
  return {hash.high, hash.low};
}

void write(BinaryWriter& writer, const Identity& identity) {
  writer.number(identity.first);
  writer.number(identity.second);
}

// Fields by name: their numbers differ between sets.
void write_field(BinaryWriter& writer, const event::FieldTable& fields, event::FieldId field) {
  const bool is_listed = event::index_of(field) < fields.size();
  writer.number(is_listed ? 0U : event::index_of(field));
  writer.text(is_listed ? fields.name(field) : std::string_view{});
}

// A rule without an id is known by its name, else by its title.
void write_name(BinaryWriter& writer, const RuleInfo& info) {
  writer.text(info.id);
  writer.text(info.name);
  writer.text(info.id.empty() && info.name.empty() ? info.title : std::string());
}

class Identities {
 public:
  explicit Identities(const RuleSet& set) : set_(set) {
    read_nodes();
    for (const DetectionRule& rule : set.rules) rules_.push_back(of_rule(rule));
    correlations_.resize(set.correlations.size());
    const auto order = children_first(set.correlations);
    HINOMI_CHECK(order.has_value());  // compile_rules() has linked them, RuleSet::load() checked them
    for (const std::uint32_t index : *order) correlations_[index] = of_correlation(index);
  }

  [[nodiscard]] const std::vector<Identity>& rules() const noexcept { return rules_; }
  [[nodiscard]] const std::vector<Identity>& correlations() const noexcept { return correlations_; }

 private:
  void read_nodes() {
    const query::Program& program = set_.program;
    for (std::uint32_t i = 0; i < program.node_count(); ++i) {
      const query::Node& node = program.node(query::NodeId{i});
      std::string bytes;
      BinaryWriter writer(bytes);
      writer.number(static_cast<std::uint8_t>(node.kind));
      if (node.kind == query::NodeKind::predicate) {
        write_predicate(writer, program.predicate_of(node));
      } else {
        writer.number(node.value);
      }
      // Children stand in an order that the other rules of the set have decided.
      std::vector<Identity> children;
      for (const query::NodeId child : program.children(node)) children.push_back(nodes_[index_of(child)]);
      std::ranges::sort(children);
      for (const Identity& child : children) write(writer, child);
      nodes_.push_back(identity_of(bytes));
    }
  }

  void write_predicate(BinaryWriter& writer, const query::Predicate& predicate) const {
    write_field(writer, set_.fields(), predicate.field);
    writer.number(static_cast<std::uint8_t>(predicate.op));
    const query::RegexFlags& flags = predicate.regex;
    for (const bool flag : {predicate.cased, flags.ignore_case, flags.multi_line, flags.dot_all})
      writer.number(static_cast<std::uint8_t>(flag));
    writer.number(static_cast<std::uint8_t>(predicate.part));
    // Where no other field is meant, number 0 stands there.
    const bool has_other =
        predicate.op >= query::Op::equals_field && predicate.op <= query::Op::contains_field;
    if (has_other) write_field(writer, set_.fields(), predicate.other);
    writer.number(predicate.number);
    writer.text(predicate.text);
  }

  [[nodiscard]] Identity of_rule(const DetectionRule& rule) const {
    std::string bytes;
    BinaryWriter writer(bytes);
    write_name(writer, rule.info);
    for (const std::string* text : {&rule.demand.product, &rule.demand.category, &rule.demand.service})
      writer.text(*text);
    write(writer, nodes_[query::index_of(set_.program.root(rule.query))]);
    return identity_of(bytes);
  }

  // Without what it carries for those that refer to it, whether members are shown, and its texts: nothing
  // that it knows depends on them.
  [[nodiscard]] Identity of_correlation(std::uint32_t index) const {
    const CorrelationRule& rule = set_.correlations[index];
    std::string bytes;
    BinaryWriter writer(bytes);
    write_name(writer, set_.correlation_info[index].info);
    writer.number(static_cast<std::uint8_t>(rule.type));
    for (const std::vector<std::string>* texts : {&rule.group_by, &rule.value_fields}) {
      writer.number(static_cast<std::uint32_t>(texts->size()));
      for (const std::string& text : *texts) writer.text(text);
    }
    writer.number(rule.timespan_ns.value_or(0));
    writer.number(static_cast<std::uint32_t>(rule.condition.size()));
    for (const Bound& bound : rule.condition) {
      writer.number(static_cast<std::uint8_t>(bound.comparison));
      writer.number(bound.limit);
    }
    writer.number(rule.percentile);
    writer.number(static_cast<std::uint8_t>(rule.window));
    for (const CorrelationMember& member : rule.members) {
      const bool is_rule = member.kind == CorrelationMember::Kind::rule;
      writer.number(static_cast<std::uint8_t>(member.kind));
      write(writer, is_rule ? rules_[member.index] : correlations_[member.index]);
      writer.number(static_cast<std::uint8_t>(member.negated));
      for (const auto* captures : {&member.group_captures, &member.value_captures}) {
        for (const std::uint32_t capture : *captures) writer.text(captured_field(member, capture));
      }
    }
    return identity_of(bytes);
  }

  [[nodiscard]] std::string_view captured_field(const CorrelationMember& member,
                                                std::uint32_t capture) const {
    if (capture == kNoCapture) return {};
    if (member.kind == CorrelationMember::Kind::rule)
      return set_.fields().name(set_.rules[member.index].captures[capture]);
    const CorrelationRule& child = set_.correlations[member.index];
    const std::size_t groups = child.group_by.size();
    return capture < groups ? child.group_by[capture] : child.carried[capture - groups];
  }

  const RuleSet& set_;
  std::vector<Identity> nodes_;
  std::vector<Identity> rules_;
  std::vector<Identity> correlations_;
};

// Of each of `of` the index among `among` of the same, the first for the first, the second for the second …
std::vector<std::uint32_t> places(const std::vector<Identity>& of, const std::vector<Identity>& among) {
  std::map<Identity, std::vector<std::uint32_t>> known;
  for (auto i = static_cast<std::uint32_t>(among.size()); i > 0; --i) known[among[i - 1]].push_back(i - 1);
  std::vector<std::uint32_t> result;
  for (const Identity& identity : of) {
    const auto found = known.find(identity);
    const bool is_there = found != known.end() && !found->second.empty();
    result.push_back(is_there ? found->second.back() : Succession::kNone);
    if (is_there) found->second.pop_back();
  }
  return result;
}

std::vector<std::uint32_t> captures_between(const RuleSet& earlier, const DetectionRule& before,
                                            const RuleSet& later, const DetectionRule& after) {
  std::vector<std::uint32_t> captures;
  for (const event::FieldId wanted : after.captures) {
    const auto found = std::ranges::find_if(before.captures, [&](event::FieldId field) {
      return earlier.fields().name(field) == later.fields().name(wanted);
    });
    captures.push_back(found == before.captures.end()
                           ? kNoCapture
                           : static_cast<std::uint32_t>(found - before.captures.begin()));
  }
  return captures;
}

}  // namespace

Succession succession_of(const RuleSet& earlier, const RuleSet& later) {
  const Identities before(earlier);
  const Identities after(later);
  Succession result;
  result.correlations = places(after.correlations(), before.correlations());
  std::vector<bool> is_used(later.rules.size(), false);
  for (const CorrelationRule& correlation : later.correlations) {
    for (const CorrelationMember& member : correlation.members) {
      if (member.kind == CorrelationMember::Kind::rule) is_used[member.index] = true;
    }
  }
  const std::vector<std::uint32_t> rules = places(before.rules(), after.rules());
  result.rules.resize(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i] == Succession::kNone || !is_used[rules[i]]) continue;
    result.rules[i].index = rules[i];
    result.rules[i].captures = captures_between(earlier, earlier.rules[i], later, later.rules[rules[i]]);
  }
  return result;
}

}  // namespace hinomi::detect
