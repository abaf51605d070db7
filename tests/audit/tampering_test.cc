// Somebody changes the database past the server: hinomi audit check finds it, and so does hinomi-verify on an
// export that the server makes of it in good faith.
#include <gtest/gtest.h>

#include "kept_log.h"

namespace hinomi::audit {
namespace {

class TamperingTest : public ::testing::TestWithParam<store::sql::Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  // Twenty entries, signed at 10 and 20.
  void fill(KeptLog& log) {
    for (int i = 0; i < 2; ++i) {
      log.append(10);
      log.pass();
    }
    ASSERT_EQ(log.problems(), std::vector<std::string>{});
  }
  static void expect_found(KeptLog& log, const std::string& said) {
    const auto problems = log.problems();
    ASSERT_FALSE(problems.empty());
    std::string all;
    for (const std::string& problem : problems) all += problem + "\n";
    EXPECT_NE(all.find(said), std::string::npos) << all;
  }
  static void expect_refused(KeptLog& log, const std::vector<std::string>& arguments = {}) {
    const auto outcome = log.verified(arguments);
    EXPECT_EQ(outcome.code, 1) << outcome.out;
  }
  store::sql::FreshDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Both, TamperingTest, ::testing::ValuesIn(store::sql::kSharedBackends),
                         store::sql::backend_name);

TEST_P(TamperingTest, an_untouched_log_is_in_order) {
  KeptLog log(*database_);
  fill(log);
  const auto outcome = log.verified({"--known", log.copy()});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
}

TEST_P(TamperingTest, a_removed_row_is_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run("DELETE FROM audit_leaf WHERE organisation=1 AND idx=7");
  expect_found(log, "entry 7 is missing");
  expect_refused(log);
}

TEST_P(TamperingTest, a_changed_row_is_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run(
      "UPDATE audit_leaf SET leaf=replace(leaf, 'test.4', 'test.5') WHERE organisation=1 AND idx=4");
  expect_found(log, "entry 4 was changed");
  expect_refused(log);
}

TEST_P(TamperingTest, a_changed_row_with_its_stored_hashes_is_found_by_the_checkpoints) {
  KeptLog log(*database_);
  fill(log);
  // Everything in the database is made to fit a log in which entry 4 never was what it was: rows, hashes and
  // frontier; only the signatures cannot be.
  const auto rows = log.book_.rows(1);
  log.book_.run("DELETE FROM audit_leaf; DELETE FROM audit_node; DELETE FROM audit_tree");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    record::AuditEntry entry = log.book_.entry(1, i == 4 ? "forged" : "test." + std::to_string(i % 10));
    ASSERT_TRUE(log.book_.append(entry));
  }
  expect_found(log, "are not those that the checkpoint in the database was signed for");
  expect_refused(log);
  // And the keeper signs nothing over it.
  log.append(1);
  log.pass();
  EXPECT_EQ(log.checkpoints().back().size, 20U);
  EXPECT_NE(log.keeper_->status().problem, "");
}

TEST_P(TamperingTest, changed_details_are_found_and_erased_ones_are_no_problem) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run("UPDATE audit_leaf SET salt=NULL, details=NULL WHERE organisation=1 AND idx=3");
  EXPECT_EQ(log.problems(), std::vector<std::string>{});
  EXPECT_EQ(log.verified().code, 0);
  log.book_.run(
      "UPDATE audit_leaf SET salt=(SELECT salt FROM audit_leaf WHERE organisation=1 AND idx=6) WHERE "
      "organisation=1 AND idx=5");
  expect_found(log, "the details of entry 5 were changed");
  expect_refused(log);
}

TEST_P(TamperingTest, an_entry_that_is_filed_under_another_name_is_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run("UPDATE audit_leaf SET entity='boat' WHERE organisation=1 AND idx=2");
  expect_found(log, "entry 2 is filed under what it does not say");
}

TEST_P(TamperingTest, a_truncated_log_is_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run("DELETE FROM audit_leaf WHERE organisation=1 AND idx>=15");
  expect_found(log, "has a checkpoint of 20: entries were cut off");
  expect_refused(log);
  // With the row of the tree and the last checkpoint: the copy outside the database still tells.
  log.book_.run(
      "DELETE FROM audit_checkpoint WHERE size=20; DELETE FROM audit_leaf WHERE idx>=10; "
      "DELETE FROM audit_node WHERE (level=0 AND idx>=10) OR (level=1 AND idx>=5) OR (level=2 AND "
      "idx>=2) OR (level=3 AND idx>=1) OR level>3");
  expect_found(log, "rolled back");
}

TEST_P(TamperingTest, missing_hashes_and_checkpoints_are_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run("DELETE FROM audit_node WHERE organisation=1 AND level=2 AND idx=1");
  expect_found(log, "the stored hash of level 2, index 1 is missing");
  log.book_.run("DELETE FROM audit_checkpoint WHERE organisation=1 AND size=10");
  expect_found(log, "the checkpoint of 10 entries in " + log.copy() + " is not in the database");
  log.book_.run("UPDATE audit_checkpoint SET note=replace(note, '20', '21') WHERE size=20");
  expect_found(log, "the checkpoint of 20 entries in the database is not signed by this log");
}

TEST_P(TamperingTest, a_log_that_is_gone_as_a_whole_is_found) {
  KeptLog log(*database_);
  fill(log);
  log.book_.run(
      "DELETE FROM audit_leaf; DELETE FROM audit_node; DELETE FROM audit_tree; DELETE FROM "
      "audit_checkpoint");
  expect_found(log, "there are 0 entries");
}

TEST(RollBack, is_found_at_the_next_start_by_the_check_and_by_hinomi_verify) {
  const store::sql::FreshDatabase database(store::sql::Dialect::sqlite);
  KeptLog log(*database);
  log.append(10);
  log.pass();
  const std::string old = log.folder_ / "old.db";
  ASSERT_TRUE(database->back_up(old));
  log.append(5);
  log.pass();
  log.close();
  const auto back = store::sql::open_sqlite({.path = old});
  ASSERT_TRUE(back);
  const auto report = check(**back, {.copies = {log.copies()}});
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->problems.empty());
  EXPECT_NE(report->problems.back().find("rolled back"), std::string::npos) << report->problems.back();
  // A server that is started with it says so, at once.
  std::vector<std::string> said;
  LogBook book(**back);
  Keys::Setup setup = log.setup();
  setup.database = back->get();
  const auto keys = Keys::open(setup);
  ASSERT_TRUE(keys);
  const auto keeper = Keeper::open({.database = back->get(),
                                    .log = &book.log(),
                                    .keys = &*keys,
                                    .clock = &log.clock_,
                                    .folder = log.folder_ / "audit",
                                    .outside = {},
                                    .authority = {},
                                    .trust = {},
                                    .say = [&](const std::string& line) { said.push_back(line); }});
  ASSERT_TRUE(keeper);
  ASSERT_FALSE(said.empty());
  EXPECT_NE((*keeper)->status().problem.find("rolled back"), std::string::npos);
  // And an export of it is refused by whoever has the later checkpoint.
  const std::string out = log.folder_ / "export";
  ASSERT_TRUE(export_log(**back, *keys,
                         {.organisation = base::OrganisationId{1},
                          .made = log.clock_.now(),
                          .folder = out,
                          .certificates = {},
                          .show_details = {}}));
  cli::Process process(log.folder_.path(), {HINOMI_VERIFY, "--known", log.copy(), out}, {"LC_ALL=C"});
  EXPECT_EQ(process.wait().code, 1);
}

}  // namespace
}  // namespace hinomi::audit
