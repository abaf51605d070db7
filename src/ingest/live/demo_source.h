// The demo company as an input: yesterday's recording with the intrusion, played within minutes, then today's
// normal work as it happens. Labelled realm demo. Not for measuring and not for tests of performance.
#pragma once

#include <chrono>
#include <memory>

#include "ingest/live/input.h"
#include "ingest/live/intake.h"
#include "os/clock.h"

namespace hinomi::ingest::live {

struct DemoOptions {
  // Everything before the intrusion comes at once; the rest of that day is spread over this time.
  std::chrono::seconds intrusion_day{600};
  unsigned scale_percent = 100;  // of the usual amount of work (demo::Options)
};

// Where it is stands with its events in the journal: a restart goes on, and shows nothing twice.
[[nodiscard]] std::unique_ptr<Input> make_demo_source(const SourceInfo& source, Intake& intake,
                                                      const os::Clock& clock, const DemoOptions& options);

}  // namespace hinomi::ingest::live
