#include "detect/sigma/condition.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "query/pattern.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using query::NodeId;

struct Token {
  std::string_view text;
  int column = 0;
};

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Parentheses, pipes, commas and comparison signs stand alone; everything else up to a blank is a word.
std::vector<Token> tokens_of(std::string_view text) {
  constexpr std::string_view kAlone = "()|,<>=!";
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    if (kAlone.find(text[i]) == std::string_view::npos) {
      while (end < text.size() && !is_space(text[end]) && kAlone.find(text[end]) == std::string_view::npos)
        ++end;
    } else if (end < text.size() && text[end] == '=' &&
               (text[i] == '<' || text[i] == '>' || text[i] == '!' || text[i] == '=')) {
      ++end;
    }
    tokens.push_back({text.substr(i, end - i), static_cast<int>(i) + 1});
    i = end;
  }
  return tokens;
}

class Parser {
 public:
  Parser(query::Program& program, const std::vector<Selection>& selections, std::string_view text)
      : program_(program),
        selections_(selections),
        tokens_(tokens_of(text)),
        end_column_(static_cast<int>(text.size()) + 1) {}

  Result<Condition> parse() {
    if (tokens_.empty()) return fail("the condition is empty", "name a selection");
    auto term = parse_or(0);
    if (!term) return term.error();
    Condition condition{.node = term->node, .negative = term->negative, .aggregation = std::nullopt};
    if (take("|")) {
      auto aggregation = parse_aggregation();
      if (!aggregation) return aggregation.error();
      condition.aggregation = std::move(*aggregation);
    }
    if (at_ < tokens_.size())
      return fail("'" + base::visible(tokens_[at_].text) + "' is not expected here",
                  "join selections with 'and' or 'or'");
    return condition;
  }

 private:
  Error fail(ErrorCode code, const std::string& message, std::string remedy) const {
    const int column = at_ < tokens_.size() ? tokens_[at_].column : end_column_;
    return {code, "condition: " + message, std::move(remedy), {0, column}};
  }
  Error fail(const std::string& message, std::string remedy) const {
    return fail(ErrorCode::invalid_input, message, std::move(remedy));
  }

  [[nodiscard]] bool is(std::string_view word) const {
    return at_ < tokens_.size() && base::folded(tokens_[at_].text) == word;
  }
  bool take(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }

  struct Term {
    NodeId node{};
    bool negative = false;  // see Condition
  };

  Result<Term> parse_or(int depth) {
    std::vector<NodeId> nodes;
    bool negative = true;
    do {
      auto term = parse_and(depth);
      if (!term) return term;
      nodes.push_back(term->node);
      negative = negative && term->negative;
    } while (take("or"));
    return Term{program_.any(std::move(nodes)), negative};
  }

  Result<Term> parse_and(int depth) {
    std::vector<NodeId> nodes;
    bool negative = true;
    do {
      auto term = parse_not(depth);
      if (!term) return term;
      nodes.push_back(term->node);
      negative = negative && term->negative;
    } while (take("and"));
    return Term{program_.all(std::move(nodes)), negative};
  }

  Result<Term> parse_not(int depth) {
    bool negated = false;
    while (take("not")) negated = !negated;
    auto term = parse_primary(depth);
    if (!term || !negated) return term;
    return Term{program_.negation(term->node), !term->negative};
  }

  Result<Term> parse_primary(int depth) {
    if (depth >= kMaxConditionDepth) {
      return fail(ErrorCode::limit_exceeded,
                  "more than " + std::to_string(kMaxConditionDepth) + " parentheses in each other",
                  "use fewer parentheses");
    }
    if (at_ >= tokens_.size()) return fail("it ends too early", "name a selection");
    if (take("(")) {
      auto term = parse_or(depth + 1);
      if (!term) return term;
      if (!take(")")) return fail("a closing parenthesis is missing", "add ')'");
      return term;
    }
    const bool of = at_ + 1 < tokens_.size() && base::folded(tokens_[at_ + 1].text) == "of";
    auto node = of ? parse_of() : parse_name();
    if (!node) return node.error();
    return Term{*node, false};
  }

  Result<NodeId> parse_name() {
    const std::string_view name = tokens_[at_].text;
    const auto found = std::find_if(selections_.begin(), selections_.end(),
                                    [&](const Selection& s) { return s.name == name; });
    if (found == selections_.end()) {
      return fail("there is no selection '" + base::visible(name) + "'",
                  "define it under 'detection' or correct its name");
    }
    ++at_;
    return found->node;
  }

  // "1 of x*", "all of them", "2 of sel*"; "any" is 1.
  Result<NodeId> parse_of() {
    const std::string quantity = base::folded(tokens_[at_].text);
    std::uint32_t wanted = 0;
    if (quantity == "any") {
      wanted = 1;
    } else if (quantity != "all") {
      const auto number = std::from_chars(quantity.data(), quantity.data() + quantity.size(), wanted);
      if (number.ec != std::errc{} || number.ptr != quantity.data() + quantity.size() || wanted == 0) {
        return fail("'" + base::visible(quantity) + " of' is no quantity",
                    "write '1 of', 'all of' or a number");
      }
    }
    at_ += 2;
    if (at_ >= tokens_.size()) return fail("'of' has no name after it", "write 'of them' or 'of selection*'");
    const std::string_view name = tokens_[at_].text;
    std::vector<NodeId> nodes;
    std::string pattern(name);
    std::replace(pattern.begin(), pattern.end(), '*', query::kAnyRun);
    const bool them = base::folded(name) == "them";
    for (const Selection& selection : selections_) {
      // Names with '_' in front take part only where the pattern asks for them.
      const bool hidden = selection.name.starts_with('_') && !name.starts_with('_');
      const bool meant = !hidden && (them || query::matches_pattern(selection.name, pattern));
      if (meant) nodes.push_back(selection.node);
    }
    if (nodes.empty())
      return fail("no selection is called '" + base::visible(name) + "'", "define one or correct the name");
    if (wanted > nodes.size()) {
      return fail(
          "only " + std::to_string(nodes.size()) + " selections are called '" + base::visible(name) + "'",
          "ask for fewer");
    }
    ++at_;
    if (quantity == "all") return program_.all(std::move(nodes));
    return program_.at_least(wanted, std::move(nodes));
  }

  Result<Aggregation> parse_aggregation() {
    Aggregation aggregation;
    if (take("near")) return parse_near();
    if (take("count")) {
      aggregation.kind = AggregationKind::count;
    } else if (take("sum")) {
      aggregation.kind = AggregationKind::sum;
    } else if (take("avg")) {
      aggregation.kind = AggregationKind::average;
    } else {
      return fail("the aggregation after '|' is unknown",
                  "use a correlation rule (event_count, value_count, temporal, …)");
    }
    if (!take("(")) return fail("'(' is missing", "write count() or count(field)");
    take("distinct");
    if (!is(")")) {
      if (at_ >= tokens_.size()) return fail("')' is missing", "write count() or count(field)");
      aggregation.field = tokens_[at_++].text;
    }
    if (!take(")")) return fail("')' is missing", "write count() or count(field)");
    if (aggregation.kind != AggregationKind::count && aggregation.field.empty())
      return fail("a field is missing", "write sum(field)");
    if (take("by")) {
      do {
        if (at_ >= tokens_.size()) return fail("a field is missing after 'by'", "name the field to group by");
        aggregation.group_by.emplace_back(tokens_[at_++].text);
      } while (take(","));
    }
    return parse_comparison(std::move(aggregation));
  }

  Result<Aggregation> parse_comparison(Aggregation aggregation) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kComparisons{
        {{">", "gt"}, {">=", "gte"}, {"<", "lt"}, {"<=", "lte"}, {"=", "eq"}, {"==", "eq"}}};
    for (const auto& [sign, name] : kComparisons) {
      if (is(sign)) aggregation.comparison = name;
    }
    if (aggregation.comparison.empty()) return fail("a comparison such as '> 5' is missing", "add it");
    ++at_;
    const std::string_view number = at_ < tokens_.size() ? tokens_[at_].text : std::string_view();
    const auto result = std::from_chars(number.data(), number.data() + number.size(), aggregation.limit);
    if (number.empty() || result.ec != std::errc{} || result.ptr != number.data() + number.size())
      return fail("a number is missing", "write a number after the comparison");
    ++at_;
    return aggregation;
  }

  // "near a and b and not c"
  Result<Aggregation> parse_near() {
    Aggregation aggregation;
    aggregation.kind = AggregationKind::near;
    do {
      Aggregation::Near near;
      near.negated = take("not");
      if (at_ >= tokens_.size()) return fail("a selection is missing after 'near'", "name it");
      auto node = parse_name();
      if (!node) return node.error();
      near.node = *node;
      aggregation.near.push_back(near);
    } while (take("and"));
    return aggregation;
  }

  query::Program& program_;
  const std::vector<Selection>& selections_;
  std::vector<Token> tokens_;
  int end_column_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Condition> parse_condition(query::Program& program, const std::vector<Selection>& selections,
                                  std::string_view text) {
  if (text.size() > kMaxConditionBytes) {
    return Error{ErrorCode::limit_exceeded,
                 "condition: longer than " + std::to_string(kMaxConditionBytes) + " bytes",
                 "shorten it",
                 {}};
  }
  return Parser(program, selections, text).parse();
}

}  // namespace hinomi::detect::sigma
