// Builds rules and matches for the tests of correlation, and records what the engine says. Only for tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "detect/correlation_engine.h"

namespace hinomi::detect::correlation_testing {

struct Recorder final : FiringSink {
  std::vector<Firing> firings;
  std::vector<LimitReached> limits;
  void on_firing(const Firing& firing) override { firings.push_back(firing); }
  void on_limit(const LimitReached& limit) override { limits.push_back(limit); }
};

// The `members` rules 0 … n-1, each capturing [group, value]; grouped by the first capture.
inline CorrelationRule rule_of(CorrelationType type, std::vector<Bound> condition,
                               std::optional<std::int64_t> timespan = 10, std::uint32_t members = 1) {
  CorrelationRule rule;
  rule.id = "rule";
  rule.type = type;
  rule.condition = std::move(condition);
  rule.timespan_ns = timespan;
  rule.group_by = {"User"};
  const bool takes_value = type == CorrelationType::value_count || type == CorrelationType::value_sum ||
                           type == CorrelationType::value_avg || type == CorrelationType::value_percentile;
  if (takes_value) rule.value_fields = {"Value"};
  for (std::uint32_t i = 0; i < members; ++i) {
    CorrelationMember member;
    member.index = i;
    member.group_captures = {0};
    if (takes_value) member.value_captures = {1};
    rule.members.push_back(member);
  }
  return rule;
}

inline CorrelationEngine engine_of(std::vector<CorrelationRule> rules,
                                   const CorrelationOptions& options = {}) {
  auto engine = CorrelationEngine::create(std::move(rules), options);
  HINOMI_CHECK(engine.has_value());
  return std::move(*engine);
}

// Feeds matches; every one gets the next sequence and an event of its own: {1, its number from 0}.
class Feed {
 public:
  explicit Feed(CorrelationEngine& engine) : engine_(engine) {}

  Feed& at(std::int64_t time, std::string_view group = "u", std::string_view value = "v",
           std::uint32_t rule = 0) {
    const CapturedValue captures[] = {{true, group}, {true, value}};
    send(time, rule, captures);
    return *this;
  }
  Feed& rule_at(std::uint32_t rule, std::int64_t time, std::string_view group = "u") {
    return at(time, group, "v", rule);
  }
  void send(std::int64_t time, std::uint32_t rule, std::span<const CapturedValue> captures) {
    engine_.on_match(
        {.time = {time}, .sequence = next_, .rule = rule, .event = {1, next_}, .captures = captures},
        recorder);
    ++next_;
  }
  Feed& advance(std::int64_t watermark) {
    engine_.advance({watermark}, recorder);
    return *this;
  }
  Feed& finish() {
    engine_.finish(recorder);
    return *this;
  }
  [[nodiscard]] std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> out;
    for (const Firing& firing : recorder.firings) out.push_back(firing.time.since_epoch_ns);
    return out;
  }
  [[nodiscard]] std::vector<double> values() const {
    std::vector<double> out;
    for (const Firing& firing : recorder.firings) out.push_back(firing.value);
    return out;
  }

  Recorder recorder;

 private:
  CorrelationEngine& engine_;
  std::uint64_t next_ = 0;
};

using Times = std::vector<std::int64_t>;
using Values = std::vector<double>;

}  // namespace hinomi::detect::correlation_testing
