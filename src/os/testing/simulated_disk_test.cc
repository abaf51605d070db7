#include "os/testing/simulated_disk.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace hinomi::os {
namespace {

constexpr std::uint64_t kSeeds = 300;

std::string read_all(const SimulatedDisk& disk, const std::string& path) {
  return disk.bytes_of(path);
}

TEST(SimulatedDisk, what_is_written_reads_back_before_any_sync) {
  SimulatedDisk disk(1);
  auto file = disk.create("d/a");
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write_at(0, "hello"));
  ASSERT_TRUE((*file)->write_at(3, "LOW"));
  std::array<char, 16> bytes{};
  EXPECT_EQ(*(*file)->read_at(1, bytes), 5U);
  EXPECT_EQ(std::string(bytes.data(), 5), "elLOW");
  EXPECT_EQ(*(*file)->read_at(6, bytes), 0U);
  EXPECT_FALSE(disk.create("d/a"));
  EXPECT_EQ(disk.open_to_read("d/b").error().code, base::ErrorCode::not_found);
  EXPECT_EQ(*disk.list("d"), std::vector<std::string>{"a"});
  EXPECT_TRUE(disk.list("e")->empty());
}

TEST(SimulatedDisk, synced_bytes_and_names_outlive_every_cut_of_power) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    auto file = disk.create("d/a");
    const std::string synced(1700, 's');
    ASSERT_TRUE((*file)->write_at(0, synced));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE(disk.sync_folder("d"));
    ASSERT_TRUE((*file)->write_at(synced.size(), std::string(3000, 'u')));
    disk.crash();
    EXPECT_FALSE((*file)->write_at(0, "x")) << "a file that was open is of no use";
    EXPECT_EQ(read_all(disk, "d/a").substr(0, synced.size()), synced) << seed;
    const std::string once = read_all(disk, "d/a");
    disk.crash();
    EXPECT_EQ(read_all(disk, "d/a"), once) << "what survived one cut is on the disk";
  }
}

TEST(SimulatedDisk, unsynced_bytes_are_kept_lost_and_torn) {
  bool all = false;
  bool none = false;
  bool torn = false;
  bool gap = false;
  bool rubbish = false;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    disk.put("d/a", {});
    auto file = disk.open_to_write("d/a");
    ASSERT_TRUE((*file)->write_at(0, std::string(4096, 'u')));
    disk.crash();
    const std::string left = read_all(disk, "d/a");
    ASSERT_LE(left.size(), 4096U);
    all |= left == std::string(4096, 'u');
    none |= left.empty();
    const std::size_t hole = left.find_first_not_of('u');
    torn |= hole != std::string::npos && hole % 512 != 0;
    gap |= hole != std::string::npos && left.find('u', hole) != std::string::npos;
    rubbish |= hole != std::string::npos && left[hole] != '\0';
  }
  EXPECT_TRUE(all && none && torn && gap && rubbish);
}

TEST(SimulatedDisk, names_are_durable_only_after_the_folder_was_synced) {
  int created = 0;
  int removed = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    disk.put("d/old", "old");
    ASSERT_TRUE(disk.create("d/new"));
    ASSERT_TRUE(disk.remove("d/old"));
    EXPECT_FALSE(disk.exists("d/old"));
    disk.crash();
    created += disk.exists("d/new") ? 1 : 0;
    removed += disk.exists("d/old") ? 0 : 1;
    SimulatedDisk synced(seed);
    synced.put("d/old", "old");
    ASSERT_TRUE(synced.create("d/new"));
    ASSERT_TRUE(synced.remove("d/old"));
    ASSERT_TRUE(synced.sync_folder("e"));
    ASSERT_TRUE(synced.sync_folder("d"));
    synced.crash();
    EXPECT_TRUE(synced.exists("d/new"));
    EXPECT_FALSE(synced.exists("d/old"));
  }
  EXPECT_GT(created, 10);
  EXPECT_LT(created, 290);
  EXPECT_GT(removed, 10);
  EXPECT_LT(removed, 290);
}

TEST(SimulatedDisk, a_replaced_file_is_old_or_new_as_a_whole) {
  bool old_one = false;
  bool new_one = false;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    disk.put("d/a", "old");
    disk.die_after(0);
    EXPECT_FALSE(disk.replace("d/a", "new"));
    EXPECT_TRUE(disk.is_dead());
    disk.crash();
    const std::string left = read_all(disk, "d/a");
    ASSERT_TRUE(left == "old" || left == "new") << left;
    old_one |= left == "old";
    new_one |= left == "new";
    ASSERT_TRUE(disk.replace("d/a", "newer"));
    disk.crash();
    EXPECT_EQ(read_all(disk, "d/a"), "newer");
  }
  EXPECT_TRUE(old_one && new_one);
}

TEST(SimulatedDisk, after_a_failed_sync_a_later_one_that_succeeds_proves_nothing) {
  bool dropped = false;
  bool pretended = false;
  bool kept = false;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    disk.put("d/a", "synced");
    auto file = disk.open_to_write("d/a");
    ASSERT_TRUE((*file)->write_at(6, " more"));
    disk.faults.sync_fails = 1;
    EXPECT_FALSE((*file)->sync());
    disk.faults.sync_fails = 0;
    const std::string seen = read_all(disk, "d/a");
    ASSERT_TRUE((*file)->sync());
    disk.crash();
    const std::string left = read_all(disk, "d/a");
    EXPECT_EQ(left.substr(0, 6), "synced");
    dropped |= seen != "synced more";
    pretended |= seen == "synced more" && left != seen;
    kept |= left == "synced more";
  }
  EXPECT_TRUE(dropped && pretended && kept);
  // Written anew it is durable, whatever happened before.
  SimulatedDisk disk(3);
  disk.put("d/a", "synced");
  auto file = disk.open_to_write("d/a");
  ASSERT_TRUE((*file)->write_at(6, " more"));
  disk.faults.sync_fails = 1;
  EXPECT_FALSE((*file)->sync());
  disk.faults.sync_fails = 0;
  ASSERT_TRUE((*file)->write_at(6, " more"));
  ASSERT_TRUE((*file)->sync());
  disk.crash();
  EXPECT_EQ(read_all(disk, "d/a"), "synced more");
}

TEST(SimulatedDisk, writes_end_in_the_middle_when_they_fail_or_space_runs_out) {
  SimulatedDisk disk(7);
  disk.put("d/a", {});
  auto file = disk.open_to_write("d/a");
  disk.faults.write_fails = 1;
  EXPECT_FALSE((*file)->write_at(0, std::string(1000, 'w')));
  EXPECT_LE(read_all(disk, "d/a").size(), 1000U);
  disk.faults.write_fails = 0;
  disk.faults.capacity_bytes = 1500;
  EXPECT_TRUE((*file)->write_at(0, std::string(1000, 'w')));
  EXPECT_EQ(disk.space("d")->free_bytes, 500U);
  EXPECT_FALSE((*file)->write_at(1000, std::string(1000, 'w')));
  EXPECT_EQ(read_all(disk, "d/a").size(), 1500U);
  EXPECT_FALSE(disk.create("d/b"));
  ASSERT_TRUE(disk.remove("d/a"));
  EXPECT_TRUE(disk.create("d/b"));
  EXPECT_EQ(disk.counters().writes_failed, 1U);
  EXPECT_EQ(disk.counters().writes_without_room, 2U);
}

TEST(SimulatedDisk, a_dead_process_changes_nothing_and_a_restart_loses_nothing) {
  SimulatedDisk disk(9);
  disk.put("d/a", "a");
  auto file = disk.open_to_write("d/a");
  ASSERT_TRUE((*file)->write_at(1, "b"));
  disk.die_after(0);
  EXPECT_FALSE((*file)->sync());
  EXPECT_FALSE((*file)->write_at(2, "c"));
  EXPECT_FALSE(disk.remove("d/a"));
  EXPECT_FALSE(disk.list("d"));
  disk.restart();
  EXPECT_TRUE(disk.exists("d/a"));
  EXPECT_EQ(read_all(disk, "d/a").front(), 'a');
  EXPECT_TRUE(disk.open_to_read("d/a"));
}

TEST(SimulatedDisk, reads_fail_and_bits_flip_on_request) {
  SimulatedDisk disk(9);
  disk.put("d/a", "a");
  auto file = disk.open_to_read("d/a");
  disk.faults.read_fails = 1;
  std::array<char, 4> bytes{};
  EXPECT_FALSE((*file)->read_at(0, bytes));
  EXPECT_FALSE(disk.list("d"));
  disk.faults.read_fails = 0;
  disk.flip_bit("d/a", 1);
  EXPECT_EQ(*(*file)->read_at(0, bytes), 1U);
  EXPECT_EQ(bytes[0], 'c');
  disk.crash();
  EXPECT_EQ(read_all(disk, "d/a"), "c");
}

}  // namespace
}  // namespace hinomi::os
