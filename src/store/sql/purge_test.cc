// What was deleted is gone from the file, on all backends that promise it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "os/random.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/testing/fresh_database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sql {
namespace {

using Kind = Connection::Kind;

constexpr std::string_view kPlanted = "planted-text-that-goes";

class SqlPurge : public ::testing::TestWithParam<SqlitePages> {
 protected:
  void SetUp() override {
    SqliteOptions options;
    options.path = folder_ / "records.db";
    options.wait = std::chrono::milliseconds(50);
    options.pages = GetParam();
    options.random = os::system_random;
    if (GetParam() == SqlitePages::sealed) options.key = key_;
    auto opened = open_sqlite(options);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    run("CREATE TABLE a (x BIGINT PRIMARY KEY, y TEXT)");
    // Rows of several sizes among which pages are split, grown and emptied.
    for (int i = 0; i < 400; ++i)
      run("INSERT INTO a VALUES (" + std::to_string(i) + ", '" +
          (i % 3 == 0 ? std::string(kPlanted) : std::string("stays")) +
          std::string(static_cast<std::size_t>(i % 50) * 20, 'x') + "')");
    for (int i = 0; i < 400; i += 6) run("UPDATE a SET y='stays instead' WHERE x=" + std::to_string(i));
  }
  void run(const std::string& sql) const {
    const auto done = (*database_->lease(Kind::write))->run_script(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  [[nodiscard]] std::int64_t count() const {
    auto lease = database_->lease(Kind::read);
    auto statement = (*lease)->prepare("SELECT COUNT(*) FROM a");
    EXPECT_TRUE((*statement)->step());
    return (*statement)->integer(0);
  }
  [[nodiscard]] bool is_in_a_file() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(kPlanted) != std::string::npos) return true;
    }
    return false;
  }

  os::ScratchFolder folder_;
  std::array<std::byte, 32> key_{};
  std::unique_ptr<Database> database_;
};

TEST_P(SqlPurge, leaves_nothing_of_what_was_deleted_or_overwritten_and_everything_else) {
  const bool plain = GetParam() == SqlitePages::checked;
  run("DELETE FROM a WHERE y LIKE 'planted%'");
  EXPECT_EQ(is_in_a_file(), plain);
  const auto purged = database_->purge();
  ASSERT_TRUE(purged) << purged.error().message;
  EXPECT_FALSE(is_in_a_file());
  EXPECT_EQ(count(), 333);
  run("INSERT INTO a VALUES (1000, 'later')");
  EXPECT_EQ(count(), 334);
  const auto report = database_->scrub([](std::uint64_t, std::uint64_t) { return true; });
  EXPECT_TRUE(report);
}

TEST_P(SqlPurge, is_unavailable_while_somebody_reads_and_can_be_tried_again) {
  {
    auto reader = database_->lease(Kind::read);
    ASSERT_TRUE(reader);
    auto tx = Tx::begin(**reader, Kind::read);
    ASSERT_TRUE(tx);
    auto statement = (*reader)->prepare("SELECT x FROM a");
    ASSERT_TRUE((*statement)->step());
    run("DELETE FROM a WHERE y LIKE 'planted%'");
    const auto purged = database_->purge();
    ASSERT_FALSE(purged);
    EXPECT_EQ(purged.error().code, base::ErrorCode::unavailable);
  }
  const auto purged = database_->purge();
  ASSERT_TRUE(purged) << purged.error().message;
  EXPECT_FALSE(is_in_a_file());
  EXPECT_EQ(count(), 333);
}

INSTANTIATE_TEST_SUITE_P(Pages, SqlPurge, ::testing::Values(SqlitePages::checked, SqlitePages::sealed),
                         [](const auto& which) {
                           return which.param == SqlitePages::checked ? "checked" : "sealed";
                         });

TEST(SqlPurgeTest, a_database_server_says_that_it_cannot) {
  HINOMI_NEEDS_DATABASE(Dialect::postgres);
  FreshDatabase database(Dialect::postgres);
  EXPECT_EQ(database->purge().error().code, base::ErrorCode::unsupported);
}

}  // namespace
}  // namespace hinomi::store::sql
