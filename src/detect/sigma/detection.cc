#include "detect/sigma/detection.h"

#include <charconv>

#include "base/text.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::yaml::Node;
using query::NodeId;

Error fault(const Node& node, std::string message, std::string remedy) {
  return {ErrorCode::invalid_input, std::move(message), std::move(remedy), node.where};
}

// Errors of a condition count bytes of its text.
Error placed(Error error, const Node& node) {
  error.where = node.place_of(error.where.column > 0 ? static_cast<std::size_t>(error.where.column) - 1 : 0);
  return error;
}

}  // namespace

std::optional<std::int64_t> parse_timespan(std::string_view text) noexcept {
  std::int64_t count = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), count);
  if (result.ec != std::errc{} || count <= 0 || result.ptr + 1 != text.data() + text.size())
    return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t unit = 0;
  switch (*result.ptr) {
    case 's':
      unit = kSecond;
      break;
    case 'm':
      unit = 60 * kSecond;
      break;
    case 'h':
      unit = 3600 * kSecond;
      break;
    case 'd':
      unit = 86'400 * kSecond;
      break;
    case 'w':
      unit = 7 * 86'400 * kSecond;
      break;
    case 'M':
      unit = 30 * 86'400 * kSecond;
      break;
    default:
      return std::nullopt;
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(count, unit, &total)) return std::nullopt;
  return total;
}

Result<NodeId> compile_selection(const Target& target, const Node& node) {
  std::vector<NodeId> nodes;
  if (node.is_mapping()) {
    if (node.members.empty()) return fault(node, "the selection is empty", "add a field");
    for (const parse::yaml::Member& member : node.members) {
      auto item = compile_item(target, member.key, member.where, member.value);
      if (!item) return item;
      nodes.push_back(*item);
    }
    return target.program.all(std::move(nodes));
  }
  if (node.is_scalar()) {
    if (node.is_null()) return fault(node, "the selection is empty", "add a field or a keyword");
    return compile_keyword(target, node);
  }
  if (node.items.empty()) return fault(node, "the selection is empty", "add a field or a keyword");
  for (const Node& item : node.items) {
    auto compiled = compile_selection(target, item);
    if (!compiled) return compiled;
    nodes.push_back(*compiled);
  }
  return target.program.any(std::move(nodes));
}

Result<Detection> compile_detection(const Target& target, const Node& node) {
  if (!node.is_mapping())
    return fault(node, "'detection' is no map", "write selections and a condition under it");
  Detection detection;
  const Node* condition = nullptr;
  for (const parse::yaml::Member& member : node.members) {
    if (member.key == "condition") {
      condition = &member.value;
    } else if (member.key == "timeframe") {
      detection.timeframe_ns = parse_timespan(member.value.text);
      if (!detection.timeframe_ns)
        return fault(member.value, "'" + base::visible(member.value.text) + "' is no time span",
                     "write a number and s, m, h or d, e.g. 15m");
    } else {
      if (detection.selections.size() == kMaxSelections) {
        return Error{ErrorCode::limit_exceeded, "more than " + std::to_string(kMaxSelections) + " selections",
                     "split the rule", member.where};
      }
      auto compiled = compile_selection(target, member.value);
      if (!compiled) {
        Error error = compiled.error();
        if (error.where.line == 0) error.where = member.where;
        return error;
      }
      detection.selections.push_back({member.key, *compiled});
    }
  }
  if (condition == nullptr) return fault(node, "there is no condition", "add 'condition: …'");
  const auto add = [&](const Node& text) -> Result<void> {
    if (!text.is_scalar())
      return fault(text, "a condition must be a text", "write one condition a list item");
    auto parsed = parse_condition(target.program, detection.selections, text.text);
    if (!parsed) return placed(parsed.error(), text);
    detection.conditions.push_back(std::move(*parsed));
    return {};
  };
  if (condition->is_sequence()) {
    if (condition->items.empty()) return fault(*condition, "the condition is empty", "name a selection");
    if (condition->items.size() > kMaxConditions) {
      return Error{ErrorCode::limit_exceeded, "more than " + std::to_string(kMaxConditions) + " conditions",
                   "join them with 'or'", condition->where};
    }
    for (const Node& item : condition->items) {
      if (auto added = add(item); !added) return added.error();
    }
    return detection;
  }
  if (auto added = add(*condition); !added) return added.error();
  return detection;
}

}  // namespace hinomi::detect::sigma
