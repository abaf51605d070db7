#include "detect/correlation_image.h"

#include <gtest/gtest.h>

#include <tuple>

#include "detect/correlation_engine.h"
#include "detect/correlation_test_random.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using namespace correlation_testing;

constexpr std::uint64_t kSeeds = 300;

// A rule of the type and, in half of the cases, one over its firings.
std::vector<CorrelationRule> random_rules(Random& random, CorrelationType type, WindowKind window) {
  std::vector<CorrelationRule> rules{random_rule(random, type, window)};
  if (random.one_in(2) || !check(rules[0])) return rules;
  CorrelationRule parent =
      rule_of(random.one_in(2) ? CorrelationType::event_count : CorrelationType::temporal,
              {{Comparison::gte, 1.0 + static_cast<double>(random.below(2))}}, 20);
  parent.id = "parent";
  parent.members[0].kind = CorrelationMember::Kind::correlation;
  rules.push_back(parent);
  return rules;
}

CorrelationOptions random_options(Random& random) {
  CorrelationOptions options;
  if (random.one_in(4)) options.max_groups = random.below(3);
  if (random.one_in(3)) options.max_bytes = 2'000 + random.below(3'000);
  if (random.one_in(2)) options.allowed_lateness_ns = static_cast<std::int64_t>(random.below(20));
  return options;
}

struct Outcome {
  std::vector<std::string> firings;
  std::vector<std::uint64_t> limits;
  Statistics statistics;
  std::vector<RuleStatistics> per_rule;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Before match `i` for every i of `restarts` the engine is saved, and a new one goes on from its image.
Outcome run(const std::vector<CorrelationRule>& rules, const std::vector<ReferenceMatch>& matches,
            const CorrelationOptions& options, const std::vector<std::size_t>& restarts) {
  CorrelationEngine engine = engine_of(rules, options);
  Recorder recorder;
  for (std::size_t i = 0; i <= matches.size(); ++i) {
    if (std::ranges::find(restarts, i) != restarts.end()) {
      std::string image = "before";
      engine.save(image);
      CorrelationOptions other_seed = options;
      other_seed.hash_seed = i + 1;
      engine = engine_of(rules, other_seed);
      EXPECT_TRUE(engine.restore(image.substr(6)));
      std::string again;
      engine.save(again);
      EXPECT_EQ(again, image.substr(6));
    }
    if (i == matches.size()) break;
    const ReferenceMatch& match = matches[i];
    engine.on_match({match.time, match.sequence, match.rule, match.event, match.captures}, recorder);
    if (i % 7 == 0) engine.advance({match.time.since_epoch_ns - 3}, recorder);
  }
  Outcome outcome;
  const auto note = [&] {
    outcome.statistics = engine.statistics();
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
      outcome.per_rule.push_back(engine.statistics(rule));
  };
  note();
  engine.finish(recorder);
  note();
  outcome.firings = described(recorder.firings, false);
  for (const LimitReached& limit : recorder.limits) {
    outcome.limits.push_back(static_cast<std::uint64_t>(limit.kind));
    outcome.limits.push_back(limit.correlation);
    outcome.limits.push_back(limit.refused);
  }
  return outcome;
}

class CorrelationImages : public ::testing::TestWithParam<std::tuple<CorrelationType, WindowKind>> {};

TEST_P(CorrelationImages, an_engine_restored_goes_on_as_the_saved_one_would) {
  const auto [type, window] = GetParam();
  std::uint64_t firings = 0;
  std::uint64_t limits = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed);
    const std::vector<CorrelationRule> rules = random_rules(random, type, window);
    if (!check(rules[0])) continue;
    std::vector<ReferenceMatch> matches = random_matches(random, rules[0].members.size());
    const CorrelationOptions options = random_options(random);
    matches = shuffled(random, matches, 1 + static_cast<std::uint64_t>(options.allowed_lateness_ns));
    const Outcome whole = run(rules, matches, options, {});
    std::vector<std::size_t> restarts;
    for (std::uint64_t i = 1 + random.below(4); i > 0; --i)
      restarts.push_back(random.below(matches.size() + 1));
    ASSERT_TRUE(run(rules, matches, options, restarts) == whole) << "seed " << seed;
    firings += whole.firings.size();
    limits += whole.limits.size();
  }
  EXPECT_GT(firings, kSeeds / 4) << "the rules hardly ever fire: the comparison says little";
  EXPECT_GT(limits, 0U) << "no limit is ever reached: the comparison says nothing of memory";
}

INSTANTIATE_TEST_SUITE_P(AllTypes, CorrelationImages,
                         ::testing::Combine(::testing::ValuesIn(kTypes),
                                            ::testing::Values(WindowKind::sliding, WindowKind::tumbling)),
                         [](const auto& example) {
                           return std::string(name_of(std::get<0>(example.param))) +
                                  (std::get<1>(example.param) == WindowKind::sliding ? "_sliding"
                                                                                     : "_tumbling");
                         });

struct Saved {
  std::vector<CorrelationRule> rules;
  CorrelationOptions options;
  std::vector<ReferenceMatch> later;
  std::string image;
};

Saved saved(std::uint64_t seed) {
  Random random(seed);
  Saved result;
  result.rules = random_rules(random, kTypes[seed % kTypes.size()],
                              random.one_in(3) ? WindowKind::tumbling : WindowKind::sliding);
  if (!check(result.rules[0])) return result;
  result.options = {.max_bytes = 1 << 20, .allowed_lateness_ns = 10};
  const auto matches = shuffled(random, random_matches(random, result.rules[0].members.size()), 10);
  CorrelationEngine engine = engine_of(result.rules, result.options);
  Recorder recorder;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (i == matches.size() / 2) engine.save(result.image);
    if (i >= matches.size() / 2) result.later.push_back(matches[i]);
    engine.on_match(
        {matches[i].time, matches[i].sequence, matches[i].rule, matches[i].event, matches[i].captures},
        recorder);
  }
  return result;
}

TEST(CorrelationImage, every_flipped_bit_and_every_cut_is_refused_and_changes_nothing) {
  const Saved whole = saved(14);
  ASSERT_FALSE(whole.image.empty());
  CorrelationEngine engine = engine_of(whole.rules, whole.options);
  ASSERT_TRUE(engine.restore(whole.image));
  for (std::size_t bit = 0; bit < whole.image.size() * 8; ++bit) {
    std::string damaged = whole.image;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(engine.restore(damaged)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < whole.image.size(); ++size) {
    ASSERT_FALSE(engine.restore(std::string_view(whole.image).substr(0, size))) << "size " << size;
  }
  std::string again;
  engine.save(again);
  EXPECT_EQ(again, whole.image);
}

TEST(CorrelationImage, other_rules_and_other_limits_are_refused) {
  const Saved whole = saved(14);
  ASSERT_FALSE(whole.image.empty());
  for (int what = 0; what < 5; ++what) {
    std::vector<CorrelationRule> rules = whole.rules;
    CorrelationOptions options = whole.options;
    if (what == 0) rules[0].timespan_ns = rules[0].timespan_ns.value_or(0) + 1;
    if (what == 1) rules[0].members[0].index += 1000;
    if (what == 2) rules.push_back(rule_of(CorrelationType::event_count, {{Comparison::gte, 1}}));
    if (what == 3) options.max_bytes += 1;
    if (what == 4) options.allowed_lateness_ns += 1;
    CorrelationEngine engine = engine_of(rules, options);
    EXPECT_FALSE(engine.restore(whole.image)) << what;
  }
}

// What has the right hash is read: it must be refused or be safe to run.
TEST(CorrelationImage, a_forged_image_is_refused_or_safe_to_run) {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Saved whole = saved(seed);
    if (whole.image.empty()) continue;
    Random random(seed);
    for (int trial = 0; trial < 200; ++trial) {
      std::string forged = whole.image;
      for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
        const std::size_t at = 40 + random.below(forged.size() - 40);  // behind the fingerprint
        const auto change = random.below(4);
        if (change == 0) forged[at] = static_cast<char>(random.below(256));
        if (change == 1) forged[at] = static_cast<char>(forged[at] ^ (1 << random.below(8)));
        if (change == 2) forged.erase(at, 1 + random.below(8));
        if (change == 3) forged.insert(at, 1 + random.below(8), '\0');
        if (forged.size() <= 41) break;
      }
      correlation::seal_image(forged, 0);
      CorrelationEngine engine = engine_of(whole.rules, whole.options);
      if (!engine.restore(forged)) {
        ++refused;
        continue;
      }
      ++accepted;
      Recorder recorder;
      for (const ReferenceMatch& match : whole.later) {
        engine.on_match({match.time, match.sequence, match.rule, match.event, match.captures}, recorder);
      }
      std::string image;
      engine.save(image);
      engine.finish(recorder);
      EXPECT_EQ(engine.statistics().groups, 0U);
    }
  }
  EXPECT_GT(accepted, 100U) << "all are refused: the comparison says little";
  EXPECT_GT(refused, 100U);
}

}  // namespace
}  // namespace hinomi::detect
