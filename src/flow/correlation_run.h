// Correlations over a finished set of matches: collects what they need while events go by, puts it in order
// of time at the end and runs the engine. For scans; a stream feeds the engine as it goes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "detect/correlation_engine.h"
#include "detect/rule_set.h"
#include "event/event.h"
#include "ingest/unit.h"

namespace hinomi::flow {

// Where an event stands.
struct EventPlace {
  ingest::InputId input{};
  std::uint64_t record = 0;  // EventRecordID, line or document number
};

// A match of a rule that feeds correlations, with the values these need.
struct CorrelationInput {
  base::TimeNs time;
  std::uint32_t rule = 0;
  EventPlace place;
  std::vector<std::pair<bool, std::string>> captures;  // present, text
};

[[nodiscard]] CorrelationInput correlation_input(const detect::RuleSet& rules, std::uint32_t rule,
                                                 const event::Event& event, ingest::InputId input);

// Matches kept until the end; more are dropped and counted.
inline constexpr std::size_t kMaxCorrelationInputs = 20'000'000;

class CorrelationRun {
 public:
  explicit CorrelationRun(const detect::RuleSet& rules) : rules_(rules) {}

  void add(CorrelationInput input);

  using Visitor = std::function<void(const detect::Firing&, const std::vector<CorrelationInput>&)>;
  // EventRef::record of a firing is an index into the inputs that the visitor is given.
  void finish(std::uint64_t hash_seed, const Visitor& visit);

  // Matches that could not be kept, and refusals of the engine for lack of memory.
  [[nodiscard]] std::uint64_t incomplete() const noexcept { return dropped_ + refused_; }

 private:
  class Sink;
  const detect::RuleSet& rules_;
  std::vector<CorrelationInput> inputs_;
  std::uint64_t dropped_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace hinomi::flow
