#include "flow/live_correlation.h"

#include <gtest/gtest.h>

#include "flow/testing/live_support.h"

namespace hinomi::flow {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNow = 1'776'000'000 * kSecond;

class LiveCorrelationTest : public ::testing::Test {
 protected:
  LiveCorrelationTest() : rules_(detect::compile_rules(files(), {})), correlations_(rules_, {}) {}

  static std::vector<detect::RuleFile> files() {
    return {{"a.yml",
             "title: a\nname: a\nlogsource: {product: x}\ndetection:\n  s: {f: 1}\n  condition: s\n---\n"
             "title: three\nname: three\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [h]\n"
             "  timespan: 10m\n  condition: {gte: 3}\n"}};
  }
  // An event of a host, its times in seconds from now on; matched or not.
  struct Of {
    std::int64_t time = 0;
    std::int64_t received = 0;
    bool matched = true;
    std::uint32_t source = 1;
    base::Realm realm = base::Realm::real;
  };
  void take(const Of& of) { take(correlations_, of); }
  void take(LiveCorrelations& correlations, const Of& of) {
    JournalEvent record;
    record.sequence = ++sequence_;
    record.batch = 100;
    record.received = {kNow + of.received * kSecond};
    record.source_id = of.source;
    record.labels.realm = of.realm;
    event::Event event;
    event.has_time = true;
    event.time = {kNow + of.time * kSecond};
    event.slots.push_back({rules_.rules[0].captures[0], {event::ValueKind::text, "host"}, {}});
    const std::uint32_t rule = 0;
    correlations.take(record, event, std::span(&rule, of.matched ? 1 : 0),
                      [this](const LaneKey& lane, const detect::Firing& firing) {
                        lanes_.push_back(lane);
                        EXPECT_EQ(firing.trigger.input, 100U);
                      });
  }

  detect::RuleSet rules_;
  LiveCorrelations correlations_;
  std::vector<LaneKey> lanes_;  // of firings
  std::uint64_t sequence_ = 0;
};

TEST_F(LiveCorrelationTest, it_fires_when_the_time_of_the_events_has_moved_on) {
  for (int i = 0; i < 3; ++i) take({.time = i, .received = i});
  EXPECT_TRUE(lanes_.empty()) << "an earlier event may still come";
  take({.time = 70, .received = 70, .matched = false});
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].source, 0U);
}

TEST_F(LiveCorrelationTest, time_that_passes_without_events_is_enough) {
  const LiveFiringSink sink = [this](const LaneKey& lane, const detect::Firing&) { lanes_.push_back(lane); };
  for (int i = 0; i < 3; ++i) take({.time = i, .received = i});
  correlations_.time_passed({kNow + 30 * kSecond}, sink);
  EXPECT_TRUE(lanes_.empty()) << "an earlier event may still come";
  correlations_.time_passed({kNow + 70 * kSecond}, sink);
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].source, 0U);
}

TEST_F(LiveCorrelationTest, an_old_file_is_judged_once_nothing_more_of_it_comes) {
  const LiveFiringSink sink = [this](const LaneKey& lane, const detect::Firing&) { lanes_.push_back(lane); };
  for (int i = 0; i < 3; ++i) take({.time = -100'000 + i, .received = i, .source = 2});
  correlations_.time_passed({kNow + 100 * kSecond}, sink);
  EXPECT_TRUE(lanes_.empty());
  // Where it stands is kept over a restart.
  std::string image;
  correlations_.save(image);
  LiveCorrelations again(rules_, {});
  ASSERT_TRUE(again.restore(image));
  again.time_passed({kNow + 2 * kSecond + kLaneRestNs}, sink);
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].source, 3U);
  again.time_passed({kNow + 3 * kSecond + 2 * kLaneRestNs}, sink);
  EXPECT_EQ(lanes_.size(), 1U);
}

TEST_F(LiveCorrelationTest, events_out_of_order_within_the_lateness_are_correlated) {
  take({.time = 30, .received = 30});
  take({.time = 1, .received = 30});
  take({.time = 15, .received = 31});
  take({.time = 200, .received = 200, .matched = false});
  EXPECT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(correlations_.incomplete(), 0U);
}

TEST_F(LiveCorrelationTest, a_clock_that_runs_ahead_does_not_make_the_others_late) {
  take({.time = 1'000'000, .received = 0, .matched = false});
  for (int i = 1; i < 4; ++i) take({.time = i, .received = i});
  take({.time = 100, .received = 100, .matched = false});
  EXPECT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(correlations_.incomplete(), 0U);
}

TEST_F(LiveCorrelationTest, an_old_file_is_correlated_by_itself_beside_live_events) {
  for (int i = 0; i < 3; ++i) {
    take({.time = i, .received = i});
    take({.time = -100'000 + i, .received = i, .source = 2});
  }
  take({.time = -90'000, .received = 4, .matched = false, .source = 2});
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].source, 3U);
  take({.time = 100, .received = 100, .matched = false});
  ASSERT_EQ(lanes_.size(), 2U);
  EXPECT_EQ(lanes_[1].source, 0U);
  EXPECT_EQ(correlations_.incomplete(), 0U);
}

TEST_F(LiveCorrelationTest, realms_are_not_mixed_and_a_demonstration_of_the_past_is_one) {
  take({.time = 0, .received = 0});
  take({.time = 1, .received = 1, .realm = base::Realm::demo});
  take({.time = 2, .received = 2});
  take({.time = 200, .received = 200, .matched = false});
  EXPECT_TRUE(lanes_.empty());
  for (std::uint32_t i = 0; i < 3; ++i)
    take({.time = 300 + i, .received = 100'000, .source = i, .realm = base::Realm::demo});
  take({.time = 500, .received = 100'000, .matched = false, .realm = base::Realm::demo});
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].realm, base::Realm::demo);
}

TEST_F(LiveCorrelationTest, sources_that_come_late_are_bounded_and_the_one_that_rested_longest_ends) {
  for (std::uint32_t source = 0; source < 100; ++source) {
    for (int i = 0; i < 3; ++i) take({.time = -100'000 + i, .received = 0, .source = source});
  }
  EXPECT_EQ(lanes_.size(), 100 - kMaxBacklogLanes);
  EXPECT_EQ(lanes_[0].source, 1U);
}

TEST_F(LiveCorrelationTest, what_came_too_late_stays_counted_when_its_lane_or_its_rules_are_gone) {
  take({.time = -100'000, .received = 0, .source = 1});
  take({.time = -200'000, .received = 0, .source = 1});
  EXPECT_EQ(correlations_.incomplete(), 1U);
  for (std::uint32_t source = 2; source < 20; ++source)
    take({.time = -100'000, .received = 0, .source = source});
  EXPECT_EQ(correlations_.incomplete(), 1U);
  take({.time = -200'000, .received = 0, .source = 19});
  EXPECT_EQ(correlations_.incomplete(), 2U);
  std::string image;
  correlations_.save(image);
  LiveCorrelations again(rules_, {});
  ASSERT_TRUE(again.restore(image));
  EXPECT_EQ(again.incomplete(), 2U);
  LiveCorrelations next(rules_, {});
  ASSERT_TRUE(next.take_over(again, detect::succession_of(rules_, rules_)));
  EXPECT_EQ(next.incomplete(), 2U);
  const detect::RuleSet none;
  LiveCorrelations empty(none, {});
  ASSERT_TRUE(empty.take_over(again, detect::succession_of(rules_, none)));
  EXPECT_EQ(empty.incomplete(), 2U);
}

TEST_F(LiveCorrelationTest, every_lane_goes_on_when_other_rules_come) {
  std::vector<detect::RuleFile> more = files();
  more.insert(more.begin(), {"b.yml",
                             "title: b\nname: b\nlogsource: {product: y}\ndetection:\n  s: {f: 1}\n"
                             "  condition: s\n"});
  const detect::RuleSet others = detect::compile_rules(more, {});
  ASSERT_EQ(others.rules.size(), 2U);
  for (int i = 0; i < 3; ++i) {
    take({.time = i, .received = i});
    take({.time = -100'000 + i, .received = i, .source = 2});
  }
  LiveCorrelations next(others, {});
  ASSERT_TRUE(next.take_over(correlations_, detect::succession_of(rules_, others)));
  const LiveFiringSink sink = [this](const LaneKey& lane, const detect::Firing&) { lanes_.push_back(lane); };
  next.time_passed({kNow + 70 * kSecond}, sink);
  ASSERT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(lanes_[0].source, 0U);
  next.time_passed({kNow + 2 * kSecond + kLaneRestNs}, sink);
  ASSERT_EQ(lanes_.size(), 2U);
  EXPECT_EQ(lanes_[1].source, 3U);
  EXPECT_EQ(next.incomplete(), 0U);
}

TEST_F(LiveCorrelationTest, a_restored_state_goes_on_and_a_damaged_one_is_refused) {
  take({.time = 0, .received = 0});
  take({.time = 1, .received = 1, .source = 7});
  for (int i = 0; i < 2; ++i) take({.time = -100'000 + i, .received = 2, .source = 2});
  std::string image;
  correlations_.save(image);
  LiveCorrelations restored(rules_, {});
  ASSERT_TRUE(restored.restore(image));
  std::string again;
  restored.save(again);
  EXPECT_EQ(again, image);
  take(restored, {.time = 2, .received = 2});
  take(restored, {.time = -99'998, .received = 3, .source = 2});
  take(restored, {.time = 100, .received = 100, .matched = false});
  take(restored, {.time = -90'000, .received = 100, .matched = false, .source = 2});
  EXPECT_EQ(lanes_.size(), 2U);
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    std::string damaged = image;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(restored.restore(damaged)) << bit;
  }
}

}  // namespace
}  // namespace hinomi::flow
