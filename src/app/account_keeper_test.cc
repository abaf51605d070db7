#include "app/account_keeper.h"

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <filesystem>

#include "record/json.h"

namespace hinomi::app {
namespace {

class AccountKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = (std::filesystem::temp_directory_path() / "hinomi-keeper-XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    path_ = made;
    auto folder = open_data_folder(path_);
    ASSERT_TRUE(folder) << folder.error().message;
    folder_ = *folder;
  }
  void TearDown() override {
    accounts_.reset();
    records_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  // A server on the folder, with or without the demonstration.
  void start(bool demo) {
    accounts_.reset();
    records_.reset();
    RecordKeeper::Setup setup;
    setup.folder = folder_;
    setup.demo = demo;
    setup.clock = &clock_;
    setup.log = [](const std::string& /*line*/) {};
    auto records = RecordKeeper::open(std::move(setup));
    ASSERT_TRUE(records) << records.error().message;
    records_ = std::move(*records);
    auto accounts =
        AccountKeeper::open({.folder = folder_, .records = records_.get(), .demo = demo, .clock = &clock_});
    ASSERT_TRUE(accounts) << accounts.error().message;
    accounts_ = std::move(*accounts);
  }
  base::RecordId make(std::string_view entity, std::string_view body) {
    const access::Principal system = access::system_principal();
    record::Context context;
    context.who = &system;
    const schema::Entity& declared = records_->engine().registry().get(entity);
    auto read = record::read_draft(declared, body, true);
    EXPECT_TRUE(read && read->faults.empty());
    const auto made = records_->engine().create(context, declared, std::move(read->draft));
    EXPECT_TRUE(made);
    return made ? made->id : base::RecordId{};
  }
  base::RecordId who_the_console_signs_in() {
    const auto done =
        accounts_->accounts().sign_in_at_console(nullptr, {.peer = "127.0.0.1", .agent = {}, .via = "web"});
    EXPECT_TRUE(done && done->session);
    return done && done->session ? done->session->session.person : base::RecordId{};
  }

  os::SystemClock clock_;
  std::string path_;
  DataFolder folder_;
  std::unique_ptr<RecordKeeper> records_;
  std::unique_ptr<AccountKeeper> accounts_;
};

TEST_F(AccountKeeperTest, with_the_demonstration_the_console_signs_in_its_person) {
  start(true);
  EXPECT_EQ(who_the_console_signs_in(), demo_person());
}

TEST_F(AccountKeeperTest,
       where_organisations_were_there_before_the_demonstration_the_console_signs_in_nobody_of_it) {
  start(false);
  make("organisation", R"({"name":"みなと","kind":"own","time_zone":"Asia/Tokyo","calendar":"jp"})");
  start(true);
  const auto account = accounts_->accounts().find(demo_person());
  ASSERT_TRUE(account);
  EXPECT_FALSE(*account) << "an account of somebody who is no record";
  EXPECT_EQ(who_the_console_signs_in(), account::local_operator());
}

}  // namespace
}  // namespace hinomi::app
