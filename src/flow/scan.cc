#include "flow/scan.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "detect/detector.h"
#include "flow/records.h"
#include "query/program.h"

namespace hinomi::flow {
namespace {

struct UnitOutcome {
  std::uint64_t events = 0;
  std::uint64_t unrouted = 0;
  std::uint64_t bytes = 0;
  std::uint64_t differences = 0;
  std::string first_difference;
  ingest::InputId input{};
  std::string_view input_name;
  RecordProblems problems;
  std::vector<Finding> findings;
  std::vector<std::uint32_t> matched_rules;
  std::vector<CorrelationInput> inputs;
};

constexpr std::uint64_t kUnitsAheadPerThread = 4;
constexpr auto kProgressInterval = std::chrono::milliseconds(100);

class Scan {
 public:
  Scan(const detect::Detector& detector, const normalise::Normaliser& normaliser,
       const event::SourceRegistry& sources, const ScanOptions& options, FindingSink& sink)
      : rules_(detector.rules()),
        normaliser_(normaliser),
        sources_(sources),
        options_(options),
        sink_(sink),
        detector_(detector),
        reader_(options.paths, reader_options(options)),
        correlations_(detector.rules()) {
    summary_.per_rule.resize(rules_.rules.size());
    summary_.per_correlation.resize(rules_.correlations.size());
  }

  ScanSummary run() {
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.threads; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    correlate();
    gather_inputs();
    summary_.stopped = stop_requested();
    return std::move(summary_);
  }

 private:
  static ingest::ReaderOptions reader_options(const ScanOptions& options) {
    ingest::ReaderOptions reader = options.reader;
    if (options.stop) reader.stop = options.stop;
    return reader;
  }
  [[nodiscard]] bool stop_requested() const { return options_.stop && options_.stop(); }

  void work() {
    detect::DetectorWorker worker(detector_, sources_, options_.hash_seed);
    if (!options_.use_memo) worker.disable_memo();
    detect::Explainer explainer(rules_);
    std::vector<std::uint32_t> matches;
    UnitOutcome outcome;
    RecordReader records(normaliser_, [&](const event::Event& event) {
      if (!worker.wanted(event.route)) return RecordReader::Want::nothing;
      const bool all = worker.needs_everything(event);
      return all ? RecordReader::Want::everything : RecordReader::Want::referenced;
    });
    if (options_.by_reference) {
      records.visit_again([&](const event::Event& event) { compare(event, worker, matches, outcome); });
    }
    while (auto unit = take_unit()) {
      outcome = {};
      outcome.input = unit->input;
      outcome.input_name = unit->input_name;
      outcome.bytes = unit->bytes().size();
      outcome.events = records.read(*unit, outcome.problems, [&](const event::Event& event) {
        judge(event, worker, explainer, matches, outcome);
      });
      deliver(unit->ordinal, std::move(outcome));
    }
  }

  // Units are handed out in order, and none far ahead of the slowest: memory stays bounded.
  std::optional<ingest::Unit> take_unit() {
    std::unique_lock lock(input_mutex_);
    may_take_.wait(lock, [&] {
      return ended_ ||
             taken_ < delivered_ + kUnitsAheadPerThread * static_cast<std::uint64_t>(options_.threads);
    });
    if (ended_ || stop_requested()) return std::nullopt;
    auto unit = reader_.next();
    if (!unit) {
      ended_ = true;
      may_take_.notify_all();
      return std::nullopt;
    }
    HINOMI_CHECK(unit->ordinal == taken_);
    ++taken_;
    return unit;
  }

  void judge(const event::Event& event, detect::DetectorWorker& worker, detect::Explainer& explainer,
             std::vector<std::uint32_t>& matches, UnitOutcome& outcome) {
    worker.evaluate(event, matches);
    for (const std::uint32_t rule : matches) {
      const detect::DetectionRule& definition = rules_.rules[rule];
      if (definition.feeds_correlation && event.has_time)
        outcome.inputs.push_back(correlation_input(rules_, rule, event, outcome.input));
      if (!definition.shown || definition.info.level < options_.min_level) continue;
      outcome.matched_rules.push_back(rule);
      Finding finding;
      finding.rule = &definition.info;
      finding.has_time = event.has_time;
      finding.time = event.time;
      finding.place = {outcome.input, event.record};
      finding.matched =
          explainer.matched(rule, event, [&](query::NodeId node) { return worker.holds(node); });
      outcome.findings.push_back(std::move(finding));
    }
  }

  void compare(const event::Event& event, detect::DetectorWorker& worker,
               const std::vector<std::uint32_t>& fast, UnitOutcome& outcome) const {
    std::vector<std::uint32_t> reference;
    worker.evaluate_by_reference(event, reference);
    if (fast == reference) return;
    if (outcome.differences++ > 0) return;
    std::vector<std::uint32_t> differing;
    std::set_symmetric_difference(fast.begin(), fast.end(), reference.begin(), reference.end(),
                                  std::back_inserter(differing));
    outcome.first_difference = std::string(outcome.input_name) + " record " + std::to_string(event.record) +
                               ": " + rules_.rules[differing.front()].info.path;
  }

  void deliver(std::uint64_t ordinal, UnitOutcome outcome) {
    {
      const std::lock_guard lock(output_mutex_);
      waiting_.emplace(ordinal, std::move(outcome));
      while (!waiting_.empty() && waiting_.begin()->first == next_out_) {
        put_out(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        ++next_out_;
      }
      report_progress();
    }
    {
      const std::lock_guard lock(input_mutex_);
      delivered_ = std::max(delivered_, next_out_.load());
    }
    may_take_.notify_all();
  }

  void put_out(UnitOutcome& outcome) {
    summary_.events += outcome.events;
    summary_.bytes += outcome.bytes;
    summary_.findings += outcome.findings.size();
    if (outcome.differences > 0 && summary_.differences == 0)
      summary_.first_difference = outcome.first_difference;
    summary_.differences += outcome.differences;
    for (const std::uint32_t rule : outcome.matched_rules) ++summary_.per_rule[rule];
    InputResult& input = input_result(outcome.input);
    input.events += outcome.events;
    input.notes += outcome.problems.notes;
    if (input.note.empty()) input.note = outcome.problems.first_note;
    if (outcome.problems.count > 0 && input.bad_records == 0) {
      input.status.reason = outcome.problems.first_reason;
      input.status.position = outcome.problems.first_record;
    }
    input.bad_records += outcome.problems.count;
    for (const Finding& finding : outcome.findings) sink_.on_finding(finding, outcome.input_name);
    for (CorrelationInput& one : outcome.inputs) correlations_.add(std::move(one));
  }

  InputResult& input_result(ingest::InputId id) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= summary_.inputs.size()) summary_.inputs.resize(index + 1);
    return summary_.inputs[index];
  }

  void report_progress() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_progress_ < kProgressInterval) return;
    last_progress_ = now;
    sink_.on_progress({reader_.progress(), summary_.events, summary_.findings});
  }

  void correlate() {
    correlations_.finish(options_.hash_seed,
                         [this](const detect::Firing& firing, const std::vector<CorrelationInput>& inputs) {
                           put_out(firing, inputs);
                         });
    summary_.correlations_incomplete = correlations_.incomplete();
  }

  void put_out(const detect::Firing& firing, const std::vector<CorrelationInput>& inputs) {
    const detect::CorrelationEntry& entry = rules_.correlation_info[firing.correlation];
    const detect::CorrelationRule& rule = rules_.correlations[firing.correlation];
    if (!entry.shown || entry.info.level < options_.min_level) return;
    Finding finding;
    finding.rule = &entry.info;
    finding.has_time = true;
    finding.time = firing.time;
    finding.first_time = firing.first_time;
    finding.correlated = true;
    finding.value = firing.value;
    finding.event_count = firing.total;
    const auto place_of = [&](const detect::EventRef& event) {
      return inputs[static_cast<std::size_t>(event.record)].place;
    };
    finding.place = place_of(firing.trigger);
    for (std::size_t i = 0; i < rule.group_by.size() && i < firing.group.size(); ++i) {
      finding.group.emplace_back(rule.group_by[i], firing.group[i]);
    }
    for (const detect::Evidence& evidence : firing.evidence) {
      const EventPlace place = place_of(evidence.event);
      finding.events.push_back({reader_.status(place.input).path, place.record});
    }
    ++summary_.per_correlation[firing.correlation];
    ++summary_.findings;
    sink_.on_finding(finding, reader_.status(finding.place.input).path);
  }

  // What the reader says of an input, corrected by what parsing its records showed.
  void gather_inputs() {
    const auto statuses = reader_.statuses();
    summary_.inputs.resize(statuses.size());
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      InputResult& input = summary_.inputs[i];
      ingest::InputStatus status = statuses[i];
      if (input.bad_records > 0) {
        if (status.reason.empty()) {
          status.reason = input.status.reason;
          status.position = input.status.position;
        }
        status.state = input.events > 0 ? ingest::InputState::partly_read : ingest::InputState::unreadable;
      }
      tell_end(input, status);
      input.status = std::move(status);
    }
  }

  // An input that was under way when the scan was stopped has no fault of its own; one that gave nothing was
  // not "partly" read. Archives stay as they are: their entries have events of their own.
  void tell_end(const InputResult& input, ingest::InputStatus& status) const {
    const bool under_way =
        status.state == ingest::InputState::partly_read || status.state == ingest::InputState::reading;
    if (!under_way || ingest::is_container(status.type)) return;
    if (status.reason.empty()) {
      status.reason = "the scan was stopped";
      status.position = status.bytes;
    } else if (input.events == 0 && !stop_requested()) {
      status.state = ingest::InputState::unreadable;
    }
  }

  const detect::RuleSet& rules_;
  const normalise::Normaliser& normaliser_;
  const event::SourceRegistry& sources_;
  const ScanOptions& options_;
  FindingSink& sink_;
  const detect::Detector& detector_;

  std::mutex input_mutex_;  // guards reader_.next(), taken_, delivered_, ended_
  std::condition_variable may_take_;
  ingest::InputReader reader_;
  std::uint64_t taken_ = 0;
  std::uint64_t delivered_ = 0;
  bool ended_ = false;

  std::mutex output_mutex_;  // guards everything below
  std::map<std::uint64_t, UnitOutcome> waiting_;
  std::atomic<std::uint64_t> next_out_{0};
  ScanSummary summary_;
  CorrelationRun correlations_;
  std::chrono::steady_clock::time_point last_progress_{};
};

}  // namespace

ScanSummary scan(const detect::Detector& detector, const normalise::Normaliser& normaliser,
                 const event::SourceRegistry& sources, const ScanOptions& options, FindingSink& sink) {
  return Scan(detector, normaliser, sources, options, sink).run();
}

}  // namespace hinomi::flow
