#include "detect/sigma/item.h"

#include <algorithm>
#include <array>
#include <cmath>
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
  all,
  contains,
  startswith,
  endswith,
  exists,
  cased,
  neq,
  windash,
  re,
  ignore_case,
  multi_line,
  dot_all,
  base64,
  base64offset,
  utf16le,
  utf16be,
  utf16,
  lt,
  lte,
  gt,
  gte,
  minute,
  hour,
  day,
  week,
  month,
  year,
  cidr,
  expand,
  fieldref,
};

struct NamedModifier {
  std::string_view name;
  Modifier modifier;
};

constexpr std::array kModifiers{
    NamedModifier{"all", Modifier::all},
    NamedModifier{"contains", Modifier::contains},
    NamedModifier{"startswith", Modifier::startswith},
    NamedModifier{"endswith", Modifier::endswith},
    NamedModifier{"exists", Modifier::exists},
    NamedModifier{"cased", Modifier::cased},
    NamedModifier{"neq", Modifier::neq},
    NamedModifier{"windash", Modifier::windash},
    NamedModifier{"re", Modifier::re},
    NamedModifier{"i", Modifier::ignore_case},
    NamedModifier{"ignorecase", Modifier::ignore_case},
    NamedModifier{"m", Modifier::multi_line},
    NamedModifier{"multiline", Modifier::multi_line},
    NamedModifier{"s", Modifier::dot_all},
    NamedModifier{"dotall", Modifier::dot_all},
    NamedModifier{"base64", Modifier::base64},
    NamedModifier{"base64offset", Modifier::base64offset},
    NamedModifier{"utf16le", Modifier::utf16le},
    NamedModifier{"wide", Modifier::utf16le},
    NamedModifier{"utf16be", Modifier::utf16be},
    NamedModifier{"utf16", Modifier::utf16},
    NamedModifier{"lt", Modifier::lt},
    NamedModifier{"lte", Modifier::lte},
    NamedModifier{"gt", Modifier::gt},
    NamedModifier{"gte", Modifier::gte},
    NamedModifier{"minute", Modifier::minute},
    NamedModifier{"hour", Modifier::hour},
    NamedModifier{"day", Modifier::day},
    NamedModifier{"week", Modifier::week},
    NamedModifier{"month", Modifier::month},
    NamedModifier{"year", Modifier::year},
    NamedModifier{"cidr", Modifier::cidr},
    NamedModifier{"expand", Modifier::expand},
    NamedModifier{"fieldref", Modifier::fieldref},
};

// The dashes that begin a command-line switch (specification 2.1, 'windash').
constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\u2013", "\u2014", "\u2015"};

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

// What kinds of value a modifier makes; values of one kind only can stand in an item.
enum class Family : unsigned char {
  link,
  cased,
  place,
  encoding,
  expand,
  flag,
  exists,
  re,
  cidr,
  fieldref,
  compare,
  time
};

Family family_of(Modifier modifier) noexcept {
  switch (modifier) {
    case Modifier::all:
    case Modifier::neq:
      return Family::link;
    case Modifier::cased:
      return Family::cased;
    case Modifier::contains:
    case Modifier::startswith:
    case Modifier::endswith:
      return Family::place;
    case Modifier::expand:
      return Family::expand;
    case Modifier::ignore_case:
    case Modifier::multi_line:
    case Modifier::dot_all:
      return Family::flag;
    case Modifier::exists:
      return Family::exists;
    case Modifier::re:
      return Family::re;
    case Modifier::cidr:
      return Family::cidr;
    case Modifier::fieldref:
      return Family::fieldref;
    case Modifier::lt:
    case Modifier::lte:
    case Modifier::gt:
    case Modifier::gte:
      return Family::compare;
    case Modifier::minute:
    case Modifier::hour:
    case Modifier::day:
    case Modifier::week:
    case Modifier::month:
    case Modifier::year:
      return Family::time;
    case Modifier::windash:
    case Modifier::base64:
    case Modifier::base64offset:
    case Modifier::utf16le:
    case Modifier::utf16be:
    case Modifier::utf16:
      break;
  }
  return Family::encoding;
}

// Whether `other` keeps its meaning beside a modifier of `family`; what would be ignored is refused instead.
bool goes_with(Family family, Family other) noexcept {
  if (other == family || other == Family::link) return true;
  switch (family) {
    case Family::re:
      return other == Family::cased || other == Family::place || other == Family::flag ||
             other == Family::expand;
    case Family::cidr:
      return other == Family::expand;
    case Family::fieldref:
      return other == Family::cased || other == Family::place;
    case Family::compare:
      return other == Family::time;
    case Family::time:
      return other == Family::compare;
    case Family::exists:
      return false;
    default:
      return true;  // texts take every modifier of texts
  }
}

std::string_view name_of(Modifier modifier) noexcept {
  const auto* const found = std::find_if(kModifiers.begin(), kModifiers.end(),
                                         [&](const NamedModifier& m) { return m.modifier == modifier; });
  return found->name;
}

// Every two modifiers must go together; two comparisons or two parts of a time-stamp contradict each other.
Result<void> check_together(const Key& key, Position where) {
  for (const Modifier a : key.modifiers) {
    for (const Modifier b : key.modifiers) {
      const Family family = family_of(a);
      const bool twice =
          a != b && family == family_of(b) && (family == Family::compare || family == Family::time);
      if (!twice && goes_with(family, family_of(b))) continue;
      return fault(where,
                   "the modifiers '" + std::string(name_of(a)) + "' and '" + std::string(name_of(b)) +
                       "' do not go together",
                   "remove one of them, or write two items");
    }
  }
  return {};
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
    const bool needs_re = found->modifier == Modifier::ignore_case ||
                          found->modifier == Modifier::multi_line || found->modifier == Modifier::dot_all;
    if (needs_re && !key.has(Modifier::re)) {
      return fault(where, "modifier '" + std::string(name) + "' without 're' before it",
                   "write |re|" + std::string(name));
    }
    if (key.modifiers.size() == kMaxModifiers) {
      return fault(where, "more than " + std::to_string(kMaxModifiers) + " modifiers",
                   "remove those that say nothing new");
    }
    key.modifiers.push_back(found->modifier);
  }
  if (auto together = check_together(key, where); !together) return together.error();
  return key;
}

// A text on its way through the modifiers.
struct Text {
  std::string body;         // encoded pattern, or bytes
  bool open_front = false;  // any run may stand before it
  bool open_back = false;
  bool bytes = false;  // the outcome of an encoding: no byte of it is a wildcard
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

  // The values of placeholders stand for plain texts with wildcards, also inside a regular expression.
  static std::string quoted_regex(std::string_view value) {
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

  Result<NodeId> compile_regex(const Node& value, Position where) {
    std::vector<std::string> patterns{value.text};
    if (key_.has(Modifier::expand)) {
      auto expanded = expand(value.text, quoted_regex);
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
      auto expanded = expand(value.text, [](std::string_view text) { return std::string(text); });
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

  static Error placed(Error error, Position where) {
    error.where = where;
    return error;
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
    return {ErrorCode::limit_exceeded,
            "a value expands to more than " + std::to_string(kMaxExpansions) + " texts",
            "use fewer placeholder values",
            {}};
  }

  Result<std::vector<Text>> apply_to_one(Modifier modifier, Text text) {
    using List = std::vector<Text>;
    switch (modifier) {
      case Modifier::contains:
        text.open_front = text.open_back = true;
        break;
      case Modifier::startswith:
        text.open_back = true;
        break;
      case Modifier::endswith:
        text.open_front = true;
        break;
      case Modifier::windash:
        if (!text.bytes) text.body = apply_windash(text.body);
        break;
      case Modifier::base64:
      case Modifier::base64offset:
      case Modifier::utf16le:
      case Modifier::utf16be:
      case Modifier::utf16:
        return encode(modifier, text);
      case Modifier::expand:
        return expand_text(text);
      default:
        break;
    }
    return List{std::move(text)};
  }

  // Every way to write the dashes that 'windash' left open.
  static Result<std::vector<std::string>> spelled_out(std::string_view body) {
    std::vector<std::string> texts{std::string(body)};
    for (std::size_t at = 0; at < texts.size();) {
      const std::size_t dash = texts[at].find(query::kAnyDash);
      if (dash == std::string::npos) {
        ++at;
        continue;
      }
      if (texts.size() + kDashes.size() > kMaxExpansions) return too_many();
      const std::string open = texts[at];
      for (std::size_t i = 0; i < kDashes.size(); ++i) {
        std::string one = open;
        one.replace(dash, 1, kDashes[i]);
        if (i == 0) {
          texts[at] = std::move(one);
        } else {
          texts.push_back(std::move(one));
        }
      }
    }
    return texts;
  }

  static std::vector<std::string> encoded(Modifier modifier, std::string_view text) {
    switch (modifier) {
      case Modifier::base64:
        return {base64(text)};
      case Modifier::base64offset:
        return base64_offsets(text);
      case Modifier::utf16le:
        return {utf16(text, Utf16::little_endian)};
      case Modifier::utf16be:
        return {utf16(text, Utf16::big_endian)};
      default:
        return {utf16(text, Utf16::with_mark)};
    }
  }

  static Result<std::vector<Text>> encode(Modifier modifier, const Text& text) {
    std::vector<std::string> plain{text.body};
    if (!text.bytes) {
      auto all = spelled_out(text.body);
      if (!all) return all.error();
      plain = std::move(*all);
    }
    std::vector<Text> out;
    for (const std::string& one : plain) {
      if (text.open_front || text.open_back || (!text.bytes && query::has_wildcard(one))) {
        return Error{ErrorCode::invalid_input,
                     "the value has wildcards, which cannot be encoded",
                     "remove or escape the wildcards, and write the encoding before 'contains'",
                     {}};
      }
      std::vector<std::string> forms = encoded(modifier, one);
      if (forms.empty()) {
        return Error{ErrorCode::invalid_input,
                     "the value is too short for the modifier 'base64offset'",
                     "use a longer value",
                     {}};
      }
      for (std::string& bytes : forms) out.push_back({.body = std::move(bytes), .bytes = true});
    }
    return out;
  }

  // Replaces every %name% by the name's values, each put through `convert`; "\\%" is a plain percent sign.
  template <typename Convert>
  Result<std::vector<std::string>> expand(std::string_view rest, Convert&& convert) const {
    std::vector<std::string> results{std::string()};
    const auto append = [&](std::string_view piece) {
      for (std::string& result : results) result.append(piece);
    };
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
      if (close == percent + 1) {  // no name between them
        append(rest.substr(0, close));
        rest.remove_prefix(close);
        continue;
      }
      const std::string_view name = rest.substr(percent + 1, close - percent - 1);
      const auto known = target_.placeholders.find(name);
      if (known == target_.placeholders.end() || known->second.empty()) {
        return Error{ErrorCode::not_found,
                     "the placeholder %" + base::visible(name) + "% has no values",
                     "give its values with --placeholders FILE",
                     {}};
      }
      append(rest.substr(0, percent));
      if (known->second.size() > kMaxExpansions / results.size()) return too_many();
      std::vector<std::string> longer;
      for (const std::string& result : results) {
        for (const std::string& value : known->second) longer.push_back(result + convert(value));
      }
      results = std::move(longer);
      rest.remove_prefix(close + 1);
    }
    append(rest);
    return results;
  }

  Result<std::vector<Text>> expand_text(const Text& text) const {
    auto bodies = expand(text.body, encode_wildcards);
    if (!bodies) return bodies.error();
    std::vector<Text> results;
    for (std::string& body : *bodies) {
      Text result{
          .body = {}, .open_front = text.open_front, .open_back = text.open_back, .bytes = text.bytes};
      if (body.starts_with(query::kAnyRun)) {
        result.open_front = true;
        body.erase(0, 1);
      }
      if (body.ends_with(query::kAnyRun)) {
        result.open_back = true;
        body.pop_back();
      }
      result.body = std::move(body);
      results.push_back(std::move(result));
    }
    return results;
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
