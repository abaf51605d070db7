#include "detect/sigma/item.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "detect/sigma/item_key.h"
#include "detect/sigma/text_value.h"
#include "query/pattern.h"
#include "query/value_match.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;
using parse::yaml::Node;
using query::NodeId;
using query::Op;
using query::Predicate;

Error fault(Position where, std::string message, std::string remedy) {
  return {ErrorCode::invalid_input, std::move(message), std::move(remedy), where};
}

Error placed(Error error, Position where) {
  error.where = where;
  return error;
}

// The values of placeholders stand for plain texts with wildcards, also inside a regular expression.
std::string quoted_regex(std::string_view value) {
  std::string out;
  for (const char c : encode_wildcards(value)) {
    if (c == query::kAnyRun) {
      out += ".*";
    } else if (c == query::kAnyOne) {
      out += '.';
    } else {
      constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";
      if (kSpecial.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

// Compiles one item; a member per stage keeps the functions short.
class ItemCompiler {
 public:
  ItemCompiler(const Target& target, const Key& key, Position where)
      : target_(target), key_(key), where_(where) {
    field_ = key.field.empty() ? query::kAnyValue : target.fields.intern(key.field);
  }

  Result<NodeId> compile(const Node& value) {
    std::vector<NodeId> nodes;
    if (value.is_mapping()) {
      return fault(value.where, "the value of '" + base::visible(key_.field) + "' is a map",
                   "write a value or a list of values");
    }
    if (value.is_sequence()) {
      if (value.items.empty())
        return fault(where_, "'" + base::visible(key_.field) + "' has no values", "add a value");
      for (const Node& item : value.items) {
        auto node = compile_value(item);
        if (!node) return node;
        nodes.push_back(*node);
      }
    } else {
      auto node = compile_value(value);
      if (!node) return node;
      nodes.push_back(*node);
    }
    const NodeId joined = key_.has(Modifier::all) ? target_.program.all(nodes) : target_.program.any(nodes);
    return key_.has(Modifier::neq) ? target_.program.negation(joined) : joined;
  }

 private:
  Result<NodeId> compile_value(const Node& value) {
    if (!value.is_scalar()) {
      return fault(value.where, "a value of '" + base::visible(key_.field) + "' is a list or a map",
                   "write plain values");
    }
    const Position where = value.where.line != 0 ? value.where : where_;
    if (key_.has(Modifier::exists)) return compile_exists(value, where);
    if (value.is_null()) return compile_null(where);
    if (key_.has(Modifier::re)) return compile_regex(value, where);
    if (key_.has(Modifier::cidr)) return compile_network(value, where);
    if (key_.has(Modifier::fieldref)) return compile_reference(value, where);
    const auto is_time = [](Modifier m) { return family_of(m) == Family::time; };
    if (const auto time = std::find_if(key_.modifiers.begin(), key_.modifiers.end(), is_time);
        time != key_.modifiers.end()) {
      return compile_time(value, where, part_of(*time));
    }
    if (const auto op = comparison()) return compile_number(value, where, *op);
    return compile_text(value, where);
  }

  Result<NodeId> predicate(const Predicate& p) { return target_.program.predicate(p); }

  [[nodiscard]] std::optional<Op> comparison() const {
    if (key_.has(Modifier::lt)) return Op::less;
    if (key_.has(Modifier::lte)) return Op::less_equal;
    if (key_.has(Modifier::gt)) return Op::greater;
    if (key_.has(Modifier::gte)) return Op::greater_equal;
    return std::nullopt;
  }

  // An empty value after "|contains:" and the like is a slip, not a question for null.
  Result<NodeId> compile_null(Position where) {
    if (field_ == query::kAnyValue)
      return fault(where, "null needs a field", "name the field that is to be null");
    for (const Modifier modifier : key_.modifiers) {
      if (family_of(modifier) == Family::link) continue;
      return fault(where, "'" + std::string(name_of(modifier)) + "' has no value",
                   "write a value, '' for the empty text, or remove the modifier to ask for null");
    }
    return predicate({.field = field_, .op = Op::is_null});
  }

  Result<NodeId> compile_exists(const Node& value, Position where) {
    const auto wanted = value.as_boolean();
    if (!wanted) return fault(where, "'exists' needs true or false", "write true or false, without quotes");
    if (field_ == query::kAnyValue)
      return fault(where, "'exists' needs a field", "write the field before '|exists'");
    const NodeId exists = target_.program.predicate({.field = field_, .op = Op::exists});
    return *wanted ? exists : target_.program.negation(exists);
  }

  Result<NodeId> compile_regex(const Node& value, Position where) {
    std::vector<std::string> patterns{value.text};
    if (key_.has(Modifier::expand)) {
      auto expanded = expand(value.text, target_.placeholders, quoted_regex);
      if (!expanded) return placed(expanded.error(), where);
      patterns = std::move(*expanded);
    }
    Predicate p{.field = field_, .op = Op::regex};
    p.regex = {.ignore_case = key_.has(Modifier::ignore_case),
               .multi_line = key_.has(Modifier::multi_line),
               .dot_all = key_.has(Modifier::dot_all)};
    const bool front = key_.has(Modifier::startswith);
    const bool back = key_.has(Modifier::endswith);
    std::vector<NodeId> nodes;
    for (std::string& pattern : patterns) {
      if (auto checked = query::check_regex(pattern, p.regex); !checked)
        return placed(checked.error(), where);
      if (!key_.has(Modifier::contains) && front != back) {
        pattern = front ? "\\A(?:" + pattern + ")" : "(?:" + pattern + ")\\z";
      }
      p.text = std::move(pattern);
      nodes.push_back(target_.program.predicate(p));
    }
    return target_.program.any(std::move(nodes));
  }

  Result<NodeId> compile_network(const Node& value, Position where) {
    std::vector<std::string> networks{value.text};
    if (key_.has(Modifier::expand)) {
      auto expanded =
          expand(value.text, target_.placeholders, [](std::string_view text) { return std::string(text); });
      if (!expanded) return placed(expanded.error(), where);
      networks = std::move(*expanded);
    }
    std::vector<NodeId> nodes;
    for (std::string& network : networks) {
      if (!query::parse_network(network)) {
        return fault(where, "'" + base::visible(network) + "' is no network",
                     "write an address range such as 10.0.0.0/8 or 2001:db8::/32");
      }
      nodes.push_back(
          target_.program.predicate({.field = field_, .op = Op::cidr, .text = std::move(network)}));
    }
    return target_.program.any(std::move(nodes));
  }

  Result<NodeId> compile_reference(const Node& value, Position where) {
    if (field_ == query::kAnyValue || value.text.empty()) {
      return fault(where, "'fieldref' needs a field on both sides", "name the two fields");
    }
    Predicate p{.field = field_, .op = Op::equals_field, .cased = key_.has(Modifier::cased)};
    if (key_.has(Modifier::contains)) p.op = Op::contains_field;
    if (key_.has(Modifier::startswith)) p.op = Op::starts_with_field;
    if (key_.has(Modifier::endswith)) p.op = Op::ends_with_field;
    p.other = target_.fields.intern(value.text);
    return predicate(p);
  }

  static std::optional<double> number_of(const Node& value) {
    Node plain = value;
    plain.plain = true;  // a quoted number is a number here
    return plain.as_number();
  }

  Result<NodeId> compile_number(const Node& value, Position where, Op op) {
    const auto number = number_of(value);
    if (!number) return fault(where, "'" + base::visible(value.text) + "' is no number", "write a number");
    return predicate({.field = field_, .op = op, .number = *number});
  }

  static query::TimePart part_of(Modifier modifier) noexcept {
    switch (modifier) {
      case Modifier::minute:
        return query::TimePart::minute;
      case Modifier::hour:
        return query::TimePart::hour;
      case Modifier::day:
        return query::TimePart::day;
      case Modifier::week:
        return query::TimePart::week;
      case Modifier::month:
        return query::TimePart::month;
      default:
        return query::TimePart::year;
    }
  }

  // Least and greatest value of a part; weeks as ISO 8601 counts them, years as base::TimeNs holds them.
  static std::pair<int, int> range_of(query::TimePart part) noexcept {
    switch (part) {
      case query::TimePart::minute:
        return {0, 59};
      case query::TimePart::hour:
        return {0, 23};
      case query::TimePart::day:
        return {1, 31};
      case query::TimePart::week:
        return {1, 53};
      case query::TimePart::month:
        return {1, 12};
      default:
        return {1677, 2262};
    }
  }

  // A part has few values, so that "hour|gte: 18" is one of 18 to 23.
  Result<NodeId> compile_time(const Node& value, Position where, query::TimePart part) {
    const auto number = number_of(value);
    const auto [least, greatest] = range_of(part);
    if (!number || *number != std::floor(*number) || *number < least || *number > greatest) {
      return fault(where, "'" + base::visible(value.text) + "' is not that part of a time-stamp",
                   "write a whole number from " + std::to_string(least) + " to " + std::to_string(greatest));
    }
    const auto op = comparison();
    std::vector<NodeId> nodes;
    for (int i = least; i <= greatest; ++i) {
      const bool wanted = !op                     ? i == *number
                          : *op == Op::less       ? i < *number
                          : *op == Op::less_equal ? i <= *number
                          : *op == Op::greater    ? i > *number
                                                  : i >= *number;
      if (!wanted) continue;
      nodes.push_back(target_.program.predicate(
          {.field = field_, .op = Op::time_equals, .part = part, .number = static_cast<double>(i)}));
    }
    return target_.program.any(std::move(nodes));
  }

  Result<NodeId> compile_text(const Node& value, Position where) {
    auto texts = transform(value.text, key_.modifiers, target_.placeholders);
    if (!texts) return placed(texts.error(), where);
    std::vector<NodeId> nodes;
    for (const Text& text : *texts) nodes.push_back(text_predicate(text));
    return target_.program.any(std::move(nodes));
  }

  NodeId text_predicate(const Text& text) {
    // A keyword is looked for inside the values, unless it is said at which end.
    const bool keyword =
        field_ == query::kAnyValue && !key_.has(Modifier::startswith) && !key_.has(Modifier::endswith);
    const bool front = text.open_front || keyword;
    const bool back = text.open_back || keyword;
    Predicate p{.field = field_, .cased = key_.has(Modifier::cased)};
    std::string body = text.body;
    if (!text.bytes && query::has_wildcard(body)) {
      p.op = Op::pattern;
      if (front) body.insert(body.begin(), query::kAnyRun);
      if (back) body += query::kAnyRun;
    } else if (front && back) {
      p.op = Op::contains;
    } else {
      p.op = front ? Op::ends_with : back ? Op::starts_with : Op::equals;
    }
    p.text = p.cased ? body : base::folded(body);
    return target_.program.predicate(p);
  }

  const Target& target_;
  const Key& key_;
  Position where_;
  event::FieldId field_;
};

}  // namespace

Result<NodeId> compile_item(const Target& target, std::string_view key, Position key_where,
                            const Node& value) {
  auto parsed = parse_key(key, key_where);
  if (!parsed) return parsed.error();
  return ItemCompiler(target, *parsed, key_where).compile(value);
}

Result<NodeId> compile_keyword(const Target& target, const Node& value) {
  return ItemCompiler(target, Key{}, value.where).compile(value);
}

}  // namespace hinomi::detect::sigma
