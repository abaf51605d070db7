#include "os/disk.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "os/testing/scratch_folder.h"
#include "os/testing/simulated_disk.h"

#include <gtest/gtest.h>

namespace hinomi::os {
namespace {

std::string content(const Disk& disk, const std::string& path) {
  auto file = disk.open_to_read(path);
  if (!file) return "(" + file.error().message + ")";
  std::array<char, 4096> bytes{};
  auto got = (*file)->read_at(0, bytes);
  return got ? std::string(bytes.data(), *got) : "(" + got.error().message + ")";
}

// What any disk must do, real or simulated.
void keeps_the_contract(Disk& disk, const std::string& folder) {
  const std::string path = folder + "/a";
  auto file = disk.create(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(disk.create(path)) << "the name is taken";
  ASSERT_TRUE((*file)->write_at(3, "def"));
  ASSERT_TRUE((*file)->write_at(0, "abc"));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE(disk.sync_folder(folder));
  EXPECT_EQ(*(*file)->size(), 6U);
  EXPECT_EQ(content(disk, path), "abcdef");
  ASSERT_TRUE((*file)->truncate(2));
  EXPECT_EQ(content(disk, path), "ab");
  ASSERT_TRUE((*file)->write_at(4, "x"));
  EXPECT_EQ(content(disk, path), std::string("ab\0\0x", 5));
  std::array<char, 8> bytes{};
  EXPECT_EQ(*(*file)->read_at(100, bytes), 0U);

  ASSERT_TRUE(disk.replace(folder + "/b", "old"));
  ASSERT_TRUE(disk.replace(folder + "/b", "new"));
  EXPECT_EQ(content(disk, folder + "/b"), "new");
  EXPECT_EQ(*disk.list(folder), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(disk.remove(path));
  EXPECT_EQ(disk.remove(path).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(disk.open_to_read(path).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(disk.open_to_write(path).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(*disk.list(folder), (std::vector<std::string>{"b"}));
  auto space = disk.space(folder);
  ASSERT_TRUE(space);
  EXPECT_GT(space->total_bytes, 0U);
  EXPECT_LE(space->free_bytes, space->total_bytes);
}

TEST(Disk, the_real_one_keeps_the_contract) {
  const ScratchFolder folder;
  PosixDisk disk;
  keeps_the_contract(disk, folder.path());
}

TEST(Disk, the_simulated_one_keeps_the_contract) {
  SimulatedDisk disk(1);
  keeps_the_contract(disk, "f");
}

TEST(PosixDisk, files_are_closed_to_other_users_and_links_are_not_followed) {
  const ScratchFolder folder;
  PosixDisk disk;
  ASSERT_TRUE(disk.create(folder / "a"));
  struct stat status{};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  std::filesystem::create_symlink(folder / "a", folder / "link");
  EXPECT_FALSE(disk.open_to_write(folder / "link"));
  EXPECT_EQ(disk.list(folder / "absent").error().code, base::ErrorCode::not_found);
}

TEST(PosixDisk, a_file_that_is_open_to_read_cannot_be_written) {
  const ScratchFolder folder;
  PosixDisk disk;
  ASSERT_TRUE(disk.create(folder / "a"));
  auto file = disk.open_to_read(folder / "a");
  ASSERT_TRUE(file);
  EXPECT_FALSE((*file)->write_at(0, "x"));
  EXPECT_FALSE((*file)->truncate(0));
}

}  // namespace
}  // namespace hinomi::os
