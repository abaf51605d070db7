#include "store/sql/sql_text.h"

#include <gtest/gtest.h>

namespace hinomi::store::sql {
namespace {

std::string numbered(std::string_view sql) {
  const auto text = number_placeholders(sql);
  return text ? text->text : text.error().message;
}

std::string schema(Dialect dialect, std::string_view sql) {
  const auto text = schema_for(dialect, sql);
  return text ? *text : text.error().message;
}

TEST(SqlText, placeholders_are_numbered) {
  EXPECT_EQ(numbered("SELECT ?,?+? FROM t WHERE x=?"), "SELECT $1,$2+$3 FROM t WHERE x=$4");
  EXPECT_EQ(number_placeholders("SELECT ?, ?")->placeholders, 2);
  EXPECT_EQ(numbered(""), "");
}

TEST(SqlText, quoted_texts_names_and_comments_are_left_alone) {
  for (const char* sql :
       {"'?'", "'it''s ?'", "\"a?\"\"?\"", "-- ?", "/* ? /* ? */ ? */", "E'\\'?'", "e'\\\\'", "$$?$$",
        "$tag$ ? $$ ? $tag$", "'never closed ?", "/* never closed ?", "$a$ never closed ?"}) {
    EXPECT_EQ(numbered(sql), sql);
  }
  EXPECT_EQ(numbered("'a'?'b'"), "'a'$1'b'");
  EXPECT_EQ(numbered("-- ?\n?"), "-- ?\n$1");
  EXPECT_EQ(numbered("/* /* */ ? */ ?"), "/* /* */ ? */ $1");
  EXPECT_EQ(numbered("'\\'?"), "'\\'$1");
  EXPECT_EQ(numbered("E'\\\\'?"), "E'\\\\'$1");
  EXPECT_EQ(numbered("a$b$?"), "a$b$$1");
  EXPECT_EQ(numbered("x-?/?"), "x-$1/$2");
  EXPECT_EQ(numbered("感染 = ?"), "感染 = $1");
}

TEST(SqlText, more_values_than_both_databases_take_are_refused) {
  EXPECT_TRUE(number_placeholders(std::string(kMaxValues, '?')));
  const auto refused = number_placeholders(std::string(kMaxValues + 1, '?'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::limit_exceeded);
}

TEST(SqlText, a_table_takes_the_types_of_its_database) {
  constexpr const char* kTable =
      "CREATE TABLE t (a BIGINT, b double  precision, c BLOB DEFAULT 'BLOB', \"BIGINT\" TEXT) -- end\n; "
      "SELECT 1";
  EXPECT_EQ(
      schema(Dialect::postgres, kTable),
      "CREATE TABLE t (a BIGINT, b double  precision, c bytea DEFAULT 'BLOB', \"BIGINT\" TEXT) -- end\n; "
      "SELECT 1");
  EXPECT_EQ(schema(Dialect::sqlite, kTable),
            "CREATE TABLE t (a INTEGER, b REAL, c BLOB DEFAULT 'BLOB', \"BIGINT\" TEXT) -- end\n\nSTRICT; "
            "SELECT 1");
  EXPECT_EQ(schema(Dialect::sqlite, "create temp table t (a BIGINT)"),
            "create temp table t (a INTEGER)\nSTRICT");
  EXPECT_EQ(schema(Dialect::sqlite, "CREATE TABLE t AS SELECT max(1)"), "CREATE TABLE t AS SELECT max(1)");
  EXPECT_EQ(schema(Dialect::sqlite, "ALTER TABLE t ADD COLUMN b BIGINT"),
            "ALTER TABLE t ADD COLUMN b INTEGER");
}

TEST(SqlText, types_of_32_bits_are_refused_in_tables) {
  for (const char* type : {"INTEGER", "int", "Real"}) {
    for (const Dialect dialect : {Dialect::sqlite, Dialect::postgres}) {
      const auto refused = schema_for(dialect, std::string("CREATE TABLE t (a ") + type + ")");
      ASSERT_FALSE(refused) << type;
      EXPECT_EQ(refused.error().code, base::ErrorCode::usage);
    }
  }
  EXPECT_TRUE(schema_for(Dialect::sqlite, "CREATE TABLE t (\"INTEGER\" TEXT)"));
  EXPECT_TRUE(schema_for(Dialect::sqlite, "INSERT INTO t SELECT CAST(x AS INTEGER) FROM u"));
}

}  // namespace
}  // namespace hinomi::store::sql
