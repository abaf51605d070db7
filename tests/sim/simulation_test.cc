#include "sim/world.h"

#include <gtest/gtest.h>

namespace hinomi::sim {
namespace {

constexpr std::uint64_t kWorlds = 60;
constexpr std::uint64_t kSteps = 150;

TEST(Simulation, no_promise_is_broken_in_sixty_machines) {
  Summary sum;
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    World world(seed);
    const auto broken = world.run(kSteps);
    EXPECT_FALSE(broken) << "seed " << seed << ", " << *broken;
    sum.add(world.summary());
  }
  // Everything that can go wrong did, and went on.
  EXPECT_GT(sum.batches, 10'000U);
  EXPECT_GT(sum.survivors, 10U);
  EXPECT_GT(sum.duplicates, 100U);
  EXPECT_GT(sum.findings, 1'000U);
  EXPECT_GT(sum.power_cuts, 100U);
  EXPECT_GT(sum.kills, 50U);
  EXPECT_GT(sum.syncs_failed, 20U);
  EXPECT_GT(sum.writes_failed, 20U);
  EXPECT_GT(sum.writes_without_room, 20U);
  EXPECT_GT(sum.reads_failed, 5U);
  EXPECT_GT(sum.clock_jumps, 20U);
  EXPECT_GT(sum.segments_removed, 50U);
  EXPECT_GT(sum.scratch_restarts, 2U);
}

// Histories that once broke a promise.
TEST(Simulation, a_note_of_removal_whose_name_is_lost_again_leaves_no_holes) {
  World world(785027126);
  const auto broken = world.run(400);
  EXPECT_FALSE(broken) << *broken;
}

TEST(Simulation, one_seed_gives_one_history) {
  World first(42);
  World second(42);
  EXPECT_FALSE(first.run(kSteps));
  EXPECT_FALSE(second.run(kSteps));
  EXPECT_EQ(first.summary().batches, second.summary().batches);
  EXPECT_EQ(first.summary().findings, second.summary().findings);
  EXPECT_EQ(first.summary().power_cuts, second.summary().power_cuts);
  EXPECT_EQ(first.summary().duplicates, second.summary().duplicates);
}

}  // namespace
}  // namespace hinomi::sim
