#include "app/records_place.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "os/testing/scratch_folder.h"

namespace hinomi::app {
namespace {

class RecordsPlaceTest : public testing::Test {
 protected:
  RecordsPlaceTest() { ::unsetenv("HINOMI_DATABASE"); }
  ~RecordsPlaceTest() override { ::unsetenv("HINOMI_DATABASE"); }
  std::string secret(const std::string& text, ::mode_t mode = 0600) {
    const std::string path = scratch_.write("address", text);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  base::Result<RecordsPlace> place(const std::string& word, const std::string& file = {}) {
    return records_place(folder_, word, file);
  }
  static std::string said(const base::Result<RecordsPlace>& place) {
    return place ? "" : place.error().message + " / " + place.error().remedy;
  }

  os::ScratchFolder scratch_;
  const DataFolder folder_{scratch_.path()};
};

TEST_F(RecordsPlaceTest, without_a_word_records_live_in_the_data_folder) {
  const auto found = place("");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_postgres());
  ASSERT_TRUE(remember_records_place(folder_, *found));
  EXPECT_TRUE(place(""));
}

TEST_F(RecordsPlaceTest, an_option_a_file_or_the_environment_names_the_database) {
  const auto by_word = place("postgresql://hinomi@127.0.0.1:5433/soc");
  ASSERT_TRUE(by_word) << said(by_word);
  EXPECT_EQ(by_word->ports, std::vector<std::uint16_t>{5433});
  const auto by_file = place("", secret("host=/run/postgresql dbname=soc user=u password=secret\n"));
  ASSERT_TRUE(by_file) << said(by_file);
  EXPECT_TRUE(by_file->ports.empty());
  EXPECT_EQ(by_file->address, "host=/run/postgresql dbname=soc user=u password=secret");
  EXPECT_EQ(by_file->shown.find("secret"), std::string::npos);
  ASSERT_EQ(::setenv("HINOMI_DATABASE", "host=localhost port=6000 dbname=soc password=secret", 1), 0);
  const auto by_environment = place("");
  ASSERT_TRUE(by_environment) << said(by_environment);
  EXPECT_EQ(by_environment->ports, std::vector<std::uint16_t>{6000});
}

TEST_F(RecordsPlaceTest, a_password_on_the_command_line_is_refused_and_not_repeated) {
  for (const char* word :
       {"postgresql://u:hunter2@127.0.0.1/soc", "host=127.0.0.1 dbname=soc password=hunter2",
        "host='127.0.0.1 password=hunter2"}) {
    const auto found = place(word);
    ASSERT_FALSE(found) << word;
    EXPECT_EQ(said(found).find("hunter2"), std::string::npos) << said(found);
  }
}

TEST_F(RecordsPlaceTest, a_file_that_others_can_read_is_refused) {
  EXPECT_FALSE(place("", secret("host=/run dbname=soc", 0644)));
  EXPECT_FALSE(place("", scratch_ / "none"));
  EXPECT_FALSE(place("", secret("\n")));
}

TEST_F(RecordsPlaceTest, another_machine_is_reached_encrypted_or_not_at_all) {
  EXPECT_FALSE(place("host=db.example dbname=soc"));
  EXPECT_FALSE(place("host=/run,192.0.2.1 dbname=soc sslmode=prefer"));
  const auto found = place("host=db.example,192.0.2.1 port=5432,5499 dbname=soc sslmode=verify-full");
  ASSERT_TRUE(found) << said(found);
  EXPECT_EQ(found->ports, (std::vector<std::uint16_t>{5432, 5499}));
  EXPECT_FALSE(place("host=db.example port=no dbname=soc sslmode=verify-full"));
  EXPECT_FALSE(place("service=soc"));
}

TEST_F(RecordsPlaceTest, records_are_not_lost_from_sight_by_naming_another_place) {
  const auto postgres = place("host=127.0.0.1 dbname=soc");
  ASSERT_TRUE(postgres);
  ASSERT_TRUE(remember_records_place(folder_, *postgres));
  EXPECT_FALSE(place(""));
  EXPECT_TRUE(place("host=127.0.0.1 dbname=soc"));
  const os::ScratchFolder other;
  other.write("records.db", "x");
  EXPECT_FALSE(records_place(DataFolder{other.path()}, "host=127.0.0.1 dbname=soc", ""));
  EXPECT_TRUE(records_place(DataFolder{other.path()}, "", ""));
}

}  // namespace
}  // namespace hinomi::app
