// A journal and a findings log in memory, and journals of generated events. Only for tests of the live
// pipeline.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "demo/generator.h"
#include "flow/live_journal.h"
#include "flow/rule_folder.h"
#include "os/file.h"
#include "store/alerts/reader.h"

namespace hinomi::flow::testing {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // 0 … bound - 1
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (z ^ (z >> 31)) % bound;
  }

 private:
  std::uint64_t state_;
};

class MemoryJournal {
 public:
  struct Batch {
    base::TimeNs received{};
    std::uint32_t source_id = 0;
    std::string source = "test";
    base::Labels labels{};
    ingest::live::Framing framing = ingest::live::Framing::line;
    ingest::live::Encoding encoding = ingest::live::Encoding::unknown;
    std::vector<std::string> records;
  };
  static constexpr std::uint64_t kStride = 64;  // positions of batches are this far apart

  void add(Batch batch) {
    first_.push_back(event::EventId::make({.received_ms = event::received_ms(batch.received),
                                           .node = 1,
                                           .partition = 0,
                                           .sequence = sequence_}));
    sequence_ += batch.records.size();
    batches_.push_back(std::move(batch));
  }
  void add_control(std::string text, base::TimeNs received) {
    add({.received = received, .framing = ingest::live::Framing::control, .records = {std::move(text)}});
  }
  [[nodiscard]] std::uint64_t end() const { return batches_.size() * kStride; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] const std::vector<Batch>& batches() const { return batches_; }
  [[nodiscard]] const event::EventId& first(std::size_t batch) const { return first_[batch]; }

 private:
  std::vector<Batch> batches_;
  std::vector<event::EventId> first_;
  std::uint64_t sequence_ = 1;
};

class MemorySource final : public JournalSource {
 public:
  explicit MemorySource(const MemoryJournal& journal) : journal_(journal) {}
  base::Result<void> seek(std::uint64_t position) override {
    at_ = position / MemoryJournal::kStride;
    return {};
  }
  base::Result<const JournalBatch*> next(std::uint64_t limit) override {
    if ((at_ + 1) * MemoryJournal::kStride > limit) return static_cast<const JournalBatch*>(nullptr);
    const MemoryJournal::Batch& batch = journal_.batches()[at_];
    view_ = {.position = at_ * MemoryJournal::kStride,
             .next = (at_ + 1) * MemoryJournal::kStride,
             .received = batch.received,
             .labels = batch.labels,
             .source_id = batch.source_id,
             .source = batch.source,
             .peer = {},
             .framing = batch.framing,
             .encoding = batch.encoding,
             .first = journal_.first(at_),
             .records = {}};
    for (const std::string& record : batch.records) view_.records.push_back(record);
    ++at_;
    return &view_;
  }
  std::optional<BatchStart> batch_start_at(std::uint64_t position) override {
    const std::uint64_t batch = position / MemoryJournal::kStride;
    return BatchStart{journal_.first(batch), journal_.batches()[batch].source};
  }

 private:
  const MemoryJournal& journal_;
  std::uint64_t at_ = 0;
  JournalBatch view_;
};

// Findings that survive a restart are those before `committed`.
struct MemoryFindingsFile {
  std::vector<std::string> records;
  void truncate(std::uint64_t end) { records.resize(end); }
};

class MemoryFindings final : public FindingsLog {
 public:
  explicit MemoryFindings(MemoryFindingsFile& file) : file_(file) {}
  base::Result<std::uint64_t> add(base::TimeNs /*received*/, std::string_view record) override {
    file_.records.emplace_back(record);
    return std::uint64_t{file_.records.size() - 1};
  }
  base::Result<std::uint64_t> commit() override {
    if (fail_after > 0 && --fail_after == 0)
      return base::Error{base::ErrorCode::io, "the test ends the pipeline here", "", {}};
    return std::uint64_t{file_.records.size()};
  }

  int fail_after = 0;  // commits; then one that wrote everything and does not come back

 private:
  MemoryFindingsFile& file_;
};

// All rules that ship with the program.
inline std::vector<detect::RuleFile> own_rules(std::string_view only = {}) {
  std::vector<detect::RuleFile> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(HINOMI_SOURCE_DIR "/content/rules")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".yml") || path.find(only) == std::string::npos) continue;
    files.push_back({path, *os::read_file(path)});
  }
  std::ranges::sort(files, {}, &detect::RuleFile::path);
  return files;
}

// Rules that hold for ordinary work, and correlations of every kind over them: for many findings.
inline std::vector<detect::RuleFile> busy_rules() {
  std::vector<detect::RuleFile> files;
  const auto detection = [&](const std::string& name, const std::string& source, const std::string& field) {
    files.push_back({name + ".yml", "title: " + name + "\nname: " + name + "\nid: " + name +
                                        "\nlogsource:\n  " + source + "\ndetection:\n  s:\n    " + field +
                                        "\n  condition: s\nlevel: low\n"});
  };
  const auto correlation = [&](const std::string& name, const std::string& type, const std::string& rules,
                               const std::string& group, const std::string& rest) {
    files.push_back({name + ".yml", "title: " + name + "\nname: " + name + "\nid: " + name +
                                        "\ncorrelation:\n  type: " + type + "\n  rules: [" + rules +
                                        "]\n  group-by: [" + group + "]\n  timespan: 10m\n" + rest +
                                        "level: medium\n"});
  };
  detection("process", "category: process_creation", "Image|contains: e");
  detection("logon", "product: windows", "EventID: 4624");
  detection("name", "category: dns", "dns.question.name|contains: a");
  correlation("many", "event_count", "process", "Computer", "  generate: true\n  condition: {gte: 5}\n");
  correlation("few", "event_count", "logon", "TargetUserName", "  generate: true\n  condition: {lt: 3}\n");
  correlation("kinds", "value_count", "process", "Computer",
              "  generate: true\n  condition: {field: Image, gte: 3}\n");
  correlation("both", "temporal", "process, logon", "Computer", "  generate: true\n");
  correlation("then", "temporal_ordered", "logon, process", "Computer", "  generate: true\n");
  correlation("chain", "event_count", "many", "Computer", "  generate: true\n  condition: {gte: 2}\n");
  return files;
}

inline std::string store_rules(const std::string& folder, const std::vector<detect::RuleFile>& files) {
  const detect::RuleSet rules = detect::compile_rules(files, {});
  auto hash = store_rule_set(folder, rules, texts_of(rules, files));
  HINOMI_CHECK(hash.has_value());
  return *hash;
}

// When a line of the demo company says it was written.
inline base::TimeNs time_of_line(std::string_view line) {
  if (const std::size_t at = line.find("audit("); at != std::string_view::npos) {
    double seconds = 0;
    std::from_chars(line.data() + at + 6, line.data() + line.size(), seconds);
    return {static_cast<std::int64_t>(seconds * 1000) * 1'000'000};
  }
  const std::size_t at = std::min(line.find("2026-"), line.size());
  const std::size_t end = std::min(line.find_first_of("\" ", at), line.size());
  return base::parse_rfc3339(line.substr(at, end - at)).value_or(base::TimeNs{});
}

struct DemoLine {
  base::TimeNs time{};
  std::uint32_t file = 0;
  std::string text;
};

// A day of the demo company with little normal work, in order of time.
inline std::vector<DemoLine> demo_lines(unsigned scale_percent) {
  std::vector<DemoLine> lines;
  std::map<std::string, std::uint32_t> files;
  demo::Options options;
  options.scale_percent = scale_percent;
  const auto made = demo::generate(options, [&](std::string_view path, std::string_view bytes) {
    if (path == demo::kManifestName) return base::Result<void>();
    const auto file = files.emplace(path, static_cast<std::uint32_t>(files.size())).first->second;
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(std::min(end, bytes.size() - 1) + 1);
      if (!line.empty()) lines.push_back({time_of_line(line), file, std::string(line)});
    }
    return base::Result<void>();
  });
  HINOMI_CHECK(made.has_value());
  std::ranges::stable_sort(lines, {}, &DemoLine::time);
  return lines;
}

// A day of the demo company, in batches of random size from seven sources, with changes of rules in the
// middle, and damaged records.
inline MemoryJournal demo_journal(unsigned scale_percent, const std::string& rules,
                                  const std::string& other_rules) {
  MemoryJournal journal;
  Random random(7);
  const auto lines = demo_lines(scale_percent);
  journal.add_control(rule_set_record(rules), lines.front().time);
  std::size_t at = 0;
  bool changed = false;
  while (at < lines.size()) {
    if (!changed && at > lines.size() / 3) {
      journal.add_control(rule_set_record(other_rules), lines[at].time);
      journal.add_control(rule_set_record(rules), lines[at].time);
      changed = true;
    }
    MemoryJournal::Batch batch;
    batch.source_id = lines[at].file;
    batch.source = "source" + std::to_string(batch.source_id);
    const std::size_t size = 1 + random.below(60);
    for (; at < lines.size() && batch.records.size() < size && lines[at].file == batch.source_id; ++at) {
      batch.received = {lines[at].time.since_epoch_ns + 1'500'000'000};
      batch.records.push_back(lines[at].text);
    }
    if (random.below(50) == 0) batch.records.push_back("{\"broken\": \"\xFF\xFE");
    if (random.below(50) == 0) batch.records.emplace_back("\x83\x65\x83\x58\x83\x67 no UTF-8");
    journal.add(std::move(batch));
  }
  return journal;
}

// What a pipeline leaves behind: compared between runs.
struct Outcome {
  std::vector<std::string> findings;
  std::vector<std::string> alerts;
  store::alerts::Progress progress;
};

inline std::string described(const store::alerts::AlertDetail& detail) {
  const store::alerts::AlertRow& row = detail.alert;
  std::string out = row.id.text() + " " + std::to_string(row.seq) + " " + row.rule_id + " " + row.rule_set +
                    " " + row.entity_field + "=" + row.entity + " x" + std::to_string(row.count) + " seen " +
                    std::to_string(row.first_seen.since_epoch_ns) + "-" +
                    std::to_string(row.last_seen.since_epoch_ns) + " received " +
                    std::to_string(row.first_received.since_epoch_ns) + "-" +
                    std::to_string(row.last_received.since_epoch_ns) + " " + detail.rule.title;
  for (const std::string& source : detail.sources) out += " from " + source;
  for (const store::alerts::FindingRef& finding : detail.findings) {
    out += "\n  " + std::to_string(finding.ordinal) + " " + finding.id.text() + " " + finding.event.text() +
           " " + std::to_string(finding.batch) + "/" + std::to_string(finding.index) + " " +
           std::to_string(finding.findings_position);
  }
  return out;
}

inline Outcome read_alerts(const std::string& database) {
  Outcome outcome;
  auto reader = store::alerts::Reader::open(database);
  EXPECT_TRUE(reader);
  store::alerts::Page page;
  page.limit = store::alerts::kMaxPage;
  auto list = reader->list({}, {.key = store::alerts::OrderKey::opened, .descending = false}, page);
  EXPECT_TRUE(list);
  EXPECT_EQ(list->total, list->items.size()) << "more than a page";
  for (const store::alerts::AlertRow& row : list->items)
    outcome.alerts.push_back(described(**reader->detail(row.id)));
  outcome.progress = *reader->progress();
  outcome.progress.version = 0;
  return outcome;
}

}  // namespace hinomi::flow::testing
