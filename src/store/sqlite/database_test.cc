#include "store/sqlite/database.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "os/file.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::store::sqlite {
namespace {

using Access = Database::Access;

class SqliteDatabase : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_ / "test.db"; }
  Database open(Access access = Access::read_write) {
    auto database = Database::open(path(), {.access = access, .busy_timeout = std::chrono::milliseconds(1)});
    EXPECT_TRUE(database) << database.error().message;
    return std::move(*database);
  }
  static Statement prepare(Database& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    EXPECT_TRUE(statement) << statement.error().message;
    return std::move(*statement);
  }

  os::ScratchFolder folder_;
};

TEST_F(SqliteDatabase, every_connection_is_set_up_for_safety) {
  Database database = open();
  EXPECT_EQ(*database.ask("PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(*database.ask("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(*database.ask("PRAGMA trusted_schema"), 0);
  EXPECT_EQ(*database.ask("PRAGMA cell_size_check"), 1);
  Statement mode = prepare(database, "PRAGMA journal_mode");
  ASSERT_TRUE(*mode.step());
  EXPECT_EQ(mode.row().text(0), "wal");
  EXPECT_FALSE(database.run("ATTACH 'other.db' AS other"));
  EXPECT_FALSE(database.run("SELECT \"no such column\""));
  Database reader = open(Access::read_only);
  EXPECT_EQ(*reader.ask("PRAGMA trusted_schema"), 0);
  EXPECT_FALSE(reader.run("CREATE TABLE t (x)"));
}

TEST_F(SqliteDatabase, values_come_back_as_they_were_bound) {
  Database database = open();
  ASSERT_TRUE(database.run("CREATE TABLE t (a, b, c, d, e)"));
  const std::string text("nul\0 '\"%;-- \xFF", 14);
  const std::string bytes("\0\xFF\x7F", 3);
  Statement insert = prepare(database, "INSERT INTO t VALUES (?, ?, ?, ?, ?)");
  insert.bind(std::numeric_limits<std::int64_t>::min(), stored(~std::uint64_t{0}), text,
              std::as_bytes(std::span(bytes.data(), bytes.size())), std::optional<std::string_view>());
  ASSERT_TRUE(insert.run());
  EXPECT_EQ(database.changed_rows(), 1);
  Statement read = prepare(database, "SELECT a, b, c, d, e FROM t");
  ASSERT_TRUE(*read.step());
  const Row row = read.row();
  EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row.word(1), ~std::uint64_t{0});
  EXPECT_EQ(row.text(2), text);
  ASSERT_EQ(row.blob(3).size(), 3U);
  EXPECT_EQ(row.blob(3)[1], std::byte{0xFF});
  EXPECT_TRUE(row.is_null(4));
  EXPECT_FALSE(*read.step());
}

TEST_F(SqliteDatabase, empty_values_are_not_null_and_another_type_reads_as_nothing) {
  Database database = open();
  ASSERT_TRUE(database.run("CREATE TABLE t (a, b)"));
  Statement insert = prepare(database, "INSERT INTO t VALUES (?, ?)");
  insert.bind(std::string_view{}, std::span<const std::byte>{});
  ASSERT_TRUE(insert.run());
  Statement read = prepare(database, "SELECT a, b FROM t");
  ASSERT_TRUE(*read.step());
  EXPECT_FALSE(read.row().is_null(0));
  EXPECT_FALSE(read.row().is_null(1));
  EXPECT_EQ(read.row().integer(0), 0);
  EXPECT_TRUE(read.row().blob(0).empty());
  EXPECT_TRUE(read.row().text(1).empty());
}

TEST_F(SqliteDatabase, a_statement_is_bound_anew_after_its_end_and_after_a_reset) {
  Database database = open();
  Statement add = prepare(database, "SELECT ? + ?");
  for (std::int64_t i = 0; i < 3; ++i) {
    add.bind(i, std::int64_t{10});
    ASSERT_TRUE(*add.step());
    EXPECT_EQ(add.row().integer(0), i + 10);
    if (i == 0) {
      add.reset();
    } else {
      ASSERT_FALSE(*add.step());
    }
  }
}

TEST_F(SqliteDatabase, one_value_too_many_is_an_error_of_the_next_step) {
  Database database = open();
  Statement statement = prepare(database, "SELECT ?");
  statement.bind(std::int64_t{1}, std::int64_t{2});
  const auto stepped = statement.step();
  ASSERT_FALSE(stepped);
  EXPECT_NE(stepped.error().message.find("SELECT ?"), std::string::npos);
  statement.bind(std::int64_t{1});
  EXPECT_TRUE(*statement.step());
}

TEST_F(SqliteDatabase, a_transaction_that_is_not_committed_leaves_nothing) {
  Database database = open();
  ASSERT_TRUE(database.run("CREATE TABLE t (x)"));
  {
    auto tx = Tx::begin(database, Tx::Kind::write);
    ASSERT_TRUE(tx);
    ASSERT_TRUE(database.run("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(*database.ask("SELECT count(*) FROM t"), 0);
  {
    auto tx = Tx::begin(database, Tx::Kind::write);
    ASSERT_TRUE(tx);
    ASSERT_TRUE(database.run("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(tx->commit());
  }
  EXPECT_EQ(*database.ask("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteDatabase, a_reading_transaction_sees_one_state) {
  Database writer = open();
  ASSERT_TRUE(writer.run("CREATE TABLE t (x)"));
  Database reader = open(Access::read_only);
  auto tx = Tx::begin(reader, Tx::Kind::read);
  ASSERT_TRUE(tx);
  EXPECT_EQ(*reader.ask("SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(writer.run("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(*reader.ask("SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(*reader.ask("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteDatabase, a_second_writer_is_told_that_the_file_is_busy) {
  Database first = open();
  Database second = open();
  auto tx = Tx::begin(first, Tx::Kind::write);
  ASSERT_TRUE(tx);
  const auto refused = Tx::begin(second, Tx::Kind::write);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  EXPECT_NE(refused.error().message.find(path()), std::string::npos);
}

TEST_F(SqliteDatabase, a_broken_foreign_key_is_refused) {
  Database database = open();
  ASSERT_TRUE(database.run("CREATE TABLE a (x INTEGER PRIMARY KEY); CREATE TABLE b (x REFERENCES a)"));
  EXPECT_EQ(database.run("INSERT INTO b VALUES (1)").error().code, base::ErrorCode::conflict);
}

TEST_F(SqliteDatabase, only_exactly_one_statement_is_prepared) {
  Database database = open();
  EXPECT_TRUE(database.prepare("SELECT 1 ; \n"));
  EXPECT_FALSE(database.prepare(""));
  EXPECT_FALSE(database.prepare("-- nothing"));
  EXPECT_FALSE(database.prepare("SELECT 1; SELECT 2"));
  EXPECT_EQ(database.prepare(std::string((1 << 20) + 1, ' ')).error().code, base::ErrorCode::limit_exceeded);
}

TEST_F(SqliteDatabase, a_missing_file_is_not_made_for_reading) {
  const auto database = Database::open(path(), {.access = Access::read_only});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, base::ErrorCode::not_found);
  EXPECT_FALSE(os::file_info(path()));
  const auto no_folder = Database::open(folder_ / "a/b.db", {.access = Access::read_write});
  ASSERT_FALSE(no_folder);
  EXPECT_EQ(no_folder.error().code, base::ErrorCode::io);
}

TEST_F(SqliteDatabase, what_is_no_database_is_called_so) {
  folder_.write("test.db", std::string(10'000, 'x'));
  for (const Access access : {Access::read_only, Access::read_write}) {
    const auto database = Database::open(path(), {.access = access});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, base::ErrorCode::invalid_input);
    EXPECT_FALSE(database.error().remedy.empty());
  }
}

TEST_F(SqliteDatabase, quick_check_finds_a_broken_page) {
  {
    Database database = open();
    ASSERT_TRUE(database.run("CREATE TABLE t (x TEXT)"));
    Statement insert = prepare(database, "INSERT INTO t VALUES (?)");
    for (int i = 0; i < 1000; ++i) {
      insert.bind(std::string(100, 'x'));
      ASSERT_TRUE(insert.run());
    }
    EXPECT_TRUE(database.quick_check());
  }
  std::string bytes = *os::read_file(path());
  bytes.replace(5 * 4096, 64, std::string(64, '\xA5'));
  std::ofstream(path(), std::ios::binary) << bytes;
  Database database = open();
  const auto sound = database.quick_check();
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, base::ErrorCode::invalid_input);
}

TEST_F(SqliteDatabase, a_full_disk_is_a_limit_and_leaves_what_was_there) {
  Database database = open();
  ASSERT_TRUE(database.run("CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA max_page_count = 10"));
  Statement insert = prepare(database, "INSERT INTO t VALUES (?)");
  insert.bind(std::string(100'000, 'x'));
  const auto done = insert.run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(*database.ask("SELECT count(*) FROM t"), 1);
}

}  // namespace
}  // namespace hinomi::store::sqlite
