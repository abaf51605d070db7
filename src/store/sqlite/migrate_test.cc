#include "store/sqlite/migrate.h"

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::store::sqlite {
namespace {

constexpr const char* kSteps[] = {"CREATE TABLE a (x); INSERT INTO a VALUES (1)",
                                  "ALTER TABLE a ADD COLUMN y DEFAULT 5", "CREATE TABLE b (x)"};

class SqliteMigration : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::open(folder_ / "test.db", {.access = Database::Access::read_write});
    ASSERT_TRUE(opened);
    database_.emplace(std::move(*opened));
  }
  static Schema first(std::size_t steps) {
    return {.name = "test store", .application_id = 77, .steps = std::span(kSteps).first(steps)};
  }

  os::ScratchFolder folder_;
  std::optional<Database> database_;
};

TEST_F(SqliteMigration, applies_what_is_missing_and_nothing_twice) {
  EXPECT_EQ(*schema_version(*database_, first(3)), 0);
  ASSERT_TRUE(migrate(*database_, first(1)));
  EXPECT_EQ(*schema_version(*database_, first(1)), 1);
  ASSERT_TRUE(migrate(*database_, first(3)));
  ASSERT_TRUE(migrate(*database_, first(3)));
  EXPECT_EQ(*schema_version(*database_, first(3)), 3);
  EXPECT_EQ(*database_->ask("SELECT sum(x) * 10 + sum(y) FROM a"), 15);
  EXPECT_EQ(*database_->ask("SELECT count(*) FROM b"), 0);
}

TEST_F(SqliteMigration, refuses_to_go_back) {
  ASSERT_TRUE(migrate(*database_, first(3)));
  const auto done = migrate(*database_, first(2));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::ErrorCode::unsupported);
  EXPECT_EQ(*schema_version(*database_, first(3)), 3);
}

TEST_F(SqliteMigration, a_step_that_fails_leaves_the_version_before_it) {
  constexpr const char* kBroken[] = {kSteps[0], "CREATE TABLE c (x); CREATE TABLE a (again)"};
  const Schema broken{.name = "test store", .application_id = 77, .steps = kBroken};
  EXPECT_FALSE(migrate(*database_, broken));
  EXPECT_EQ(*schema_version(*database_, broken), 1);
  EXPECT_EQ(*database_->ask("SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
  ASSERT_TRUE(migrate(*database_, first(3)));
}

TEST_F(SqliteMigration, refuses_a_database_of_something_else) {
  const auto refused = [&] {
    const auto done = migrate(*database_, first(3));
    return !done && done.error().code == base::ErrorCode::invalid_input;
  };
  ASSERT_TRUE(database_->run("CREATE TABLE theirs (x)"));
  EXPECT_TRUE(refused());
  ASSERT_TRUE(database_->run("PRAGMA user_version = 1"));
  EXPECT_TRUE(refused());
  ASSERT_TRUE(database_->run("PRAGMA application_id = 78"));
  EXPECT_TRUE(refused());
  ASSERT_TRUE(database_->run("PRAGMA application_id = 77; PRAGMA user_version = -1"));
  EXPECT_TRUE(refused());
}

}  // namespace
}  // namespace hinomi::store::sqlite
