// Copies of a sealed database that is written to all the while, with checkpoints that carry its log over.
#include "backup/sealed_copy.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "os/file.h"
#include "os/random.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::backup {
namespace {

using store::sql::Connection;

class SealedCopy : public ::testing::Test {
 protected:
  std::unique_ptr<store::sql::Database> open(const std::string& path) {
    auto opened = store::sql::open_sqlite({.path = path,
                                           .pages = store::sql::SqlitePages::sealed,
                                           .key = std::as_bytes(std::span(key_)),
                                           .random = os::system_random});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  // Each transaction writes the same number into both tables, and some bulk, so that the log is carried over
  // often.
  static base::Result<void> write(store::sql::Database& database, std::int64_t number) {
    return store::sql::in_transaction(
        database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
          for (const char* sql :
               {"INSERT INTO a (n, bulk) VALUES (?, ?)", "INSERT INTO b (n, bulk) VALUES (?, ?)"}) {
            auto statement = connection.prepare(sql);
            if (!statement) return statement.error();
            const auto ran = (*statement)->bind(number).bind(std::string_view(bulk())).run();
            if (!ran) return ran.error();
          }
          return {};
        });
  }
  static const std::string& bulk() {
    static const std::string text(20'000, 'x');
    return text;
  }
  static std::int64_t ask(store::sql::Database& database, std::string_view sql) {
    auto lease = database.lease(Connection::Kind::read);
    EXPECT_TRUE(lease);
    auto statement = (*lease)->prepare(sql);
    EXPECT_TRUE(statement) << statement.error().message;
    const auto row = (*statement)->step();
    EXPECT_TRUE(row && *row) << (row ? "no row" : row.error().message);
    return (*statement)->integer(0);
  }

  os::ScratchFolder folder_;
  std::array<std::uint8_t, 32> key_{1, 2, 3};
};

TEST_F(SealedCopy, each_copy_is_one_state_between_two_transactions) {
  const std::string path = folder_ / "1.db";
  auto database = open(path);
  ASSERT_NE(database, nullptr);
  {
    auto lease = database->lease(Connection::Kind::write);
    ASSERT_TRUE(
        (*lease)->run_script("CREATE TABLE a (n BIGINT NOT NULL PRIMARY KEY, bulk TEXT NOT NULL);"
                             "CREATE TABLE b (n BIGINT NOT NULL PRIMARY KEY, bulk TEXT NOT NULL);"));
  }
  std::atomic<std::int64_t> written = 0;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop && written < 4000) {
      const auto done = write(*database, written + 1);
      EXPECT_TRUE(done) << done.error().message;
      if (!done) return;
      ++written;
    }
  });
  int copies = 0;
  for (int i = 0; i < 25 && !HasFailure(); ++i) {
    const std::int64_t before = written;
    const std::string target = folder_ / ("copy" + std::to_string(i));
    const auto copied = copy_sealed(path, target);
    const std::int64_t after = written + 1;
    if (!copied) {  // busy all the while: it says so, and leaves no bad copy behind as a good one
      EXPECT_EQ(copied.error().code, base::ErrorCode::unavailable) << copied.error().message;
      continue;
    }
    ++copies;
    const auto copy = open(target);
    ASSERT_NE(copy, nullptr);
    const auto scrubbed = copy->scrub({});
    ASSERT_TRUE(scrubbed);
    EXPECT_EQ(scrubbed->damaged_pages, 0U);
    EXPECT_EQ(scrubbed->log_damage, "");
    const std::int64_t count = ask(*copy, "SELECT count(*) FROM a");
    EXPECT_EQ(ask(*copy, "SELECT max(n) FROM a"), count);
    EXPECT_EQ(ask(*copy, "SELECT max(n) FROM b"), count);
    EXPECT_GE(count, before);
    EXPECT_LE(count, after);
  }
  stop = true;
  writer.join();
  EXPECT_GE(copies, 5);
  std::printf("copies %d, transactions %lld\n", copies, static_cast<long long>(written));
}

TEST_F(SealedCopy, of_a_closed_database_needs_no_log) {
  const std::string path = folder_ / "1.db";
  open(path).reset();
  ASSERT_FALSE(os::file_info(path + "-wal"));
  const auto copied = copy_sealed(path, folder_ / "copy");
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_FALSE(os::file_info((folder_ / "copy") + "-wal"));
  EXPECT_NE(open(folder_ / "copy"), nullptr);
}

TEST_F(SealedCopy, what_is_not_there_is_told) {
  EXPECT_EQ(copy_sealed(folder_ / "none", folder_ / "copy").error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace hinomi::backup
