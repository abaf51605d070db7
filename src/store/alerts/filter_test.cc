#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "os/testing/scratch_folder.h"
#include "store/alerts/alerts_test_support.h"
#include "store/alerts/attack_tags.h"
#include "store/alerts/reader.h"
#include "store/alerts/search_text.h"

namespace hinomi::store::alerts {
namespace {

// The numbers (see alert_change) of the alerts that pass, newest first.
class AlertFilter : public ::testing::Test {
 protected:
  void store(const Commit& batch) {
    auto writer = Writer::open(folder_ / "alerts.db");
    ASSERT_TRUE(writer) << writer.error().message;
    const auto version = writer->commit(batch);
    ASSERT_TRUE(version) << version.error().message;
    auto reader = Reader::open(folder_ / "alerts.db");
    ASSERT_TRUE(reader) << reader.error().message;
    reader_ = std::make_unique<Reader>(std::move(*reader));
    numbers_.clear();
    for (std::size_t i = 0; i < batch.alerts.size(); ++i) numbers_.emplace_back(batch.alerts[i].id, i);
    std::sort(numbers_.begin(), numbers_.end());
  }
  std::vector<std::uint64_t> passing(const Filter& filter) {
    const auto list = reader_->list(filter, {}, {.limit = kMaxPage});
    EXPECT_TRUE(list) << list.error().message;
    if (!list) return {};
    EXPECT_EQ(list->total < kMaxPage ? list->total : kMaxPage, list->items.size());
    std::vector<std::uint64_t> found;
    for (const AlertRow& row : list->items) {
      const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), std::pair(row.id, std::size_t{0}));
      found.push_back(at->second);
    }
    return found;
  }
  std::vector<std::uint64_t> with_text(std::string text) {
    Filter filter;
    filter.text = std::move(text);
    return passing(filter);
  }
  base::ErrorCode refusal(const Filter& filter) {
    const auto list = reader_->list(filter, {}, {});
    const auto facets = reader_->facets(filter);
    EXPECT_FALSE(list || facets);
    return list ? base::ErrorCode::internal : list.error().code;
  }

  os::ScratchFolder folder_;
  std::unique_ptr<Reader> reader_;
  std::vector<std::pair<AlertId, std::size_t>> numbers_;
};

using Numbers = std::vector<std::uint64_t>;

Commit hosts(const std::vector<std::string>& entities) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::high, {"attack.execution"})};
  for (const std::string& entity : entities) {
    batch.alerts.push_back(alert_change(batch.alerts.size(), "r1", entity));
  }
  return batch;
}

TEST_F(AlertFilter, wildcards_of_like_and_glob_stand_for_themselves) {
  store(hosts({"100%", "100x", "a_b", "axb", "back\\slash", "q?*[a]", "quote'\"", "; DROP TABLE alert"}));
  EXPECT_EQ(with_text("0%"), Numbers{0});
  EXPECT_EQ(with_text("%"), Numbers{0});
  EXPECT_EQ(with_text("a_b"), Numbers{2});
  EXPECT_EQ(with_text("_"), Numbers{2});
  EXPECT_EQ(with_text("\\"), Numbers{4});
  EXPECT_EQ(with_text("?*[a]"), Numbers{5});
  EXPECT_EQ(with_text("'\""), Numbers{6});
  EXPECT_EQ(with_text("; drop"), Numbers{7});
}

TEST_F(AlertFilter, finds_words_of_two_and_of_one_kanji) {
  Commit batch = hosts({"営業部-端末", "経理部-端末", "server"});
  batch.rules[0].title_ja = "マルウェア感染の疑い";
  batch.rules.push_back(rule_text("r2", Level::low, {}));
  batch.alerts.push_back(alert_change(3, "r2", "感染源"));
  store(batch);
  EXPECT_EQ(with_text("感染"), (Numbers{3, 2, 1, 0}));
  EXPECT_EQ(with_text("経理"), Numbers{1});
  EXPECT_EQ(with_text("端"), (Numbers{1, 0}));
  EXPECT_EQ(with_text("感染　経理"), Numbers{1});
  EXPECT_EQ(with_text("ﾏﾙｳｪｱ"), (Numbers{2, 1, 0}));
  EXPECT_EQ(with_text("染感"), Numbers{});
}

TEST_F(AlertFilter, width_and_case_do_not_matter_in_either) {
  store(hosts({"ＷＳ－０１", "ws-02", "Ws-01.Example"}));
  EXPECT_EQ(with_text("WS-01"), (Numbers{2, 0}));
  EXPECT_EQ(with_text("ｗｓ－０"), (Numbers{2, 1, 0}));
  EXPECT_EQ(with_text("EXAMPLE"), Numbers{2});
}

TEST_F(AlertFilter, every_word_must_occur_somewhere) {
  Commit batch = hosts({"alpha", "beta"});
  batch.rules[0].title = "Encoded PowerShell";
  batch.rules[0].tags = {"attack.t1059.001"};
  store(batch);
  EXPECT_EQ(with_text("powershell alpha"), Numbers{0});
  EXPECT_EQ(with_text("alpha beta"), Numbers{});
  EXPECT_EQ(with_text("t1059.001 r1 encoded"), (Numbers{1, 0}));
  EXPECT_EQ(with_text("   "), (Numbers{1, 0}));
}

TEST_F(AlertFilter, a_text_after_a_nul_byte_is_found) {
  store(hosts({std::string("a\0secret", 8), "other"}));
  EXPECT_EQ(with_text("secret"), Numbers{0});
}

TEST_F(AlertFilter, tactic_and_technique_come_from_the_tags) {
  Commit batch = hosts({"a"});
  batch.rules.push_back(rule_text("r2", Level::low, {"attack.lateral_movement", "attack.t1021.002"}));
  batch.rules.push_back(rule_text("r3", Level::low, {"attack.t1021"}));
  batch.alerts.push_back(alert_change(1, "r2"));
  batch.alerts.push_back(alert_change(2, "r3"));
  store(batch);
  Filter tactic;
  tactic.tactics = {"Lateral_Movement"};
  EXPECT_EQ(passing(tactic), Numbers{1});
  tactic.tactics = {"lateral-movement", "execution"};
  EXPECT_EQ(passing(tactic), (Numbers{1, 0}));
  Filter technique;
  technique.techniques = {"t1021"};
  EXPECT_EQ(passing(technique), (Numbers{2, 1}));
  technique.techniques = {"T1021.002"};
  EXPECT_EQ(passing(technique), Numbers{1});
  technique.techniques = {"T102"};
  EXPECT_EQ(passing(technique), Numbers{});
}

TEST_F(AlertFilter, an_alert_has_each_of_its_sources) {
  Commit batch = hosts({"a", "b", "c"});
  batch.alerts[0].sources = {"one", "two"};
  batch.alerts[1].sources = {"two"};
  store(batch);
  Filter filter;
  filter.sources = {"one"};
  EXPECT_EQ(passing(filter), Numbers{0});
  filter.sources = {"two", "one"};
  EXPECT_EQ(passing(filter), (Numbers{1, 0}));
  filter.sources = {"three"};
  EXPECT_EQ(passing(filter), Numbers{});
}

TEST_F(AlertFilter, a_range_of_time_includes_its_beginning_and_not_its_end) {
  store(hosts({"a", "b", "c"}));
  Filter filter;
  filter.from = base::TimeNs{kTestStart + kTestSecond};
  EXPECT_EQ(passing(filter), (Numbers{2, 1}));
  filter.to = base::TimeNs{kTestStart + 2 * kTestSecond};
  EXPECT_EQ(passing(filter), Numbers{1});
  filter.to = filter.from;
  EXPECT_EQ(passing(filter), Numbers{});
}

TEST_F(AlertFilter, beyond_its_limits_is_refused) {
  store(hosts({"a"}));
  const std::function<void(Filter&)> beyond[] = {
      [](Filter& filter) { filter.text = std::string(kMaxFilterTextBytes + 1, 'x'); },
      [](Filter& filter) {
        for (std::size_t i = 0; i <= kMaxFilterWords; ++i) filter.text += "w ";
      },
      [](Filter& filter) { filter.entities.assign(kMaxFilterValues + 1, "x"); },
      [](Filter& filter) { filter.rules = {std::string(kMaxFilterTextBytes + 1, 'x')}; },
      [](Filter& filter) { filter.levels.assign(kMaxFilterValues + 1, Level::low); }};
  for (const auto& change : beyond) {
    Filter filter;
    change(filter);
    EXPECT_EQ(refusal(filter), base::ErrorCode::limit_exceeded);
  }
  Filter widest;
  widest.entities.assign(kMaxFilterValues, "a");
  widest.rules.assign(kMaxFilterValues, "r1");
  widest.tactics.assign(kMaxFilterValues, "execution");
  widest.levels.assign(kMaxFilterValues, Level::high);
  widest.realms.assign(kMaxFilterValues, base::Realm::real);
  for (std::size_t i = 0; i < kMaxFilterWords; ++i) widest.text += "r1 ";
  EXPECT_EQ(passing(widest), Numbers{0});
}

// What the queries must agree with: each part of the filter judged on the alert itself.
bool passes(const Filter& filter, const AlertChange& alert, const RuleText& rule) {
  const auto has = [](const auto& list, const auto& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  const auto any_tag = [&](const std::vector<std::string>& wanted, auto form) {
    if (wanted.empty()) return true;
    return std::any_of(rule.tags.begin(), rule.tags.end(), [&](const std::string& tag) {
      const auto value = form(tag);
      return value && has(wanted, *value);
    });
  };
  if (!has(filter.levels, rule.level) || !has(filter.realms, alert.labels.realm)) return false;
  if (!has(filter.rules, rule.id) || !has(filter.entities, alert.entity)) return false;
  if (!has(filter.sources, alert.sources[0])) return false;
  if (!any_tag(filter.tactics, tactic_of) || !any_tag(filter.techniques, technique_of)) return false;
  if (filter.from && alert.first_received < *filter.from) return false;
  if (filter.to && alert.first_received >= *filter.to) return false;
  for (const std::string& word : search_words(filter.text)) {
    const std::string text = search_form(rule.title + '\n' + rule.title_ja + '\n' + rule.id + '\n' +
                                         rule.tags[0] + '\n' + rule.tags[1] + '\n' + alert.entity);
    if (text.find(word) == std::string::npos) return false;
  }
  return true;
}

TEST_F(AlertFilter, combined_filters_agree_with_judging_each_of_50000_alerts) {
  const Commit batch = many_alerts(50'000);
  store(batch);
  const std::function<void(Filter&)> parts[] = {
      [](Filter& f) { f.levels = {Level::high, Level::low}; },
      [](Filter& f) { f.realms = {base::Realm::real}; },
      [](Filter& f) { f.tactics = {"lateral-movement", "execution"}; },
      [](Filter& f) { f.text = "感染 ＰＣ"; },
      [](Filter& f) { f.sources = {"syslog-tcp"}; },
      [&](Filter& f) { f.from = batch.alerts[20'000].first_received; },
      [](Filter& f) { f.statuses = {Status::fresh}; },
      [&](Filter& f) { f.to = batch.alerts[45'000].first_received; },
      [](Filter& f) { f.techniques = {"T1010.002", "T1022.001"}; },
  };
  std::size_t not_empty = 0;
  for (unsigned chosen = 0; chosen < 1U << std::size(parts); chosen += 11) {
    Filter filter;
    for (std::size_t i = 0; i < std::size(parts); ++i) {
      if ((chosen >> i & 1U) != 0) parts[i](filter);
    }
    std::uint64_t expected = 0;
    std::optional<AlertId> newest;
    for (const AlertChange& alert : batch.alerts) {
      const auto rule = std::find_if(batch.rules.begin(), batch.rules.end(),
                                     [&](const RuleText& each) { return each.id == alert.rule_id; });
      if (!passes(filter, alert, *rule)) continue;
      ++expected;
      newest = alert.id;
    }
    const auto list = reader_->list(filter, {}, {.limit = 1});
    ASSERT_TRUE(list);
    EXPECT_EQ(list->total, expected) << chosen;
    EXPECT_EQ(list->items.empty() ? std::nullopt : std::optional(list->items[0].id), newest) << chosen;
    not_empty += expected > 0 ? 1 : 0;
  }
  EXPECT_GT(not_empty, 25U);
}

}  // namespace
}  // namespace hinomi::store::alerts
