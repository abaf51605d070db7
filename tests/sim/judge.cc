#include "sim/judge.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace hinomi::sim {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLateness = 5 * kSecond;
constexpr std::size_t kShown = 40;

class Firings final : public detect::FiringSink {
 public:
  explicit Firings(std::vector<std::string>& findings) : findings_(findings) {}
  void on_firing(const detect::Firing& firing) override {
    std::string text = "firing " + std::to_string(firing.correlation) + " group " + firing.group.at(0) +
                       " at " + std::to_string(firing.time.since_epoch_ns) + " trigger " +
                       std::to_string(firing.trigger.record) + " of";
    for (const detect::Evidence& evidence : firing.evidence)
      text += " " + std::to_string(evidence.event.record);
    findings_.push_back(std::move(text));
  }
  void on_limit(const detect::LimitReached&) override { findings_.emplace_back("limit"); }

 private:
  std::vector<std::string>& findings_;
};

detect::CorrelationRule rule_of(detect::CorrelationType type, double limit, std::uint32_t member_rule) {
  detect::CorrelationRule rule;
  rule.id = "rule " + std::to_string(member_rule);
  rule.type = type;
  rule.condition = {{detect::Comparison::gte, limit}};
  rule.timespan_ns = 20 * kSecond;
  rule.group_by = {"source"};
  detect::CorrelationMember member;
  member.index = member_rule;
  member.group_captures = {0};
  if (type == detect::CorrelationType::value_count) {
    rule.value_fields = {"value"};
    member.value_captures = {1};
  }
  rule.members.push_back(member);
  return rule;
}

detect::CorrelationEngine make_engine() {
  detect::CorrelationOptions options;
  options.allowed_lateness_ns = kLateness;
  auto engine = detect::CorrelationEngine::create({rule_of(detect::CorrelationType::event_count, 3, 0),
                                                   rule_of(detect::CorrelationType::value_count, 2, 1)},
                                                  options);
  HINOMI_CHECK(engine.has_value());
  return std::move(*engine);
}

}  // namespace

Judge::Judge() : engine_(make_engine()) {}

std::vector<std::string> Judge::judge(std::uint32_t source_id,
                                      std::span<const store::journal::Record> records) {
  std::vector<std::string> findings;
  Firings firings(findings);
  const std::string source = std::to_string(source_id);
  for (const store::journal::Record& record : records) {
    const std::uint64_t hash = base::hash64(record.raw, 1);
    const std::uint64_t sequence = record.id.parts().sequence;
    if (hash % 3 == 0)
      findings.push_back("hit " + record.id.text() + " " + std::string(record.raw.substr(0, kShown)));
    if (hash % 3 == 2) continue;
    // About one event a second, somewhat out of order.
    const base::TimeNs time{static_cast<std::int64_t>(sequence + hash / 3 % 8) * kSecond};
    const std::string value = std::to_string(hash / 24 % 4);
    const detect::CapturedValue captures[] = {{true, source}, {true, value}};
    engine_.on_match({.time = time,
                      .sequence = sequence,
                      .rule = static_cast<std::uint32_t>(hash % 3),
                      .event = {0, sequence},
                      .captures = captures},
                     firings);
  }
  return findings;
}

}  // namespace hinomi::sim
