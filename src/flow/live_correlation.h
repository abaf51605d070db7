// Correlations over an endless stream of events: each realm and, for events that arrive long after they
// happened, each source has a lane of its own with its own time, so that the import of an old file neither
// makes live events late nor is late itself. Time comes from the events and from when they were received,
// never from a clock: the same events give the same firings. Not for finished sets (correlation_run.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "detect/correlation_engine.h"
#include "detect/rule_set.h"
#include "detect/succession.h"
#include "event/event.h"
#include "flow/live_events.h"

namespace hinomi::flow {

struct LaneKey {
  std::uint32_t organisation = 0;
  base::Realm realm = base::Realm::real;
  std::uint64_t source = 0;  // source id + 1 of events that come late; 0 = the others
  friend bool operator==(const LaneKey&, const LaneKey&) = default;
};

struct LiveCorrelationOptions {
  // How far an event may stand behind the latest of its lane and still be put in order. An event that claims
  // to be later than this behind its receipt counts as of its receipt.
  std::int64_t lateness_ns = 60'000'000'000;
  // An event of the real realm that is older than this when it is received belongs to its source's lane.
  std::int64_t backlog_ns = 600'000'000'000;
  std::size_t lane_bytes = std::size_t{48} << 20;         // of a realm
  std::size_t backlog_lane_bytes = std::size_t{4} << 20;  // of a source
  std::uint64_t hash_seed = 0;
};

// Lanes of late sources kept at a time; for a further one the lane that has rested longest is brought to its
// end.
inline constexpr std::size_t kMaxBacklogLanes = 12;
// Lanes of realms and organisations; events of further ones are not correlated.
inline constexpr std::size_t kMaxLanes = 8;
inline constexpr std::int64_t kLaneRestNs = 120'000'000'000;

// Called while an event is handled. EventRef: input = position of the event's batch, record = its sequence.
using LiveFiringSink = std::function<void(const LaneKey&, const detect::Firing&)>;

class LiveCorrelations {
 public:
  // `rules` must outlive it.
  LiveCorrelations(const detect::RuleSet& rules, const LiveCorrelationOptions& options);
  ~LiveCorrelations();
  LiveCorrelations(LiveCorrelations&&) noexcept;
  LiveCorrelations& operator=(LiveCorrelations&&) noexcept;

  // Every event in order, with the rules that hold for it; `event` is not looked at when there are none.
  void take(const JournalEvent& record, const event::Event& event, std::span<const std::uint32_t> matches,
            const LiveFiringSink& sink);
  // For an event that could not be read or that no rule wanted to see: its time is that of its receipt.
  [[nodiscard]] bool needed() const noexcept { return needed_; }

  // No event has come for a while, and it is `received` now: what waits for time to pass is judged. A lane of
  // late events, or of another realm than the real one, is brought to its end once it has rested kLaneRestNs.
  void time_passed(base::TimeNs received, const LiveFiringSink& sink);

  void save(std::string& out) const;
  // Refuses what CorrelationEngine::restore() refuses, and is then as new.
  [[nodiscard]] base::Result<void> restore(std::string_view image);

  // Goes on from what `earlier` knows where `succession`, of its rules and these, says that they are the
  // same.
  [[nodiscard]] base::Result<void> take_over(const LiveCorrelations& earlier,
                                             const detect::Succession& succession);

  // Matches that came too late or found no memory, over all lanes there have been.
  [[nodiscard]] std::uint64_t incomplete() const;

 private:
  class Lane;
  [[nodiscard]] Lane* lane_of(const LaneKey& key, const JournalEvent& record, const LiveFiringSink& sink);
  [[nodiscard]] std::unique_ptr<Lane> new_lane(const LaneKey& key) const;

  const detect::RuleSet* rules_;
  LiveCorrelationOptions options_;
  bool needed_;
  std::uint64_t incomplete_before_ = 0;       // of lanes and correlations that are not there any more
  std::vector<std::unique_ptr<Lane>> lanes_;  // in order of making
  Lane* last_ = nullptr;
  std::vector<detect::CapturedValue> captures_;  // scratch, reused
};

}  // namespace hinomi::flow
