// The live pipeline: events of the journal in order, judged by the rules in force, gathered to alerts,
// correlated; findings to their log, alerts to their store. What it makes depends on the journal alone, not
// on how often it was interrupted or how the journal was cut into steps. Not for the process around it
// (app/pipeline_command.h).
//
// One commit of the store makes a step take effect: findings are durable before it, and what a crash leaves
// of them behind its end is cut off at the next start. The state of correlations is kept with some of the
// commits; a restart takes the last one and judges the events since again, without making their findings
// anew.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "flow/event_directory.h"
#include "flow/live_alerts.h"
#include "flow/live_correlation.h"
#include "flow/live_journal.h"
#include "flow/live_rules.h"
#include "os/clock.h"
#include "process/live_state.h"
#include "store/alerts/writer.h"

namespace hinomi::flow {

struct LivePipelineOptions {
  LiveRulesOptions rules;
  LiveCorrelationOptions correlation;
  // A step ends with a commit when one of these is reached.
  std::uint64_t max_step_events = 50'000;
  std::size_t max_step_findings = 2'000;
  std::size_t max_step_bytes = std::size_t{8} << 20;  // of findings
  std::chrono::milliseconds max_finding_age{50};      // of the first finding that is not committed
  // Without findings the cursor is committed this often.
  std::chrono::milliseconds cursor_interval{250};
  std::chrono::milliseconds checkpoint_interval{10'000};
  std::uint64_t checkpoint_events = 200'000;
  // Sequence -> reason of the events to pass over.
  std::map<std::uint64_t, std::string> quarantine;
  // Test hook: an event that contains these bytes aborts the process. Empty, but for tests of the supervisor.
  std::string poison_for_tests;
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

// All of them outlive the pipeline.
struct LivePipelineParts {
  JournalSource* journal = nullptr;
  FindingsLog* findings = nullptr;
  store::alerts::Writer* catalogue = nullptr;
  os::Clock* clock = nullptr;
  process::LiveState* state = nullptr;
  std::function<void()> wake_front = [] {};
};

class LivePipeline {
 public:
  // `loaded` is what catalogue->load() said; the findings log ends where its cursor says. `alerts`: how many
  // there are.
  [[nodiscard]] static base::Result<std::unique_ptr<LivePipeline>> create(const LivePipelineParts& parts,
                                                                          store::alerts::Loaded loaded,
                                                                          std::uint64_t alerts,
                                                                          LivePipelineOptions options);
  LivePipeline(const LivePipeline&) = delete;
  LivePipeline& operator=(const LivePipeline&) = delete;
  ~LivePipeline();

  // Judges what the journal holds up to LiveState::journal_end, as far as one step goes, and commits it when
  // that is due. True: there is more to do at once. After an error the pipeline is of no further use.
  [[nodiscard]] base::Result<bool> step();
  // Commits what was judged, due or not.
  [[nodiscard]] base::Result<void> commit();
  // Whether a commit is still owed when nothing more arrives.
  [[nodiscard]] bool owes_commit() const noexcept { return uncommitted_events_ > 0; }

 private:
  LivePipeline(const LivePipelineParts& parts, store::alerts::Loaded& loaded, std::uint64_t alerts,
               LivePipelineOptions options);

  [[nodiscard]] base::Result<void> restore(const store::alerts::Loaded& loaded);
  [[nodiscard]] base::Result<bool> next_event();
  [[nodiscard]] base::Result<void> take(const JournalEvent& record);
  [[nodiscard]] base::Result<void> judge(const JournalEvent& record);
  [[nodiscard]] base::Result<void> obey(const JournalEvent& record);
  [[nodiscard]] base::Result<void> change_rules(std::string_view record);
  void take_over(LiveCorrelations& correlations, const LiveRules& rules);
  void show_rules();

  [[nodiscard]] base::Result<void> add_findings(const JournalEvent& record, const event::Event& event);
  [[nodiscard]] base::Result<void> add_finding(const JournalEvent& record, const event::Event& event,
                                               std::uint32_t rule);
  [[nodiscard]] base::Result<void> add_firing(const JournalEvent& record, const LaneKey& lane,
                                              const detect::Firing& firing);
  [[nodiscard]] base::Result<void> write_finding(const store::alerts::FindingRef& reference,
                                                 std::string_view json);

  [[nodiscard]] bool step_is_full() const;
  [[nodiscard]] bool is_replaying() const noexcept { return next_sequence_ < replay_until_; }
  [[nodiscard]] bool checkpoint_is_due() const;
  [[nodiscard]] std::optional<store::alerts::Checkpoint> checkpoint(std::uint64_t findings_end);
  void publish();

  LivePipelineParts parts_;
  LivePipelineOptions options_;
  std::unique_ptr<LiveRules> rules_;  // nullptr: none came into force yet
  std::unique_ptr<LiveCorrelations> correlations_;
  AlertGroups alerts_;
  EventDirectory directory_;

  // Where it stands.
  const JournalBatch* batch_ = nullptr;
  std::uint32_t record_ = 0;         // of batch_, to be taken next
  std::uint64_t position_ = 0;       // of the batch to be taken next or in hand
  std::uint64_t next_sequence_ = 0;  // of the event to be taken next
  std::uint64_t replay_until_ = 0;   // sequence: earlier events have had their effect on alerts
  base::TimeNs received_{};

  // Of the step.
  store::alerts::Commit step_;
  std::uint64_t uncommitted_events_ = 0;
  std::size_t step_bytes_ = 0;
  std::size_t step_findings_ = 0;
  std::chrono::steady_clock::time_point first_finding_{};
  std::chrono::steady_clock::time_point last_commit_{};

  store::alerts::Totals totals_;
  std::uint64_t alerts_opened_ = 0;
  std::uint64_t findings_end_ = 0;
  std::int64_t version_ = 0;

  bool checkpoint_owed_ = false;   // the rules have changed
  std::uint64_t needed_from_ = 0;  // position of the stored checkpoint: a restart judges from there
  std::uint64_t events_since_checkpoint_ = 0;
  std::chrono::steady_clock::time_point last_checkpoint_{};
  std::chrono::steady_clock::duration checkpoint_cost_{};

  event::Extent usual_extent_ = event::Extent::referenced;
  std::vector<std::uint32_t> matches_;  // scratch, reused
  bool whole_is_read_ = false;          // of the event in hand
};

// What the quarantine file says: "<sequence>\t<reason>\n" (process/poison_watch.h). Lines of another form are
// passed over.
[[nodiscard]] std::map<std::uint64_t, std::string> read_quarantine(std::string_view text);

}  // namespace hinomi::flow
