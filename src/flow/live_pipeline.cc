#include "flow/live_pipeline.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/binary.h"
#include "os/fault_point.h"

namespace hinomi::flow {
namespace {

using base::Result;
using std::chrono::steady_clock;
using store::alerts::Checkpoint;
using store::alerts::Loaded;

// Saving the state of correlations may take this part of the time: 1 / kCheckpointShare.
constexpr int kCheckpointShare = 20;
constexpr std::uint64_t kCheckpointVersion = 1;
constexpr std::size_t kMaxNamesInLog = 10;

// For the log.
std::string taken_over_text(const detect::Succession& succession, const std::vector<std::string>& names) {
  const std::vector<std::uint32_t>& all = succession.correlations;
  const auto fresh = static_cast<std::size_t>(std::ranges::count(all, detect::Succession::kNone));
  std::string text = std::to_string(all.size() - fresh) + " of " + std::to_string(all.size()) +
                     " correlations are as before and go on from where they were";
  if (fresh == 0) return text;
  text += "; new or changed, with the rules they refer to, so that they begin anew:";
  std::size_t named = 0;
  for (std::size_t i = 0; i < all.size() && named < kMaxNamesInLog; ++i) {
    if (all[i] == detect::Succession::kNone) text += (named++ == 0 ? " '" : ", '") + names[i] + "'";
  }
  if (fresh > named) text += " and " + std::to_string(fresh - named) + " more";
  return text;
}

// A checkpoint: where in the journal, then the image of the correlations.
struct CheckpointHead {
  std::uint64_t position = 0;
  std::uint64_t next_sequence = 0;
};

std::string checkpoint_state(const CheckpointHead& head, const LiveCorrelations& correlations) {
  std::string state;
  base::BinaryWriter writer(state);
  writer.number(kCheckpointVersion);
  writer.number(head.position);
  writer.number(head.next_sequence);
  correlations.save(state);
  return state;
}

std::optional<std::pair<CheckpointHead, std::string_view>> open_checkpoint(std::string_view state) {
  base::BinaryReader reader(state);
  if (reader.number<std::uint64_t>() != kCheckpointVersion) return std::nullopt;
  CheckpointHead head;
  head.position = reader.number<std::uint64_t>();
  head.next_sequence = reader.number<std::uint64_t>();
  if (!reader.ok()) return std::nullopt;
  return std::pair{head, reader.rest()};
}

}  // namespace

LivePipeline::LivePipeline(const LivePipelineParts& parts, Loaded& loaded, std::uint64_t alerts,
                           LivePipelineOptions options)
    : parts_(parts),
      options_(std::move(options)),
      alerts_(loaded.open, [catalogue = parts.catalogue](
                               const store::alerts::GroupId& group) { return catalogue->latest_of(group); }),
      directory_(*parts.journal),
      position_(loaded.cursor.journal),
      next_sequence_(loaded.cursor.next_sequence),
      received_(loaded.cursor.received_at),
      last_commit_(parts.clock->steady()),
      totals_(loaded.totals),
      alerts_opened_(alerts),
      findings_end_(loaded.cursor.findings_end),
      version_(loaded.version),
      last_checkpoint_(parts.clock->steady()) {}

LivePipeline::~LivePipeline() = default;

Result<std::unique_ptr<LivePipeline>> LivePipeline::create(const LivePipelineParts& parts, Loaded loaded,
                                                           std::uint64_t alerts,
                                                           LivePipelineOptions options) {
  std::unique_ptr<LivePipeline> made(new LivePipeline(parts, loaded, alerts, std::move(options)));
  if (auto restored = made->restore(loaded); !restored) return restored.error();
  made->publish();
  return made;
}

Result<void> LivePipeline::restore(const Loaded& loaded) {
  if (!loaded.rule_set.empty()) {
    parts_.state->pipeline_state = process::PipelineState::loading_rules;
    auto rules = LiveRules::load(loaded.rule_set, options_.rules);
    if (!rules) return rules.error();
    rules_ = std::move(*rules);
    correlations_ = std::make_unique<LiveCorrelations>(rules_->rules(), options_.correlation);
    show_rules();
  }
  parts_.state->pipeline_state = process::PipelineState::catching_up;
  if (correlations_ && correlations_->needed() && loaded.checkpoint) {
    const auto opened = open_checkpoint(loaded.checkpoint->state);
    Result<void> restored = base::Error{.code = base::ErrorCode::invalid_input,
                                        .message = "state of correlations: of another version",
                                        .remedy = {}};
    if (opened) restored = correlations_->restore(opened->second);
    if (opened && restored) {
      replay_until_ = next_sequence_;
      position_ = opened->first.position;
      needed_from_ = position_;
      next_sequence_ = opened->first.next_sequence;
    } else {
      options_.log(restored.error().message + "; correlations begin anew");
    }
  }
  return parts_.journal->seek(position_);
}

void LivePipeline::show_rules() {
  const detect::RuleSet& rules = rules_->rules();
  parts_.state->rules = rules.rules.size() + rules.correlations.size();
  parts_.state->rules_refused = rules.refused.size();
}

// ---- a step

Result<bool> LivePipeline::step() {
  bool drained = false;
  while (!drained && !step_is_full()) {
    auto taken = next_event();
    if (!taken) return taken.error();
    drained = !*taken;
  }
  const bool is_due = step_findings_ > 0 || !step_.quarantined.empty() || !step_.rules.empty() || !drained ||
                      parts_.clock->steady() - last_commit_ >= options_.cursor_interval;
  if (drained) parts_.state->pipeline_state = process::PipelineState::live;
  if (is_due && owes_commit()) {
    if (auto committed = commit(); !committed) return committed.error();
  }
  return !drained;
}

bool LivePipeline::step_is_full() const {
  if (uncommitted_events_ >= options_.max_step_events || step_findings_ >= options_.max_step_findings ||
      step_bytes_ >= options_.max_step_bytes) {
    return true;
  }
  return step_findings_ > 0 && parts_.clock->steady() - first_finding_ >= options_.max_finding_age;
}

// False when there is none.
Result<bool> LivePipeline::next_event() {
  while (batch_ == nullptr || record_ >= batch_->records.size()) {
    if (batch_ != nullptr) position_ = batch_->next;
    auto next = parts_.journal->next(parts_.state->journal_end.load(std::memory_order_acquire));
    batch_ = next ? *next : nullptr;
    record_ = 0;
    if (!next) return next.error();
    if (batch_ == nullptr) return false;
    position_ = batch_->position;
    directory_.note(batch_->position, {batch_->first, std::string(batch_->source)});
  }
  const std::uint32_t index = record_++;
  event::IdParts id = batch_->first.parts();
  id.sequence += index;
  if (id.sequence < next_sequence_) return true;  // before the cursor, which stands within this batch
  const JournalEvent record{.id = event::EventId::make(id),
                            .sequence = id.sequence,
                            .batch = batch_->position,
                            .index = index,
                            .received = batch_->received,
                            .labels = batch_->labels,
                            .source_id = batch_->source_id,
                            .source = batch_->source,
                            .peer = batch_->peer,
                            .framing = batch_->framing,
                            .encoding = batch_->encoding,
                            .bytes = batch_->records[index]};
  if (auto taken = take(record); !taken) return taken.error();
  // What is judged again is part of no step, so that a restart always gets further than the one before.
  if (!is_replaying()) ++uncommitted_events_;
  next_sequence_ = record.sequence + 1;
  received_ = record.received;
  ++events_since_checkpoint_;
  return true;
}

Result<void> LivePipeline::take(const JournalEvent& record) {
  if (record.framing == ingest::live::Framing::control) return obey(record);
  process::LiveState& state = *parts_.state;
  const std::int64_t now = parts_.clock->steady().time_since_epoch().count();
  state.current_since_ns.store(now, std::memory_order_relaxed);
  state.current_event.store(record.sequence + 1, std::memory_order_release);
  Result<void> judged;
  const auto reason = options_.quarantine.find(record.sequence);
  if (reason == options_.quarantine.end()) {
    judged = judge(record);
  } else if (!is_replaying()) {
    step_.quarantined.push_back({.event = record.id,
                                 .batch = record.batch,
                                 .index = record.index,
                                 .reason = reason->second,
                                 .at = parts_.clock->now()});
    ++totals_.quarantined;
  }
  if (!is_replaying()) ++totals_.events;
  state.current_event.store(0, std::memory_order_release);
  return judged;
}

Result<void> LivePipeline::judge(const JournalEvent& record) {
  const std::string& poison = options_.poison_for_tests;
  if (!poison.empty() && record.bytes.find(poison) != std::string_view::npos) std::abort();
  if (!rules_) return {};
  detect::DetectorWorker& worker = rules_->worker();
  LiveExtractor& extractor = rules_->extractor();
  LiveExtraction extraction = extractor.extract(record, usual_extent_);
  if (!is_replaying() && (extraction.fell_back || !extraction.is_read)) ++parts_.state->unparsed;
  matches_.clear();
  if (extraction.is_read && worker.wanted(extractor.event().route)) {
    const bool all = worker.needs_everything(extractor.event());
    if (all && usual_extent_ == event::Extent::referenced)
      extraction = extractor.extract(record, event::Extent::everything);
    usual_extent_ = all ? event::Extent::everything : event::Extent::referenced;
    if (!all) extractor.spare_keywords();
    if (extraction.is_read) worker.evaluate(extractor.event(), matches_);
  }
  if (!is_replaying()) {
    if (auto added = add_findings(record, extractor.event()); !added) return added;
  }
  Result<void> added;
  correlations_->take(record, extractor.event(), matches_,
                      [&](const LaneKey& lane, const detect::Firing& firing) {
                        if (added && !is_replaying()) added = add_firing(record, lane, firing);
                      });
  return added;
}

// What the server said to itself.
Result<void> LivePipeline::obey(const JournalEvent& record) {
  if (record.bytes != kTimeRecord) return change_rules(record.bytes);
  if (!correlations_) return {};
  Result<void> added;
  correlations_->time_passed(record.received, [&](const LaneKey& lane, const detect::Firing& firing) {
    if (added && !is_replaying()) added = add_firing(record, lane, firing);
  });
  return added;
}

Result<void> LivePipeline::change_rules(std::string_view record) {
  const std::string_view hash = rule_set_of_record(record);
  if (hash.empty() || (rules_ && rules_->hash() == hash)) return {};
  const process::PipelineState before = parts_.state->pipeline_state;
  parts_.state->pipeline_state = process::PipelineState::loading_rules;
  auto rules = LiveRules::load(hash, options_.rules);
  if (!rules) return rules.error();
  auto texts = (*rules)->texts();
  if (!texts) return texts.error();
  auto correlations = std::make_unique<LiveCorrelations>((*rules)->rules(), options_.correlation);
  if (correlations_) take_over(*correlations, **rules);
  correlations_ = std::move(correlations);
  rules_ = std::move(*rules);
  usual_extent_ = event::Extent::referenced;
  for (store::alerts::RuleText& text : *texts) step_.rules.push_back(std::move(text));
  checkpoint_owed_ = true;
  show_rules();
  parts_.state->pipeline_state = before;
  return {};
}

// What correlations know stays where they and their rules are the same.
void LivePipeline::take_over(LiveCorrelations& correlations, const LiveRules& rules) {
  const detect::Succession succession = detect::succession_of(rules_->rules(), rules.rules());
  if (auto taken = correlations.take_over(*correlations_, succession); !taken) {
    options_.log(taken.error().message + "; all correlations of the new rule set begin anew");
    return;
  }
  options_.log("rule set " + rules.hash() + ": " + taken_over_text(succession, rules.keys().correlations));
}

// ---- commits

Result<void> LivePipeline::commit() {
  // While events are judged again nothing has changed, and the cursor stays where it is.
  if (is_replaying()) return {};
  auto findings_end = parts_.findings->commit();
  if (!findings_end) return findings_end.error();
  findings_end_ = *findings_end;
  os::fault_point("pipeline.findings_written");
  step_.alerts = alerts_.take_changes();
  // Behind a batch that is done, although the next one was not asked for yet.
  if (batch_ != nullptr && record_ >= batch_->records.size()) position_ = batch_->next;
  step_.cursor = {.journal = position_,
                  .next_sequence = next_sequence_,
                  .findings_end = findings_end_,
                  .received_at = received_};
  step_.totals = totals_;
  step_.rule_set = rules_ ? rules_->hash() : std::string();
  if (checkpoint_owed_ || checkpoint_is_due()) {
    step_.checkpoint = checkpoint(findings_end_);
    os::fault_point("pipeline.checkpoint");
  }
  os::fault_point("pipeline.before_commit");
  auto version = parts_.catalogue->commit(step_);
  if (!version) return version.error();
  version_ = *version;
  os::fault_point("pipeline.after_commit");
  checkpoint_owed_ = false;
  if (step_.checkpoint) needed_from_ = position_;
  step_ = {};
  uncommitted_events_ = 0;
  step_bytes_ = step_findings_ = 0;
  last_commit_ = parts_.clock->steady();
  publish();
  return {};
}

bool LivePipeline::checkpoint_is_due() const {
  if (!correlations_ || !correlations_->needed() || events_since_checkpoint_ == 0) return false;
  const auto since = parts_.clock->steady() - last_checkpoint_;
  if (since < checkpoint_cost_ * kCheckpointShare) return false;
  return since >= options_.checkpoint_interval || events_since_checkpoint_ >= options_.checkpoint_events;
}

std::optional<Checkpoint> LivePipeline::checkpoint(std::uint64_t findings_end) {
  if (!correlations_) return std::nullopt;
  const auto begin = parts_.clock->steady();
  Checkpoint made{.state = checkpoint_state({position_, next_sequence_}, *correlations_),
                  .findings_position = findings_end};
  last_checkpoint_ = parts_.clock->steady();
  // Storing it takes about as long again as writing it down, and then some.
  checkpoint_cost_ = (last_checkpoint_ - begin) * 4;
  if (made.state.size() > store::alerts::kMaxCheckpointBytes) {
    options_.log("the state of correlations is too large to be kept; a restart will judge more events again");
    return std::nullopt;
  }
  events_since_checkpoint_ = 0;
  return made;
}

void LivePipeline::publish() {
  process::LiveState& state = *parts_.state;
  state.pipeline_position = position_;
  const bool replays = correlations_ && correlations_->needed();
  state.pipeline_needs = replays ? needed_from_ : position_;
  state.pipeline_sequence = std::max(next_sequence_, replay_until_);
  state.pipeline_received_ns = received_.since_epoch_ns;
  state.findings = totals_.findings;
  state.quarantined = totals_.quarantined;
  state.correlation_incomplete = correlations_ ? correlations_->incomplete() : 0;
  state.alerts = alerts_opened_;
  state.alerts_version = static_cast<std::uint64_t>(version_);
  parts_.wake_front();
}

std::map<std::uint64_t, std::string> read_quarantine(std::string_view text) {
  std::map<std::uint64_t, std::string> events;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // a line that was not written to its end
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    std::uint64_t sequence = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), sequence);
    const auto length = static_cast<std::size_t>(stop - line.data());
    if (error != std::errc{} || length >= line.size() || line[length] != '\t') continue;
    events.emplace(sequence, line.substr(length + 1));
  }
  return events;
}

}  // namespace hinomi::flow
