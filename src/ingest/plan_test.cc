#include "ingest/plan.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::ingest {
namespace {

std::vector<std::string> paths_of(const std::vector<PlannedInput>& inputs) {
  std::vector<std::string> paths;
  for (const PlannedInput& input : inputs) paths.push_back(input.path);
  return paths;
}

TEST(Plan, a_file_is_there_each_time_it_is_named) {
  const os::ScratchFolder root;
  const std::string file = root.write("a", "12");
  const auto plan = plan_inputs({file, file, root.path() + "/./a"}, {});
  ASSERT_EQ(plan.size(), 3u);
  EXPECT_EQ(plan[0].size, 2u);
}

TEST(Plan, a_folder_does_not_double_what_was_named_or_found) {
  const os::ScratchFolder root;
  const std::string named = root.write("d/a", "");
  root.write("d/b", "");
  EXPECT_EQ(paths_of(plan_inputs({root / "d", named, root.path()}, {})),
            (std::vector<std::string>{root / "d/b", named}));
}

TEST(Plan, keeps_the_order_of_the_paths) {
  const os::ScratchFolder root;
  const std::string z = root.write("z", "");
  const std::string inside = root.write("d/a", "");
  EXPECT_EQ(paths_of(plan_inputs({z, "-", root / "d"}, {})), (std::vector<std::string>{z, "-", inside}));
}

TEST(Plan, names_what_cannot_be_read) {
  const os::ScratchFolder root;
  std::filesystem::create_symlink("nowhere", root / "dangling");
  const auto plan = plan_inputs({root / "absent", root / "dangling", root.path()}, {});
  ASSERT_EQ(plan.size(), 3u);
  for (const PlannedInput& input : plan) {
    EXPECT_EQ(input.kind, PlannedKind::unreadable);
    EXPECT_FALSE(input.reason.empty());
  }
}

TEST(Plan, a_fifo_is_read_when_named_and_passed_over_in_a_folder) {
  const os::ScratchFolder root;
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(plan_inputs({root / "pipe"}, {}).front().kind, PlannedKind::stream);
  EXPECT_EQ(plan_inputs({root.path()}, {}).front().kind, PlannedKind::special);
}

}  // namespace
}  // namespace hinomi::ingest
