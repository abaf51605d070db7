#include "flow/live_alerts.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace hinomi::flow {
namespace {

using store::alerts::AlertChange;
using store::alerts::FindingId;
using store::alerts::GroupId;
using store::alerts::OpenAlert;

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kStart = 500'000 * kHour;

class AlertGroupsTest : public ::testing::Test {
 protected:
  // The fields that a test varies; everything else stays the same.
  struct Of {
    std::string entity = "host";
    std::int64_t received = kStart;
    std::string rule = "rule";
    base::Realm realm = base::Realm::real;
    std::string source = "one";
  };
  PlacedFinding place(const Of& of) { return place(groups_, of); }
  PlacedFinding place(AlertGroups& groups, const Of& of) {
    base::Labels labels;
    labels.realm = of.realm;
    const auto placed = groups.place({.id = FindingId::of(base::hash128(std::to_string(++findings_), 1)),
                                      .rule = of.rule,
                                      .rule_set = "set",
                                      .entity_field = "Computer",
                                      .entity = of.entity,
                                      .labels = labels,
                                      .source = of.source,
                                      .event_time = {of.received - kHour},
                                      .received = {of.received}});
    EXPECT_TRUE(placed);
    return placed ? *placed : PlacedFinding{};
  }
  // Stores what has changed, as the alert store would, for the lookup.
  std::vector<AlertChange> commit() {
    auto changes = groups_.take_changes();
    for (const AlertChange& change : changes) {
      OpenAlert& alert = stored_[change.id];
      alert.id = change.id;
      if (alert.count == 0) {
        alert.group = change.group;
        alert.rule_id = change.rule_id;
        alert.entity = change.entity;
        alert.labels = change.labels;
      }
      alert.first_seen = change.first_seen;
      alert.last_seen = change.last_seen;
      alert.first_received = change.first_received;
      alert.last_received = change.last_received;
      alert.count = change.count;
      latest_[alert.group] = change.id;
    }
    return changes;
  }
  AlertGroups::Lookup lookup() {
    return [this](const GroupId& group) -> base::Result<std::optional<OpenAlert>> {
      ++lookups_;
      const auto found = latest_.find(group);
      return found == latest_.end() ? std::nullopt : std::optional(stored_[found->second]);
    };
  }
  AlertGroups restarted() {
    std::vector<OpenAlert> open;
    for (const auto& [group, id] : latest_) open.push_back(stored_[id]);
    return {open, lookup()};
  }

  std::map<store::alerts::AlertId, OpenAlert> stored_;
  std::map<GroupId, store::alerts::AlertId> latest_;
  int lookups_ = 0;
  int findings_ = 0;
  AlertGroups groups_{{}, lookup()};
};

TEST_F(AlertGroupsTest, findings_of_a_rule_about_an_entity_are_one_alert) {
  const PlacedFinding first = place({});
  EXPECT_TRUE(first.opened);
  EXPECT_EQ(first.ordinal, 1U);
  const PlacedFinding second = place({.entity = "HOST", .source = "two"});
  EXPECT_EQ(second.alert, first.alert) << "the same host in other letters";
  EXPECT_EQ(second.ordinal, 2U);
  std::set<std::string> others;
  for (const Of& of : {Of{.entity = "other"}, Of{.rule = "other"}, Of{.realm = base::Realm::demo}}) {
    const PlacedFinding placed = place(of);
    EXPECT_TRUE(placed.opened);
    others.insert(placed.alert.text());
  }
  EXPECT_EQ(others.size(), 3U);
  const auto changes = commit();
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].id, first.alert) << "in the order of opening";
  EXPECT_EQ(changes[0].entity, "host");
  EXPECT_EQ(changes[0].count, 2U);
  EXPECT_EQ(changes[0].sources, (std::vector<std::string>{"one", "two"}));
}

TEST_F(AlertGroupsTest, what_is_stored_is_not_said_again) {
  place({});
  commit();
  EXPECT_TRUE(commit().empty());
  place({});
  const auto changes = commit();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].count, 2U);
  EXPECT_TRUE(changes[0].sources.empty());
}

TEST_F(AlertGroupsTest, an_alert_takes_findings_until_a_day_after_its_last) {
  const PlacedFinding first = place({});
  EXPECT_EQ(place({.received = kStart + 24 * kHour}).alert, first.alert);
  EXPECT_EQ(place({.received = kStart + 47 * kHour}).alert, first.alert);
  const PlacedFinding later = place({.received = kStart + 72 * kHour});
  EXPECT_TRUE(later.opened);
  EXPECT_NE(later.alert, first.alert);
  // Both within one commit: neither is lost.
  const auto changes = commit();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].id, first.alert);
  EXPECT_EQ(changes[0].count, 3U);
  EXPECT_EQ(changes[1].id, later.alert);
}

TEST_F(AlertGroupsTest, a_rule_with_too_many_entities_shares_one_alert_for_the_rest_of_the_hour) {
  for (std::uint32_t i = 0; i < kMaxAlertsPerRuleAndHour; ++i)
    EXPECT_TRUE(place({.entity = std::to_string(i)}).opened);
  EXPECT_FALSE(place({.entity = "0"}).opened) << "known entities go on";
  const PlacedFinding shared = place({.entity = "one too many"});
  EXPECT_TRUE(shared.opened);
  EXPECT_EQ(place({.entity = "two too many"}).alert, shared.alert);
  EXPECT_TRUE(place({.entity = "one", .rule = "another rule"}).opened);
  EXPECT_TRUE(place({.entity = "one", .realm = base::Realm::demo}).opened);
  EXPECT_TRUE(place({.entity = "one too many", .received = kStart + kHour}).opened) << "the next hour";
  const auto changes = commit();
  EXPECT_EQ(changes[kMaxAlertsPerRuleAndHour].id, shared.alert);
  EXPECT_EQ(changes[kMaxAlertsPerRuleAndHour].entity, kManyEntities);
}

TEST_F(AlertGroupsTest, after_a_restart_it_goes_on_as_before) {
  for (std::uint32_t i = 0; i < kMaxAlertsPerRuleAndHour; ++i) place({.entity = std::to_string(i)});
  const PlacedFinding shared = place({.entity = "one too many"});
  commit();
  AlertGroups again = restarted();
  const PlacedFinding known = place(again, {.entity = "7"});
  EXPECT_FALSE(known.opened);
  EXPECT_EQ(known.ordinal, 2U);
  EXPECT_EQ(place(again, {.entity = "two too many"}).alert, shared.alert) << "the hour's count is remembered";
}

TEST_F(AlertGroupsTest, a_group_that_is_not_in_memory_is_looked_up) {
  const PlacedFinding first = place({});
  commit();
  AlertGroups empty({}, lookup());
  lookups_ = 0;
  EXPECT_EQ(place(empty, {}).alert, first.alert);
  EXPECT_EQ(place(empty, {}).ordinal, 3U);
  EXPECT_EQ(lookups_, 1);
}

TEST_F(AlertGroupsTest, groups_of_several_values_share_an_alert_only_when_all_values_are_the_same) {
  const std::vector<std::vector<std::string>> groups = {{"a", "b"},
                                                        {"a, b", ""},
                                                        {"", "a, b"},
                                                        {"a", ", b"},
                                                        {"a, ", "b"},
                                                        {"\"a\"", "b"},
                                                        {"\"a", "b\""},
                                                        {"a\", \"b", ""},
                                                        {"a\\", "b"},
                                                        {"\"a\\\"", "b"},
                                                        {"a\\\"", "b"},
                                                        {"a,", "b"},
                                                        {std::string(2000, 'x') + "1", "b"},
                                                        {std::string(2000, 'x') + "2", "b"}};
  std::set<store::alerts::AlertId> alerts;
  for (const std::vector<std::string>& values : groups) {
    const PlacedFinding placed = place({.entity = entity_of_group(values)});
    EXPECT_TRUE(placed.opened) << values[0].substr(0, 20) << " | " << values[1];
    alerts.insert(placed.alert);
  }
  EXPECT_EQ(alerts.size(), groups.size());
  EXPECT_EQ(entity_of_group({"pc-1", "C:\\a b"}), "pc-1, C:\\a b") << "as it has always been stored";
  EXPECT_EQ(entity_of_group({"a, \"b\""}), "a, \"b\"") << "one value is unambiguous";
  EXPECT_FALSE(place({.entity = entity_of_group({"A", "B"})}).opened) << "letters in other case are the same";
}

}  // namespace
}  // namespace hinomi::flow
