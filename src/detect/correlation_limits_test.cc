#include <gtest/gtest.h>

#include "detect/correlation_engine.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using correlation_testing::engine_of;
using correlation_testing::Feed;
using correlation_testing::rule_of;
using correlation_testing::Times;
using enum CorrelationType;
using enum Comparison;

TEST(CorrelationLimits, a_group_too_many_is_refused_loudly_and_the_others_go_on) {
  auto engine = engine_of({rule_of(event_count, {{gte, 3}})}, {.max_groups = 2});
  Feed feed(engine);
  feed.at(1, "a").at(1, "b").at(1, "c").at(1, "d").at(1, "c").at(2, "a").at(3, "a");
  EXPECT_EQ(feed.times(), Times{3});
  EXPECT_EQ(engine.statistics(0).groups_refused, 3U);
  ASSERT_EQ(feed.recorder.limits.size(), 2U) << "announced at the 1st and the 2nd refusal";
  EXPECT_EQ(feed.recorder.limits[0].kind, LimitKind::groups);
  EXPECT_EQ(feed.recorder.limits[1].refused, 2U);
  EXPECT_EQ(engine.statistics().groups, 2U);
}

TEST(CorrelationLimits, groups_whose_window_is_over_make_room) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}})}, {.max_groups = 2});
  Feed feed(engine);
  feed.at(0, "a").at(5, "b").at(9, "c").at(10, "d").at(14, "e").at(15, "f");
  EXPECT_EQ(feed.times(), (Times{0, 5, 10, 15}));
  EXPECT_EQ(engine.statistics(0).groups_refused, 2U);
  EXPECT_EQ(engine.statistics().groups_peak, 2U);
}

TEST(CorrelationLimits, an_active_group_is_kept_beyond_its_first_timespan) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  Feed feed(engine);
  feed.at(0).at(9, "other").at(9).at(18).advance(27);
  EXPECT_EQ(engine.statistics().groups, 1U);
  feed.advance(28);
  EXPECT_EQ(engine.statistics().groups, 0U);
  EXPECT_EQ(engine.statistics().bytes, 0U);
}

TEST(CorrelationLimits, bytes_are_bounded_by_refusing_groups) {
  constexpr std::size_t kLimit = 64 * 1024;
  auto engine = engine_of({rule_of(event_count, {{gte, 2}}, 1'000'000)}, {.max_bytes = kLimit});
  Feed feed(engine);
  for (int i = 0; i < 10'000; ++i) feed.at(i, "group " + std::to_string(i));
  EXPECT_GT(engine.statistics(0).groups_refused, 0U);
  EXPECT_GT(engine.statistics().groups, 10U);
  // One first match may come on top of the group that still fitted.
  EXPECT_LE(engine.statistics().bytes_peak, kLimit + 1024);
  EXPECT_EQ(feed.recorder.limits.front().kind, LimitKind::bytes);
  EXPECT_EQ(feed.at(10'000, "group 0").times(), Times{10'000}) << "what is there still fires";
}

TEST(CorrelationLimits, bytes_are_bounded_by_refusing_values_but_known_ones_still_count) {
  constexpr std::size_t kLimit = 64 * 1024;
  auto engine = engine_of({rule_of(value_count, {{gte, 100'000}}, 1'000'000)}, {.max_bytes = kLimit});
  Feed feed(engine);
  for (int i = 0; i < 10'000; ++i) feed.at(i, "u", "value " + std::to_string(i));
  const std::uint64_t refused = engine.statistics(0).matches_refused;
  EXPECT_GT(refused, 0U);
  EXPECT_LE(engine.statistics().bytes_peak, kLimit);
  feed.at(10'000, "u", "value 0");
  EXPECT_EQ(engine.statistics(0).matches_refused, refused);
}

TEST(CorrelationLimits, every_type_stays_within_the_bytes) {
  constexpr std::size_t kLimit = 64 * 1024;
  for (const auto type :
       {event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile}) {
    auto engine = engine_of({rule_of(type, {{gte, 1e9}}, 1'000'000, 4)}, {.max_bytes = kLimit});
    Feed feed(engine);
    for (int i = 0; i < 20'000; ++i) {
      feed.at(i, std::to_string(i % 7), std::to_string(i), static_cast<std::uint32_t>(i % 4));
    }
    EXPECT_LE(engine.statistics().bytes_peak, kLimit + 4096) << name_of(type);
    feed.finish();
    EXPECT_EQ(engine.statistics().bytes, 0U) << name_of(type);
  }
}

TEST(CorrelationLimits, a_full_reorder_buffer_gives_its_earliest_before_their_time) {
  auto engine = engine_of({rule_of(event_count, {{gte, 20'000}}, 1'000'000)},
                          {.max_bytes = 4'000'000, .allowed_lateness_ns = 1'000'000'000});
  Feed feed(engine);
  for (int i = 0; i < 20'000; ++i) feed.at(i);
  EXPECT_GT(engine.statistics().released_early, 0U);
  EXPECT_EQ(feed.recorder.limits.front().kind, LimitKind::reorder_buffer);
  EXPECT_EQ(feed.finish().times(), Times{19'999}) << "none of them is lost";
  feed.at(5);
  EXPECT_EQ(engine.statistics().late, 0U) << "after finish the engine is as new";
}

TEST(CorrelationLimits, matches_before_what_left_early_are_late) {
  auto engine =
      engine_of({rule_of(event_count, {{gte, 1}})}, {.max_bytes = 1000, .allowed_lateness_ns = 1'000'000});
  Feed feed(engine);
  for (int i = 0; i < 100; ++i) feed.at(1000 + i);
  feed.at(999);
  EXPECT_EQ(engine.statistics().late, 1U);
}

TEST(CorrelationLimits, refusals_are_announced_at_powers_of_two) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}})}, {.max_groups = 0});
  Feed feed(engine);
  for (int i = 0; i < 1000; ++i) feed.at(1);
  EXPECT_EQ(feed.recorder.limits.size(), 10U);
  EXPECT_EQ(feed.recorder.limits.back().refused, 512U);
}

}  // namespace
}  // namespace hinomi::detect
