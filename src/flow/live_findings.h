// A finding as JSON, as it stands in the findings log and as people are shown it. Not for the finding formats
// of a scan (app/finding_format.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlation_engine.h"
#include "detect/explain.h"
#include "detect/rule_set.h"
#include "event/event.h"
#include "event/event_id.h"
#include "flow/live_alerts.h"

namespace hinomi::flow {

// Beyond these a part is left out, and "cut" says so.
inline constexpr std::size_t kMaxMatchedBytes = 128 * 1024;
inline constexpr std::size_t kMaxExplanationBytes = 128 * 1024;
inline constexpr std::size_t kMaxFieldBytes = 64 * 1024;
inline constexpr std::size_t kMaxGroupValueBytes = 4096;  // of a value by which a correlation groups

// What every finding has.
struct FindingHead {
  store::alerts::FindingId id;
  PlacedFinding placed{};
  std::string_view rule;  // key
  const detect::RuleInfo* info = nullptr;
  std::string_view rule_set;
  event::EventId event;
  base::TimeNs event_time{};
  base::TimeNs received{};
};

// Of a sample also how the rule came to hold, and every value of the event, extracted with
// Extent::everything; else nullptr.
[[nodiscard]] std::string finding_json(const FindingHead& head,
                                       const std::vector<detect::MatchedItem>& matched,
                                       const std::vector<detect::Judged>* explanation,
                                       const event::Event* whole, const event::FieldTable& fields);

struct CorrelatedEvent {
  event::EventId id;
  base::TimeNs time{};
  std::string_view member;  // key of the rule it matched
  std::uint64_t batch = 0;
  std::uint32_t index = 0;
};
[[nodiscard]] std::string correlated_finding_json(const FindingHead& head,
                                                  const detect::CorrelationRule& rule,
                                                  const detect::Firing& firing,
                                                  const std::vector<CorrelatedEvent>& events);

}  // namespace hinomi::flow
