#include "detect/rule_set.h"

#include <gtest/gtest.h>

#include "detect/sigma/rule_test_support.h"

namespace hinomi::detect {
namespace {

// One of everything: rules, a filter, correlations, a retired aggregation, a refusal, every kind of
// predicate.
RuleSet everything() {
  return testing::compile(R"(title: one
id: 1
name: one
level: high
tags: [attack.t1059]
falsepositives: [none]
description: d
hinomi: {advice: look}
logsource: {product: windows, service: sysmon}
detection:
  a: {A: 1, B|contains: x, C|startswith: 'y*z', D|endswith: q}
  b: {E|re|i: 'a.c$', F|cidr: 10.0.0.0/8, G|gt: 5, H: null, I|exists: true}
  c: {J|fieldref: K, L|hour: 5, M|cased: Abc, N|windash|contains: ' -x'}
  d: [keyword, other]
  condition: 2 of them or not d
---
title: two
id: 2
logsource: {category: c}
detection:
  s: {A: 1}
  timeframe: 5m
  condition: s | count(B) by C > 3
---
title: f
logsource: {product: windows}
filter:
  rules: [1]
  s: {B: 1}
  condition: s
---
title: c
id: 3
correlation:
  type: temporal
  rules: [one, 2]
  group-by: [User]
  timespan: 1h
  aliases: {User: {one: U}}
---
title: above
correlation:
  type: event_count
  rules: [3]
  group-by: [Host]
  timespan: 1h
  condition: {gte: 2, lt: 9}
generate: true
---
title: refused
logsource: {product: p}
detection: {s: {A|bad: 1}, condition: s}
)");
}

std::string image_of(const RuleSet& set) {
  std::string image;
  set.save(image);
  return image;
}

TEST(RuleSetImage, reads_back_equal) {
  const RuleSet set = everything();
  EXPECT_EQ(set.loaded, 5U);
  ASSERT_EQ(set.refused.size(), 1U);
  const std::string image = image_of(set);
  const auto loaded = RuleSet::load(image);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(image_of(*loaded), image);
  ASSERT_EQ(loaded->rules.size(), set.rules.size());
  const RuleInfo& info = loaded->rules.front().info;
  EXPECT_EQ(info.id, "1");
  EXPECT_EQ(info.advice, "look");
  EXPECT_EQ(info.level, Level::high);
  EXPECT_EQ(info.tags, std::vector<std::string>{"attack.t1059"});
  EXPECT_EQ(loaded->rules.front().demand, set.rules.front().demand);
  EXPECT_EQ(loaded->rules.front().selections.size(), set.rules.front().selections.size());
  EXPECT_EQ(loaded->fields().size(), set.fields().size());
  EXPECT_EQ(loaded->correlations.size(), 3U);
  EXPECT_EQ(loaded->correlations[1].members.size(), 2U);
  EXPECT_EQ(loaded->refused.front().reason, set.refused.front().reason);
  EXPECT_EQ(loaded->refused.front().where, set.refused.front().where);
  EXPECT_EQ(loaded->loaded, set.loaded);
  EXPECT_EQ(loaded->filters, 1U);
}

TEST(RuleSetImage, of_no_rules_reads_back) {
  const auto loaded = RuleSet::load(image_of(RuleSet{}));
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->rules.empty());
}

TEST(RuleSetImage, is_refused_when_cut_short_or_prolonged) {
  const std::string image = image_of(everything());
  for (std::size_t size = 0; size < image.size(); ++size) {
    EXPECT_FALSE(RuleSet::load(std::string_view(image).substr(0, size))) << size;
  }
  EXPECT_FALSE(RuleSet::load(image + '\0'));
  EXPECT_FALSE(RuleSet::load(image + image));
}

TEST(RuleSetImage, is_refused_when_any_bit_is_flipped) {
  std::string image = image_of(everything());
  for (std::size_t i = 0; i < image.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      image[i] = static_cast<char>(image[i] ^ (1 << bit));
      const auto loaded = RuleSet::load(image);
      EXPECT_FALSE(loaded) << "byte " << i << ", bit " << bit;
      image[i] = static_cast<char>(image[i] ^ (1 << bit));
    }
  }
  EXPECT_TRUE(RuleSet::load(image));
  EXPECT_EQ(RuleSet::load("").error().remedy, "delete the cache file");
}

TEST(Level, is_named_as_in_rules) {
  for (const char* name : {"informational", "low", "medium", "high", "critical"}) {
    Level level{};
    ASSERT_TRUE(parse_level(name, level));
    EXPECT_EQ(name_of(level), name);
  }
  Level level = Level::low;
  EXPECT_FALSE(parse_level("High", level));
  EXPECT_FALSE(parse_level("", level));
  EXPECT_EQ(level, Level::low);
}

}  // namespace
}  // namespace hinomi::detect
