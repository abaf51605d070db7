// Events for benchmarks of the server: NDJSON lines of a company's Windows machines, domain controllers,
// Linux servers and proxy, about 700 bytes each, in the shares such logs have, with values that repeat and
// values that do not. Invented; no rule of SigmaHQ matches them but the marked ones match tests/fault/rules.
// Named as those of EventMaker are.
#pragma once

#include <cstdint>
#include <string>

#include "load/event_maker.h"

namespace hinomi::load {

// The host of marked events of a sender: what their alert is about.
[[nodiscard]] std::string host_of_marked(std::uint32_t sender);

class EventMix {
 public:
  explicit EventMix(const EventMaker::Options& options) : options_(options) {}

  // As EventMaker::append().
  void append(std::string& out, std::uint64_t number, std::int64_t time_ns) const;

 private:
  EventMaker::Options options_;
};

}  // namespace hinomi::load
