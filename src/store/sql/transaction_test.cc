// The contract of transactions, locks and the pool, on both databases.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "store/sql/testing/fresh_database.h"

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

base::Result<std::int64_t> run(Connection& connection, std::string_view sql) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  return (*statement)->run();
}

class SqlTransaction : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    ASSERT_TRUE(lease(Kind::write)->run_script("CREATE TABLE t (k BIGINT PRIMARY KEY, x BIGINT NOT NULL)"));
  }
  [[nodiscard]] Database::Lease lease(Kind kind) const {
    auto lease = database_->lease(kind);
    EXPECT_TRUE(lease) << lease.error().message;
    return std::move(*lease);
  }
  [[nodiscard]] std::int64_t count() const { return *ask(*lease(Kind::read), "SELECT count(*) FROM t"); }

  FreshDatabase database_{GetParam(), {.connections = 4, .wait = std::chrono::milliseconds(3000)}};
};

INSTANTIATE_TEST_SUITE_P(All, SqlTransaction, ::testing::ValuesIn(kAllBackends), backend_name);

class SqlTransactionOfTwoPrograms : public SqlTransaction {};
INSTANTIATE_TEST_SUITE_P(Shared, SqlTransactionOfTwoPrograms, ::testing::ValuesIn(kSharedBackends),
                         backend_name);

TEST_P(SqlTransaction, what_is_not_committed_leaves_nothing) {
  const auto connection = lease(Kind::write);
  {
    auto tx = Tx::begin(*connection, Kind::write);
    ASSERT_TRUE(tx);
    ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
    ASSERT_TRUE(connection->run_script("CREATE TABLE u (x BIGINT)"));
  }
  EXPECT_EQ(count(), 0);
  EXPECT_FALSE(run(*connection, "SELECT 1 FROM u"));
  auto tx = Tx::begin(*connection, Kind::write);
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(count(), 1);
}

TEST_P(SqlTransaction, what_failed_behind_a_mark_is_undone_and_the_rest_takes_effect) {
  const auto connection = lease(Kind::write);
  EXPECT_FALSE(connection->set_mark()) << "without a transaction";
  auto tx = Tx::begin(*connection, Kind::write);
  ASSERT_TRUE(tx);
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
  ASSERT_TRUE(connection->set_mark());
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (2, 2)"));
  const auto again = run(*connection, "INSERT INTO t VALUES (1, 1)");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_FALSE(connection->release_mark()) << "it failed behind the mark";
  ASSERT_TRUE(connection->back_to_mark());
  ASSERT_TRUE(connection->set_mark());
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (3, 3)"));
  ASSERT_TRUE(connection->release_mark());
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(count(), 2);
}

TEST_P(SqlTransaction, a_lease_given_back_in_the_middle_leaves_nothing) {
  {
    const auto connection = lease(Kind::write);
    ASSERT_TRUE(connection->begin(Kind::write));
    ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
  }
  EXPECT_EQ(count(), 0);
  const auto again = lease(Kind::write);
  EXPECT_TRUE(again->begin(Kind::write));
}

TEST_P(SqlTransaction, after_an_error_nothing_more_is_done_and_nothing_committed) {
  const auto connection = lease(Kind::write);
  auto tx = Tx::begin(*connection, Kind::write);
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
  EXPECT_EQ(run(*connection, "INSERT INTO t VALUES (1, 1)").error().code, ErrorCode::conflict);
  EXPECT_EQ(run(*connection, "INSERT INTO t VALUES (2, 2)").error().code, ErrorCode::conflict);
  EXPECT_EQ(connection->run_script("INSERT INTO t VALUES (3, 3)").error().code, ErrorCode::conflict);
  EXPECT_EQ(connection->lock_name("x").error().code, ErrorCode::conflict);
  EXPECT_EQ(tx->commit().error().code, ErrorCode::conflict);
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)")) << "and the connection goes on";
}

TEST_P(SqlTransaction, a_value_that_is_refused_fails_the_transaction_too) {
  const auto connection = lease(Kind::write);
  auto tx = Tx::begin(*connection, Kind::write);
  auto insert = connection->prepare("INSERT INTO t VALUES (?, 1)");
  EXPECT_EQ((*insert)->bind("\xFF").run().error().code, ErrorCode::invalid_input);
  EXPECT_FALSE(tx->commit());
}

TEST_P(SqlTransaction, a_reader_sees_one_state) {
  const auto reader = lease(Kind::read);
  ASSERT_TRUE(reader->begin(Kind::read));
  EXPECT_EQ(*ask(*reader, "SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(run(*lease(Kind::write), "INSERT INTO t VALUES (1, 1)"));
  EXPECT_EQ(*ask(*reader, "SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(reader->commit());
  EXPECT_EQ(*ask(*reader, "SELECT count(*) FROM t"), 1);
}

TEST_P(SqlTransaction, nobody_sees_what_is_not_committed) {
  const auto connection = lease(Kind::write);
  auto tx = Tx::begin(*connection, Kind::write);
  ASSERT_TRUE(run(*connection, "INSERT INTO t VALUES (1, 1)"));
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(*ask(*connection, "SELECT count(*) FROM t"), 1);
}

TEST_P(SqlTransaction, what_was_leased_for_reading_does_not_write) {
  {
    const auto reader = lease(Kind::read);
    EXPECT_EQ(run(*reader, "INSERT INTO t VALUES (1, 1)").error().code, ErrorCode::usage);
    EXPECT_EQ(reader->begin(Kind::write).error().code, ErrorCode::usage);
    ASSERT_TRUE(reader->begin(Kind::read));
    EXPECT_EQ(run(*reader, "INSERT INTO t VALUES (1, 1)").error().code, ErrorCode::usage);
  }
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(run(*lease(Kind::write), "INSERT INTO t VALUES (1, 1)"));
}

TEST_P(SqlTransaction, transactions_do_not_nest_and_end_once) {
  const auto connection = lease(Kind::write);
  EXPECT_EQ(connection->commit().error().code, ErrorCode::usage);
  EXPECT_EQ(connection->lock_name("x").error().code, ErrorCode::usage);
  EXPECT_EQ(connection->allow_long_work().error().code, ErrorCode::usage);
  ASSERT_TRUE(connection->begin(Kind::write));
  EXPECT_EQ(connection->begin(Kind::write).error().code, ErrorCode::usage);
  EXPECT_TRUE(connection->commit());
  connection->roll_back();
  EXPECT_TRUE(connection->begin(Kind::write));
}

TEST_P(SqlTransaction, the_end_of_a_transaction_ends_its_statements) {
  const auto connection = lease(Kind::write);
  ASSERT_TRUE(connection->run_script("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)"));
  auto tx = Tx::begin(*connection, Kind::write);
  auto read = connection->prepare("SELECT k FROM t ORDER BY k");
  ASSERT_TRUE(*(*read)->step());
  ASSERT_TRUE(tx->commit());
  ASSERT_TRUE(*(*read)->step());
  EXPECT_EQ((*read)->integer(0), 1);
}

TEST_P(SqlTransactionOfTwoPrograms, two_writers_of_one_row_lose_nothing) {
  ASSERT_TRUE(run(*lease(Kind::write), "INSERT INTO t VALUES (1, 0)"));
  constexpr int kRounds = 50;
  std::latch start(2);
  std::atomic<int> failed = 0;
  const auto work = [&](Database& database) {
    start.arrive_and_wait();
    for (int i = 0; i < kRounds; ++i) {
      const auto done =
          in_transaction(database, Kind::write, [](Connection& connection) -> base::Result<void> {
            if (auto locked = connection.lock_name("row 1"); !locked) return locked;
            const auto x = ask(connection, "SELECT x FROM t WHERE k = 1");
            if (!x) return x.error();
            auto update = connection.prepare("UPDATE t SET x = ? WHERE k = 1");
            if (!update) return update.error();
            if (auto updated = (*update)->bind(*x + 1).run(); !updated) return updated.error();
            return {};
          });
      if (!done) ++failed;
    }
  };
  const auto other = database_.open_again();  // as another program
  std::thread first([&] { work(*database_); });
  std::thread second([&] { work(*other); });
  first.join();
  second.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(*ask(*lease(Kind::read), "SELECT x FROM t"), 2 * kRounds);
}

TEST_P(SqlTransactionOfTwoPrograms, a_locked_name_keeps_others_out_until_the_end) {
  const auto other = database_.open_again({.connections = 1, .wait = std::chrono::milliseconds(50)});
  const auto connection = lease(Kind::write);
  ASSERT_TRUE(connection->begin(Kind::write));
  ASSERT_TRUE(connection->lock_name("name"));
  const auto try_lock = [&]() -> base::Result<void> {
    auto lease = other->lease(Kind::write);
    if (!lease) return lease.error();
    auto tx = Tx::begin(**lease, Kind::write);
    if (!tx) return tx.error();
    return (*lease)->lock_name("name");
  };
  const auto refused = try_lock();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable) << refused.error().message;
  ASSERT_TRUE(connection->commit());
  EXPECT_TRUE(try_lock());
}

TEST_P(SqlTransaction, what_ends_in_unavailable_runs_again_and_what_fails_otherwise_does_not) {
  int runs = 0;
  auto done = in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
    if (auto inserted = run(connection, "INSERT INTO t VALUES (1, 1)"); !inserted) return inserted.error();
    if (++runs < 3) return base::Error{ErrorCode::unavailable, "not now", {}};
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(count(), 1);
  runs = 0;
  done = in_transaction(*database_, Kind::write, [&](Connection& /*connection*/) -> base::Result<void> {
    ++runs;
    return base::Error{ErrorCode::unavailable, "never", {}};
  });
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_EQ(runs, 5);
  runs = 0;
  done = in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
    ++runs;
    const auto inserted = run(connection, "INSERT INTO t VALUES (1, 1)");
    return inserted ? base::Result<void>() : inserted.error();
  });
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  EXPECT_EQ(runs, 1);
}

TEST_P(SqlTransaction, an_error_that_the_work_passes_over_is_not_committed) {
  const auto done =
      in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
        static_cast<void>(run(connection, "INSERT INTO t VALUES (1, 1)"));
        static_cast<void>(run(connection, "INSERT INTO t VALUES (1, 1)"));
        return {};
      });
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  EXPECT_EQ(count(), 0);
}

TEST_P(SqlTransaction, a_pool_that_is_used_up_is_unavailable_and_serves_again) {
  database_.close();
  const auto small = database_.open_again({.connections = 1, .wait = std::chrono::milliseconds(20)});
  {
    const auto held = small->lease(Kind::read);
    ASSERT_TRUE(held);
    const auto refused = small->lease(Kind::read);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  }
  EXPECT_TRUE(small->lease(Kind::read));
}

TEST_P(SqlTransaction, who_waits_for_a_connection_gets_the_one_given_back) {
  database_.close();
  const auto small = database_.open_again({.connections = 1, .wait = std::chrono::seconds(30)});
  auto held = small->lease(Kind::write);
  ASSERT_TRUE(held);
  std::latch waiting(1);
  std::thread other([&] {
    waiting.count_down();
    auto lease = small->lease(Kind::write);
    ASSERT_TRUE(lease);
    EXPECT_TRUE(run(**lease, "INSERT INTO t VALUES (1, 1)"));
  });
  waiting.wait();
  held->reset();
  other.join();
  EXPECT_EQ(*ask(**small->lease(Kind::read), "SELECT count(*) FROM t"), 1);
}

TEST_P(SqlTransaction, readers_work_beside_each_other_and_a_writer) {
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  ASSERT_TRUE(lease(Kind::write)->run_script("INSERT INTO t VALUES (1, 50), (2, 50)"));
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto done =
            in_transaction(*database_, Kind::read, [&](Connection& connection) -> base::Result<void> {
              const auto one = ask(connection, "SELECT x FROM t WHERE k = 1");
              const auto two = ask(connection, "SELECT x FROM t WHERE k = 2");
              if (!one || !two || *one + *two != 100) ++wrong;
              return {};
            });
        if (!done) ++wrong;
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    const auto moved =
        in_transaction(*database_, Kind::write, [](Connection& connection) -> base::Result<void> {
          for (const char* sql :
               {"UPDATE t SET x = x - 1 WHERE k = 1", "UPDATE t SET x = x + 1 WHERE k = 2"}) {
            if (auto done = run(connection, sql); !done) return done.error();
          }
          return {};
        });
    EXPECT_TRUE(moved) << moved.error().message;
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(SqlTransaction, a_statement_that_takes_too_long_is_ended) {
  database_.close();
  const auto slow = database_.open_again({.statement_limit = std::chrono::milliseconds(50)});
  constexpr std::string_view kEndless =
      "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x % 1000 + 1 FROM n) SELECT count(*) FROM n";
  auto lease = slow->lease(Kind::read);
  const auto ended = ask(**lease, kEndless);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::limit_exceeded) << ended.error().message;
  EXPECT_EQ(*ask(**lease, "SELECT 1"), 1);
}

}  // namespace
}  // namespace hinomi::store::sql
