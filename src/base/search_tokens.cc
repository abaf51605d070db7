#include "base/search_tokens.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/search_split.h"
#include "base/text.h"

namespace hinomi::base {
namespace {

// Stands first in every indexed text, so that "none of these" can be asked of both databases.
constexpr std::string_view kEvery = "every";
// What no text holds: other tokens of a text begin with k, t or w.
constexpr std::string_view kNone = "none";
constexpr SearchSplitLimits kTermLimits{.tokens = kMaxTermTokens, .wholes = 4};

bool is_blank(char32_t c) noexcept {
  return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}
bool is_minus(char32_t c) noexcept {
  return c == '-' || c == 0xFF0D || c == 0x2212;
}
bool is_star(char32_t c) noexcept {
  return c == '*' || c == 0xFF0A;
}
// What ends a phrase that begins with `c`.
std::optional<char32_t> closing_quote(char32_t c) noexcept {
  switch (c) {
    case '"':
    case 0xFF02:
    case 0x201D:  // ” twice is typed as well
      return c;
    case 0x201C:
    case 0x201E:
      return 0x201D;
    case 0x300C:
      return 0x300D;
    case 0x300E:
      return 0x300F;
    default:
      return std::nullopt;
  }
}

// One term as it was typed.
struct Typed {
  std::string text;
  bool quoted = false;
  bool negated = false;
  bool starred = false;
};

class TermReader {
 public:
  explicit TermReader(std::string_view input) : rest_(input) {}

  std::optional<Typed> next() {
    while (!rest_.empty() && is_blank(peek().code_point)) take();
    if (rest_.empty()) return std::nullopt;
    Typed typed;
    if (is_minus(peek().code_point)) {
      const std::string_view whole = rest_;
      take();
      typed.negated = !rest_.empty() && !is_blank(peek().code_point);
      if (!typed.negated) rest_ = whole;
    }
    if (const auto close = closing_quote(peek().code_point)) {
      read_phrase(typed, *close);
    } else {
      read_word(typed);
    }
    return typed;
  }
  [[nodiscard]] bool more() const {
    std::string_view rest = rest_;
    while (!rest.empty() && is_blank(decode_utf8(rest).code_point))
      rest.remove_prefix(decode_utf8(rest).length);
    return !rest.empty();
  }

 private:
  [[nodiscard]] Decoded peek() const noexcept { return decode_utf8(rest_); }
  void take() { rest_.remove_prefix(peek().length); }
  void take_to(std::string& out) {
    const Decoded decoded = peek();
    out.append(rest_.substr(0, decoded.length));
    rest_.remove_prefix(decoded.length);
  }

  void read_phrase(Typed& typed, char32_t close) {
    typed.quoted = true;
    take();
    while (!rest_.empty() && peek().code_point != close) take_to(typed.text);
    if (!rest_.empty()) take();
  }

  void read_word(Typed& typed) {
    while (!rest_.empty() && !is_blank(peek().code_point) && !closing_quote(peek().code_point)) {
      typed.starred = is_star(peek().code_point);
      take_to(typed.text);
    }
  }

  std::string_view rest_;
};

// One way of writing a term.
void add_alternative(SearchTerm& term, std::vector<std::string> tokens) {
  if (term.alternatives.size() >= kMaxAlternatives) return;
  const auto& known = term.alternatives;
  if (std::find(known.begin(), known.end(), tokens) == known.end()) {
    term.alternatives.push_back(std::move(tokens));
  }
}

std::optional<SearchTerm> term_of(const Typed& typed, bool may_be_unfinished, bool& cut) {
  SearchTerm term;
  term.negated = typed.negated;
  for (const WordEnds ends : {WordEnds::written, WordEnds::without, WordEnds::with}) {
    SearchSplit split = split_for_search(typed.text, kTermLimits, {.ends = ends, .drop_last = true});
    cut = cut || split.cut;
    if (split.tokens.empty()) return std::nullopt;
    // In the text the run may go on: its end is not asked for, and a run of one may be the beginning of a
    // pair.
    if (split.tokens.back().piece == SearchPiece::closing) split.tokens.pop_back();
    const SearchToken& last = split.tokens.back();
    if (last.piece == SearchPiece::single) term.prefix = true;
    if (last.piece == SearchPiece::word && !split.cut) {
      term.prefix = (typed.starred && last.letters >= kMinStarLetters) ||
                    (may_be_unfinished && last.letters >= kMinTypedLetters);
    }
    const std::size_t parts = split.tokens.size();
    std::vector<std::string> tokens;
    for (SearchToken& token : split.tokens) tokens.push_back(std::move(token.text));
    add_alternative(term, std::move(tokens));
    for (SearchWhole& whole : split.wholes) {
      if (whole.first == 0 && whole.count == parts) add_alternative(term, {std::move(whole.text)});
    }
  }
  return term;
}

bool is_and(const Typed& typed) {
  return !typed.quoted && !typed.negated && (typed.text == "AND" || typed.text == "ＡＮＤ");
}

struct Dialect {
  std::string_view before;  // a phrase
  std::string_view quote;   // around a token
  std::string_view beside;  // between tokens
  std::string_view after;
  std::string_view star;
  std::string_view either;
};
constexpr Dialect kFts5{
    .before = "\"", .quote = "", .beside = " ", .after = "\"", .star = " *", .either = " OR "};
constexpr Dialect kTsquery{
    .before = "", .quote = "'", .beside = " <-> ", .after = "", .star = ":*", .either = " | "};

std::string rendered(const SearchTerm& term, const Dialect& dialect) {
  std::string out = "(";
  for (const std::vector<std::string>& tokens : term.alternatives) {
    if (out.size() > 1) out += dialect.either;
    out += dialect.before;
    bool first = true;
    for (const std::string& token : tokens) {
      if (!first) out += dialect.beside;
      first = false;
      out.append(dialect.quote).append(token).append(dialect.quote);
    }
    out += dialect.after;
    if (term.prefix) out += dialect.star;
  }
  out += ')';
  return out;
}

// The terms of one sign, joined.
std::string joined(const SearchQuery& query, bool negated, std::string_view between, const Dialect& dialect) {
  std::string out;
  for (const SearchTerm& term : query.terms) {
    if (term.negated != negated) continue;
    if (!out.empty()) out += between;
    out += rendered(term, dialect);
  }
  return out;
}

}  // namespace

std::string index_text(std::string_view text, bool* cut) {
  const std::string_view read = cut_to_bytes(text, kMaxIndexBytes);
  const SearchSplit split = split_for_search(read, {.tokens = kMaxIndexTokens, .wholes = kMaxIndexWholes});
  if (cut != nullptr) *cut = split.cut || read.size() < text.size();
  std::string out(kEvery);
  for (const SearchToken& token : split.tokens) out.append(" ").append(token.text);
  // No phrase reaches from the text into the compounds, since each begins with a letter of its own.
  for (const SearchWhole& whole : split.wholes) out.append(" ").append(whole.text);
  return out;
}

SearchQuery query_of(std::string_view input, const QueryOptions& options) {
  SearchQuery query;
  const std::string_view read = cut_to_bytes(input, kMaxQueryBytes);
  query.cut = read.size() < input.size();
  TermReader reader(read);
  bool first = true;
  while (const std::optional<Typed> typed = reader.next()) {
    const bool last = !reader.more();
    const bool joins = is_and(*typed) && !first && !last;
    first = false;
    if (joins) continue;
    const bool unfinished =
        options.prefix_last_word && last && !typed->quoted && !typed->negated && !query.cut;
    std::optional<SearchTerm> term = term_of(*typed, unfinished, query.cut);
    if (!term) continue;
    if (query.terms.size() >= kMaxQueryTerms) {
      query.cut = true;
      break;
    }
    query.terms.push_back(std::move(*term));
  }
  return query;
}

std::string fts5_match(const SearchQuery& query) {
  if (query.empty()) return "\"" + std::string(kNone) + "\"";
  std::string wanted = joined(query, false, " AND ", kFts5);
  if (wanted.empty()) wanted.append("\"").append(kEvery).append("\"");
  const std::string unwanted = joined(query, true, " OR ", kFts5);
  if (unwanted.empty()) return wanted;
  return "(" + wanted + ") NOT (" + unwanted + ")";
}

std::string tsquery_text(const SearchQuery& query) {
  if (query.empty()) return "'" + std::string(kNone) + "'";
  std::string wanted = joined(query, false, " & ", kTsquery);
  if (wanted.empty()) wanted.append("'").append(kEvery).append("'");
  const std::string unwanted = joined(query, true, " | ", kTsquery);
  if (unwanted.empty()) return wanted;
  return wanted + " & !(" + unwanted + ")";
}

}  // namespace hinomi::base
