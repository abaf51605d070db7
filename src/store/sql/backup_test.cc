// The contract of backups, on all backends: one state, while others write.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <latch>
#include <thread>

#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/testing/fresh_database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sql {
namespace {

using base::ErrorCode;
using Kind = Connection::Kind;

base::Result<std::int64_t> ask(Database& database, std::string_view sql) {
  auto lease = database.lease(Kind::read);
  if (!lease) return lease.error();
  auto statement = (*lease)->prepare(sql);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  return *row ? (*statement)->integer(0) : -4711;
}

class SqlBackup : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    run("CREATE TABLE a (x BIGINT PRIMARY KEY, y TEXT, z BLOB); CREATE TABLE b (x BIGINT REFERENCES a); "
        "INSERT INTO a VALUES (0, '感染', NULL); INSERT INTO b VALUES (0)");
  }
  void run(std::string_view sql) const {
    const auto done = (*database_->lease(Kind::write))->run_script(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  // In both tables at once.
  [[nodiscard]] base::Result<void> add(std::int64_t x) const {
    return in_transaction(*database_, Kind::write, [&](Connection& connection) -> base::Result<void> {
      for (const char* sql : {"INSERT INTO a (x, y, z) VALUES (?, ?, ?)", "INSERT INTO b VALUES (?)"}) {
        auto insert = connection.prepare(sql);
        if (!insert) return insert.error();
        (*insert)->bind(x);
        const std::string bytes(1000, '\0');
        if (sql[12] == 'a')
          (*insert)->bind("text").bind(std::as_bytes(std::span(bytes.data(), bytes.size())));
        if (auto done = (*insert)->run(); !done) return done.error();
      }
      return {};
    });
  }

  os::ScratchFolder folder_;
  FreshDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(All, SqlBackup, ::testing::ValuesIn(kAllBackends), backend_name);

TEST_P(SqlBackup, is_one_state_of_a_database_that_is_written_to) {
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> written = 0;
  std::latch begun(1);
  std::thread writer([&] {
    for (std::int64_t x = 1; !stop; ++x) {
      const auto added = add(x);
      ASSERT_TRUE(added) << added.error().message;
      written = x;
      if (x == 20) begun.count_down();
    }
  });
  begun.wait();
  // Until somebody wrote while one was made.
  std::string path;
  std::int64_t before = 0;
  std::int64_t during = 0;
  for (int i = 0; during == 0 && i < 50; ++i) {
    before = written;
    path = folder_ / ("backup" + std::to_string(i));
    const auto done = database_->back_up(path);
    EXPECT_TRUE(done) << done.error().message;
    during = written - before;
  }
  stop = true;
  writer.join();
  EXPECT_GT(during, 0);

  const FreshDatabase other(GetParam());
  const auto restored = other->restore(path);
  ASSERT_TRUE(restored) << restored.error().message;
  const std::int64_t rows = *ask(*other, "SELECT count(*) FROM a");
  EXPECT_GT(rows, before);
  EXPECT_EQ(*ask(*other, "SELECT count(*) FROM b"), rows);
  EXPECT_EQ(*ask(*other, "SELECT max(x) FROM a"), rows - 1) << "those first written";
  EXPECT_EQ(*ask(*other, "SELECT count(*) FROM a WHERE y = '感染' AND z IS NULL"), 1);
  auto lease = other->lease(Kind::write);
  EXPECT_EQ((*lease)->run_script("INSERT INTO b VALUES (-1)").error().code, ErrorCode::conflict)
      << "keys hold";
  EXPECT_TRUE((*lease)->run_script("INSERT INTO b VALUES (1)"));
}

TEST_P(SqlBackup, is_for_its_owner_only_and_replaces_nothing) {
  const std::string path = folder_ / "backup";
  ASSERT_TRUE(database_->back_up(path));
  struct stat mode{};
  ASSERT_EQ(::stat(path.c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600U);
  EXPECT_FALSE(os::file_info(path + ".part"));
  const std::string before = *os::read_file(path);
  const auto again = database_->back_up(path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(*os::read_file(path), before);
  EXPECT_EQ(before.find("\xe6\x84\x9f") == std::string::npos,
            GetParam().pages == SqlitePages::sealed || GetParam().dialect == Dialect::postgres);
}

TEST_P(SqlBackup, in_a_folder_that_is_not_there_is_an_error) {
  const auto done = database_->back_up(folder_ / "nowhere/backup");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::io);
}

TEST_P(SqlBackup, is_restored_into_an_empty_database_only) {
  const std::string path = folder_ / "backup";
  ASSERT_TRUE(database_->back_up(path));
  const auto refused = database_->restore(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  const FreshDatabase other(GetParam());
  EXPECT_EQ(other->restore(folder_ / "nothing").error().code, ErrorCode::not_found);
  EXPECT_FALSE(os::file_info(folder_ / "nothing"));
}

TEST_P(SqlBackup, that_is_damaged_is_refused_and_restores_nothing) {
  const std::string path = folder_ / "backup";
  ASSERT_TRUE(add(1));
  ASSERT_TRUE(database_->back_up(path));
  std::string bytes = *os::read_file(path);
  for (std::size_t i = bytes.size() / 2; i < bytes.size(); i += 50) bytes[i] = static_cast<char>(~bytes[i]);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const FreshDatabase other(GetParam());
  const auto refused = other->restore(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io) << refused.error().message;
  EXPECT_FALSE(ask(*other, "SELECT count(*) FROM a"));
}

TEST_P(SqlBackup, a_scrub_looks_at_every_page_beside_a_writer) {
  if (GetParam().dialect == Dialect::postgres) {
    EXPECT_EQ(database_->scrub({}).error().code, ErrorCode::unsupported);
    return;
  }
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::int64_t x = 1; !stop; ++x) EXPECT_TRUE(add(x));
  });
  // Until the log was carried over into the file several times.
  std::uint64_t pages = 0;
  while (pages < 100) {
    const auto report = database_->scrub({});
    if (!report || !report->is_sound()) {
      ADD_FAILURE() << (report ? report->log_damage : report.error().message);
      break;
    }
    pages = report->pages;
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace hinomi::store::sql
