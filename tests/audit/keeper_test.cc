// When checkpoints are signed, where their copies go, and what becomes of keys.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "audit/checkpoint_files.h"
#include "audit/checkpoints.h"
#include "kept_log.h"
#include "trust/checkpoint.h"

namespace hinomi::audit {
namespace {

class KeeperTest : public ::testing::TestWithParam<store::sql::Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  store::sql::FreshDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Both, KeeperTest, ::testing::ValuesIn(store::sql::kSharedBackends),
                         store::sql::backend_name);

TEST_P(KeeperTest, signs_each_minute_with_new_entries_and_each_thousand) {
  KeptLog log(*database_);
  log.append(3);
  log.keeper_->step();
  EXPECT_EQ(log.checkpoints().size(), 1U);
  log.append(2);
  log.pass(std::chrono::seconds(59));
  EXPECT_EQ(log.checkpoints().size(), 1U);
  log.pass(std::chrono::seconds(1));
  ASSERT_EQ(log.checkpoints().size(), 2U);
  EXPECT_EQ(log.checkpoints().back().size, 5U);
  log.pass();  // nothing new
  EXPECT_EQ(log.checkpoints().size(), 2U);
  const auto many = store::sql::in_transaction(
      *database_, store::sql::Connection::Kind::write, [&](store::sql::Connection& connection) {
        for (std::uint64_t i = 0; i < kCheckpointEntries; ++i)
          if (auto appended = log.book_.log().append(connection, log.book_.entry(1, "x")); !appended)
            return appended;
        return base::Result<void>();
      });
  ASSERT_TRUE(many);
  log.keeper_->step();
  ASSERT_EQ(log.checkpoints().size(), 3U);
  EXPECT_EQ(log.checkpoints().back().size, 5 + kCheckpointEntries);
  EXPECT_EQ(log.keeper_->status().size, 5 + kCheckpointEntries);
  EXPECT_EQ(log.keeper_->status().problem, "");
  EXPECT_EQ(log.problems(), std::vector<std::string>{});
}

TEST_P(KeeperTest, copies_every_checkpoint_out_of_the_database_also_those_it_missed) {
  KeptLog log(*database_);
  log.append(1);
  log.pass();
  log.append(1);
  // Signed by another server of the same database, or by one that ended before it wrote the copy.
  ASSERT_TRUE(sign_checkpoint(*database_, *log.keys_, base::OrganisationId{1}, log.clock_.now()));
  log.append(1);
  log.pass();
  for (const std::string folder : {"audit/checkpoints", "outside"}) {
    const auto notes = read_checkpoints(checkpoint_file(log.folder_ / folder, base::OrganisationId{1}));
    ASSERT_TRUE(notes);
    ASSERT_EQ(notes->size(), 3U) << folder;
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(trust::open_checkpoint((*notes)[i], log.keys_->verifiers(base::OrganisationId{1}))->size,
                i + 1);
  }
  // A torn end (a power cut) spoils no other note, and the note is written again.
  std::filesystem::resize_file(log.copy(), std::filesystem::file_size(log.copy()) - 20);
  log.append(1);
  log.pass();
  const auto notes = read_checkpoints(log.copy());
  ASSERT_TRUE(notes);
  std::vector<std::uint64_t> sizes;
  for (const std::string& note : *notes)
    if (auto opened = trust::open_checkpoint(note, log.keys_->verifiers(base::OrganisationId{1})))
      sizes.push_back(opened->size);
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST_P(KeeperTest, the_end_of_the_program_signs_and_writes_what_waits) {
  KeptLog log(*database_);
  log.append(2);
  record::AuditEntry refused = log.book_.entry(1, "ship.read");
  refused.done = false;
  log.book_.log().refuse(refused, false);
  log.close();
  EXPECT_EQ(log.book_.entries(1).size(), 3U);
  ASSERT_EQ(log.checkpoints().size(), 1U);
  EXPECT_EQ(log.checkpoints().front().size, 3U);
}

TEST_P(KeeperTest, keys_are_made_once_and_closed_to_others) {
  KeptLog log(*database_);
  for (const std::string_view name : {kSigningKeyFile, kKeyEncryptionKeyFile}) {
    struct stat status{};
    ASSERT_EQ(::stat((log.folder_ / ("keys/" + std::string(name))).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U) << name;
  }
  const auto again = Keys::open(log.setup());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verifiers(base::OrganisationId{7}), log.keys_->verifiers(base::OrganisationId{7}));
  EXPECT_EQ(again->verifiers(base::OrganisationId{7}).size(), 1U);
  EXPECT_TRUE(again->ring().has_key("secrets"));
}

TEST_P(KeeperTest, a_key_that_is_lost_or_another_one_is_refused_with_a_remedy) {
  KeptLog log(*database_);
  const std::string signing = log.folder_ / ("keys/" + std::string(kSigningKeyFile));
  const std::string wrapping = log.folder_ / ("keys/" + std::string(kKeyEncryptionKeyFile));
  for (const std::string& key : {signing, wrapping}) {
    std::filesystem::rename(key, key + ".away");
    const auto lost = Keys::open(log.setup());
    ASSERT_FALSE(lost) << key;
    EXPECT_EQ(lost.error().code, base::ErrorCode::not_found);
    EXPECT_FALSE(lost.error().remedy.empty());
    EXPECT_FALSE(std::filesystem::exists(key)) << "a lost key is never made anew by itself";
    // That of another server.
    store::sql::FreshDatabase other{store::sql::Dialect::sqlite};
    const KeptLog stranger(*other);
    std::filesystem::copy_file(stranger.folder_ / ("keys/" + std::filesystem::path(key).filename().string()),
                               key);
    const auto foreign = Keys::open(log.setup());
    ASSERT_FALSE(foreign) << key;
    EXPECT_EQ(foreign.error().code, base::ErrorCode::conflict) << foreign.error().message;
    EXPECT_FALSE(foreign.error().remedy.empty());
    std::filesystem::rename(key + ".away", key);
    EXPECT_TRUE(Keys::open(log.setup()));
  }
  std::filesystem::permissions(signing, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(Keys::open(log.setup()).error().code, base::ErrorCode::forbidden);
}

TEST_P(KeeperTest, keys_may_come_as_credentials_of_systemd) {
  KeptLog log(*database_);
  const std::string folder = log.folder_ / "credentials";
  std::filesystem::create_directory(folder);
  Keys::Setup setup = log.setup();
  std::filesystem::rename(setup.folder + "/" + std::string(kSigningKeyFile),
                          folder + "/" + std::string(kSigningCredential));
  std::filesystem::rename(setup.folder + "/" + std::string(kKeyEncryptionKeyFile),
                          folder + "/" + std::string(kKeyEncryptionCredential));
  EXPECT_FALSE(Keys::open(setup));
  setup.credentials = folder;
  const auto opened = Keys::open(setup);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->verifiers(base::OrganisationId{1}), log.keys_->verifiers(base::OrganisationId{1}));
}

TEST_P(KeeperTest, after_a_new_key_the_whole_log_still_verifies) {
  KeptLog log(*database_);
  log.append(3);
  log.pass();
  log.close();
  EXPECT_EQ(Keys::open_with_new_signing_key(log.setup()).error().code, base::ErrorCode::conflict);
  std::filesystem::remove(log.folder_ / ("keys/" + std::string(kSigningKeyFile)));
  ASSERT_TRUE(Keys::open_with_new_signing_key(log.setup()));
  log.open();
  log.append(3);
  log.pass();
  EXPECT_EQ(log.keys_->verifiers(base::OrganisationId{1}).size(), 2U);
  EXPECT_EQ(log.problems(), std::vector<std::string>{});
  const auto outcome = log.verified();
  EXPECT_EQ(outcome.code, 0) << outcome.out;
}

}  // namespace
}  // namespace hinomi::audit
