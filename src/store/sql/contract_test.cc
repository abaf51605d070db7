// The contract of values and statements, on both databases.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "os/sanitized.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::store::sql {
namespace {

using base::ErrorCode;
using Kind = Connection::Kind;

class SqlContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    auto lease = database_->lease(Kind::write);
    ASSERT_TRUE(lease) << lease.error().message;
    lease_ = std::move(*lease);
  }

  [[nodiscard]] Connection& connection() const { return *lease_; }
  void script(std::string_view sql) const {
    const auto done = connection().run_script(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  [[nodiscard]] Statement& prepare(std::string_view sql) const {
    auto statement = connection().prepare(sql);
    if (!statement) {
      ADD_FAILURE() << statement.error().message;
      std::abort();
    }
    return **statement;
  }
  [[nodiscard]] std::int64_t ask(std::string_view sql) const {
    Statement& statement = prepare(sql);
    const auto row = statement.step();
    EXPECT_TRUE(row) << row.error().message;
    const std::int64_t answer = row && *row ? statement.integer(0) : -4711;
    statement.reset();
    return answer;
  }
  static ErrorCode code_of(const base::Result<std::int64_t>& done) {
    EXPECT_FALSE(done);
    return done ? ErrorCode::usage : done.error().code;
  }

  FreshDatabase database_{GetParam()};
  Database::Lease lease_;
};

INSTANTIATE_TEST_SUITE_P(All, SqlContract, ::testing::ValuesIn(kAllBackends), backend_name);

class SqlContractOfTwoPrograms : public SqlContract {};
INSTANTIATE_TEST_SUITE_P(Shared, SqlContractOfTwoPrograms, ::testing::ValuesIn(kSharedBackends),
                         backend_name);

TEST_P(SqlContract, integers_come_back_exactly) {
  script("CREATE TABLE t (k BIGINT PRIMARY KEY, x BIGINT)");
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t values[] = {
      0, 1, -1, Limits::min(), Limits::max(), 2'147'483'648, -2'147'483'649, (1ll << 53) + 1};
  std::int64_t key = 0;
  for (const std::int64_t value : values) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(value).run());
    Statement& read = prepare("SELECT x, x = ? FROM t WHERE k = ?");
    ASSERT_TRUE(*read.bind(value).bind(key).step());
    EXPECT_EQ(read.integer(0), value);
    EXPECT_EQ(read.integer(1), 1);
    EXPECT_FALSE(read.is_null(0));
  }
}

TEST_P(SqlContract, reals_come_back_exactly) {
  script("CREATE TABLE t (k BIGINT PRIMARY KEY, x DOUBLE PRECISION)");
  using Limits = std::numeric_limits<double>;
  const double values[] = {0.0,
                           1.5,
                           0.1,
                           3.0,
                           Limits::min(),
                           Limits::max(),
                           -Limits::denorm_min(),
                           std::nextafter(1.0, 2.0),
                           Limits::infinity(),
                           -Limits::infinity(),
                           1e15 + 0.3};
  std::int64_t key = 0;
  for (const double value : values) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(value).run());
    Statement& read = prepare("SELECT x FROM t WHERE k = ?");
    ASSERT_TRUE(*read.bind(key).step());
    const double back = read.real(0);
    EXPECT_EQ(std::memcmp(&back, &value, sizeof(value)), 0) << value;
  }
  ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(-0.0).run());
  Statement& read = prepare("SELECT x FROM t WHERE k = ?");
  ASSERT_TRUE(*read.bind(key).step());
  EXPECT_FALSE(std::signbit(read.real(0)));
}

TEST_P(SqlContract, what_is_no_number_is_refused) {
  script("CREATE TABLE t (x DOUBLE PRECISION)");
  EXPECT_EQ(code_of(prepare("INSERT INTO t VALUES (?)").bind(std::nan("")).run()), ErrorCode::invalid_input);
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 0);
}

TEST_P(SqlContract, texts_come_back_exactly) {
  script("CREATE TABLE t (k BIGINT PRIMARY KEY, x TEXT)");
  std::string every;  // character of 1, 2, 3 and 4 bytes, and all of ASCII but NUL
  for (char c = 1; c != 127; ++c) every += c;
  every += "é感染😀\u00a0\u202e?$1''\"\\";
  const std::string values[] = {
      "", every, std::string(1 << 20, 'x'), "\xef\xbb\xbf", "?", "' ; DROP TABLE t; --"};
  std::int64_t key = 0;
  for (const std::string& value : values) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(value).run());
    Statement& read = prepare("SELECT x FROM t WHERE k = ? AND x = ?");
    ASSERT_TRUE(*read.bind(key).bind(value).step()) << value.substr(0, 100);
    EXPECT_EQ(read.text(0), value);
    EXPECT_FALSE(read.is_null(0));
  }
}

TEST_P(SqlContract, texts_that_are_not_utf8_or_hold_nul_are_refused_and_the_connection_goes_on) {
  script("CREATE TABLE t (x TEXT)");
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {"\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xE6\x84"sv, "a\0b"sv, "\0"sv}) {
    const auto done = prepare("INSERT INTO t VALUES (?)").bind(bad).run();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::invalid_input);
    EXPECT_NE(done.error().message.find("value 1"), std::string::npos);
  }
  ASSERT_TRUE(prepare("INSERT INTO t VALUES (?)").bind("good").run());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 1);
}

TEST_P(SqlContract, blobs_come_back_exactly_and_an_empty_one_is_not_null) {
  script("CREATE TABLE t (k BIGINT PRIMARY KEY, x BLOB)");
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  std::int64_t key = 0;
  for (const std::string& value : {std::string(), every, std::string(3 << 20, '\0')}) {
    const auto bytes = std::as_bytes(std::span(value.data(), value.size()));
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(bytes).run());
    Statement& read = prepare("SELECT x FROM t WHERE k = ? AND x = ?");
    ASSERT_TRUE(*read.bind(key).bind(bytes).step());
    EXPECT_FALSE(read.is_null(0));
    EXPECT_TRUE(std::ranges::equal(read.blob(0), bytes));
  }
  ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(++key).bind(std::span<const std::byte>()).run());
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE x IS NULL"), 0);
}

TEST_P(SqlContract, null_of_every_type_is_null_and_reads_as_nothing) {
  script("CREATE TABLE t (a BIGINT, b DOUBLE PRECISION, c TEXT, d BLOB)");
  Statement& insert = prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
  insert.bind(std::nullopt)
      .bind(std::optional<double>())
      .bind(std::optional<std::string_view>())
      .bind(std::nullopt);
  ASSERT_EQ(*insert.run(), 1);
  Statement& read = prepare("SELECT a, b, c, d FROM t");
  ASSERT_TRUE(*read.step());
  for (int column = 0; column < 4; ++column) EXPECT_TRUE(read.is_null(column));
  EXPECT_EQ(read.integer(0), 0);
  EXPECT_EQ(read.real(1), 0.0);
  EXPECT_TRUE(read.text(2).empty());
  EXPECT_TRUE(read.blob(3).empty());
}

TEST_P(SqlContract, a_statement_takes_null_and_values_in_turn) {
  script("CREATE TABLE t (a BIGINT, b TEXT)");
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(std::nullopt).bind("x").run());
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(std::int64_t{1}).bind(std::nullopt).run());
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(std::nullopt).bind(std::nullopt).run());
  }
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE a IS NULL"), 4);
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE b IS NULL"), 4);
}

TEST_P(SqlContract, another_type_than_asked_for_reads_as_nothing) {
  script("CREATE TABLE t (a BIGINT, b TEXT, c BLOB, d DOUBLE PRECISION)");
  Statement& insert = prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
  ASSERT_TRUE(insert.bind(std::int64_t{7}).bind("8").bind(std::as_bytes(std::span("9", 1))).bind(2.5).run());
  Statement& read = prepare("SELECT a, b, c, d FROM t");
  ASSERT_TRUE(*read.step());
  EXPECT_TRUE(read.text(0).empty());
  EXPECT_TRUE(read.blob(0).empty());
  EXPECT_EQ(read.real(0), 7.0);  // a number is a number
  EXPECT_EQ(read.integer(1), 0);
  EXPECT_EQ(read.real(1), 0.0);
  EXPECT_TRUE(read.blob(1).empty());
  EXPECT_TRUE(read.text(2).empty());
  EXPECT_EQ(read.integer(3), 0);
  EXPECT_TRUE(read.is_null(4));
  EXPECT_EQ(read.integer(4), 0);
  EXPECT_TRUE(read.text(-1).empty());
}

TEST_P(SqlContract, a_value_of_another_type_than_the_column_is_refused) {
  script("CREATE TABLE t (a BIGINT, b BLOB)");
  EXPECT_FALSE(prepare("INSERT INTO t (a) VALUES (?)").bind("no number").run());
  EXPECT_FALSE(prepare("INSERT INTO t (b) VALUES (?)").bind("no blob").run());
}

TEST_P(SqlContract, sums_counts_and_comparisons_are_numbers) {
  script("CREATE TABLE t (x BIGINT, y DOUBLE PRECISION)");
  Statement& empty = prepare("SELECT sum(x), count(*), max(y) FROM t");
  ASSERT_TRUE(*empty.step());
  EXPECT_TRUE(empty.is_null(0));
  EXPECT_EQ(empty.integer(1), 0);
  for (std::int64_t i = 1; i <= 4; ++i) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?, ?)").bind(i * 3'000'000'000).bind(0.25).run());
  }
  Statement& read =
      prepare("SELECT sum(x), avg(x), sum(y), x > 0, exists (SELECT 1 FROM t) FROM t GROUP BY x > 0");
  ASSERT_TRUE(*read.step()) << "";
  EXPECT_EQ(read.integer(0), 30'000'000'000);
  EXPECT_EQ(read.real(1), 7'500'000'000.0);
  EXPECT_EQ(read.real(2), 1.0);
  EXPECT_EQ(read.integer(3), 1);
  EXPECT_EQ(read.integer(4), 1);
}

TEST_P(SqlContract, texts_are_ordered_by_their_bytes_and_like_minds_the_case) {
  script("CREATE TABLE t (x TEXT)");
  for (const char* text : {"b", "B", "a", "é", "Z", "感"}) {
    ASSERT_TRUE(prepare("INSERT INTO t VALUES (?)").bind(text).run());
  }
  Statement& read = prepare("SELECT x FROM t ORDER BY x");
  std::string order;
  while (*read.step()) order += read.text(0);
  EXPECT_EQ(order, "BZabé感");
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE x LIKE 'b'"), 1);
}

TEST_P(SqlContract, run_says_how_many_rows_were_touched) {
  script(
      "CREATE TABLE p (x BIGINT PRIMARY KEY); "
      "CREATE TABLE c (x BIGINT NOT NULL REFERENCES p ON DELETE CASCADE)");
  EXPECT_EQ(*prepare("INSERT INTO p VALUES (1), (2), (3)").run(), 3);
  EXPECT_EQ(*prepare("INSERT INTO c VALUES (1), (1)").run(), 2);
  EXPECT_EQ(*prepare("UPDATE c SET x = 1").run(), 2);
  EXPECT_EQ(*prepare("UPDATE c SET x = 1 WHERE x = 9").run(), 0);
  EXPECT_EQ(*prepare("SELECT x FROM p").run(), 0);
  EXPECT_EQ(*prepare("DELETE FROM p WHERE x = 1").run(), 1) << "what a cascade deletes does not count";
  EXPECT_EQ(*prepare("DELETE FROM p WHERE x = 1").run(), 0);
  EXPECT_EQ(*prepare("CREATE INDEX i ON p (x)").run(), 0);
  EXPECT_EQ(*prepare("INSERT INTO p VALUES (2) ON CONFLICT (x) DO NOTHING").run(), 0);
  EXPECT_EQ(*prepare("INSERT INTO p VALUES (2) ON CONFLICT (x) DO UPDATE SET x = 20").run(), 1);
  EXPECT_EQ(ask("SELECT count(*) FROM c"), 0);
}

TEST_P(SqlContract, rows_come_back_from_what_was_inserted) {
  script("CREATE TABLE t (x BIGINT PRIMARY KEY, y TEXT)");
  Statement& insert = prepare("INSERT INTO t VALUES (?, ?), (?, ?) RETURNING x, y");
  insert.bind(std::int64_t{1}).bind("a").bind(std::int64_t{2}).bind("b");
  ASSERT_TRUE(*insert.step());
  EXPECT_EQ(insert.text(1), "a");
  ASSERT_TRUE(*insert.step());
  EXPECT_EQ(insert.integer(0), 2);
  EXPECT_FALSE(*insert.step());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 2);
}

TEST_P(SqlContract, broken_keys_are_conflicts_and_other_constraints_are_not) {
  script(
      "CREATE TABLE p (x BIGINT PRIMARY KEY, u TEXT UNIQUE, n TEXT NOT NULL, c BIGINT CHECK (c > 0)); "
      "CREATE TABLE c (x BIGINT REFERENCES p)");
  ASSERT_TRUE(prepare("INSERT INTO p VALUES (1, 'u', 'n', 1)").run());
  ASSERT_TRUE(prepare("INSERT INTO c VALUES (1)").run());
  EXPECT_EQ(code_of(prepare("INSERT INTO p VALUES (1, 'v', 'n', 1)").run()), ErrorCode::conflict);
  EXPECT_EQ(code_of(prepare("INSERT INTO p VALUES (2, 'u', 'n', 1)").run()), ErrorCode::conflict);
  EXPECT_EQ(code_of(prepare("INSERT INTO c VALUES (7)").run()), ErrorCode::conflict);
  EXPECT_EQ(code_of(prepare("DELETE FROM p").run()), ErrorCode::conflict);
  EXPECT_EQ(code_of(prepare("INSERT INTO p VALUES (3, 'w', NULL, 1)").run()), ErrorCode::internal);
  EXPECT_EQ(code_of(prepare("INSERT INTO p VALUES (3, 'w', 'n', 0)").run()), ErrorCode::internal);
  EXPECT_EQ(ask("SELECT count(*) FROM p"), 1);
}

TEST_P(SqlContract, an_error_does_not_name_values) {
  script("CREATE TABLE p (x TEXT PRIMARY KEY)");
  ASSERT_TRUE(prepare("INSERT INTO p VALUES (?)").bind("secret").run());
  const auto done = prepare("INSERT INTO p VALUES (?)").bind("secret").run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message.find("secret"), std::string::npos) << done.error().message;
}

TEST_P(SqlContract, wrong_sql_is_an_internal_error_at_the_latest_at_the_first_step) {
  for (const char* sql : {"SELEC 1", "SELECT nothing FROM nowhere", "", "SELECT 1; SELECT 2", "SELECT ("}) {
    auto statement = connection().prepare(sql);
    if (!statement) {
      EXPECT_EQ(statement.error().code, ErrorCode::internal) << sql;
      continue;
    }
    EXPECT_EQ(code_of((*statement)->run()), ErrorCode::internal) << sql;
  }
  EXPECT_EQ(ask("SELECT 1"), 1);
}

TEST_P(SqlContract, too_many_and_too_few_values_are_refused) {
  script("CREATE TABLE t (a BIGINT, b BIGINT)");
  Statement& insert = prepare("INSERT INTO t VALUES (?, ?)");
  EXPECT_EQ(code_of(insert.bind(std::int64_t{1}).run()), ErrorCode::internal);
  EXPECT_EQ(code_of(insert.bind(std::int64_t{1}).bind(std::int64_t{1}).bind(std::int64_t{1}).run()),
            ErrorCode::internal);
  EXPECT_EQ(code_of(insert.run()), ErrorCode::internal);
  EXPECT_EQ(*insert.bind(std::int64_t{1}).bind(std::int64_t{1}).run(), 1);
}

TEST_P(SqlContract, nothing_is_bound_while_rows_are_read) {
  Statement& read = prepare("SELECT CAST(? AS BIGINT) UNION ALL SELECT 2");
  ASSERT_TRUE(*read.bind(std::int64_t{1}).step());
  EXPECT_FALSE(read.bind(std::int64_t{1}).step());
  EXPECT_TRUE(*read.bind(std::int64_t{1}).step());
}

TEST_P(SqlContract, the_same_text_gives_the_same_statement_reset) {
  Statement& first = prepare("SELECT CAST(? AS BIGINT) UNION ALL SELECT 2");
  ASSERT_TRUE(*first.bind(std::int64_t{1}).step());
  Statement& second = prepare("SELECT CAST(? AS BIGINT) UNION ALL SELECT 2");
  EXPECT_EQ(&first, &second);
  ASSERT_TRUE(*second.bind(std::int64_t{9}).step());
  EXPECT_EQ(second.integer(0), 9);
}

TEST_P(SqlContract, many_more_statements_than_are_kept_can_be_prepared) {
  Statement& outer = prepare("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
  ASSERT_TRUE(*outer.step());
  for (int i = 0; i < 700; ++i) EXPECT_EQ(ask("SELECT " + std::to_string(i)), i);
  ASSERT_TRUE(*outer.step()) << "one that is being read is kept";
  EXPECT_EQ(outer.integer(0), 2);
  EXPECT_EQ(ask("SELECT 0"), 0);
}

TEST_P(SqlContract, placeholders_in_quotes_and_comments_are_none) {
  Statement& read = prepare("SELECT '?', \"?\" /* ? */ FROM (SELECT CAST(? AS TEXT) AS \"?\") AS q -- ?");
  ASSERT_TRUE(*read.bind("x").step());
  EXPECT_EQ(read.text(0), "?");
  EXPECT_EQ(read.text(1), "x");
}

TEST_P(SqlContract, statements_can_be_run_while_another_one_is_read) {
  script("CREATE TABLE t (x BIGINT); CREATE TABLE u (x BIGINT)");
  for (std::int64_t i = 0; i < 50; ++i) ASSERT_TRUE(prepare("INSERT INTO t VALUES (?)").bind(i).run());
  Statement& read = prepare("SELECT x FROM t ORDER BY x");
  std::int64_t expected = 0;
  while (*read.step()) {
    EXPECT_EQ(read.integer(0), expected++);
    ASSERT_TRUE(prepare("INSERT INTO u VALUES (?)").bind(read.integer(0)).run());
  }
  EXPECT_EQ(expected, 50);
  EXPECT_EQ(ask("SELECT sum(x) FROM u"), 49 * 50 / 2);
}

TEST_P(SqlContract, a_million_rows_pass_without_standing_in_memory) {
  script("CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
  const auto resident = [] {
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    long pages = 0;
    EXPECT_EQ(std::fscanf(file, "%*d %ld", &pages), 1);
    std::fclose(file);
    return pages * 4096;
  };
  Statement& read = prepare(
      "SELECT a.x, 'some text that takes place in memory' FROM t AS a, t AS b, t AS c, t AS d, t AS e, t AS "
      "f");
  ASSERT_TRUE(*read.step());
  const long before = resident();
  std::int64_t rows = 1;
  std::int64_t sum = read.integer(0);
  while (*read.step()) {
    ++rows;
    sum += read.integer(0);
  }
  EXPECT_EQ(rows, 1'000'000);
  EXPECT_EQ(sum, 4'500'000);
  // A sanitizer keeps what was freed.
  if (!os::kSanitized) {
    EXPECT_LT(resident() - before, 16 << 20);
  }
}

TEST_P(SqlContract, a_statement_that_was_not_read_to_its_end_leaves_nothing_behind) {
  script("CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (1), (2), (3)");
  Statement& read = prepare("SELECT x FROM t ORDER BY x");
  ASSERT_TRUE(*read.step());
  read.reset();
  EXPECT_EQ(ask("SELECT count(*) FROM t"), 3);
  ASSERT_TRUE(*read.step());
  EXPECT_EQ(read.integer(0), 1);
}

TEST_P(SqlContract, a_script_is_done_as_a_whole_or_not_at_all) {
  EXPECT_FALSE(connection().run_script(
      "CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1)"));
  EXPECT_FALSE(connection().run_script("SELECT count(*) FROM t"));
  EXPECT_TRUE(connection().run_script(""));
}

TEST_P(SqlContractOfTwoPrograms, a_table_that_was_changed_meanwhile_is_read_anew) {
  script("CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (1)");
  EXPECT_EQ(ask("SELECT * FROM t"), 1);
  {
    const auto other = database_.open_again();
    auto lease = other->lease(Kind::write);
    ASSERT_TRUE((*lease)->run_script("ALTER TABLE t ADD COLUMN y BIGINT DEFAULT 5"));
  }
  lease_.reset();
  std::int64_t y = 0;
  const auto done =
      in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
        auto read = connection.prepare("SELECT * FROM t");
        const auto row = (*read)->step();
        if (!row) return row.error();
        y = (*read)->integer(1);
        return {};
      });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(y, 5);
}

}  // namespace
}  // namespace hinomi::store::sql
