#include "detect/sigma/item.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
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

enum class Modifier : unsigned char {
  all, contains, startswith, endswith, exists, cased, neq, windash,
  re, ignore_case, multi_line, dot_all,
  base64, base64offset, utf16le, utf16be, utf16,
  lt, lte, gt, gte,
  minute, hour, day, week, month, year,
  cidr, expand, fieldref,
};

struct NamedModifier {
  std::string_view name;
  Modifier modifier;
};

constexpr std::array kModifiers{
    NamedModifier{"all", Modifier::all},           NamedModifier{"contains", Modifier::contains},
    NamedModifier{"startswith", Modifier::startswith}, NamedModifier{"endswith", Modifier::endswith},
    NamedModifier{"exists", Modifier::exists},     NamedModifier{"cased", Modifier::cased},
    NamedModifier{"neq", Modifier::neq},           NamedModifier{"windash", Modifier::windash},
    NamedModifier{"re", Modifier::re},             NamedModifier{"i", Modifier::ignore_case},
    NamedModifier{"ignorecase", Modifier::ignore_case}, NamedModifier{"m", Modifier::multi_line},
    NamedModifier{"multiline", Modifier::multi_line},   NamedModifier{"s", Modifier::dot_all},
    NamedModifier{"dotall", Modifier::dot_all},    NamedModifier{"base64", Modifier::base64},
    NamedModifier{"base64offset", Modifier::base64offset}, NamedModifier{"utf16le", Modifier::utf16le},
    NamedModifier{"wide", Modifier::utf16le},      NamedModifier{"utf16be", Modifier::utf16be},
    NamedModifier{"utf16", Modifier::utf16},       NamedModifier{"lt", Modifier::lt},
    NamedModifier{"lte", Modifier::lte},           NamedModifier{"gt", Modifier::gt},
    NamedModifier{"gte", Modifier::gte},           NamedModifier{"minute", Modifier::minute},
    NamedModifier{"hour", Modifier::hour},         NamedModifier{"day", Modifier::day},
    NamedModifier{"week", Modifier::week},         NamedModifier{"month", Modifier::month},
    NamedModifier{"year", Modifier::year},         NamedModifier{"cidr", Modifier::cidr},
    NamedModifier{"expand", Modifier::expand},     NamedModifier{"fieldref", Modifier::fieldref},
};

struct Key {
  std::string field;
  std::vector<Modifier> modifiers;

  [[nodiscard]] bool has(Modifier modifier) const {
    return std::find(modifiers.begin(), modifiers.end(), modifier) != modifiers.end();
  }
};

Error fault(Position where, std::string message, std::string remedy) {
  return {ErrorCode::invalid_input, std::move(message), std::move(remedy), where};
}

Result<Key> parse_key(std::string_view text, Position where) {
  Key key;
  std::size_t end = text.find('|');
  key.field = text.substr(0, end);
  while (end != std::string_view::npos) {
    text.remove_prefix(end + 1);
    end = text.find('|');
    const std::string_view name = text.substr(0, end);
    const auto* const found = std::find_if(kModifiers.begin(), kModifiers.end(),
                                           [&](const NamedModifier& m) { return m.name == name; });
    if (found == kModifiers.end()) {
      return fault(where, "unknown modifier '" + base::visible(name) + "'",
                   "use a modifier of the Sigma specification 2.1");
    }
    const bool needs_re = found->modifier == Modifier::ignore_case || found->modifier == Modifier::multi_line ||
                          found->modifier == Modifier::dot_all;
    if (needs_re && !key.has(Modifier::re)) {
      return fault(where, "modifier '" + std::string(name) + "' without 're' before it", "write |re|" + std::string(name));
    }
    key.modifiers.push_back(found->modifier);
  }
  return key;
}

// A text on its way through the modifiers.
struct Text {
  std::string body;         // encoded pattern, or bytes
  bool open_front = false;  // any run may stand before it
  bool open_back = false;
  bool bytes = false;       // the outcome of an encoding: no byte of it is a wildcard
};

Text to_text(std::string_view value) {
  Text text{.body = encode_wildcards(value)};
  if (text.body.starts_with(query::kAnyRun)) {
    text.open_front = true;
    text.body.erase(0, 1);
  }
  if (text.body.ends_with(query::kAnyRun)) {
    text.open_back = true;
    text.body.pop_back();
  }
  return text;
}

// Compiles one item; a member per stage keeps the functions short.
class ItemCompiler {
 public:
  ItemCompiler(const Target& target, const Key& key, Position where) : target_(target), key_(key), where_(where) {
    field_ = key.field.empty() ? query::kAnyValue : target.fields.intern(key.field);
  }

  Result<NodeId> compile(const Node& value) {
    std::vector<NodeId> nodes;
    if (value.is_mapping()) {
      return fault(value.where, "the value of '" + base::visible(key_.field) + "' is a map", "write a value or a list of values");
    }
    if (value.is_sequence()) {
      if (value.items.empty()) return fault(where_, "'" + base::visible(key_.field) + "' has no values", "add a value");
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
      return fault(value.where, "a value of '" + base::visible(key_.field) + "' is a list or a map", "write plain values");
    }
    const Position where = value.where.line != 0 ? value.where : where_;
    if (key_.has(Modifier::exists)) return compile_exists(value, where);
    if (value.is_null()) return predicate({.field = field_, .op = Op::is_null});
    if (key_.has(Modifier::re)) return compile_regex(value, where);
    if (key_.has(Modifier::cidr)) return compile_network(value, where);
    if (key_.has(Modifier::fieldref)) return compile_reference(value, where);
    for (const auto& [modifier, op] : {std::pair{Modifier::lt, Op::less}, {Modifier::lte, Op::less_equal},
                                       {Modifier::gt, Op::greater}, {Modifier::gte, Op::greater_equal}}) {
      if (key_.has(modifier)) return compile_number(value, where, op, query::TimePart::none);
    }
    for (const auto& [modifier, part] :
         {std::pair{Modifier::minute, query::TimePart::minute}, {Modifier::hour, query::TimePart::hour},
          {Modifier::day, query::TimePart::day}, {Modifier::week, query::TimePart::week},
          {Modifier::month, query::TimePart::month}, {Modifier::year, query::TimePart::year}}) {
      if (key_.has(modifier)) return compile_number(value, where, Op::time_equals, part);
    }
    return compile_text(value, where);
  }

  Result<NodeId> predicate(const Predicate& p) { return target_.program.predicate(p); }

  Result<NodeId> compile_exists(const Node& value, Position where) {
    const auto wanted = value.as_boolean();
    if (!wanted) return fault(where, "'exists' needs true or false", "write true or false");
    const NodeId exists = target_.program.predicate({.field = field_, .op = Op::exists});
    return *wanted ? exists : target_.program.negation(exists);
  }

  Result<NodeId> compile_regex(const Node& value, Position where) {
    Predicate p{.field = field_, .op = Op::regex};
    p.regex = {.ignore_case = key_.has(Modifier::ignore_case),
               .multi_line = key_.has(Modifier::multi_line),
               .dot_all = key_.has(Modifier::dot_all)};
    p.text = value.text;
    if (auto checked = query::check_regex(p.text, p.regex); !checked) {
      Error error = checked.error();
      error.where = where;
      return error;
    }
    return predicate(p);
  }

  Result<NodeId> compile_network(const Node& value, Position where) {
    if (!query::parse_network(value.text)) {
      return fault(where, "'" + base::visible(value.text) + "' is no network", "write an address range such as 10.0.0.0/8 or 2001:db8::/32");
    }
    return predicate({.field = field_, .op = Op::cidr, .text = value.text});
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

  Result<NodeId> compile_number(const Node& value, Position where, Op op, query::TimePart part) {
    Node plain = value;
    plain.plain = true;  // a quoted number is a number here
    const auto number = plain.as_number();
    if (!number) return fault(where, "'" + base::visible(value.text) + "' is no number", "write a number");
    return predicate({.field = field_, .op = op, .part = part, .number = *number});
  }

  Result<NodeId> compile_text(const Node& value, Position where) {
    std::vector<Text> texts{to_text(value.text)};
    for (const Modifier modifier : key_.modifiers) {
      auto next = apply(modifier, std::move(texts));
      if (!next) {
        Error error = next.error();
        error.where = where;
        return error;
      }
      texts = std::move(*next);
    }
    std::vector<NodeId> nodes;
    for (const Text& text : texts) nodes.push_back(text_predicate(text));
    return target_.program.any(nodes);
  }

  // One modifier on every text.
  Result<std::vector<Text>> apply(Modifier modifier, std::vector<Text> texts) {
    std::vector<Text> out;
    for (Text& text : texts) {
      auto results = apply_to_one(modifier, std::move(text));
      if (!results) return results;
      if (out.size() + results->size() > kMaxExpansions) return too_many();
      std::move(results->begin(), results->end(), std::back_inserter(out));
    }
    return out;
  }

  static Error too_many() {
    return {ErrorCode::limit_exceeded, "a value expands to more than " + std::to_string(kMaxExpansions) + " texts",
            "use fewer placeholder values", {}};
  }

  Result<std::vector<Text>> apply_to_one(Modifier modifier, Text text) {
    using List = std::vector<Text>;
    switch (modifier) {
      case Modifier::contains:
        text.open_front = text.open_back = true;
        break;
      case Modifier::startswith: text.open_back = true; break;
      case Modifier::endswith: text.open_front = true; break;
      case Modifier::windash:
        if (!text.bytes) text.body = apply_windash(text.body);
        break;
      case Modifier::base64:
      case Modifier::base64offset:
      case Modifier::utf16le:
      case Modifier::utf16be:
      case Modifier::utf16: return encode(modifier, text);
      case Modifier::expand: return expand(text);
      default: break;
    }
    return List{std::move(text)};
  }

  static Result<std::vector<Text>> encode(Modifier modifier, const Text& text) {
    if (text.open_front || text.open_back || (!text.bytes && query::has_wildcard(text.body))) {
      return Error{ErrorCode::invalid_input, "the value has wildcards, which cannot be encoded",
                   "remove or escape the wildcards, and write the encoding before 'contains'", {}};
    }
    std::vector<std::string> encoded;
    switch (modifier) {
      case Modifier::base64: encoded = {base64(text.body)}; break;
      case Modifier::base64offset: encoded = base64_offsets(text.body); break;
      case Modifier::utf16le: encoded = {utf16(text.body, Utf16::little_endian)}; break;
      case Modifier::utf16be: encoded = {utf16(text.body, Utf16::big_endian)}; break;
      default: encoded = {utf16(text.body, Utf16::with_mark)}; break;
    }
    if (encoded.empty()) {
      return Error{ErrorCode::invalid_input, "the value is too short for the modifier 'base64offset'",
                   "use a longer value", {}};
    }
    std::vector<Text> out;
    for (std::string& bytes : encoded) out.push_back({.body = std::move(bytes), .bytes = true});
    return out;
  }

  // Replaces every %name%; "\%" is a plain percent sign.
  Result<std::vector<Text>> expand(const Text& text) {
    std::vector<Text> results{{.body = {}, .open_front = text.open_front, .bytes = text.bytes}};
    const auto append = [&](std::string_view piece) {
      for (Text& result : results) result.body.append(piece);
    };
    std::string_view rest = text.body;
    while (!rest.empty()) {
      const std::size_t percent = rest.find('%');
      if (percent == std::string_view::npos) break;
      if (percent > 0 && rest[percent - 1] == '\\') {
        append(rest.substr(0, percent - 1));
        append("%");
        rest.remove_prefix(percent + 1);
        continue;
      }
      const std::size_t close = rest.find('%', percent + 1);
      if (close == std::string_view::npos) break;
      const std::string_view name = rest.substr(percent + 1, close - percent - 1);
      const auto known = target_.placeholders.find(name);
      if (known == target_.placeholders.end() || known->second.empty()) {
        return Error{ErrorCode::not_found, "the placeholder %" + base::visible(name) + "% has no values",
                     "give its values with --placeholders FILE", {}};
      }
      append(rest.substr(0, percent));
      if (results.size() * known->second.size() > kMaxExpansions) return too_many();
      std::vector<Text> longer;
      for (const Text& result : results) {
        for (const std::string& value : known->second) {
          longer.push_back(result);
          longer.back().body += encode_wildcards(value);
        }
      }
      results = std::move(longer);
      rest.remove_prefix(close + 1);
    }
    append(rest);
    for (Text& result : results) {
      Text ends{.body = {}, .open_front = false, .open_back = text.open_back, .bytes = result.bytes};
      ends.open_front = result.open_front || result.body.starts_with(query::kAnyRun);
      if (result.body.starts_with(query::kAnyRun)) result.body.erase(0, 1);
      if (result.body.ends_with(query::kAnyRun)) {
        ends.open_back = true;
        result.body.pop_back();
      }
      ends.body = std::move(result.body);
      result = std::move(ends);
    }
    return results;
  }

  NodeId text_predicate(const Text& text) {
    const bool keyword = field_ == query::kAnyValue;  // looked for inside the values
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

Result<NodeId> compile_item(const Target& target, std::string_view key, Position key_where, const Node& value) {
  auto parsed = parse_key(key, key_where);
  if (!parsed) return parsed.error();
  return ItemCompiler(target, *parsed, key_where).compile(value);
}

Result<NodeId> compile_keyword(const Target& target, const Node& value) {
  return ItemCompiler(target, Key{}, value.where).compile(value);
}

}  // namespace hinomi::detect::sigma
