// Measures the live pipeline of the server on one thread with all SigmaHQ rules: loading the rule set, and
// events a second from the journal's records to committed findings and alerts. The journal is held in memory,
// findings and alerts are written to files. Prints a table in Markdown.
//
//   pipeline_bench DATA SCRATCH [events]      DATA = the folder of public test data
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/content_folder.h"
#include "app/rule_images.h"
#include "bench_support.h"
#include "demo/generator.h"
#include "flow/live_pipeline.h"
#include "os/clock.h"

namespace {

using namespace hinomi;

constexpr std::size_t kBatchRecords = 500;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "pipeline_bench: %s\n", why.c_str());
  std::exit(2);
}

template <typename T>
T checked(base::Result<T> result) {
  if (!result) stop(result.error().message);
  return std::move(*result);
}

// The lines over and over, in batches; a batch's position is its number.
class Repeated final : public flow::JournalSource {
 public:
  Repeated(std::vector<std::string> lines, std::string control)
      : lines_(std::move(lines)), control_(std::move(control)) {}
  base::Result<void> seek(std::uint64_t position) override {
    at_ = position;
    return {};
  }
  base::Result<const flow::JournalBatch*> next(std::uint64_t limit) override {
    if (at_ >= limit) return static_cast<const flow::JournalBatch*>(nullptr);
    batch_.position = at_;
    batch_.next = at_ + 1;
    batch_.received = {1'776'200'000'000'000'000 + static_cast<std::int64_t>(at_) * 5'000'000};
    batch_.source = "bench";
    batch_.first = batch_start_at(at_)->first;
    batch_.records.clear();
    batch_.framing = at_ == 0 ? ingest::live::Framing::control : ingest::live::Framing::line;
    for (std::size_t i = 0; i < kBatchRecords; ++i)
      batch_.records.push_back(at_ == 0 ? control_ : lines_[(at_ * kBatchRecords + i) % lines_.size()]);
    ++at_;
    return &batch_;
  }
  std::optional<flow::BatchStart> batch_start_at(std::uint64_t position) override {
    return flow::BatchStart{
        event::EventId::make({.received_ms = 1, .sequence = 1 + position * kBatchRecords}), "bench"};
  }

 private:
  std::vector<std::string> lines_;
  std::string control_;
  std::uint64_t at_ = 0;
  flow::JournalBatch batch_;
};

class FindingsFile final : public flow::FindingsLog {
 public:
  explicit FindingsFile(const std::string& path) : file_(path, std::ios::binary) {}
  base::Result<std::uint64_t> add(base::TimeNs /*received*/, std::string_view record) override {
    const std::uint64_t at = end_;
    file_ << record << '\n';
    end_ += record.size() + 1;
    return at;
  }
  base::Result<std::uint64_t> commit() override {
    file_.flush();
    return std::uint64_t{end_};
  }

 private:
  std::ofstream file_;
  std::uint64_t end_ = 0;
};

std::vector<std::string> lines_of(const std::vector<std::string>& paths) {
  std::vector<std::string> lines;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with('{')) lines.push_back(line);
    }
  }
  return lines;
}

void measure(const char* what, std::vector<std::string> lines, std::uint64_t events, const std::string& hash,
             const std::string& rules_folder, const std::string& scratch) {
  if (lines.empty()) return;
  double bytes = 0;
  for (const std::string& line : lines) bytes += static_cast<double>(line.size());
  const double mean = bytes / static_cast<double>(lines.size());
  Repeated journal(std::move(lines), flow::rule_set_record(hash));
  std::filesystem::remove(scratch + "/alerts.db");
  FindingsFile findings(scratch + "/findings");
  auto catalogue = checked(store::alerts::Writer::open(scratch + "/alerts.db"));
  os::SystemClock clock;
  process::LiveState state;
  flow::LivePipelineOptions options;
  options.rules = {.rules_folder = rules_folder,
                   .mappings_folder = checked(app::content_folder()) + "/mappings",
                   .hash_seed = 1};
  auto pipeline = checked(flow::LivePipeline::create(
      {.journal = &journal, .findings = &findings, .catalogue = &catalogue, .clock = &clock, .state = &state},
      checked(catalogue.load()), 0, options));
  state.journal_end = 1;
  const double loading = perf::seconds_of([&] {
    while (checked(pipeline->step())) {
    }
    if (auto committed = pipeline->commit(); !committed) stop(committed.error().message);
  });
  state.journal_end = 1 + events / kBatchRecords;
  const std::clock_t begin = std::clock();
  const double took = perf::seconds_of([&] {
    while (checked(pipeline->step())) {
    }
    if (auto committed = pipeline->commit(); !committed) stop(committed.error().message);
  });
  const double busy = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("| %s, %.0f bytes an event | %.4g | %.4g | %llu findings, %llu alerts | %.2f s |\n", what, mean,
              static_cast<double>(events) / took, static_cast<double>(events) / busy,
              static_cast<unsigned long long>(state.findings.load()),
              static_cast<unsigned long long>(state.alerts.load()), loading);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) stop("usage: pipeline_bench DATA SCRATCH [events]");
  const std::string data = argv[1];
  const std::string scratch = argv[2];
  const std::uint64_t events = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 500'000;
  std::filesystem::create_directories(scratch);
  app::RuleLoading loading;
  for (const char* folder :
       {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"}) {
    loading.folders.push_back(data + "/sigma/" + folder);
  }
  const std::string rules_folder = scratch + "/rules";
  const auto prepared = checked(app::prepare_rule_set(loading, rules_folder));
  double loading_image = 0;
  loading_image = perf::seconds_of([&] {
    const auto rules = checked(
        flow::LiveRules::load(prepared.hash, {.rules_folder = rules_folder,
                                              .mappings_folder = checked(app::content_folder()) + "/mappings",
                                              .hash_seed = 1}));
  });
  std::printf("%s\n\n%llu rules, %llu refused; image, mappings and detector loaded in %.3f s\n\n",
              perf::machine().c_str(), static_cast<unsigned long long>(prepared.rules),
              static_cast<unsigned long long>(prepared.refused), loading_image);
  std::puts(
      "| journal | events/s | events/s of processor time | made | first use of the rules "
      "|\n|---|---|---|---|---|");
  if (!demo::generate({}, std::filesystem::path(scratch + "/demo"))) stop("no demo logs");
  measure("demo company",
          lines_of({scratch + "/demo/windows/workstations.ndjson", scratch + "/demo/windows/servers.ndjson",
                    scratch + "/demo/network/proxy.ndjson"}),
          events, prepared.hash, rules_folder, scratch);
  measure("attack recordings (OTRF)", lines_of(perf::unpack_ndjson(data, scratch)), events, prepared.hash,
          rules_folder, scratch);
  std::printf("\npeak memory %.0f MiB\n", perf::peak_memory_mib());
}
