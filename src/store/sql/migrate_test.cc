#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "store/sql/testing/fresh_database.h"

namespace hinomi::store::sql {
namespace {

using base::ErrorCode;
using Kind = Connection::Kind;

constexpr std::string_view kFirst =
    "CREATE TABLE a (x BIGINT, y BLOB, z DOUBLE PRECISION); INSERT INTO a (x) VALUES (1)";
constexpr std::string_view kSecond = "ALTER TABLE a ADD COLUMN w BIGINT DEFAULT 5";
constexpr std::string_view kThird = "CREATE TABLE b (x BIGINT)";

class SqlMigration : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }

  static Migrations first(std::size_t steps) {
    const std::vector<std::string_view> all = {kFirst, kSecond, kThird};
    return {.name = "test", .steps = {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(steps)}};
  }
  [[nodiscard]] base::Result<std::int64_t> version(const Migrations& migrations) const {
    auto lease = database_->lease(Kind::read);
    if (!lease) return lease.error();
    return schema_version(**lease, migrations);
  }
  [[nodiscard]] std::int64_t ask(std::string_view sql) const {
    auto lease = database_->lease(Kind::read);
    auto statement = (*lease)->prepare(sql);
    if (!statement) return -1;
    const auto row = (*statement)->step();
    return row && *row ? (*statement)->integer(0) : -1;
  }

  FreshDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(All, SqlMigration, ::testing::ValuesIn(kAllBackends), backend_name);

class SqlMigrationOfTwoPrograms : public SqlMigration {};
INSTANTIATE_TEST_SUITE_P(Shared, SqlMigrationOfTwoPrograms, ::testing::ValuesIn(kSharedBackends),
                         backend_name);

TEST_P(SqlMigration, applies_what_is_missing_and_nothing_twice) {
  EXPECT_EQ(*version(first(3)), 0);
  ASSERT_TRUE(migrate(*database_, first(1)));
  EXPECT_EQ(*version(first(1)), 1);
  const auto done = migrate(*database_, first(3));
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_TRUE(migrate(*database_, first(3)));
  EXPECT_EQ(*version(first(3)), 3);
  EXPECT_EQ(ask("SELECT sum(x) * 10 + sum(w) FROM a"), 15);
  EXPECT_EQ(ask("SELECT count(*) FROM b"), 0);
}

TEST_P(SqlMigration, a_newer_version_is_refused_and_left_alone) {
  ASSERT_TRUE(migrate(*database_, first(3)));
  for (const auto& refused : {migrate(*database_, first(2)), migrate(*database_, first(0))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
    EXPECT_NE(refused.error().message.find("version 3"), std::string::npos);
    EXPECT_FALSE(refused.error().remedy.empty());
  }
  EXPECT_EQ(*version(first(3)), 3);
}

TEST_P(SqlMigration, a_step_that_fails_leaves_the_version_before_it) {
  const Migrations broken{.name = "test",
                          .steps = {kFirst, "CREATE TABLE c (x BIGINT); CREATE TABLE a (again TEXT)"}};
  const auto failed = migrate(*database_, broken);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("test, step 2"), std::string::npos) << failed.error().message;
  EXPECT_EQ(*version(broken), 1);
  EXPECT_EQ(ask("SELECT count(*) FROM c"), -1);
  EXPECT_EQ(ask("SELECT count(*) FROM a"), 1);
  ASSERT_TRUE(migrate(*database_, first(3)));
}

TEST_P(SqlMigration, each_name_has_its_own_version) {
  ASSERT_TRUE(migrate(*database_, first(2)));
  const Migrations other{.name = "other", .steps = {"CREATE TABLE o (x BIGINT)"}};
  EXPECT_EQ(*version(other), 0);
  ASSERT_TRUE(migrate(*database_, other));
  EXPECT_EQ(*version(other), 1);
  EXPECT_EQ(*version(first(2)), 2);
}

TEST_P(SqlMigrationOfTwoPrograms, two_programs_at_once_do_each_step_once) {
  constexpr std::size_t kSteps = 20;
  std::vector<std::string> texts = {"CREATE TABLE n (x BIGINT)"};
  for (std::size_t i = 1; i < kSteps; ++i)
    texts.push_back("INSERT INTO n VALUES (" + std::to_string(i) + ")");
  const Migrations migrations{.name = "race", .steps = {texts.begin(), texts.end()}};
  const auto other = database_.open_again();
  std::latch start(2);
  const auto run = [&](Database& database) {
    start.arrive_and_wait();
    const auto done = migrate(database, migrations);
    EXPECT_TRUE(done) << done.error().message;
  };
  std::thread first([&] { run(*database_); });
  std::thread second([&] { run(*other); });
  first.join();
  second.join();
  EXPECT_EQ(*version(migrations), kSteps);
  EXPECT_EQ(ask("SELECT count(*) FROM n"), kSteps - 1);
  EXPECT_EQ(ask("SELECT count(DISTINCT x) FROM n"), kSteps - 1);
}

TEST_P(SqlMigration, types_of_32_bits_are_refused) {
  const auto refused = migrate(*database_, {.name = "narrow", .steps = {"CREATE TABLE t (x INTEGER)"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace hinomi::store::sql
