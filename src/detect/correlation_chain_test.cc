#include <gtest/gtest.h>

#include <map>

#include "detect/correlation_engine.h"
#include "detect/correlation_link.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using correlation_testing::Recorder;
using correlation_testing::Times;
using enum CorrelationType;
using enum Comparison;
using Kind = CorrelationMember::Kind;

CorrelationDraft draft_of(std::string id, CorrelationType type, std::vector<CorrelationReference> references,
                          std::vector<std::string> group_by, std::vector<Bound> condition = {}) {
  CorrelationDraft draft;
  draft.id = std::move(id);
  draft.type = type;
  draft.references = std::move(references);
  draft.group_by = std::move(group_by);
  draft.condition = std::move(condition);
  draft.timespan_ns = 10;
  return draft;
}

CorrelationReference rule_ref(std::uint32_t index, std::string name) {
  return {Kind::rule, index, {std::move(name)}, false};
}
CorrelationReference correlation_ref(std::uint32_t index, std::string name) {
  return {Kind::correlation, index, {std::move(name)}, false};
}

// Events as fields; captures are taken as the linker asked for them.
class Chain {
 public:
  explicit Chain(const std::vector<CorrelationDraft>& drafts)
      : linked_(link(drafts)), engine_(correlation_testing::engine_of(linked_.rules)) {}

  Chain& at(std::int64_t time, std::uint32_t rule, const std::map<std::string, std::string>& event) {
    std::vector<CapturedValue> captures;
    for (const std::string& field : linked_.captures.at(rule)) {
      const auto it = event.find(field);
      captures.push_back(it == event.end() ? CapturedValue{} : CapturedValue{true, it->second});
    }
    engine_.on_match({{time}, next_, rule, {1, next_}, captures}, recorder_);
    ++next_;
    return *this;
  }
  Chain& finish() {
    engine_.finish(recorder_);
    return *this;
  }
  [[nodiscard]] Times times_of(std::uint32_t correlation) const {
    Times out;
    for (const Firing& firing : recorder_.firings) {
      if (firing.correlation == correlation) out.push_back(firing.time.since_epoch_ns);
    }
    return out;
  }
  [[nodiscard]] const std::vector<Firing>& firings() const { return recorder_.firings; }
  [[nodiscard]] const LinkedCorrelations& linked() const { return linked_; }
  [[nodiscard]] const CorrelationEngine& engine() const { return engine_; }

 private:
  static LinkedCorrelations link(const std::vector<CorrelationDraft>& drafts) {
    auto linked = link_correlations(drafts);
    HINOMI_CHECK(linked.has_value());
    return std::move(*linked);
  }

  LinkedCorrelations linked_;
  CorrelationEngine engine_;
  Recorder recorder_;
  std::uint64_t next_ = 0;
};

// ---- aliases

std::vector<CorrelationDraft> two_directions() {
  CorrelationDraft draft = draft_of("errors then connections", temporal,
                                    {rule_ref(0, "internal_error"), rule_ref(1, "new_network_connection")},
                                    {"internal_ip", "remote_ip"});
  draft.aliases = {
      {"internal_ip", {{"internal_error", "destination.ip"}, {"new_network_connection", "source.ip"}}},
      {"remote_ip", {{"internal_error", "source.ip"}, {"new_network_connection", "destination.ip"}}}};
  return {draft};
}

TEST(CorrelationLink, an_alias_means_another_field_in_each_rule) {
  Chain chain(two_directions());
  chain.at(1, 0, {{"source.ip", "9.9.9.9"}, {"destination.ip", "10.0.0.1"}});
  chain.at(2, 1, {{"source.ip", "9.9.9.9"}, {"destination.ip", "10.0.0.1"}});
  EXPECT_EQ(chain.times_of(0), Times{}) << "the same direction is another pair";
  chain.at(3, 1, {{"source.ip", "10.0.0.1"}, {"destination.ip", "9.9.9.9"}});
  EXPECT_EQ(chain.times_of(0), Times{3});
  EXPECT_EQ(chain.firings()[0].group, (std::vector<std::string>{"10.0.0.1", "9.9.9.9"}));
}

TEST(CorrelationLink, says_which_fields_each_rule_must_capture) {
  const Chain chain(two_directions());
  EXPECT_EQ(chain.linked().captures,
            (std::map<std::uint32_t, std::vector<std::string>>{{0, {"destination.ip", "source.ip"}},
                                                               {1, {"source.ip", "destination.ip"}}}));
}

TEST(CorrelationLink, correlations_share_the_captures_of_a_rule) {
  const Chain chain({draft_of("a", event_count, {rule_ref(3, "x")}, {"User"}, {{gte, 1}}),
                     draft_of("b", event_count, {rule_ref(3, "x")}, {"Host", "User"}, {{gte, 1}}),
                     draft_of("c", event_count, {rule_ref(4, "y")}, {}, {{gte, 1}})});
  EXPECT_EQ(chain.linked().captures,
            (std::map<std::uint32_t, std::vector<std::string>>{{3, {"User", "Host"}}, {4, {}}}));
}

TEST(CorrelationLink, an_alias_for_a_rule_that_is_not_referenced_is_refused) {
  auto drafts = two_directions();
  drafts[0].aliases[0].field_of_rule["typo"] = "x";
  auto linked = link_correlations(drafts);
  ASSERT_FALSE(linked.has_value());
  EXPECT_NE(linked.error().message.find("'typo'"), std::string::npos);
}

TEST(CorrelationLink, a_circle_is_refused_before_anything_is_resolved) {
  const std::vector<CorrelationDraft> drafts = {
      draft_of("a", event_count, {correlation_ref(1, "b")}, {"X"}, {{gte, 1}}),
      draft_of("b", event_count, {correlation_ref(0, "a")}, {"Y"}, {{gte, 1}})};
  auto linked = link_correlations(drafts);
  ASSERT_FALSE(linked.has_value());
  EXPECT_NE(linked.error().message.find("a -> b -> a"), std::string::npos);
}

TEST(CorrelationLink, a_faulty_rule_is_refused) {
  EXPECT_FALSE(
      link_correlations(std::vector{draft_of("a", event_count, {rule_ref(0, "x")}, {"X"})}).has_value());
}

// ---- chains

// The example of the specification: many failures, grouped by user and computer, then a success of the user.
std::vector<CorrelationDraft> failures_then_success() {
  return {draft_of("top", temporal_ordered, {correlation_ref(1, "many_failed"), rule_ref(1, "success")},
                   {"User"}),
          draft_of("many", event_count, {rule_ref(0, "failed")}, {"ComputerName"}, {{gte, 3}})};
}

TEST(CorrelationChain, a_firing_is_a_match_with_the_values_of_its_event) {
  Chain chain(failures_then_success());
  EXPECT_EQ(chain.linked().rules[1].carried, std::vector<std::string>{"User"});
  for (const std::int64_t t : {1, 2, 3}) chain.at(t, 0, {{"ComputerName", "pc"}, {"User", "eve"}});
  chain.at(4, 1, {{"User", "bob"}});
  EXPECT_EQ(chain.times_of(0), Times{});
  chain.at(5, 1, {{"User", "Eve"}});
  EXPECT_EQ(chain.times_of(1), Times{3});
  ASSERT_EQ(chain.times_of(0), Times{5});
  EXPECT_EQ(chain.firings().back().evidence, (std::vector<Evidence>{{{3}, {1, 2}, 0}, {{5}, {1, 4}, 1}}));
}

TEST(CorrelationChain, a_temporal_rule_sees_that_its_member_went_on_holding) {
  Chain chain(failures_then_success());
  for (std::int64_t t = 0; t < 20; ++t) chain.at(t, 0, {{"ComputerName", "pc"}, {"User", "eve"}});
  chain.at(25, 1, {{"User", "eve"}});
  EXPECT_EQ(chain.times_of(1), (Times{2, 12}));
  EXPECT_EQ(chain.times_of(0), Times{25}) << "12 is out of reach, but the failures held until 19";
}

TEST(CorrelationChain, a_count_of_a_correlation_counts_firings) {
  Chain chain({draft_of("bursts", event_count, {rule_ref(0, "x")}, {"User"}, {{gte, 2}}),
               draft_of("hosts", event_count, {correlation_ref(0, "bursts")}, {}, {{gte, 2}})});
  for (std::int64_t t = 0; t < 8; ++t) chain.at(t, 0, {{"User", "eve"}});
  EXPECT_EQ(chain.times_of(1), Times{});
  chain.at(8, 0, {{"User", "bob"}}).at(9, 0, {{"User", "bob"}});
  EXPECT_EQ(chain.times_of(1), Times{9});
}

TEST(CorrelationChain, a_count_ignores_the_holding_that_a_temporal_rule_sees) {
  Chain chain({draft_of("bursts", event_count, {rule_ref(0, "x")}, {"User"}, {{gte, 2}}),
               draft_of("count", event_count, {correlation_ref(0, "bursts")}, {}, {{gte, 2}}),
               draft_of("near", temporal, {correlation_ref(0, "bursts"), rule_ref(1, "y")}, {})});
  for (std::int64_t t = 0; t < 8; ++t) chain.at(t, 0, {{"User", "eve"}});
  EXPECT_EQ(chain.times_of(1), Times{});
  EXPECT_EQ(chain.engine().statistics(1).matches, 1U);
  EXPECT_EQ(chain.engine().statistics(2).matches, 7U);
}

TEST(CorrelationChain, values_are_carried_through_two_levels) {
  Chain chain({draft_of("top", event_count, {correlation_ref(1, "middle")}, {"Site"}, {{gte, 1}}),
               draft_of("middle", event_count, {correlation_ref(2, "bottom")}, {"Host"}, {{gte, 1}}),
               draft_of("bottom", event_count, {rule_ref(0, "x")}, {"User"}, {{gte, 1}})});
  chain.at(1, 0, {{"User", "u"}, {"Host", "h"}, {"Site", "Osaka"}});
  ASSERT_EQ(chain.firings().size(), 3U);
  EXPECT_EQ(chain.firings()[2].correlation, 0U);
  EXPECT_EQ(chain.firings()[2].group, std::vector<std::string>{"Osaka"});
}

TEST(CorrelationChain, a_carried_value_that_is_absent_is_absent) {
  Chain chain(failures_then_success());
  for (const std::int64_t t : {1, 2, 3}) chain.at(t, 0, {{"ComputerName", "pc"}});
  EXPECT_EQ(chain.times_of(1), Times{3});
  EXPECT_EQ(chain.engine().statistics(0).ungrouped, 1U);
}

TEST(CorrelationChain, value_count_over_a_correlation_counts_its_groups) {
  CorrelationDraft spread = draft_of("spread", value_count, {correlation_ref(0, "bursts")}, {}, {{gte, 2}});
  spread.value_fields = {"User"};
  Chain chain({draft_of("bursts", event_count, {rule_ref(0, "x")}, {"User"}, {{gte, 2}}), spread});
  chain.at(1, 0, {{"User", "a"}})
      .at(2, 0, {{"User", "a"}})
      .at(3, 0, {{"User", "b"}})
      .at(4, 0, {{"User", "b"}});
  EXPECT_EQ(chain.times_of(1), Times{4});
}

TEST(CorrelationChain, a_member_judged_late_comes_at_the_end_of_its_window) {
  // "rare" is judged at 10; the window of the referring rule that opened at 0 ends at 10 too, and is not
  // reopened.
  Chain chain({draft_of("rare", event_count, {rule_ref(0, "x")}, {"User"}, {{lte, 1}}),
               draft_of("both", temporal, {correlation_ref(0, "rare"), rule_ref(1, "y")}, {"User"})});
  chain.at(0, 0, {{"User", "u"}}).at(5, 1, {{"User", "u"}}).at(30, 1, {{"User", "u"}});
  EXPECT_EQ(chain.times_of(0), Times{10});
  EXPECT_EQ(chain.times_of(1), Times{10});
}

TEST(CorrelationChain, at_one_time_the_referring_window_ends_before_the_new_match_comes) {
  Chain chain(
      {draft_of("rare", event_count, {rule_ref(0, "x")}, {}, {{lte, 1}}),
       draft_of("upper", event_count, {correlation_ref(0, "rare"), rule_ref(1, "y")}, {}, {{eq, 1}})});
  chain.at(0, 1, {}).at(0, 0, {}).finish();
  EXPECT_EQ(chain.times_of(0), Times{10});
  EXPECT_EQ(chain.times_of(1), (Times{10, 20})) << "y alone in [0, 10), the firing of rare alone in [10, 20)";
}

TEST(CorrelationChain, unbounded_members_are_judged_at_the_end_and_passed_on) {
  CorrelationDraft rare = draft_of("rare", event_count, {rule_ref(0, "x")}, {"User"}, {{lt, 2}});
  rare.timespan_ns.reset();
  CorrelationDraft many = draft_of("many rare", event_count, {correlation_ref(0, "rare")}, {}, {{lte, 5}});
  many.timespan_ns.reset();
  Chain chain({rare, many});
  chain.at(1, 0, {{"User", "a"}}).at(2, 0, {{"User", "b"}}).finish();
  EXPECT_EQ(chain.times_of(0), (Times{2, 2}));
  ASSERT_EQ(chain.times_of(1), Times{2});
  EXPECT_EQ(chain.firings().back().value, 2);
}

TEST(CorrelationChain, diamonds_do_not_explode) {
  // Each level refers to the two of the level before; unlimited, one match would derive 2^20.
  std::vector<CorrelationDraft> drafts;
  for (std::uint32_t level = 0; level < 20; ++level) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      auto references =
          level == 0 ? std::vector{rule_ref(side, "x")}
                     : std::vector{correlation_ref(2 * level - 2, "l"), correlation_ref(2 * level - 1, "r")};
      drafts.push_back(draft_of("d", temporal, std::move(references), {}, {{gte, 1}}));
    }
  }
  Chain chain(drafts);
  chain.at(1, 0, {}).at(2, 1, {});
  std::uint64_t refused = 0;
  for (std::uint32_t i = 0; i < drafts.size(); ++i) refused += chain.engine().statistics(i).derived_refused;
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, 100'000U);
}

}  // namespace
}  // namespace hinomi::detect
