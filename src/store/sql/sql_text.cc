#include "store/sql/sql_text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace hinomi::store::sql {
namespace {

constexpr bool is_word_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_word(const SqlToken& token, std::string_view word) noexcept {
  return token.kind == SqlToken::Kind::word && token.text.size() == word.size() &&
         std::ranges::equal(token.text, word, {}, upper);
}

// Bytes up to and with the quote that closes; `escapes`: a backslash hides the character behind it.
std::size_t quoted_bytes(std::string_view text, std::size_t from, char quote, bool escapes) noexcept {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (escapes && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (i + 1 == text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return text.size();
}

template <typename Test>
std::size_t bytes_while(std::string_view text, Test test) noexcept {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, test) - text.begin());
}

}  // namespace

SqlToken SqlScanner::take(SqlToken::Kind kind, std::size_t bytes) noexcept {
  const std::string_view text = rest_.substr(0, bytes);
  rest_.remove_prefix(text.size());
  return {kind, text};
}

std::size_t SqlScanner::block_comment() const noexcept {
  int depth = 1;
  for (std::size_t i = 2; i + 1 < rest_.size(); ++i) {
    const std::string_view two = rest_.substr(i, 2);
    if (two == "*/") {
      if (--depth == 0) return i + 2;
      ++i;
    } else if (two == "/*" && dialect_ == Dialect::postgres) {
      ++depth;
      ++i;
    }
  }
  return rest_.size();
}

// "$tag$ … $tag$"; 0 when it is none.
std::size_t SqlScanner::dollar_quote() const noexcept {
  if (dialect_ != Dialect::postgres) return 0;
  const std::size_t name =
      bytes_while(rest_.substr(1), [](char c) { return is_word_start(c) || is_digit(c); });
  if (name + 1 >= rest_.size() || rest_[name + 1] != '$' || (name > 0 && is_digit(rest_[1]))) return 0;
  const std::string_view mark = rest_.substr(0, name + 2);
  const std::size_t end = rest_.find(mark, mark.size());
  return end == std::string_view::npos ? rest_.size() : end + mark.size();
}

std::optional<SqlToken> SqlScanner::next() noexcept {
  using Kind = SqlToken::Kind;
  if (rest_.empty()) return std::nullopt;
  const char first = rest_[0];
  const char second = rest_.size() > 1 ? rest_[1] : '\0';
  if (is_blank(first)) return take(Kind::blank, bytes_while(rest_, is_blank));
  if (first == '-' && second == '-') return take(Kind::blank, std::min(rest_.find('\n'), rest_.size()));
  if (first == '/' && second == '*') return take(Kind::blank, block_comment());
  if (first == '\'' || first == '"') return take(Kind::quoted, quoted_bytes(rest_, 1, first, false));
  if (dialect_ == Dialect::postgres && (first == 'e' || first == 'E') && second == '\'') {
    return take(Kind::quoted, quoted_bytes(rest_, 2, '\'', true));
  }
  if (first == '$') {
    if (const std::size_t bytes = dollar_quote(); bytes > 0) return take(Kind::quoted, bytes);
  }
  if (first == '?') return take(Kind::placeholder, 1);
  if (is_word_start(first) || is_digit(first)) {
    return take(Kind::word,
                bytes_while(rest_, [](char c) { return is_word_start(c) || is_digit(c) || c == '$'; }));
  }
  return take(Kind::sign, 1);
}

base::Result<NumberedSql> number_placeholders(std::string_view sql) {
  NumberedSql numbered;
  numbered.text.reserve(sql.size() + 16);
  SqlScanner scanner(sql, Dialect::postgres);
  while (const auto token = scanner.next()) {
    if (token->kind != SqlToken::Kind::placeholder) {
      numbered.text.append(token->text);
      continue;
    }
    if (++numbered.placeholders > kMaxValues) {
      return base::Error{base::ErrorCode::limit_exceeded,
                         "a statement has more than " + std::to_string(kMaxValues) + " values",
                         {}};
    }
    numbered.text += '$';
    numbered.text += std::to_string(numbered.placeholders);
  }
  return numbered;
}

namespace {

// One statement after another, each collected and given its form at its end.
class SchemaWriter {
 public:
  explicit SchemaWriter(Dialect dialect) noexcept : dialect_(dialect) {}

  void add(const SqlToken& token) {
    if (token.kind == SqlToken::Kind::sign && token.text == ";") {
      end_statement();
      out_ += ';';
      return;
    }
    tokens_.push_back(token);
  }
  base::Result<std::string> finish() && {
    end_statement();
    if (refused_) return *refused_;
    return std::move(out_);
  }

 private:
  void end_statement() {
    const std::vector<SqlToken> words = significant();
    const bool table = is_about_table(words);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (table && !refused_) refuse_narrow(tokens_[i]);
      if (dialect_ == Dialect::sqlite && is_word(tokens_[i], "BIGINT")) {
        out_ += "INTEGER";
      } else if (dialect_ == Dialect::postgres && is_word(tokens_[i], "BLOB")) {
        out_ += "bytea";
      } else if (dialect_ == Dialect::sqlite && is_word(tokens_[i], "DOUBLE") && i + 2 < tokens_.size() &&
                 is_word(tokens_[i + 2], "PRECISION")) {
        out_ += "REAL";
        i += 2;
      } else {
        out_.append(tokens_[i].text);
      }
    }
    // On a line of its own: a comment may stand at the end.
    if (dialect_ == Dialect::sqlite && table && is_word(words[0], "CREATE") && words.back().text == ")" &&
        std::ranges::none_of(words, [](const SqlToken& token) { return is_word(token, "SELECT"); })) {
      out_ += "\nSTRICT";
    }
    tokens_.clear();
  }

  [[nodiscard]] std::vector<SqlToken> significant() const {
    std::vector<SqlToken> words;
    std::ranges::copy_if(tokens_, std::back_inserter(words),
                         [](const SqlToken& token) { return token.kind != SqlToken::Kind::blank; });
    return words;
  }
  static bool is_about_table(const std::vector<SqlToken>& words) {
    if (words.size() < 3 || !(is_word(words[0], "CREATE") || is_word(words[0], "ALTER"))) return false;
    const bool temporary = is_word(words[1], "TEMP") || is_word(words[1], "TEMPORARY");
    return is_word(words[temporary ? 2 : 1], "TABLE");
  }
  void refuse_narrow(const SqlToken& token) {
    constexpr std::array<std::string_view, 3> kNarrow = {"INTEGER", "INT", "REAL"};
    if (std::ranges::none_of(kNarrow, [&](std::string_view word) { return is_word(token, word); })) return;
    refused_ = base::Error{
        base::ErrorCode::usage,
        "a table has the type " + std::string(token.text) + ", which is 32 bits wide on one of the databases",
        "Write BIGINT or DOUBLE PRECISION."};
  }

  Dialect dialect_;
  std::vector<SqlToken> tokens_;  // of the statement so far
  std::string out_;
  std::optional<base::Error> refused_;
};

}  // namespace

base::Result<std::string> schema_for(Dialect dialect, std::string_view sql) {
  SchemaWriter writer(dialect);
  SqlScanner scanner(sql, dialect);
  while (const auto token = scanner.next()) writer.add(*token);
  return std::move(writer).finish();
}

}  // namespace hinomi::store::sql
