#include "app/status_keeper.h"

#include <unistd.h>

#include <fstream>

#include "app/version.h"
#include "base/check.h"

namespace hinomi::app {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(500);
constexpr std::size_t kShownQuarantine = 100;
constexpr double kNsPerSecond = 1e9;

std::uint64_t resident_of(std::uint32_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string_view word_of(process::PipelineState state) {
  switch (state) {
    case process::PipelineState::starting:
      return "starting";
    case process::PipelineState::loading_rules:
      return "loading_rules";
    case process::PipelineState::catching_up:
      return "catching_up";
    case process::PipelineState::live:
      return "live";
    case process::PipelineState::failed:
      return "failed";
  }
  return "starting";
}

std::string_view word_of(ingest::live::DiskState state) {
  switch (state) {
    case ingest::live::DiskState::ok:
      return "ok";
    case ingest::live::DiskState::warn:
      return "warn";
    case ingest::live::DiskState::refusing:
      return "refusing";
  }
  return "ok";
}

std::string_view word_of(base::Realm realm) {
  return store::alerts::name_of(realm);
}

store::alerts::Reader open_reader(const std::string& path) {
  auto reader = store::alerts::Reader::open(path);
  HINOMI_CHECK(reader.has_value());  // it never fails because of the file
  return std::move(*reader);
}

}  // namespace

StatusKeeper::StatusKeeper(Parts parts) : parts_(std::move(parts)), alerts_(open_reader(parts_.alerts_file)) {
  gather();
  thread_ = std::thread([this] { run(); });
}

StatusKeeper::~StatusKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_called_.notify_all();
  thread_.join();
}

void StatusKeeper::fill(api::Status& status) const {
  const std::lock_guard lock(mutex_);
  status = status_;
}

void StatusKeeper::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stop_called_.wait_for(lock, kInterval, [&] { return stopping_; })) return;
    }
    gather();
  }
}

void StatusKeeper::gather() {
  const auto now = parts_.clock->steady();
  const double seconds = std::chrono::duration<double>(now - gathered_at_).count();
  gathered_at_ = now;
  api::Status status;
  status.version = kVersion;
  status.realm_default = parts_.demo ? "demo" : "real";
  const process::LiveState& state = *parts_.state;
  status.uptime_s =
      (parts_.clock->now().since_epoch_ns - state.started_ns) / static_cast<std::int64_t>(kNsPerSecond);
  gather_sources(status, seconds);
  gather_pipeline(status);
  const ingest::live::CommitterStatus committed = parts_.committer->status();
  status.events.journal_sequence = committed.next_sequence - 1;
  status.journal.bytes = committed.journal.bytes;
  status.journal.segments = committed.journal.segments;
  if (committed.journal.oldest_received.since_epoch_ns != 0)
    status.journal.oldest = committed.journal.oldest_received;
  status.journal.damages = state.journal_damages;
  status.journal.damaged_bytes = state.journal_damaged_bytes;
  status.journal.fsync_ms_p50 = committed.sync_ms_p50;
  status.journal.fsync_ms_p99 = committed.sync_ms_p99;
  status.disk.used_percent = committed.space.used_percent();
  status.disk.free_bytes = committed.space.free_bytes;
  status.disk.state = word_of(committed.disk);
  status.sandbox = sandbox();
  const std::pair<const char*, std::uint32_t> processes[] = {{"supervisor", state.supervisor_pid},
                                                             {"front", state.front_pid},
                                                             {"pipeline", state.pipeline_pid},
                                                             {"zygote", state.zygote_pid}};
  for (const auto& [name, pid] : processes) {
    if (pid != 0) status.memory.push_back({name, pid, resident_of(pid)});
  }
  status.healthy = status.pipeline.state != "failed" && committed.disk != ingest::live::DiskState::refusing;
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

void StatusKeeper::gather_pipeline(api::Status& status) {
  const process::LiveState& state = *parts_.state;
  status.pipeline.state = word_of(state.pipeline_state);
  const std::uint64_t journal = state.journal_sequence;
  const std::uint64_t judged = state.pipeline_sequence;
  status.pipeline.lag_events = journal > judged ? journal - judged : 0;
  // Before the pipeline has said where it stands nothing is known; one event behind is not "caught up".
  if (judged == 0) status.pipeline.lag_events = std::max<std::uint64_t>(journal, 1);
  const std::int64_t received = state.pipeline_received_ns;
  if (status.pipeline.lag_events > 0 && received != 0)
    status.pipeline.lag_seconds =
        std::max(0.0, static_cast<double>(parts_.clock->now().since_epoch_ns - received) / kNsPerSecond);
  status.pipeline.restarts = state.pipeline_restarts;
  status.pipeline.rules = state.rules;
  status.pipeline.refused = state.rules_refused;
  status.pipeline.unparsed = state.unparsed;
  status.pipeline.incomplete = state.correlation_incomplete;
  status.pipeline.findings = state.findings;
  status.pipeline.alerts = state.alerts;
  gather_quarantine(status);
}

void StatusKeeper::gather_quarantine(api::Status& status) {
  const std::uint64_t count = parts_.state->quarantined;
  if (count != quarantined_before_) {
    const auto read = alerts_.quarantined(kShownQuarantine);
    if (read) {
      quarantined_.clear();
      for (const store::alerts::Quarantined& event : *read)
        quarantined_.push_back({event.event.text(), event.reason, event.at});
      quarantined_before_ = count;
    }
  }
  status.pipeline.quarantined = quarantined_;
}

void StatusKeeper::gather_sources(api::Status& status, double seconds) {
  for (ingest::live::InputStatistics& input : parts_.sources->statistics(*parts_.committer)) {
    api::SourceStatus source;
    source.name = input.name;
    source.type = input.kind;
    source.address = input.address;
    source.realm = word_of(input.realm);
    source.state = ingest::live::name_of(input.state);
    if (input.last_event.since_epoch_ns != 0) source.last_event = input.last_event;
    source.events = input.events;
    source.bytes = input.bytes;
    source.dropped = input.dropped;
    source.refused = input.refused;
    source.cut = input.cut;
    source.framing_errors = input.framing_errors;
    source.connections = input.connections;
    source.connections_refused = input.connections_refused;
    source.lag_bytes = input.lag_bytes;
    source.followed = input.files;
    for (ingest::live::FileStatistics& file : input.shown_files)
      source.files.push_back(
          {std::move(file.path), std::string(file.state), file.size, file.lag, std::move(file.problem)});
    source.error = input.error;
    std::uint64_t& before = events_before_[input.name];
    source.per_second = seconds > 0 ? static_cast<double>(input.events - before) / seconds : 0;
    before = input.events;
    status.events.received += source.events;
    status.events.per_second += source.per_second;
    status.sources.push_back(std::move(source));
  }
}

api::Status::Sandbox StatusKeeper::sandbox() const {
  const std::uint32_t level = parts_.state->sandbox;
  api::Status::Sandbox sandbox;
  sandbox.namespaces = (level & process::kSandboxNamespaces) != 0;
  sandbox.rlimits = (level & process::kSandboxRlimits) != 0;
  sandbox.seccomp = (level & process::kSandboxSeccomp) != 0;
  sandbox.landlock = (level & process::kSandboxLandlock) != 0;
  sandbox.workers = parts_.state->workers;
  constexpr std::uint32_t kIndispensable = process::kSandboxRlimits | process::kSandboxSeccomp;
  constexpr std::uint32_t kAll =
      kIndispensable | process::kSandboxNamespaces | process::kSandboxLandlock | process::kSandboxEmptyRoot;
  sandbox.level = (level & kAll) == kAll                       ? "full"
                  : (level & kIndispensable) == kIndispensable ? "reduced"
                                                               : "none";
  return sandbox;
}

}  // namespace hinomi::app
