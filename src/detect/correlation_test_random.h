// Random correlation rules and matches, and firings as comparable texts. Only for tests.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "detect/correlation_reference.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect::correlation_testing {

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // 0 … bound - 1
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (z ^ (z >> 31)) % bound;
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

inline constexpr std::array kTypes = {
    CorrelationType::event_count,      CorrelationType::value_count, CorrelationType::temporal,
    CorrelationType::temporal_ordered, CorrelationType::value_sum,   CorrelationType::value_avg,
    CorrelationType::value_percentile,
};

inline CorrelationRule random_rule(Random& random, CorrelationType type, WindowKind window) {
  std::vector<Bound> condition;
  const bool temporal = type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
  const std::uint64_t bounds = temporal && random.one_in(2) ? 0 : 1 + random.below(2);
  const bool lower_only = random.one_in(2);
  for (std::uint64_t i = 0; i < bounds; ++i) {
    condition.push_back({static_cast<Comparison>(random.below(lower_only ? 2 : 6)),
                         static_cast<double>(random.below(5)) + (random.one_in(6) ? 0.5 : 0)});
  }
  const auto members = static_cast<std::uint32_t>(1 + random.below(4));
  CorrelationRule rule = rule_of(type, condition, static_cast<std::int64_t>(1 + random.below(15)), members);
  rule.window = window;
  constexpr std::array kPercentiles = {0.0, 1.0, 25.0, 50.0, 90.0, 99.5, 100.0};
  rule.percentile = kPercentiles[random.below(kPercentiles.size())];
  if (window == WindowKind::sliding && random.one_in(8)) rule.timespan_ns.reset();
  if (type == CorrelationType::temporal && members > 1 && random.one_in(3)) {
    rule.members[random.below(members)].negated = true;
  }
  return rule;
}

// In order of (time, sequence). Times crowd, so that equal times and exact distances are frequent.
inline std::vector<ReferenceMatch> random_matches(Random& random, std::size_t members) {
  constexpr std::array<std::string_view, 6> kValues = {"1", "2.5", "-3", "0", "4", "no number"};
  constexpr std::array<std::string_view, 3> kGroups = {"a", "A", "b"};
  std::vector<ReferenceMatch> matches(20 + random.below(100));
  std::int64_t time = static_cast<std::int64_t>(random.below(40)) - 60;
  std::uint64_t event = 0;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const bool same_event = i != 0 && random.one_in(6);
    if (!same_event) {
      time += static_cast<std::int64_t>(random.one_in(12) ? random.below(30) : random.below(4));
      ++event;
    }
    ReferenceMatch& match = matches[i];
    match.time = {time};
    match.sequence = event;
    match.event = {7, event};
    match.rule = static_cast<std::uint32_t>(random.below(members));
    match.captures = {{!random.one_in(15), kGroups[random.below(kGroups.size())]},
                      {!random.one_in(15), kValues[random.below(kValues.size())]}};
    if (same_event && match.rule <= matches[i - 1].rule) match.event.record = ++event, match.sequence = event;
  }
  return matches;
}

// An order of arrival in which nobody comes more than `lateness` behind the latest before it.
inline std::vector<ReferenceMatch> shuffled(Random& random, const std::vector<ReferenceMatch>& matches,
                                            std::uint64_t lateness) {
  std::vector<std::tuple<std::int64_t, std::uint64_t, std::size_t>> arrivals;  // when, drawn lot, which
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto delay = static_cast<std::int64_t>(random.below(lateness + 1));
    arrivals.emplace_back(matches[i].time.since_epoch_ns + delay, random.below(1'000'000), i);
  }
  std::ranges::sort(arrivals);
  std::vector<ReferenceMatch> out;
  for (const auto& [when, lot, index] : arrivals) out.push_back(matches[index]);
  return out;
}

inline std::string described(const Firing& firing) {
  std::string out;
  for (const std::string& value : firing.group) out += value + " ";
  out += "at " + std::to_string(firing.time.since_epoch_ns) + " value " + std::to_string(firing.value) +
         (firing.value_is_at_least ? "+" : "") + " total " + std::to_string(firing.total) + " from " +
         std::to_string(firing.first_time.since_epoch_ns) + " to " +
         std::to_string(firing.last_time.since_epoch_ns) + " trigger " +
         std::to_string(firing.trigger.record) + " evidence";
  for (const Evidence& evidence : firing.evidence) {
    out += " " + std::to_string(evidence.event.record) + "/" + std::to_string(evidence.member);
  }
  return out;
}

inline std::vector<std::string> described(const std::vector<Firing>& firings, bool sorted) {
  std::vector<std::string> out;
  for (const Firing& firing : firings) out.push_back(described(firing));
  if (sorted) std::ranges::sort(out);
  return out;
}

}  // namespace hinomi::detect::correlation_testing
