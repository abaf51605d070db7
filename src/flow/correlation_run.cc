#include "flow/correlation_run.h"

#include <algorithm>

#include "base/check.h"

namespace hinomi::flow {

CorrelationInput correlation_input(const detect::RuleSet& rules, std::uint32_t rule,
                                   const event::Event& event, ingest::InputId input) {
  CorrelationInput result{.time = event.time, .rule = rule, .place = {input, event.record}, .captures = {}};
  for (const event::FieldId field : rules.rules[rule].captures) {
    const auto slot = std::find_if(event.slots.begin(), event.slots.end(), [&](const event::Slot& s) {
      return s.field == field && s.value.kind != event::ValueKind::null;
    });
    const bool present = slot != event.slots.end();
    result.captures.emplace_back(present, present ? std::string(slot->value.text) : std::string());
  }
  return result;
}

class CorrelationRun::Sink final : public detect::FiringSink {
 public:
  Sink(CorrelationRun& run, const Visitor& visit) : run_(run), visit_(visit) {}
  void on_firing(const detect::Firing& firing) override { visit_(firing, run_.inputs_); }
  void on_limit(const detect::LimitReached& limit) override {
    run_.refused_ = std::max(run_.refused_, limit.refused);
  }

 private:
  CorrelationRun& run_;
  const Visitor& visit_;
};

void CorrelationRun::add(CorrelationInput input) {
  if (inputs_.size() >= kMaxCorrelationInputs) {
    ++dropped_;
  } else {
    inputs_.push_back(std::move(input));
  }
}

void CorrelationRun::finish(std::uint64_t hash_seed, const Visitor& visit) {
  if (rules_.correlations.empty()) return;
  auto engine = detect::CorrelationEngine::create(rules_.correlations, {.hash_seed = hash_seed});
  HINOMI_CHECK(engine.has_value());  // compile_rules() has linked them
  std::stable_sort(inputs_.begin(), inputs_.end(),
                   [](const CorrelationInput& a, const CorrelationInput& b) { return a.time < b.time; });
  Sink sink(*this, visit);
  std::vector<detect::CapturedValue> captures;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    captures.clear();
    for (const auto& [present, text] : inputs_[i].captures) captures.push_back({present, text});
    engine->on_match({.time = inputs_[i].time,
                      .sequence = i,
                      .rule = inputs_[i].rule,
                      .event = {0, i},
                      .captures = captures},
                     sink);
  }
  engine->finish(sink);
}

}  // namespace hinomi::flow
