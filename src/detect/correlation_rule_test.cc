#include "detect/correlation_rule.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "detect/correlation_engine.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using correlation_testing::rule_of;
using enum CorrelationType;
using enum Comparison;

std::string refusal(const CorrelationRule& rule) {
  auto checked = check(rule);
  return checked ? "" : checked.error().message;
}

CorrelationRule changed(CorrelationRule rule, const std::function<void(CorrelationRule&)>& change) {
  change(rule);
  return rule;
}

TEST(CorrelationRuleCheck, refuses_what_cannot_be_meant_and_says_why) {
  const struct {
    CorrelationRule rule;
    std::string_view why;
  } cases[] = {
      {changed(rule_of(event_count, {{gte, 1}}), [](auto& r) { r.members.clear(); }), "refers to no rule"},
      {changed(rule_of(event_count, {{gte, 1}}, 10, 2), [](auto& r) { r.members[1].index = 0; }),
       "one rule twice"},
      {rule_of(event_count, {{gte, 1}}, 10, 1025), "more than 1024"},
      {rule_of(temporal_ordered, {}, 10, 65), "more than 64"},
      {changed(rule_of(event_count, {{gte, 1}}), [](auto& r) { r.group_by.push_back("B"); }), "captures"},
      {rule_of(event_count, {}), "no condition"},
      {rule_of(event_count, std::vector<Bound>(9, Bound{gte, 1})), "too many comparisons"},
      {rule_of(event_count, {{gte, std::numeric_limits<double>::infinity()}}), "not finite"},
      {rule_of(event_count, {{gte, 2e9}}), "beyond 1,000,000,000"},
      {rule_of(event_count, {{gte, 1}}, 0), "timespan is not above 0"},
      {changed(rule_of(value_count, {{gte, 1}}),
               [](auto& r) { r.value_fields.clear(), r.members[0].value_captures.clear(); }),
       "value_count without a field"},
      {changed(rule_of(value_sum, {{gte, 1}}),
               [](auto& r) { r.value_fields.push_back("B"), r.members[0].value_captures.push_back(1); }),
       "exactly one field"},
      {changed(rule_of(event_count, {{gte, 1}}),
               [](auto& r) { r.value_fields = {"B"}, r.members[0].value_captures = {1}; }),
       "does not look at a field"},
      {changed(rule_of(value_percentile, {{gte, 1}}), [](auto& r) { r.percentile = 101; }), "percentile"},
      {changed(rule_of(event_count, {{gte, 1}}, std::nullopt),
               [](auto& r) { r.window = WindowKind::tumbling; }),
       "tumbling windows without a timespan"},
      {rule_of(event_count, {{eq, 0}}, std::nullopt), "absence of events"},
      {changed(rule_of(temporal, {}, 10, 2),
               [](auto& r) { r.members[0].negated = r.members[1].negated = true; }),
       "every rule it refers to is negated"},
      {changed(rule_of(temporal_ordered, {}, 10, 2), [](auto& r) { r.members[1].negated = true; }),
       "only 'temporal'"},
      {changed(rule_of(temporal, {{lte, 1}}, 10, 2), [](auto& r) { r.members[1].negated = true; }),
       "upper bound cannot be combined"},
      {changed(rule_of(temporal, {}, std::nullopt, 2), [](auto& r) { r.members[1].negated = true; }),
       "sliding timespan only"},
  };
  for (const auto& example : cases) {
    EXPECT_NE(refusal(example.rule).find(example.why), std::string::npos)
        << "expected: " << example.why << "\nsaid: " << refusal(example.rule);
    EXPECT_FALSE(CorrelationEngine::create({example.rule}, {}).has_value()) << example.why;
  }
}

TEST(CorrelationRuleCheck, accepts_every_type) {
  for (const auto type :
       {event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile}) {
    EXPECT_EQ(refusal(rule_of(type, {{gte, 1}}, 10, 3)), "") << name_of(type);
  }
}

TEST(CorrelationJudgement, follows_from_the_condition) {
  EXPECT_EQ(judgement_of(rule_of(event_count, {{gte, 3}})), Judgement::at_match);
  EXPECT_EQ(judgement_of(rule_of(event_count, {{gt, 3}, {gte, 5}})), Judgement::at_match);
  EXPECT_EQ(judgement_of(rule_of(temporal, {}, 10, 2)), Judgement::at_match);
  for (const auto comparison : {lt, lte, eq, neq}) {
    EXPECT_EQ(judgement_of(rule_of(event_count, {{comparison, 3}})), Judgement::at_window_end);
  }
  EXPECT_EQ(judgement_of(rule_of(event_count, {{gt, 1}, {lt, 9}})), Judgement::at_window_end);
  EXPECT_EQ(judgement_of(rule_of(event_count, {{eq, 0}})), Judgement::at_silence);
  EXPECT_EQ(judgement_of(rule_of(event_count, {{lt, 1}})), Judgement::at_silence);
  EXPECT_EQ(judgement_of(rule_of(event_count, {{lte, 0}})), Judgement::at_silence);
  EXPECT_EQ(judgement_of(rule_of(event_count, {{neq, 1}})), Judgement::at_window_end);
  EXPECT_EQ(judgement_of(rule_of(value_sum, {{eq, 0}})), Judgement::at_window_end);
}

CorrelationRule chained(std::string id, std::uint32_t child) {
  CorrelationRule rule = rule_of(event_count, {{gte, 1}});
  rule.id = std::move(id);
  rule.members[0].kind = CorrelationMember::Kind::correlation;
  rule.members[0].index = child;
  return rule;
}

TEST(CorrelationChain, a_circle_is_refused_and_named) {
  auto engine =
      CorrelationEngine::create({chained("top", 1), chained("a", 2), chained("b", 3), chained("c", 1)}, {});
  ASSERT_FALSE(engine.has_value());
  EXPECT_NE(engine.error().message.find("a -> b -> c -> a"), std::string::npos) << engine.error().message;
  EXPECT_EQ(engine.error().message.find("top"), std::string::npos);
}

TEST(CorrelationChain, a_rule_that_refers_to_itself_is_refused) {
  auto engine = CorrelationEngine::create({chained("self", 0)}, {});
  ASSERT_FALSE(engine.has_value());
  EXPECT_NE(engine.error().message.find("self -> self"), std::string::npos);
}

TEST(CorrelationChain, a_reference_to_nothing_is_refused) {
  EXPECT_FALSE(CorrelationEngine::create({chained("a", 7)}, {}).has_value());
}

TEST(CorrelationChain, is_limited_in_depth) {
  for (const std::size_t depth : {kMaxChainDepth, kMaxChainDepth + 1}) {
    std::vector<CorrelationRule> rules;
    for (std::uint32_t i = 0; i + 1 < depth; ++i)
      rules.push_back(chained("rule " + std::to_string(i), i + 1));
    rules.push_back(rule_of(event_count, {{gte, 1}}));
    EXPECT_EQ(CorrelationEngine::create(rules, {}).has_value(), depth == kMaxChainDepth);
  }
}

TEST(CorrelationEngineCreate, refuses_a_negative_lateness) {
  EXPECT_FALSE(CorrelationEngine::create({}, {.allowed_lateness_ns = -1}).has_value());
}

}  // namespace
}  // namespace hinomi::detect
