#include "detect/explain.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "query/pattern.h"

namespace hinomi::detect {
namespace {

using query::NodeId;
using query::NodeKind;
using query::Op;

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

// An encoded pattern as Sigma writes it.
std::string readable(std::string_view pattern, bool may_have_wildcards) {
  std::string out;
  for (const char c : pattern) {
    if (may_have_wildcards && c == query::kAnyRun) {
      out += '*';
    } else if (may_have_wildcards && c == query::kAnyOne) {
      out += '?';
    } else if (may_have_wildcards && c == query::kAnyDash) {
      out += '-';
    } else {
      out += c;
    }
  }
  return out;
}

std::string cut(std::string_view text) {
  if (text.size() <= kMaxShownValue) return std::string(text);
  std::size_t end = kMaxShownValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string modifier_of(const query::Predicate& p) {
  constexpr std::array<std::string_view, 7> kParts{"", "minute", "hour", "day", "week", "month", "year"};
  std::string name;
  switch (p.op) {
    case Op::equals:
      break;
    case Op::pattern:
      name = p.text.find(query::kAnyDash) != std::string::npos ? "windash" : "";
      break;
    case Op::starts_with:
      name = "startswith";
      break;
    case Op::ends_with:
      name = "endswith";
      break;
    case Op::contains:
      name = "contains";
      break;
    case Op::regex:
      name = "re";
      break;
    case Op::cidr:
      name = "cidr";
      break;
    case Op::less:
      name = "lt";
      break;
    case Op::less_equal:
      name = "lte";
      break;
    case Op::greater:
      name = "gt";
      break;
    case Op::greater_equal:
      name = "gte";
      break;
    case Op::is_null:
      break;
    case Op::exists:
      name = "exists";
      break;
    case Op::equals_field:
      name = "fieldref";
      break;
    case Op::starts_with_field:
      name = "fieldref|startswith";
      break;
    case Op::ends_with_field:
      name = "fieldref|endswith";
      break;
    case Op::contains_field:
      name = "fieldref|contains";
      break;
    case Op::time_equals:
      name = kParts[static_cast<std::size_t>(p.part)];
      break;
  }
  if (p.op == Op::regex) {
    if (p.regex.ignore_case) name += "|i";
    if (p.regex.multi_line) name += "|m";
    if (p.regex.dot_all) name += "|s";
  }
  if (p.cased) name += name.empty() ? "cased" : "|cased";
  return name;
}

}  // namespace

MatchedItem describe(const query::Predicate& p, const event::FieldTable& fields) {
  MatchedItem item;
  if (p.field != query::kAnyValue) item.field = fields.name(p.field);
  item.modifier = modifier_of(p);
  switch (p.op) {
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::time_equals:
      item.expected = number_text(p.number);
      break;
    case Op::is_null:
      item.expected = "null";
      break;
    case Op::exists:
      item.expected = "true";
      break;
    case Op::equals_field:
    case Op::starts_with_field:
    case Op::ends_with_field:
    case Op::contains_field:
      item.expected = fields.name(p.other);
      break;
    default:
      item.expected = readable(p.text, p.op == Op::pattern);
      break;
  }
  return item;
}

MatchedItem Explainer::item_of(NodeId id, bool held, const event::Event& event) {
  const query::Predicate& p = rules_.program.predicate_of(rules_.program.node(id));
  MatchedItem item = describe(p, rules_.fields());
  one_.format = event.format;
  one_.slots.resize(1);
  for (const event::Slot& slot : event.slots) {
    if (p.field != query::kAnyValue && slot.field != p.field) continue;
    one_.slots.front() = slot;
    // The value that decided; for a comparison of two fields any of its values.
    const bool decides = !held || !query::is_single_value(p.op) || reference_.holds(id, one_);
    if (!decides) continue;
    if (p.field == query::kAnyValue && !slot.name.empty()) item.field = slot.name;
    item.value = cut(slot.value.text);
    return item;
  }
  if (p.field == query::kAnyValue) item.value = cut(event.raw);
  return item;
}

void Explainer::collect(NodeId id, const std::string& selection, const event::Event& event,
                        const Judge& holds, std::vector<MatchedItem>& out) {
  if (out.size() >= kMaxMatchedItems || !holds(id)) return;
  const query::Node& node = rules_.program.node(id);
  if (node.kind == NodeKind::predicate) {
    out.push_back(item_of(id, true, event));
    out.back().selection = selection;
    return;
  }
  if (node.kind == NodeKind::negation) return;
  for (const NodeId child : rules_.program.children(node)) collect(child, selection, event, holds, out);
}

std::vector<MatchedItem> Explainer::matched(std::uint32_t rule, const event::Event& event,
                                            const Judge& holds) {
  std::vector<MatchedItem> items;
  for (const sigma::Selection& selection : rules_.rules[rule].selections) {
    collect(selection.node, selection.name, event, holds, items);
  }
  return items;
}

void Explainer::judge(NodeId id, int depth, const event::Event& event, std::vector<Judged>& out) {
  constexpr std::size_t kFewOthers = 5;
  const query::Node& node = rules_.program.node(id);
  Judged judged{.depth = depth, .held = reference_.holds(id, event)};
  if (node.kind == NodeKind::predicate) {
    judged.item = item_of(id, judged.held, event);
    const query::Predicate& p = rules_.program.predicate_of(node);
    judged.field_absent = p.field != query::kAnyValue;
    for (const event::Slot& slot : event.slots) {
      if (slot.field == p.field) judged.field_absent = false;
    }
    out.push_back(std::move(judged));
    return;
  }
  judged.kind = node.kind == NodeKind::all        ? Judged::Kind::all
                : node.kind == NodeKind::negation ? Judged::Kind::negation
                : node.kind == NodeKind::at_least ? Judged::Kind::at_least
                                                  : Judged::Kind::any;
  judged.count = node.value;
  out.push_back(std::move(judged));
  const auto children = rules_.program.children(node);
  std::size_t others = 0;
  for (const NodeId child : children) {
    const bool shown =
        children.size() <= kMaxMatchedItems || reference_.holds(child, event) || others++ < kFewOthers;
    if (shown) judge(child, depth + 1, event, out);
  }
}

std::vector<Judged> Explainer::explain(std::uint32_t rule, const event::Event& event) {
  std::vector<Judged> lines;
  for (const sigma::Selection& selection : rules_.rules[rule].selections) {
    Judged head{.kind = Judged::Kind::selection, .depth = 0, .held = reference_.holds(selection.node, event)};
    head.name = selection.name;
    lines.push_back(std::move(head));
    judge(selection.node, 1, event, lines);
  }
  return lines;
}

}  // namespace hinomi::detect
