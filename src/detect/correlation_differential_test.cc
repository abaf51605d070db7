#include <gtest/gtest.h>

#include <tuple>

#include "detect/correlation_engine.h"
#include "detect/correlation_reference.h"
#include "detect/correlation_test_random.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

using namespace correlation_testing;

constexpr std::uint64_t kSeeds = 1000;

std::vector<Firing> run(const CorrelationRule& rule, const std::vector<ReferenceMatch>& matches,
                        const CorrelationOptions& options) {
  auto engine = correlation_testing::engine_of({rule}, options);
  Recorder recorder;
  for (const ReferenceMatch& match : matches) {
    engine.on_match({match.time, match.sequence, match.rule, match.event, match.captures}, recorder);
  }
  engine.finish(recorder);
  EXPECT_EQ(engine.statistics().late, 0U);
  EXPECT_EQ(engine.statistics().groups, 0U);
  EXPECT_EQ(engine.statistics().bytes, 0U);
  return recorder.firings;
}

class CorrelationDifferential : public ::testing::TestWithParam<std::tuple<CorrelationType, WindowKind>> {};

TEST_P(CorrelationDifferential, engine_and_plain_recount_agree) {
  const auto [type, window] = GetParam();
  std::uint64_t firings = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed);
    const CorrelationRule rule = random_rule(random, type, window);
    if (!check(rule)) continue;
    const std::vector<ReferenceMatch> matches = random_matches(random, rule.members.size());
    const auto expected = described(correlation_testing::reference_firings(rule, matches), true);
    const std::vector<Firing> in_order = run(rule, matches, {});
    ASSERT_EQ(described(in_order, true), expected) << "seed " << seed;
    const std::uint64_t lateness = 1 + random.below(20);
    const std::vector<Firing> late =
        run(rule, shuffled(random, matches, lateness),
            {.allowed_lateness_ns = static_cast<std::int64_t>(lateness), .hash_seed = seed});
    ASSERT_EQ(described(late, false), described(in_order, false))
        << "seed " << seed << ", lateness " << lateness;
    firings += in_order.size();
  }
  EXPECT_GT(firings, kSeeds / 4) << "the rules hardly ever fire: the comparison says little";
}

INSTANTIATE_TEST_SUITE_P(AllTypes, CorrelationDifferential,
                         ::testing::Combine(::testing::ValuesIn(kTypes),
                                            ::testing::Values(WindowKind::sliding, WindowKind::tumbling)),
                         [](const auto& example) {
                           return std::string(name_of(std::get<0>(example.param))) +
                                  (std::get<1>(example.param) == WindowKind::sliding ? "_sliding"
                                                                                     : "_tumbling");
                         });

}  // namespace
}  // namespace hinomi::detect
