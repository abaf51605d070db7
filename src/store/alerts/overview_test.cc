#include "store/alerts/overview.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <numeric>

#include "os/testing/scratch_folder.h"
#include "store/alerts/alerts_test_support.h"
#include "store/alerts/attack_tags.h"
#include "store/alerts/reader.h"

namespace hinomi::store::alerts {
namespace {

constexpr std::int64_t kHour = 3600 * kTestSecond;

class AlertOverview : public ::testing::Test {
 protected:
  void store(const Commit& batch) {
    auto writer = Writer::open(folder_ / "alerts.db");
    ASSERT_TRUE(writer) << writer.error().message;
    const auto version = writer->commit(batch);
    ASSERT_TRUE(version) << version.error().message;
    auto reader = Reader::open(folder_ / "alerts.db");
    ASSERT_TRUE(reader);
    reader_ = std::make_unique<Reader>(std::move(*reader));
  }
  Facets facets(const Filter& filter) {
    auto counted = reader_->facets(filter);
    EXPECT_TRUE(counted) << counted.error().message;
    return counted ? std::move(*counted) : Facets{};
  }
  Histogram histogram(const Filter& filter, std::size_t buckets) {
    auto counted = reader_->histogram(filter, buckets);
    EXPECT_TRUE(counted) << counted.error().message;
    return counted ? std::move(*counted) : Histogram{};
  }

  os::ScratchFolder folder_;
  std::unique_ptr<Reader> reader_;
};

std::map<std::string, std::uint64_t> as_map(const std::vector<ValueCount>& counts) {
  std::map<std::string, std::uint64_t> map;
  for (const ValueCount& each : counts) map[each.value] = each.count;
  return map;
}

TEST_F(AlertOverview, facets_of_50000_alerts_agree_with_counting_them) {
  const Commit batch = many_alerts(50'000);
  store(batch);
  Filter filter;
  filter.realms = {base::Realm::real};
  std::array<std::uint64_t, kLevels> levels{};
  std::map<std::string, std::uint64_t> tactics;
  std::map<std::string, std::uint64_t> sources;
  std::map<std::string, std::uint64_t> entities;
  std::map<std::string, std::uint64_t> rules;
  std::uint64_t total = 0;
  for (const AlertChange& alert : batch.alerts) {
    if (alert.labels.realm != base::Realm::real) continue;
    const auto rule = std::find_if(batch.rules.begin(), batch.rules.end(),
                                   [&](const RuleText& each) { return each.id == alert.rule_id; });
    ++total;
    ++levels[static_cast<std::size_t>(rule->level)];
    ++tactics[tactic_of(rule->tags[0]).value_or("")];
    ++sources[alert.sources[0]];
    ++entities[alert.entity];
    ++rules[rule->id];
  }
  const Facets counted = facets(filter);
  EXPECT_EQ(counted.level, levels);
  EXPECT_EQ(counted.realm, (std::array<std::uint64_t, kRealms>{total, 0, 0, 0}));
  EXPECT_EQ(counted.status[0], total);
  EXPECT_EQ(as_map(counted.tactic), tactics);
  EXPECT_EQ(as_map(counted.source), sources);
  EXPECT_FALSE(counted.entities_left_out);
  ASSERT_EQ(counted.entity.size(), kMaxFacetValues);
  std::vector<std::uint64_t> highest;
  for (const auto& [entity, count] : entities) highest.push_back(count);
  std::sort(highest.rbegin(), highest.rend());
  for (std::size_t i = 0; i < kMaxFacetValues; ++i) {
    EXPECT_EQ(counted.entity[i].count, highest[i]);
    EXPECT_EQ(counted.entity[i].count, entities[counted.entity[i].value]);
  }
  ASSERT_EQ(counted.rule.size(), kMaxFacetValues);
  for (const RuleCount& rule : counted.rule) EXPECT_EQ(rule.count, rules[rule.id]);
}

TEST_F(AlertOverview, a_rule_of_two_sets_is_counted_as_one_with_its_later_title) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::low, {"attack.t1021.002"}), rule_text("r1", Level::low, {})};
  batch.rules[1].set = "set-2";
  batch.rules[1].title = "later";
  batch.alerts = {alert_change(1, "r1"), alert_change(2, "r1"), alert_change(3, "r1")};
  batch.alerts[2].rule_set = "set-2";
  store(batch);
  const Facets counted = facets({});
  ASSERT_EQ(counted.rule.size(), 1U);
  EXPECT_EQ(counted.rule[0].count, 3U);
  EXPECT_EQ(counted.rule[0].title, "later");
  EXPECT_EQ(as_map(counted.technique),
            (std::map<std::string, std::uint64_t>{{"T1021", 2}, {"T1021.002", 2}}));
}

TEST_F(AlertOverview, equal_counts_stand_by_value) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::low, {})};
  batch.alerts = {alert_change(1, "r1", "b"), alert_change(2, "r1", "a"), alert_change(3, "r1", "c"),
                  alert_change(4, "r1", "c")};
  store(batch);
  const Facets counted = facets({});
  ASSERT_EQ(counted.entity.size(), 3U);
  EXPECT_EQ(counted.entity[0].value, "c");
  EXPECT_EQ(counted.entity[1].value, "a");
  EXPECT_EQ(counted.entity[2].value, "b");
}

TEST_F(AlertOverview, the_buckets_of_a_histogram_hold_every_alert_once) {
  const Commit batch = many_alerts(50'000);
  store(batch);
  const Histogram counted = histogram({}, 60);
  ASSERT_GE(counted.buckets.size(), 20U);
  ASSERT_LE(counted.buckets.size(), 60U);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counted.buckets.size(); ++i) {
    const auto& bucket = counted.buckets[i];
    total += std::accumulate(bucket.counts.begin(), bucket.counts.end(), std::uint64_t{0});
    const std::int64_t end =
        (i + 1 < counted.buckets.size() ? counted.buckets[i + 1].at : counted.to).since_epoch_ns;
    EXPECT_EQ(end - bucket.at.since_epoch_ns, kHour / 4);  // 50,000 s in quarters of an hour
  }
  EXPECT_EQ(total, 50'000U);
  EXPECT_EQ(counted.from, counted.buckets[0].at);
  EXPECT_EQ(counted.from.since_epoch_ns % (kHour / 4), 0);
}

TEST_F(AlertOverview, a_range_gives_its_buckets_even_without_alerts) {
  store(many_alerts(10));
  Filter filter;
  filter.from = base::TimeNs{0};
  filter.to = base::TimeNs{24 * kHour};
  const Histogram counted = histogram(filter, 24);
  ASSERT_EQ(counted.buckets.size(), 24U);
  EXPECT_EQ(counted.to.since_epoch_ns, 24 * kHour);
  for (const auto& bucket : counted.buckets) EXPECT_EQ(bucket.counts, (std::array<std::uint64_t, kLevels>{}));
  filter.to = filter.from;
  EXPECT_TRUE(histogram(filter, 24).buckets.empty());
}

TEST_F(AlertOverview, times_at_the_ends_of_what_can_be_written_do_no_harm) {
  Commit batch = many_alerts(3);
  batch.alerts[0].first_received = {std::numeric_limits<std::int64_t>::min()};
  batch.alerts[1].first_received = {std::numeric_limits<std::int64_t>::max()};
  store(batch);
  Filter filter;
  EXPECT_LE(histogram(filter, 60).buckets.size(), 60U);
  filter.from = base::TimeNs{std::numeric_limits<std::int64_t>::min()};
  filter.to = base::TimeNs{std::numeric_limits<std::int64_t>::max()};
  EXPECT_LE(histogram(filter, 0).buckets.size(), kMinBuckets);
  EXPECT_FALSE(reader_->histogram(filter, kMaxBuckets + 1));
}

TEST_F(AlertOverview, an_empty_store_has_empty_overviews) {
  store({});
  EXPECT_TRUE(facets({}).entity.empty());
  EXPECT_TRUE(histogram({}, 60).buckets.empty());
}

TEST(BucketWidth, is_the_narrowest_round_one_that_suffices) {
  const auto width = [](std::int64_t from, std::int64_t to, std::size_t buckets) {
    return bucket_width({from}, {to}, buckets);
  };
  EXPECT_EQ(width(0, 1, 60), kTestSecond);
  EXPECT_EQ(width(0, 60 * kTestSecond, 60), kTestSecond);
  EXPECT_EQ(width(0, 60 * kTestSecond + 1, 60), 2 * kTestSecond);
  EXPECT_EQ(width(1, 60 * kTestSecond + 1, 60), 2 * kTestSecond);
  EXPECT_EQ(width(0, 24 * kHour, 60), kHour / 2);
  EXPECT_EQ(width(-1, 1, 2), kTestSecond);
  EXPECT_EQ(width(0, 365 * 24 * kHour, 60), 7 * 24 * kHour);
  EXPECT_GT(width(-4'000'000'000'000'000'000, 4'000'000'000'000'000'000, 2), 0);
}

}  // namespace
}  // namespace hinomi::store::alerts
