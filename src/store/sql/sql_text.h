// Reads SQL just far enough to know what is code and what is quoted or a comment, to write "$n" for "?" and
// to give the shared words of a schema the form of one database. Not a parser: wrong SQL passes through, and
// the database says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/sql/database.h"

namespace hinomi::store::sql {

inline constexpr int kMaxValues = 32'766;  // placeholders of a statement

struct SqlToken {
  enum class Kind : std::uint8_t { word, placeholder, blank, quoted, sign };  // blank: comments too
  Kind kind = Kind::sign;
  std::string_view text;
};

// Token after token; together they are the whole text.
class SqlScanner {
 public:
  // The dialects differ in what ends a comment and in two more ways to quote.
  SqlScanner(std::string_view sql, Dialect dialect) noexcept : rest_(sql), dialect_(dialect) {}
  // nullopt at the end. What is not closed reaches to the end.
  std::optional<SqlToken> next() noexcept;

 private:
  SqlToken take(SqlToken::Kind kind, std::size_t bytes) noexcept;
  [[nodiscard]] std::size_t block_comment() const noexcept;
  [[nodiscard]] std::size_t dollar_quote() const noexcept;

  std::string_view rest_;
  Dialect dialect_;
};

struct NumberedSql {
  std::string text;
  int placeholders = 0;
};
// "?" becomes "$1", "$2", … Error limit_exceeded.
[[nodiscard]] base::Result<NumberedSql> number_placeholders(std::string_view sql);

// Statements of a schema for one database. SQLite: BIGINT and DOUBLE PRECISION become INTEGER and REAL, and
// each table STRICT, so that it refuses values of another type as PostgreSQL does; PostgreSQL: BLOB becomes
// bytea. Error usage for INTEGER, INT and REAL in a table: they are 32 bits wide on one of the two.
[[nodiscard]] base::Result<std::string> schema_for(Dialect dialect, std::string_view sql);

}  // namespace hinomi::store::sql
