#include "detect/succession.h"

#include <gtest/gtest.h>

#include "detect/correlation_engine.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using correlation_testing::Recorder;

std::string rule(const std::string& name, const std::string& detection = "f: 1") {
  return "title: " + name + "\nname: " + name + "\nlogsource: {product: x}\ndetection:\n  s: {" + detection +
         "}\n  condition: s\n";
}

std::string correlation(const std::string& name, const std::string& rules, const std::string& group,
                        const std::string& condition = "gte: 3", const std::string& type = "event_count") {
  return "title: " + name + "\nname: " + name + "\ncorrelation:\n  type: " + type + "\n  rules: [" + rules +
         "]\n  group-by: [" + group + "]\n  timespan: 10m\n  generate: true\n  condition: {" + condition +
         "}\n";
}

RuleSet compiled(const std::vector<std::string>& texts) {
  std::vector<RuleFile> files;
  for (const std::string& text : texts) files.push_back({std::to_string(files.size()) + ".yml", text});
  RuleSet set = compile_rules(files, {});
  for (const Refusal& refusal : set.refused) ADD_FAILURE() << refusal.path << ": " << refusal.reason;
  return set;
}

constexpr std::uint32_t kNone = Succession::kNone;
using Places = std::vector<std::uint32_t>;

TEST(Succession, what_is_unchanged_is_found_in_its_new_place) {
  const RuleSet before = compiled(
      {rule("a", "f: [1, 2]"), rule("b"), correlation("one", "a", "h"), correlation("two", "b", "h")});
  const RuleSet after =
      compiled({rule("new", "h|contains: x"), rule("b"), rule("a", "f: [1, 2]"), correlation("two", "b", "h"),
                correlation("more", "a", "u"), correlation("one", "a", "h")});
  const Succession succession = succession_of(before, after);
  EXPECT_EQ(succession.correlations, (Places{1, kNone, 0}));
  ASSERT_EQ(succession.rules.size(), 2U);
  EXPECT_EQ(succession.rules[0].index, 2U);
  EXPECT_EQ(succession.rules[0].captures, (Places{kNoCapture, 0})) << "u is captured first now, then h";
  EXPECT_EQ(succession.rules[1].index, 1U);
}

TEST(Succession, what_has_changed_and_what_refers_to_it_begins_anew) {
  const std::vector<std::string> texts = {rule("a"), rule("b"), correlation("one", "a", "h"),
                                          correlation("chain", "one", "h"), correlation("two", "b", "h")};
  const RuleSet before = compiled(texts);
  const auto places_with = [&](std::size_t changed, const std::string& text) {
    std::vector<std::string> others = texts;
    others[changed] = text;
    return succession_of(before, compiled(others)).correlations;
  };
  EXPECT_EQ(places_with(0, texts[0]), (Places{0, 1, 2}));
  EXPECT_EQ(places_with(0, rule("a") + "description: other words\nlevel: low\n"), (Places{0, 1, 2}));
  EXPECT_EQ(places_with(0, rule("a", "f: 2")), (Places{kNone, kNone, 2}));
  EXPECT_EQ(places_with(0, rule("a", "f|startswith: 1")), (Places{kNone, kNone, 2}));
  EXPECT_EQ(places_with(2, correlation("one", "a", "h", "gte: 4")), (Places{kNone, kNone, 2}));
  EXPECT_EQ(places_with(2, correlation("one", "a", "u")), (Places{kNone, kNone, 2}));
  EXPECT_EQ(places_with(3, correlation("chain", "one", "h", "gte: 9")), (Places{0, kNone, 2}));
}

TEST(Succession, a_filter_changes_the_rules_that_it_is_for) {
  const std::vector<std::string> texts = {rule("a"), rule("b"), correlation("one", "a", "h"),
                                          correlation("two", "b", "h")};
  std::vector<std::string> filtered = texts;
  filtered.emplace_back(
      "title: f\nlogsource: {product: x}\nfilter:\n  rules: [a]\n  s: {h: quiet}\n  condition: s\n");
  EXPECT_EQ(succession_of(compiled(texts), compiled(filtered)).correlations, (Places{kNone, 1}));
}

class TakeOver : public ::testing::Test {
 protected:
  static CorrelationEngine engine_of(const RuleSet& set, std::int64_t lateness) {
    return correlation_testing::engine_of(set.correlations, {.allowed_lateness_ns = lateness});
  }
  // A match of the rule of this name, with the value of every field it captures: the field's name.
  void match(CorrelationEngine& engine, const RuleSet& set, std::string_view name, std::int64_t time) {
    for (std::uint32_t i = 0; i < set.rules.size(); ++i) {
      if (set.rules[i].info.name != name) continue;
      std::vector<CapturedValue> captures;
      for (const event::FieldId field : set.rules[i].captures)
        captures.push_back({true, set.fields().name(field)});
      engine.on_match(
          {.time = {time}, .sequence = ++sequence_, .rule = i, .event = {1, sequence_}, .captures = captures},
          recorder_);
    }
  }
  std::vector<std::string> fired(const RuleSet& set) {
    std::vector<std::string> names;
    for (const Firing& firing : recorder_.firings) {
      names.push_back(set.correlations[firing.correlation].id.substr(0, 3));
      for (const std::string& value : firing.group) names.back() += " " + value;
    }
    return names;
  }

  Recorder recorder_;
  std::uint64_t sequence_ = 0;
};

TEST_F(TakeOver, counts_go_on_where_other_rules_came_and_begin_anew_where_their_own_changed) {
  const RuleSet before =
      compiled({rule("a"), rule("b"), correlation("one", "a", "h"), correlation("two", "b", "h")});
  const RuleSet after = compiled({rule("c"), rule("b", "f: 2"), rule("a"), correlation("six", "a", "u"),
                                  correlation("two", "b", "h"), correlation("one", "a", "h")});
  for (const std::int64_t lateness : {0, 5}) {
    recorder_ = {};
    CorrelationEngine first = engine_of(before, lateness);
    for (int i = 0; i < 2; ++i) {
      match(first, before, "a", i);
      match(first, before, "b", i);
    }
    CorrelationEngine second = engine_of(after, lateness);
    ASSERT_TRUE(second.take_over(first, succession_of(before, after)));
    match(second, after, "a", 2);
    match(second, after, "b", 2);
    second.advance({10}, recorder_);
    EXPECT_EQ(fired(after), (std::vector<std::string>{"one h"})) << "lateness " << lateness;
  }
}

TEST_F(TakeOver, timers_and_chains_go_on_though_more_is_carried_for_others) {
  const RuleSet before = compiled(
      {rule("a"), rule("b"), correlation("two", "b", "u", "lt: 5"), correlation("one", "a", "h", "lt: 3")});
  const RuleSet after =
      compiled({rule("a"), correlation("one", "a", "h", "lt: 3"), correlation("all", "one", "u", "gte: 1")});
  CorrelationEngine first = engine_of(before, 5);
  match(first, before, "b", 0);
  match(first, before, "a", 0);
  first.advance({10}, recorder_);
  CorrelationEngine second = engine_of(after, 5);
  ASSERT_TRUE(second.take_over(first, succession_of(before, after)));
  EXPECT_EQ(second.statistics().groups, 1U);
  second.advance({700'000'000'000}, recorder_);
  EXPECT_EQ(fired(after), (std::vector<std::string>{"one h"})) << "its last match did not keep u";
  EXPECT_EQ(second.statistics(1).ungrouped, 1U);
}

TEST_F(TakeOver, of_the_same_rules_it_is_the_same_state) {
  const RuleSet set = compiled({rule("a"), rule("b"), correlation("one", "a", "h"),
                                correlation("all", "one, b", "u", "gte: 2", "temporal")});
  CorrelationEngine first = engine_of(set, 5);
  for (int i = 0; i < 20; ++i) match(first, set, i % 3 == 0 ? "b" : "a", i);
  CorrelationEngine second = engine_of(set, 5);
  ASSERT_TRUE(second.take_over(first, succession_of(set, set)));
  std::string before;
  std::string after;
  first.save(before);
  second.save(after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace hinomi::detect
