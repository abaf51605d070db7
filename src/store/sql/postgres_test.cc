// What only PostgreSQL has: a server that goes away, deadlocks, ways to reach it.
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "store/sql/testing/fresh_database.h"
#include "store/sql/testing/postgres_server.h"

namespace hinomi::store::sql {
namespace {

using base::ErrorCode;
using Kind = Connection::Kind;

base::Result<std::int64_t> ask(Connection& connection, std::string_view sql) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  const std::int64_t answer = *row ? (*statement)->integer(0) : -4711;
  (*statement)->reset();
  return answer;
}

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(Dialect::postgres); }
  [[nodiscard]] base::Result<void> insert(std::int64_t key) const {
    return in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
      auto statement = connection.prepare("INSERT INTO t VALUES (?, 0)");
      if (!statement) return statement.error();
      if (auto done = (*statement)->bind(key).run(); !done) return done.error();
      return {};
    });
  }
  void make_table() const {
    ASSERT_TRUE(
        (*database_->lease(Kind::write))->run_script("CREATE TABLE t (k BIGINT PRIMARY KEY, x BIGINT)"));
  }

  FreshDatabase database_{Dialect::postgres};
};

TEST_F(Postgres, a_killed_connection_is_unavailable_and_the_pool_replaces_it) {
  make_table();
  auto lease = database_->lease(Kind::write);
  ASSERT_TRUE((*lease)->begin(Kind::write));
  const auto process = ask(**lease, "SELECT pg_backend_pid()");
  ASSERT_TRUE(process);
  PostgresServer::get().run("SELECT pg_terminate_backend(" + std::to_string(*process) + ", 10000)");
  const auto lost = ask(**lease, "SELECT 1");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::unavailable) << lost.error().message;
  EXPECT_FALSE((*lease)->is_usable());
  EXPECT_EQ((*lease)->commit().error().code, ErrorCode::unavailable);
  EXPECT_FALSE((*lease)->begin(Kind::write));
  lease->reset();
  EXPECT_TRUE(insert(1));
}

TEST_F(Postgres, a_connection_that_was_killed_while_idle_is_not_given_out) {
  make_table();
  const std::int64_t process = *ask(**database_->lease(Kind::write), "SELECT pg_backend_pid()");
  PostgresServer::get().run("SELECT pg_terminate_backend(" + std::to_string(process) + ", 10000)");
  auto lease = database_->lease(Kind::write);
  ASSERT_TRUE(lease);
  EXPECT_TRUE(ask(**lease, "SELECT 1"));
}

TEST_F(Postgres, a_server_that_crashed_and_came_back_is_used_again_with_all_that_was_committed) {
  make_table();
  ASSERT_TRUE(insert(1));
  PostgresServer::get().crash_and_restart();
  EXPECT_TRUE(insert(2));
  EXPECT_EQ(*ask(**database_->lease(Kind::read), "SELECT count(*) FROM t"), 2);
}

TEST_F(Postgres, a_commit_that_nobody_heard_of_is_not_tried_again) {
  make_table();
  int runs = 0;
  const auto done =
      in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
        ++runs;
        const auto process = ask(connection, "SELECT pg_backend_pid()");
        PostgresServer::get().run("SELECT pg_terminate_backend(" + std::to_string(*process) + ", 10000)");
        return {};
      });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::io) << done.error().message;
  EXPECT_EQ(runs, 1);
}

TEST_F(Postgres, of_a_deadlock_one_is_unavailable_and_succeeds_when_it_runs_again) {
  make_table();
  ASSERT_TRUE(insert(1));
  ASSERT_TRUE(insert(2));
  std::latch both_hold_one(2);
  std::atomic<int> tries = 0;
  const auto cross = [&](const char* first, const char* second) {
    bool waited = false;
    return in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
      ++tries;
      if (auto done = connection.run_script(first); !done) return done;
      if (!std::exchange(waited, true)) both_hold_one.arrive_and_wait();
      return connection.run_script(second);
    });
  };
  constexpr const char* kOne = "UPDATE t SET x = x + 1 WHERE k = 1";
  constexpr const char* kTwo = "UPDATE t SET x = x + 1 WHERE k = 2";
  std::thread other([&] { EXPECT_TRUE(cross(kTwo, kOne)); });
  EXPECT_TRUE(cross(kOne, kTwo));
  other.join();
  EXPECT_GE(tries, 3);
  EXPECT_EQ(*ask(**database_->lease(Kind::read), "SELECT sum(x) FROM t"), 4);
}

TEST_F(Postgres, a_failed_serialisation_is_unavailable) {
  make_table();
  ASSERT_TRUE(insert(1));
  auto first = database_->lease(Kind::write);
  auto second = database_->lease(Kind::write);
  ASSERT_TRUE((*first)->begin(Kind::write));
  ASSERT_TRUE((*first)->run_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t"));
  ASSERT_TRUE((*second)->run_script("UPDATE t SET x = 5"));
  const auto done = (*first)->run_script("UPDATE t SET x = 6");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
}

TEST_F(Postgres, is_reached_over_tcp_and_a_wrong_password_is_refused) {
  const std::string name = *[&]() -> std::optional<std::string> {
    const std::size_t at = database_.place().find("dbname=");
    return database_.place().substr(at + 7);
  }();
  const auto tcp = open_postgres({.address = PostgresServer::get().tcp_address(name)});
  ASSERT_TRUE(tcp) << tcp.error().message;
  EXPECT_EQ(
      *ask(**(*tcp)->lease(Kind::read), "SELECT CASE WHEN inet_server_addr() IS NULL THEN 0 ELSE 1 END"), 1);
  const auto refused =
      open_postgres({.address = PostgresServer::get().tcp_address(name) + " password=wrong"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().message.find("wrong"), std::string::npos);
  EXPECT_FALSE(open_postgres({.address = "host=127.0.0.1 port=1 user=x dbname=x"}));
  const auto no_address = open_postgres({.address = "host=x password=open sesame"});
  ASSERT_FALSE(no_address);
  EXPECT_EQ(no_address.error().code, ErrorCode::usage);
  EXPECT_EQ(no_address.error().message.find("sesame"), std::string::npos);
}

TEST_F(Postgres, a_database_that_orders_by_language_or_is_not_utf8_is_refused) {
  const PostgresServer& server = PostgresServer::get();
  server.run("CREATE DATABASE plain_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
  const auto refused = open_postgres({.address = server.socket_address("plain_ascii")});
  server.run("DROP DATABASE plain_ascii WITH (FORCE)");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_FALSE(refused.error().remedy.empty());
}

TEST_F(Postgres, commits_are_synchronous_whatever_the_server_says) {
  PostgresServer::get().run("ALTER ROLE hinomi SET synchronous_commit = off");
  const auto again = database_.open_again();
  auto lease = again->lease(Kind::write);
  auto setting = (*lease)->prepare("SELECT current_setting('synchronous_commit')");
  ASSERT_TRUE(*(*setting)->step());
  EXPECT_EQ((*setting)->text(0), "on");
  PostgresServer::get().run("ALTER ROLE hinomi RESET synchronous_commit");
}

TEST_F(Postgres, unread_rows_beyond_the_limit_refuse_another_statement_and_stay_readable) {
  auto lease = database_->lease(Kind::read);
  auto read = (*lease)->prepare("SELECT x, repeat('x', 100000) FROM generate_series(1, 2000) AS s (x)");
  ASSERT_TRUE(*(*read)->step());
  EXPECT_EQ(ask(**lease, "SELECT 1").error().code, ErrorCode::limit_exceeded);
  std::int64_t rows = 1;
  while (*(*read)->step()) {
    ++rows;
    EXPECT_EQ((*read)->integer(0), rows);
    EXPECT_EQ((*read)->text(1).size(), 100'000U);
  }
  EXPECT_EQ(rows, 2000);
  EXPECT_EQ(*ask(**lease, "SELECT 1"), 1);
}

TEST_F(Postgres, statements_given_up_are_given_up_on_the_server_too) {
  auto lease = database_->lease(Kind::read);
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(ask(**lease, "SELECT " + std::to_string(i)));
  EXPECT_LE(*ask(**lease, "SELECT count(*) FROM pg_prepared_statements"), 257);
}

}  // namespace
}  // namespace hinomi::store::sql
