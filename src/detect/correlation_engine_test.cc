#include "detect/correlation_engine.h"

#include <gtest/gtest.h>

#include <limits>

#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using correlation_testing::engine_of;
using correlation_testing::Feed;
using correlation_testing::rule_of;
using correlation_testing::Times;
using correlation_testing::Values;
using enum CorrelationType;
using enum Comparison;

// ---- event_count

TEST(CorrelationEventCount, fires_at_the_match_that_reaches_the_threshold) {
  auto engine = engine_of({rule_of(event_count, {{gte, 3}})});
  Feed feed(engine);
  feed.at(1).at(2);
  EXPECT_TRUE(feed.recorder.firings.empty());
  feed.at(3);
  ASSERT_EQ(feed.recorder.firings.size(), 1U);
  const Firing& firing = feed.recorder.firings[0];
  EXPECT_EQ(firing.group, std::vector<std::string>{"u"});
  EXPECT_EQ(firing.value, 3);
  EXPECT_EQ(firing.total, 3U);
  EXPECT_EQ(firing.time.since_epoch_ns, 3);
  EXPECT_EQ(firing.first_time.since_epoch_ns, 1);
  EXPECT_EQ(firing.last_time.since_epoch_ns, 3);
  EXPECT_EQ(firing.trigger, (EventRef{1, 2}));
  EXPECT_EQ(firing.evidence, (std::vector<Evidence>{{{1}, {1, 0}, 0}, {{2}, {1, 1}, 0}, {{3}, {1, 2}, 0}}));
  EXPECT_FALSE(firing.value_is_at_least);
}

TEST(CorrelationEventCount, greater_than_needs_one_more) {
  auto engine = engine_of({rule_of(event_count, {{gt, 2}})});
  EXPECT_EQ(Feed(engine).at(1).at(2).at(3).times(), Times{3});
}

TEST(CorrelationEventCount, a_match_exactly_one_timespan_older_is_outside) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  EXPECT_EQ(Feed(engine).at(0).at(10).times(), Times{});
  auto again = engine_of({rule_of(event_count, {{gte, 2}})});
  EXPECT_EQ(Feed(again).at(0).at(9).times(), Times{9});
}

TEST(CorrelationEventCount, matches_at_one_time_all_count) {
  auto engine = engine_of({rule_of(event_count, {{gte, 3}})});
  EXPECT_EQ(Feed(engine).at(5).at(5).at(5).times(), Times{5});
}

TEST(CorrelationEventCount, a_window_crosses_the_boundaries_of_the_clock) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  EXPECT_EQ(Feed(engine).at(9).at(11).times(), Times{11});
}

TEST(CorrelationEventCount, a_flood_fires_once_per_timespan) {
  auto engine = engine_of({rule_of(event_count, {{gte, 3}})});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 35; ++t) feed.at(t);
  EXPECT_EQ(feed.times(), (Times{2, 12, 22, 32}));
  EXPECT_EQ(feed.values(), (Values{3, 10, 10, 10}));
  EXPECT_EQ(engine.statistics(0).firings, 4U);
  EXPECT_EQ(engine.statistics(0).suppressed, 29U);
}

TEST(CorrelationEventCount, a_rate_that_rides_on_the_threshold_makes_no_storm) {
  auto engine = engine_of({rule_of(event_count, {{gte, 5}}, 100)});
  Feed feed(engine);
  // Every window (t - 100, t] holds exactly five from the fifth match on, and four just before each.
  for (std::int64_t i = 0; i < 50; ++i) feed.at(i * 22);
  EXPECT_EQ(feed.recorder.firings.size(), 10U);
}

TEST(CorrelationEventCount, windows_of_two_firings_share_no_event) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 100; t += 3) feed.at(t).at(t);
  for (std::size_t i = 1; i < feed.recorder.firings.size(); ++i) {
    EXPECT_GT(feed.recorder.firings[i].first_time, feed.recorder.firings[i - 1].last_time);
  }
  EXPECT_EQ(feed.times(), (Times{0, 12, 24, 36, 48, 60, 72, 84, 96}));
}

TEST(CorrelationEventCount, groups_are_counted_apart_and_folded) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  Feed feed(engine);
  feed.at(1, "Ärger").at(2, "bob").at(3, "äRGER");
  ASSERT_EQ(feed.times(), Times{3});
  EXPECT_EQ(feed.recorder.firings[0].group, std::vector<std::string>{"äRGER"});
}

TEST(CorrelationEventCount, tuples_do_not_run_together) {
  CorrelationRule rule = rule_of(event_count, {{gte, 2}});
  rule.group_by = {"A", "B"};
  rule.members[0].group_captures = {0, 1};
  auto engine = engine_of({rule});
  Feed feed(engine);
  feed.at(1, "ab", "c").at(2, "a", "bc").at(3, "abc", "").at(4, "", "abc");
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics().groups, 4U);
}

TEST(CorrelationEventCount, an_event_without_a_group_field_is_not_correlated_but_counted) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}})});
  Feed feed(engine);
  const CapturedValue absent[] = {{false, ""}, {true, "v"}};
  feed.send(1, 0, absent);
  feed.send(2, 0, {});
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics(0).ungrouped, 2U);
  feed.at(3, "");
  EXPECT_EQ(feed.times(), Times{3}) << "an empty text is a value";
}

TEST(CorrelationEventCount, without_group_by_everything_is_one_group) {
  CorrelationRule rule = rule_of(event_count, {{gte, 2}});
  rule.group_by.clear();
  rule.members[0].group_captures.clear();
  auto engine = engine_of({rule});
  EXPECT_EQ(Feed(engine).at(1, "a").at(2, "b").times(), Times{2});
}

TEST(CorrelationEventCount, without_timespan_counts_for_ever_and_fires_once) {
  auto engine = engine_of({rule_of(event_count, {{gt, 2}}, std::nullopt)});
  Feed feed(engine);
  feed.at(1).at(1'000'000).at(1'000'000'000'000).at(1'000'000'000'001).finish();
  EXPECT_EQ(feed.times(), Times{1'000'000'000'000});
}

TEST(CorrelationEventCount, an_event_that_two_rules_match_counts_once) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}}, 10, 2)});
  correlation_testing::Recorder recorder;
  const CapturedValue captures[] = {{true, "u"}};
  for (std::uint32_t rule : {0U, 1U}) engine.on_match({{1}, 0, rule, {7, 7}, captures}, recorder);
  EXPECT_TRUE(recorder.firings.empty());
  EXPECT_EQ(engine.statistics(0).repeated, 1U);
  engine.on_match({{2}, 1, 1, {7, 8}, captures}, recorder);
  EXPECT_EQ(recorder.firings.size(), 1U);
}

TEST(CorrelationEventCount, evidence_is_the_latest_hundred_and_total_is_whole) {
  auto engine = engine_of({rule_of(event_count, {{gte, 150}}, 1000)});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 150; ++t) feed.at(t);
  ASSERT_EQ(feed.recorder.firings.size(), 1U);
  EXPECT_EQ(feed.recorder.firings[0].total, 150U);
  ASSERT_EQ(feed.recorder.firings[0].evidence.size(), kMaxEvidence);
  EXPECT_EQ(feed.recorder.firings[0].evidence.front().event.record, 50U);
}

TEST(CorrelationEventCount, beyond_the_exact_count_says_at_least) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}}, 1'000'000)});
  Feed feed(engine);
  feed.at(0);
  for (std::int64_t t = 900'000; t <= 1'000'000; ++t) feed.at(t);
  ASSERT_EQ(feed.recorder.firings.size(), 2U);
  EXPECT_FALSE(feed.recorder.firings[0].value_is_at_least);
  EXPECT_TRUE(feed.recorder.firings[1].value_is_at_least);
  feed.at(1'500'000).at(2'000'000);
  EXPECT_FALSE(feed.recorder.firings[2].value_is_at_least) << "what was not kept has left the window";
  EXPECT_EQ(feed.recorder.firings[1].value, static_cast<double>(kMaxExactCount));
}

TEST(CorrelationEventCount, times_at_the_ends_of_the_range_do_not_overflow) {
  constexpr auto kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  for (const WindowKind window : {WindowKind::sliding, WindowKind::tumbling}) {
    CorrelationRule rule = rule_of(event_count, {{gte, 2}});
    rule.window = window;
    auto engine = engine_of({rule});
    Feed feed(engine);
    feed.at(kFirst + 1).at(kFirst + 1).at(kLast).at(kLast).finish();
    EXPECT_EQ(feed.times().front(), kFirst + 1);
  }
}

// ---- conditions with an upper bound

TEST(CorrelationUpperBound, is_judged_when_the_window_is_complete) {
  auto engine = engine_of({rule_of(event_count, {{lte, 2}})});
  Feed feed(engine);
  feed.at(3).at(5).advance(12);
  EXPECT_EQ(feed.times(), Times{});
  feed.advance(13);
  EXPECT_EQ(feed.times(), Times{13});
  EXPECT_EQ(feed.values(), Values{2});
  EXPECT_EQ(feed.recorder.firings[0].last_time.since_epoch_ns, 5);
  EXPECT_EQ(feed.recorder.firings[0].trigger, (EventRef{1, 1}));
}

TEST(CorrelationUpperBound, too_many_do_not_fire_and_the_next_match_opens_the_next_window) {
  auto engine = engine_of({rule_of(event_count, {{lt, 3}})});
  Feed feed(engine);
  feed.at(0).at(1).at(9).at(10).at(19).finish();
  EXPECT_EQ(feed.times(), Times{20});
  EXPECT_EQ(feed.values(), Values{2});
}

TEST(CorrelationUpperBound, a_range_needs_both_bounds) {
  for (const int matches : {1, 2, 3, 4}) {
    auto engine = engine_of({rule_of(event_count, {{gt, 1}, {lte, 3}})});
    Feed feed(engine);
    for (int i = 0; i < matches; ++i) feed.at(i);
    feed.finish();
    EXPECT_EQ(feed.recorder.firings.size(), matches == 2 || matches == 3 ? 1U : 0U) << matches;
  }
}

TEST(CorrelationUpperBound, equal_and_not_equal_are_exact) {
  for (const auto comparison : {eq, neq}) {
    auto engine = engine_of({rule_of(event_count, {{comparison, 2}})});
    Feed feed(engine);
    feed.at(0, "two").at(1, "two").at(2, "one").at(3, "three").at(3, "three").at(3, "three").finish();
    EXPECT_EQ(feed.times(), comparison == eq ? Times{10} : (Times{12, 13}));
  }
}

TEST(CorrelationUpperBound, without_timespan_is_judged_at_the_end_in_order_of_appearance) {
  auto engine = engine_of({rule_of(event_count, {{lt, 2}}, std::nullopt)});
  Feed feed(engine);
  feed.at(0, "b").at(1, "c").at(5, "c").at(9, "a").finish();
  ASSERT_EQ(feed.recorder.firings.size(), 2U);
  EXPECT_EQ(feed.recorder.firings[0].group[0], "b");
  EXPECT_EQ(feed.recorder.firings[1].group[0], "a");
  EXPECT_EQ(feed.times(), (Times{9, 9}));
}

TEST(CorrelationSilence, a_group_that_was_seen_falls_silent_for_a_whole_timespan) {
  auto engine = engine_of({rule_of(event_count, {{eq, 0}})});
  Feed feed(engine);
  feed.at(0, "host").at(9, "host").advance(18);
  EXPECT_EQ(feed.times(), Times{});
  feed.advance(19);
  EXPECT_EQ(feed.times(), Times{19});
  EXPECT_EQ(feed.values(), Values{0});
  EXPECT_EQ(feed.recorder.firings[0].trigger, (EventRef{1, 1}));
  EXPECT_TRUE(feed.recorder.firings[0].evidence.empty());
}

TEST(CorrelationSilence, the_end_of_the_input_is_no_silence) {
  auto engine = engine_of({rule_of(event_count, {{lt, 1}})});
  Feed feed(engine);
  feed.at(0, "early").at(8, "late").at(12, "late").finish();
  EXPECT_EQ(feed.times(), Times{10});
  EXPECT_EQ(feed.recorder.firings[0].group[0], "early");
}

// ---- tumbling windows

TEST(CorrelationTumbling, windows_are_aligned_to_the_epoch) {
  CorrelationRule rule = rule_of(event_count, {{gte, 2}});
  rule.window = WindowKind::tumbling;
  auto engine = engine_of({rule});
  Feed feed(engine);
  feed.at(-11).at(-10).at(-1).at(0).at(9).at(10).at(18).at(19);
  EXPECT_EQ(feed.times(), (Times{-1, 9, 18}));
  EXPECT_EQ(feed.values(), (Values{2, 2, 2}));
}

TEST(CorrelationTumbling, an_upper_bound_is_judged_at_the_end_of_the_window) {
  CorrelationRule rule = rule_of(event_count, {{lte, 1}});
  rule.window = WindowKind::tumbling;
  auto engine = engine_of({rule});
  EXPECT_EQ(Feed(engine).at(3).at(9).at(10).finish().times(), Times{20});
}

// ---- value_count

TEST(CorrelationValueCount, counts_different_values_after_folding) {
  auto engine = engine_of({rule_of(value_count, {{gte, 3}})});
  Feed feed(engine);
  feed.at(1, "u", "a").at(2, "u", "A").at(3, "u", "b").at(4, "u", "a").at(5, "u", "c");
  EXPECT_EQ(feed.times(), Times{5});
  const Firing& firing = feed.recorder.firings[0];
  EXPECT_EQ(firing.total, 3U);
  ASSERT_EQ(firing.evidence.size(), 3U) << "the latest event of each value";
  EXPECT_EQ(firing.evidence[0].event.record, 2U);
  EXPECT_EQ(firing.evidence[1].event.record, 3U);
  EXPECT_EQ(firing.evidence[2].event.record, 4U);
  EXPECT_EQ(firing.first_time.since_epoch_ns, 3);
}

TEST(CorrelationValueCount, a_value_seen_again_stays_in_the_window) {
  auto engine = engine_of({rule_of(value_count, {{gte, 2}})});
  EXPECT_EQ(Feed(engine).at(0, "u", "a").at(8, "u", "a").at(12, "u", "b").times(), Times{12});
  auto other = engine_of({rule_of(value_count, {{gte, 2}})});
  EXPECT_EQ(Feed(other).at(0, "u", "a").at(12, "u", "b").times(), Times{});
}

TEST(CorrelationValueCount, several_fields_count_tuples) {
  CorrelationRule rule = rule_of(value_count, {{gte, 3}});
  rule.value_fields = {"User", "Value"};
  rule.group_by.clear();
  rule.members[0].group_captures.clear();
  rule.members[0].value_captures = {0, 1};
  auto engine = engine_of({rule});
  EXPECT_EQ(Feed(engine).at(1, "x", "1").at(2, "x", "2").at(3, "x", "1").at(4, "y", "1").times(), Times{4});
}

TEST(CorrelationValueCount, an_event_without_the_value_is_counted_apart) {
  auto engine = engine_of({rule_of(value_count, {{gte, 1}})});
  Feed feed(engine);
  const CapturedValue captures[] = {{true, "u"}, {false, ""}};
  feed.send(1, 0, captures);
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics(0).without_value, 1U);
  EXPECT_EQ(engine.statistics().groups, 0U);
}

TEST(CorrelationValueCount, memory_follows_the_values_not_the_matches) {
  auto engine = engine_of({rule_of(value_count, {{gte, 100}}, 1'000'000)});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 100; ++t) feed.at(t, "u", std::to_string(t % 50));
  const std::size_t before = engine.statistics().bytes;
  for (std::int64_t t = 100; t < 20'000; ++t) feed.at(t, "u", std::to_string(t % 50));
  EXPECT_EQ(engine.statistics().bytes, before);
}

TEST(CorrelationValueCount, many_values_come_and_go_without_being_lost) {
  auto engine = engine_of({rule_of(value_count, {{gte, 1}}, 1000)});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 10'000; ++t)
    feed.at(t, "u", "a value too long to be kept inline " + std::to_string(t));
  ASSERT_EQ(feed.recorder.firings.size(), 10U);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(feed.recorder.firings[i].value, 1000);
}

// ---- temporal

TEST(CorrelationTemporal, fires_when_all_members_are_in_the_window_in_any_order) {
  auto engine = engine_of({rule_of(temporal, {}, 10, 3)});
  Feed feed(engine);
  feed.rule_at(2, 1).rule_at(0, 2).rule_at(0, 3).rule_at(1, 10);
  ASSERT_EQ(feed.times(), Times{10});
  EXPECT_EQ(feed.values(), Values{3});
  EXPECT_EQ(feed.recorder.firings[0].evidence,
            (std::vector<Evidence>{{{1}, {1, 0}, 2}, {{3}, {1, 2}, 0}, {{10}, {1, 3}, 1}}));
}

TEST(CorrelationTemporal, a_member_that_left_the_window_does_not_count) {
  auto engine = engine_of({rule_of(temporal, {}, 10, 2)});
  EXPECT_EQ(Feed(engine).rule_at(0, 0).rule_at(1, 10).times(), Times{});
}

TEST(CorrelationTemporal, groups_do_not_mix) {
  auto engine = engine_of({rule_of(temporal, {}, 10, 2)});
  EXPECT_EQ(Feed(engine).rule_at(0, 0, "a").rule_at(1, 1, "b").times(), Times{});
}

TEST(CorrelationTemporal, a_condition_asks_for_fewer_members) {
  auto engine = engine_of({rule_of(temporal, {{gte, 2}}, 10, 3)});
  EXPECT_EQ(Feed(engine).rule_at(2, 0).rule_at(2, 1).rule_at(0, 2).times(), Times{2});
}

CorrelationRule near_but_not() {
  CorrelationRule rule = rule_of(temporal, {}, 10, 3);
  rule.members[2].negated = true;
  return rule;
}

TEST(CorrelationNegated, fires_when_the_window_ends_undisturbed) {
  auto engine = engine_of({near_but_not()});
  Feed feed(engine);
  feed.rule_at(0, 0).rule_at(1, 4).advance(9);
  EXPECT_EQ(feed.times(), Times{});
  feed.advance(10);
  EXPECT_EQ(feed.times(), Times{10});
  EXPECT_EQ(feed.values(), Values{2});
}

TEST(CorrelationNegated, the_negated_member_undoes_what_was_before_it) {
  for (const std::int64_t disturbance : {1, 5, 9}) {
    auto engine = engine_of({near_but_not()});
    Feed feed(engine);
    feed.rule_at(0, 0);
    if (disturbance < 4) feed.rule_at(2, disturbance);
    feed.rule_at(1, 4);
    if (disturbance > 4) feed.rule_at(2, disturbance);
    EXPECT_EQ(feed.finish().times(), Times{}) << disturbance;
  }
}

TEST(CorrelationNegated, before_the_first_and_after_the_window_it_does_not_matter) {
  auto engine = engine_of({near_but_not()});
  EXPECT_EQ(Feed(engine).rule_at(2, 0).rule_at(0, 1).rule_at(1, 2).rule_at(2, 11).finish().times(),
            Times{11});
}

TEST(CorrelationNegated, ends_at_the_end_of_time) {
  auto engine = engine_of({near_but_not()});
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Feed(engine).rule_at(0, kEnd - 5).finish().times(), Times{});
  EXPECT_EQ(engine.statistics().groups, 0U);
}

TEST(CorrelationNegated, an_older_member_expires_while_another_waits) {
  auto engine = engine_of({near_but_not()});
  Feed feed(engine);
  feed.rule_at(0, 0).rule_at(0, 3).rule_at(1, 12).rule_at(2, 12);
  feed.rule_at(0, 13).rule_at(1, 14).finish();
  EXPECT_EQ(feed.times(), Times{23});
}

// ---- temporal_ordered

TEST(CorrelationOrdered, fires_only_in_the_order_of_the_list) {
  auto engine = engine_of({rule_of(temporal_ordered, {}, 10, 3)});
  Feed feed(engine);
  feed.rule_at(2, 0).rule_at(0, 1).rule_at(1, 2).rule_at(0, 3);
  EXPECT_EQ(feed.times(), Times{});
  feed.rule_at(2, 5);
  ASSERT_EQ(feed.times(), Times{5});
  EXPECT_EQ(feed.recorder.firings[0].evidence,
            (std::vector<Evidence>{{{1}, {1, 1}, 0}, {{2}, {1, 2}, 1}, {{5}, {1, 4}, 2}}));
}

TEST(CorrelationOrdered, the_latest_start_counts) {
  auto engine = engine_of({rule_of(temporal_ordered, {}, 10, 2)});
  EXPECT_EQ(Feed(engine).rule_at(0, 0).rule_at(0, 5).rule_at(1, 14).times(), Times{14});
}

TEST(CorrelationOrdered, the_whole_chain_must_fit_into_the_timespan) {
  auto engine = engine_of({rule_of(temporal_ordered, {}, 10, 3)});
  EXPECT_EQ(Feed(engine).rule_at(0, 0).rule_at(1, 6).rule_at(2, 10).times(), Times{});
  auto again = engine_of({rule_of(temporal_ordered, {}, 10, 3)});
  EXPECT_EQ(Feed(again).rule_at(0, 0).rule_at(1, 6).rule_at(2, 9).times(), Times{9});
}

TEST(CorrelationOrdered, equal_times_count_in_order_of_arrival) {
  auto engine = engine_of({rule_of(temporal_ordered, {}, 10, 2)});
  EXPECT_EQ(Feed(engine).rule_at(1, 1).rule_at(0, 1).times(), Times{});
  auto again = engine_of({rule_of(temporal_ordered, {}, 10, 2)});
  EXPECT_EQ(Feed(again).rule_at(0, 1).rule_at(1, 1).times(), Times{1});
}

// ---- numbers

TEST(CorrelationSum, adds_what_is_in_the_window) {
  auto engine = engine_of({rule_of(value_sum, {{gt, 100}})});
  Feed feed(engine);
  feed.at(0, "u", "90").at(10, "u", "60").at(15, "u", "41");
  EXPECT_EQ(feed.times(), Times{15});
  EXPECT_EQ(feed.values(), Values{101});
  EXPECT_EQ(feed.recorder.firings[0].total, 2U);
}

TEST(CorrelationSum, negative_and_decimal_values_count) {
  auto engine = engine_of({rule_of(value_sum, {{gte, 1}})});
  Feed feed(engine);
  feed.at(1, "u", "-2.5").at(2, "u", "3").at(3, "u", "0.5");
  EXPECT_EQ(feed.values(), Values{1});
}

TEST(CorrelationSum, what_is_not_a_number_is_ignored_and_counted) {
  auto engine = engine_of({rule_of(value_sum, {{gte, 7}})});
  Feed feed(engine);
  for (const char* text : {"", "-", "abc", "7 ", " 7", "0x7", "7,0", "nan", "inf", "1e999", "7B"}) {
    feed.at(1, "u", text);
  }
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics(0).not_numeric, 11U);
  EXPECT_EQ(feed.at(2, "u", "7e0").times(), Times{2});
}

TEST(CorrelationSum, does_not_drift_over_a_long_run) {
  auto engine = engine_of({rule_of(value_sum, {{gte, 0.1}}, 3)});
  Feed feed(engine);
  for (std::int64_t t = 0; t < 30'000; ++t) feed.at(t, "u", t % 3 == 0 ? "1e15" : "0.1");
  ASSERT_FALSE(feed.recorder.firings.empty());
  EXPECT_DOUBLE_EQ(feed.recorder.firings.back().value, 1e15 + 0.2);
  for (std::int64_t t = 30'000; t < 30'010; ++t) feed.at(t, "u", "0.1");
  EXPECT_DOUBLE_EQ(feed.recorder.firings.back().value, 0.3);
}

TEST(CorrelationAverage, is_over_the_window) {
  auto engine = engine_of({rule_of(value_avg, {{gt, 5}})});
  Feed feed(engine);
  feed.at(0, "u", "1").at(5, "u", "8").at(9, "u", "4");
  EXPECT_EQ(feed.times(), Times{});
  feed.at(10, "u", "4");
  EXPECT_EQ(feed.times(), Times{10});
  EXPECT_EQ(feed.values(), Values{16.0 / 3});
}

TEST(CorrelationPercentile, is_linear_between_the_closest_ranks) {
  const struct {
    double percentile;
    double expected;
  } cases[] = {{0, 10}, {25, 17.5}, {50, 25}, {90, 37}, {100, 40}};
  for (const auto& example : cases) {
    CorrelationRule rule = rule_of(value_percentile, {{neq, -1}});
    rule.percentile = example.percentile;
    auto engine = engine_of({rule});
    Feed feed(engine);
    feed.at(0, "u", "30").at(1, "u", "10").at(2, "u", "40").at(3, "u", "20").finish();
    ASSERT_EQ(feed.values().size(), 1U);
    EXPECT_DOUBLE_EQ(feed.values()[0], example.expected) << example.percentile;
  }
}

TEST(CorrelationPercentile, forgets_what_left_the_window) {
  CorrelationRule rule = rule_of(value_percentile, {{gte, 100}});
  auto engine = engine_of({rule});
  Feed feed(engine);
  feed.at(0, "u", "1").at(1, "u", "1").at(2, "u", "300").at(5, "u", "100");
  EXPECT_EQ(feed.times(), Times{});
  feed.at(11, "u", "2");
  EXPECT_EQ(feed.times(), Times{11});
  EXPECT_EQ(feed.values(), Values{100});
}

// ---- order of input

TEST(CorrelationOrder, late_within_the_allowance_is_put_in_order) {
  auto engine = engine_of({rule_of(temporal_ordered, {}, 10, 2)}, {.allowed_lateness_ns = 5});
  Feed feed(engine);
  feed.rule_at(1, 8).rule_at(0, 3);
  EXPECT_EQ(feed.times(), Times{});
  feed.advance(9);
  EXPECT_EQ(feed.times(), Times{8});
  EXPECT_EQ(engine.statistics().late, 0U);
}

TEST(CorrelationOrder, later_than_allowed_is_counted_and_left_out) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})}, {.allowed_lateness_ns = 5});
  Feed feed(engine);
  feed.at(10).at(4).finish();
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics().late, 1U);
}

TEST(CorrelationOrder, exactly_as_late_as_allowed_is_taken) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})}, {.allowed_lateness_ns = 5});
  EXPECT_EQ(Feed(engine).at(10).at(5).finish().times(), Times{10});
}

TEST(CorrelationOrder, without_allowance_nothing_may_go_back) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  Feed feed(engine);
  feed.at(10).at(9).at(10);
  EXPECT_EQ(feed.times(), Times{10});
  EXPECT_EQ(engine.statistics().late, 1U);
}

TEST(CorrelationOrder, a_watermark_makes_older_matches_late) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}})});
  Feed feed(engine);
  feed.advance(100).at(99);
  EXPECT_EQ(engine.statistics().late, 1U);
  EXPECT_EQ(feed.at(100).times(), Times{100});
}

TEST(CorrelationOrder, starts_anew_after_finish) {
  auto engine = engine_of({rule_of(event_count, {{gte, 2}})});
  Feed feed(engine);
  feed.at(10).finish().at(1).at(2);
  EXPECT_EQ(feed.times(), Times{2});
  EXPECT_EQ(engine.statistics().late, 0U);
}

TEST(CorrelationOrder, matches_of_rules_that_no_correlation_uses_are_passed_over) {
  auto engine = engine_of({rule_of(event_count, {{gte, 1}})});
  Feed feed(engine);
  feed.rule_at(1, 5).rule_at(70, 5);
  EXPECT_EQ(feed.times(), Times{});
  EXPECT_EQ(engine.statistics().unreferenced, 2U);
}

}  // namespace
}  // namespace hinomi::detect
