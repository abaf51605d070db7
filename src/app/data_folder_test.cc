#include "app/data_folder.h"

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"
#include "store/alerts/writer.h"

namespace hinomi::app {
namespace {

using store::journal::Position;

TEST(DataFolder, a_journal_that_ends_before_what_was_judged_is_refused) {
  const os::ScratchFolder scratch;
  const DataFolder folder{scratch.path()};
  EXPECT_TRUE(check_journal_end(folder, {0, 0})) << "nothing was judged yet";
  const Position judged{3, 4096};
  {
    auto writer = store::alerts::Writer::open(folder.alerts());
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->load());
    store::alerts::Commit step;
    step.cursor = {.journal = judged.packed(), .next_sequence = 43, .findings_end = 0, .received_at = {1}};
    ASSERT_TRUE(writer->commit(step));
  }
  EXPECT_TRUE(check_journal_end(folder, judged));
  EXPECT_TRUE(check_journal_end(folder, {4, 64}));
  for (const Position end : {Position{0, 0}, Position{1, 584}, Position{3, 4095}}) {
    const auto fits = check_journal_end(folder, end);
    ASSERT_FALSE(fits) << end.segment << ':' << end.offset;
    EXPECT_NE(fits.error().remedy.find("put the missing files back"), std::string::npos);
  }
}

TEST(DataFolder, a_damaged_alert_store_is_left_to_the_pipeline) {
  const os::ScratchFolder scratch;
  scratch.write("alerts.db", std::string(8192, 'x'));
  EXPECT_TRUE(check_journal_end(DataFolder{scratch.path()}, {1, 64}));
}

TEST(DataFolder, the_address_is_kept_for_the_next_sign_in) {
  const os::ScratchFolder scratch;
  const DataFolder folder{scratch.path()};
  const auto none = read_address(folder);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("no server has run"), std::string::npos);
  ASSERT_TRUE(write_address(folder, "https://soc.example:9443"));
  EXPECT_EQ(read_address(folder).value(), "https://soc.example:9443");
}

}  // namespace
}  // namespace hinomi::app
