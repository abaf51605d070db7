#include "os/directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::os {
namespace {

std::vector<std::string> names_below(const ScratchFolder& root, const std::vector<Walked>& walked) {
  std::vector<std::string> names;
  for (const Walked& entry : walked) names.push_back(entry.path.substr(root.path().size() + 1));
  return names;
}

TEST(Directory, lists_files_by_name_within_each_folder) {
  const ScratchFolder root;
  for (const char* name : {"b/2", "b/10", "a", "c", "b/x/1", "B"}) root.write(name, "12345");
  const auto walked = walk_folder(root.path());
  ASSERT_TRUE(walked);
  EXPECT_EQ(names_below(root, *walked), (std::vector<std::string>{"B", "a", "b/10", "b/2", "b/x/1", "c"}));
  EXPECT_EQ(walked->front().kind, WalkedKind::file);
  EXPECT_EQ(walked->front().size, 5u);
}

TEST(Directory, a_trailing_slash_changes_nothing) {
  const ScratchFolder root;
  root.write("a", "");
  EXPECT_EQ(walk_folder(root.path() + "/").value().at(0).path, root / "a");
}

TEST(Directory, loops_of_symbolic_links_end) {
  const ScratchFolder root;
  root.write("a/f", "");
  std::filesystem::create_symlink("..", root / "a/up");
  std::filesystem::create_symlink(".", root / "a/self");
  std::filesystem::create_symlink("a", root / "b");
  const auto walked = walk_folder(root.path());
  ASSERT_TRUE(walked);
  EXPECT_EQ(names_below(root, *walked), std::vector<std::string>{"a/f"});
}

TEST(Directory, a_file_with_two_names_is_listed_once) {
  const ScratchFolder root;
  root.write("a", "x");
  std::filesystem::create_hard_link(root / "a", root / "b");
  std::filesystem::create_symlink("a", root / "c");
  EXPECT_EQ(names_below(root, *walk_folder(root.path())), std::vector<std::string>{"a"});
}

TEST(Directory, what_cannot_be_read_is_listed_with_its_reason) {
  const ScratchFolder root;
  std::filesystem::create_symlink("nowhere", root / "dangling");
  root.write("good", "x");
  const auto walked = walk_folder(root.path());
  ASSERT_TRUE(walked);
  ASSERT_EQ(walked->size(), 2u);
  EXPECT_EQ((*walked)[0].kind, WalkedKind::unreadable);
  EXPECT_NE((*walked)[0].reason.find("dangling"), std::string::npos);
  EXPECT_EQ((*walked)[1].kind, WalkedKind::file);
}

TEST(Directory, a_fifo_is_special_and_not_opened) {
  const ScratchFolder root;
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
  const auto walked = walk_folder(root.path());
  ASSERT_EQ(walked->size(), 1u);
  EXPECT_EQ(walked->front().kind, WalkedKind::special);
}

TEST(Directory, folders_beyond_the_depth_limit_are_named) {
  const ScratchFolder root;
  root.write("1/2/3/f", "");
  const auto walked = walk_folder(root.path(), {.max_depth = 2});
  ASSERT_EQ(walked->size(), 1u);
  EXPECT_EQ(walked->front().path, root / "1/2/3");
  EXPECT_EQ(walked->front().kind, WalkedKind::unreadable);
  EXPECT_EQ(walk_folder(root.path(), {.max_depth = 3})->front().kind, WalkedKind::file);
}

TEST(Directory, the_limit_of_entries_is_said_and_not_silent) {
  const ScratchFolder root;
  for (int i = 0; i < 5; ++i) root.write("d/" + std::to_string(i), "");
  root.write("e", "");
  const auto walked = walk_folder(root.path(), {.max_entries = 3});
  ASSERT_EQ(walked->size(), 4u);
  EXPECT_EQ(walked->back().kind, WalkedKind::unreadable);
  EXPECT_NE(walked->back().reason.find("more than 3 files"), std::string::npos);
  EXPECT_EQ(walk_folder(root.path(), {.max_entries = 6})->size(), 6u);
}

TEST(Directory, refuses_what_is_no_folder) {
  const ScratchFolder root;
  EXPECT_EQ(walk_folder(root.write("f", "")).error().code, base::ErrorCode::usage);
  EXPECT_EQ(walk_folder(root / "absent").error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace hinomi::os
