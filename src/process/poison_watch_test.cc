#include "process/poison_watch.h"

#include <filesystem>

#include "os/file.h"

#include <gtest/gtest.h>

namespace hinomi::process {
namespace {

class PoisonWatchTest : public testing::Test {
 protected:
  PoisonWatchTest() {
    std::filesystem::create_directories(folder_);
    std::filesystem::remove(path_);
  }
  const std::string folder_ = std::string(HINOMI_TEST_SCRATCH) + "/poison_watch";
  const std::string path_ = folder_ + "/quarantine";
};

TEST_F(PoisonWatchTest, the_third_end_with_the_same_event_quarantines_it) {
  PoisonWatch watch(path_);
  EXPECT_FALSE(*watch.note_end(7, "signal 11"));
  EXPECT_FALSE(*watch.note_end(7, "signal 11"));
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(*watch.note_end(7, "signal 11\nforged\t9"));
  EXPECT_EQ(*os::read_file(path_), "7\tsignal 11 forged\t9\n");
}

TEST_F(PoisonWatchTest, ends_with_other_events_between_count_anew) {
  PoisonWatch watch(path_);
  EXPECT_FALSE(*watch.note_end(7, "x"));
  EXPECT_FALSE(*watch.note_end(7, "x"));
  EXPECT_FALSE(*watch.note_end(8, "x"));
  EXPECT_FALSE(*watch.note_end(7, "x"));
  EXPECT_FALSE(*watch.note_end(7, "x"));
  EXPECT_TRUE(*watch.note_end(7, "x"));
}

TEST_F(PoisonWatchTest, says_where_it_could_not_write) {
  PoisonWatch watch(folder_ + "/absent/quarantine");
  EXPECT_FALSE(*watch.note_end(1, "x"));
  EXPECT_FALSE(*watch.note_end(1, "x"));
  const auto failed = watch.note_end(1, "x");
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("absent/quarantine"), std::string::npos);
}

}  // namespace
}  // namespace hinomi::process
