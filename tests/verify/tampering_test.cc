// A server whose database was tampered with exports in good faith, with its own key. The log gives it away.
#include <gtest/gtest.h>

#include "sample_log.h"
#include "trust/checkpoint.h"

namespace hinomi::verifying {
namespace {

struct Exported {
  os::ScratchFolder root;
  explicit Exported(const SampleLog& log) { log.write(root / "export"); }
  [[nodiscard]] Verdict judged(std::vector<std::string> arguments = {}) const {
    arguments.push_back(root / "export");
    return verify(arguments);
  }
};

void expect_problem(const Verdict& verdict, const std::string& said) {
  EXPECT_EQ(verdict.code, 1) << verdict.out;
  EXPECT_NE(verdict.out.find(said), std::string::npos) << verdict.out;
}

// The same entry with another reason, as somebody would write it into the database.
void rewrite(trust::ExportEntry& entry) {
  trust::AuditEntry changed = trust::parse_leaf(entry.leaf).value();
  changed.reason = "nothing to see here";
  entry.leaf = trust::leaf_bytes(changed).value();
}

TEST(Tampering, a_changed_entry_is_found) {
  for (const std::size_t index : {0U, 19U, 20U, 59U}) {
    SampleLog log;
    rewrite(log.entries[index]);
    expect_problem(Exported(log).judged(), "have another root");
  }
}

TEST(Tampering, a_removed_entry_is_found) {
  SampleLog log;
  log.entries.erase(log.entries.begin() + 30);
  expect_problem(Exported(log).judged(), "says that it is another one");
}

TEST(Tampering, an_entry_that_was_removed_and_renumbered_is_found) {
  SampleLog log;
  log.entries.erase(log.entries.begin() + 30);
  for (std::size_t i = 30; i < log.entries.size(); ++i) {
    auto entry = trust::parse_leaf(log.entries[i].leaf).value();
    entry.index = i;
    log.entries[i].leaf = trust::leaf_bytes(entry).value();
  }
  expect_problem(Exported(log).judged(), "entries were removed");
}

TEST(Tampering, a_truncated_log_is_found) {
  SampleLog log;
  log.entries.pop_back();
  expect_problem(Exported(log).judged(), "entries were removed");
}

TEST(Tampering, added_and_swapped_entries_are_found) {
  SampleLog added;
  added.append(1);
  expect_problem(Exported(added).judged(), "no checkpoint is of all 61 entries");
  SampleLog swapped;
  std::swap(swapped.entries[3], swapped.entries[5]);
  expect_problem(Exported(swapped).judged(), "says that it is another one");
}

TEST(Tampering, a_log_rewritten_together_with_its_checkpoints_is_found_by_a_checkpoint_kept_elsewhere) {
  const SampleLog before;
  SampleLog log;
  rewrite(log.entries[10]);
  log.checkpoints.clear();
  log.anchors.clear();
  log.checkpoint();
  const Exported exported(log);
  EXPECT_EQ(exported.judged().code, 0);  // by itself it is in order: this is why copies must be kept outside
  const std::string known = exported.root.write("known", before.checkpoints[2]);
  expect_problem(exported.judged({"--known", known}), "the log was rewritten");
}

TEST(Tampering, a_database_rolled_back_as_a_whole_is_found_by_a_checkpoint_kept_elsewhere) {
  SampleLog log;
  const Exported old(log);
  log.append(5);
  log.checkpoint();
  const std::string known = old.root.write("known", log.checkpoints.back());
  EXPECT_EQ(old.judged().code, 0);
  expect_problem(old.judged({"--known", known}), "rolled back");
  // The log that went on is in order, whichever checkpoints were kept.
  std::string all;
  for (const std::string& note : log.checkpoints) all += (all.empty() ? "" : "\n") + note;
  const Exported fresh(log);
  const Verdict good = fresh.judged({"--known", fresh.root.write("known", all)});
  EXPECT_EQ(good.code, 0) << good.out;
}

TEST(Tampering, a_known_checkpoint_that_is_forged_or_of_another_log_is_not_believed) {
  const SampleLog log;
  const SampleLog stranger(2);
  const Exported exported(log);
  expect_problem(exported.judged({"--known", exported.root.write("a", stranger.checkpoints.back())}),
                 "none of this log");
  expect_problem(exported.judged({"--known", exported.root.write("b", "hello\n")}), "none of this log");
  expect_problem(exported.judged({"--known", exported.root / "absent"}), "cannot be read");
}

TEST(Tampering, changed_details_are_found_and_erased_ones_are_not_missed) {
  SampleLog log;
  log.entries[4].details =
      trust::AuditDetails{log.entries[4].details.value_or(trust::AuditDetails{}).salt, "{}"};
  expect_problem(Exported(log).judged(), "details of entry 4 do not");
  SampleLog salted;
  salted.entries[4].details =
      trust::AuditDetails{{}, salted.entries[4].details.value_or(trust::AuditDetails{}).text};
  expect_problem(Exported(salted).judged(), "details of entry 4 do not");
  SampleLog given;
  given.entries[5].details = trust::AuditDetails{{}, "{}"};  // its leaf has no hash
  expect_problem(Exported(given).judged(), "details of entry 5 do not");
  SampleLog erased;
  for (auto& entry : erased.entries) entry.details.reset();
  EXPECT_EQ(Exported(erased).judged().code, 0);
}

TEST(Tampering, a_changed_or_foreign_piece_of_evidence_is_found) {
  SampleLog log;
  ASSERT_FALSE(log.evidence.empty());
  log.evidence.begin()->second[0] ^= 1;
  expect_problem(Exported(log).judged(), "speaks of this evidence");
  SampleLog swapped;
  ASSERT_GE(swapped.evidence.size(), 2U);
  std::swap(swapped.evidence.begin()->second, swapped.evidence.rbegin()->second);
  expect_problem(Exported(swapped).judged(), "speaks of this evidence");
  SampleLog foreign;
  foreign.evidence[trust::sha256("foreign")] = "foreign";
  expect_problem(Exported(foreign).judged(), "speaks of this evidence");
}

TEST(Tampering, an_export_of_somebody_elses_key_is_found_when_the_key_is_known) {
  const SampleLog log;
  const SampleLog stranger(2);
  const Exported forged(stranger);
  const Verdict alone = forged.judged();
  EXPECT_EQ(alone.code, 0);
  EXPECT_NE(alone.out.find("judged by the keys of the export itself"), std::string::npos) << alone.out;
  expect_problem(forged.judged({"--key", forged.root.write("key", log.keys_text())}),
                 "no manifest of version 1 signed by a key of the log");
}

TEST(Tampering, a_log_that_changed_its_key_is_in_order_for_who_knows_both) {
  SampleLog log;
  const std::string old_key = log.keys_text();
  log.change_key();
  log.append(3);
  log.checkpoint();
  const Exported exported(log);
  EXPECT_EQ(exported.judged().code, 0) << exported.judged().out;
  const std::string both = exported.root.write("both", old_key + log.keys_text());
  EXPECT_EQ(exported.judged({"--key", both}).code, 0);
  expect_problem(exported.judged({"--key", exported.root.write("old", old_key)}),
                 "signed by a key of the log");
  expect_problem(exported.judged({"--key", exported.root.write("new", log.keys_text())}),
                 "checkpoint 1 is none of this log");
}

TEST(Tampering, a_checkpoint_signed_by_another_key_or_for_another_log_is_found) {
  SampleLog log;
  const SampleLog stranger(2);
  log.checkpoints[1] = stranger.checkpoints[1];
  expect_problem(Exported(log).judged(), "checkpoint 2 is none of this log");
}

class Anchors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (authority() == nullptr) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
  }
};

TEST_F(Anchors, good_ones_are_shown_with_what_they_are_of) {
  const SampleLog log;
  const Exported exported(log);
  const std::string trusted = exported.root.write("ca.pem", authority()->root_pem());
  const Verdict verdict = exported.judged({"--authorities", trusted});
  EXPECT_EQ(verdict.code, 0) << verdict.out;
  EXPECT_NE(verdict.out.find("time-stamped outside: entries 20, 20"), std::string::npos) << verdict.out;
  EXPECT_NE(verdict.out.find("time-stamped outside: entries 60, 20"), std::string::npos) << verdict.out;
  EXPECT_EQ(verdict.out.find("judged by the certificates of the export"), std::string::npos);
  EXPECT_NE(exported.judged().out.find("judged by the certificates of the export"), std::string::npos);
}

TEST_F(Anchors, one_of_an_authority_that_is_not_trusted_is_a_problem) {
  const SampleLog log;
  const Exported exported(log);
  const trust::LocalAuthority stranger;
  const std::string other = exported.root.write("ca.pem", stranger.root_pem());
  expect_problem(exported.judged({"--authorities", other}), "the time-stamp does not hold");
}

TEST_F(Anchors, one_about_something_else_or_garbage_is_a_problem) {
  SampleLog log;
  SampleLog other(2);
  log.anchors[0] = other.anchors[0];
  expect_problem(Exported(log).judged(), "is about no checkpoint of this export");
  log.anchors[0] = "garbage";
  expect_problem(Exported(log).judged(), "the time-stamp does not hold");
  log.anchors[0] = std::string(100'000, '0');
  expect_problem(Exported(log).judged(), "the time-stamp does not hold");
}

TEST_F(Anchors, one_of_an_authority_whose_certificate_is_for_something_else_is_a_problem) {
  SampleLog log;
  const trust::LocalAuthority server("critical,serverAuth");
  log.anchors[0] = server.sign_anew(log.anchors[0]);
  log.certificates.push_back(server.root_pem());
  expect_problem(Exported(log).judged(), "the time-stamp does not hold");
}

}  // namespace
}  // namespace hinomi::verifying
