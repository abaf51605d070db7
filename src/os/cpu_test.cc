#include "os/cpu.h"

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::os {
namespace {

TEST(Cpu, this_machine_has_at_least_one_core) {
  EXPECT_GE(usable_cores(), 1);
}

TEST(Cpu, without_a_quota_affinity_decides) {
  const ScratchFolder root;
  EXPECT_EQ(cores_within_quota(6, "0::/\n", root.path()), 6);
  root.write("cpu.max", "max 100000\n");
  EXPECT_EQ(cores_within_quota(6, "0::/\n", root.path()), 6);
  EXPECT_EQ(cores_within_quota(0, "", root.path()), 1);
}

TEST(Cpu, a_part_of_a_core_counts_as_a_whole_one) {
  const ScratchFolder root;
  root.write("a/cpu.max", "150000 100000\n");
  EXPECT_EQ(cores_within_quota(8, "0::/a\n", root.path()), 2);
  root.write("a/cpu.max", "200000 100000\n");
  EXPECT_EQ(cores_within_quota(8, "0::/a\n", root.path()), 2);
  root.write("a/cpu.max", "1000 100000\n");
  EXPECT_EQ(cores_within_quota(8, "0::/a\n", root.path()), 1);
}

TEST(Cpu, the_tightest_group_on_the_way_up_counts) {
  const ScratchFolder root;
  root.write("a/cpu.max", "300000 100000\n");
  root.write("a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cores_within_quota(8, "0::/a/b\n", root.path()), 3);
}

TEST(Cpu, reads_quotas_of_version_1) {
  const ScratchFolder root;
  root.write("cpu/x/cpu.cfs_quota_us", "400000\n");
  root.write("cpu/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cores_within_quota(8, "5:memory:/x\n4:cpu,cpuacct:/x\n", root.path()), 4);
  EXPECT_EQ(cores_within_quota(8, "4:cpuset:/x\n", root.path()), 8);
  root.write("cpu/x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cores_within_quota(8, "4:cpu:/x\n", root.path()), 8);
}

TEST(Cpu, nonsense_in_the_control_files_is_no_quota) {
  const ScratchFolder root;
  for (const char* nonsense :
       {"", "\n", "0 0\n", "9999999999999999999999 1\n", "-5 100000\n", "100000 -1\n", "x y"}) {
    root.write("cpu.max", nonsense);
    EXPECT_EQ(cores_within_quota(4, "0::/\nbroken\n:\n", root.path()), 4) << nonsense;
  }
}

}  // namespace
}  // namespace hinomi::os
