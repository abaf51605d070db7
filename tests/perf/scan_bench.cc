// Measures what a user waits for: loading rules, scanning NDJSON and EVTX with all SigmaHQ rules on one
// thread, and the stages of that work one by one. Prints a table in Markdown; medians of five runs of at
// least five seconds.
//
//   scan_bench DATA SCRATCH [seconds]      DATA = the folder of public test data
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/stack.h"
#include "bench_support.h"
#include "detect/detector.h"
#include "flow/records.h"
#include "flow/scan.h"
#include "ingest/source.h"
#include "parse/evtx/reader.h"

namespace {

using namespace hinomi;

constexpr int kRuns = 5;

using app::Stack;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "scan_bench: %s\n", why.c_str());
  std::exit(2);
}

std::unique_ptr<Stack> load(const std::string& data) {
  auto stack = app::load_stack(perf::sigma_rules(data));
  if (!stack) stop(stack.error().message);
  return std::move(*stack);
}

class CountingSink final : public flow::FindingSink {
 public:
  void on_finding(const flow::Finding& /*finding*/, std::string_view /*input*/) override {}
};

void row(const char* what, double value, const char* unit) {
  std::printf("| %s | %.4g | %s |\n", what, value, unit);
}

struct ScanFigures {
  double events_per_second = 0;
  double megabytes_per_second = 0;
  std::uint64_t events = 0;
  std::uint64_t findings = 0;
};

ScanFigures measure_scan(Stack& stack, const std::vector<std::string>& paths, double seconds, bool memo) {
  const detect::Detector detector(stack.rules);
  CountingSink sink;
  flow::ScanOptions options;
  options.use_memo = memo;
  options.hash_seed = 1;
  options.paths = paths;
  flow::ScanSummary once;
  const double first =
      perf::seconds_of([&] { once = flow::scan(detector, *stack.normaliser, stack.sources, options, sink); });
  const auto repeats = static_cast<int>(seconds / std::max(first, 0.001)) + 1;
  options.paths.clear();
  for (int i = 0; i < repeats; ++i) options.paths.insert(options.paths.end(), paths.begin(), paths.end());
  std::vector<double> events;
  std::vector<double> megabytes;
  for (int run = 0; run < kRuns; ++run) {
    flow::ScanSummary summary;
    const double took = perf::seconds_of(
        [&] { summary = flow::scan(detector, *stack.normaliser, stack.sources, options, sink); });
    events.push_back(static_cast<double>(summary.events) / took);
    megabytes.push_back(static_cast<double>(summary.bytes) / 1e6 / took);
  }
  return {perf::median(events), perf::median(megabytes), once.events, once.findings};
}

// Every unit of the files, held in memory.
std::vector<ingest::Unit> units_of(ingest::InputReader& reader) {
  std::vector<ingest::Unit> units;
  while (auto unit = reader.next()) units.push_back(std::move(*unit));
  return units;
}

void measure_evtx_walk(const std::string& path) {
  ingest::InputReader reader({path});
  const auto units = units_of(reader);
  std::vector<double> rates;
  std::vector<double> records;
  for (int run = 0; run < kRuns; ++run) {
    parse::evtx::TemplateCache templates;
    parse::evtx::ChunkReader chunks(templates);
    double bytes = 0;
    double count = 0;
    const double took = perf::seconds_of([&] {
      for (const ingest::Unit& unit : units) {
        const auto all = std::as_bytes(std::span(unit.bytes().data(), unit.bytes().size()));
        for (std::size_t at = 0; at < all.size(); at += 65'536) {
          chunks.open(all.subspan(at, std::min<std::size_t>(65'536, all.size() - at)), at);
          while (chunks.next() != nullptr) count += 1;
        }
        bytes += static_cast<double>(all.size());
      }
    });
    rates.push_back(bytes / 1e6 / took);
    records.push_back(count / took);
  }
  row("stage: EVTX walk", perf::median(rates), "MB/s");
  row("stage: EVTX walk", perf::median(records), "records/s");
}

// Extraction alone, then matching of events kept in memory.
void measure_stages(Stack& stack, const std::vector<std::string>& paths, const char* name) {
  ingest::InputReader reader(paths);
  const auto units = units_of(reader);
  const detect::Detector detector(stack.rules);
  std::vector<double> extract;
  std::vector<double> match;
  std::vector<double> candidates;
  query::StreamStatistics statistics;
  for (int run = 0; run < kRuns; ++run) {
    detect::DetectorWorker worker(detector, stack.sources, 1);
    flow::RecordReader records(*stack.normaliser, [&](const event::Event& event) {
      return !worker.wanted(event.route)      ? flow::RecordReader::Want::nothing
             : worker.needs_everything(event) ? flow::RecordReader::Want::everything
                                              : flow::RecordReader::Want::referenced;
    });
    flow::RecordProblems problems;
    std::uint64_t events = 0;
    const double bare = perf::seconds_of([&] {
      for (const ingest::Unit& unit : units)
        events += records.read(unit, problems, [](const event::Event&) {});
    });
    std::vector<std::uint32_t> matches;
    const double narrowed = perf::seconds_of([&] {
      for (const ingest::Unit& unit : units)
        records.read(unit, problems, [&](const event::Event& e) { (void)worker.candidate_count(e); });
    });
    const double whole = perf::seconds_of([&] {
      for (const ingest::Unit& unit : units)
        records.read(unit, problems, [&](const event::Event& e) { worker.evaluate(e, matches); });
    });
    extract.push_back(bare / static_cast<double>(events) * 1e9);
    candidates.push_back((narrowed - bare) / static_cast<double>(events) * 1e9);
    match.push_back((whole - narrowed) / static_cast<double>(events) * 1e9);
    statistics = worker.statistics();
  }
  const std::string label = std::string("stage: ") + name;
  row((label + " parse, extract, route, screen for keywords").c_str(), perf::median(extract), "ns/event");
  row((label + " match (gates, memo; first pass cold)").c_str(), perf::median(candidates), "ns/event");
  row((label + " condition (of candidates; difference of two passes)").c_str(), perf::median(match),
      "ns/event");
  row((label + " candidates").c_str(),
      static_cast<double>(statistics.candidates) / static_cast<double>(statistics.events), "rules/event");
  row((label + " memo misses").c_str(),
      100.0 * static_cast<double>(statistics.misses) /
          static_cast<double>(std::max<std::uint64_t>(1, statistics.lookups)),
      "%");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) stop("usage: scan_bench DATA SCRATCH [seconds]");
  const std::string data = argv[1];
  const std::string scratch = argv[2];
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 5;
  if (!std::filesystem::is_directory(data + "/sigma")) stop("the public test data is not at " + data);
  std::printf("Machine: %s. One thread, medians of %d runs.\n\n| what | figure | unit |\n|---|---|---|\n",
              perf::machine().c_str(), kRuns);

  app::RuleLoading cold = perf::sigma_rules(data);
  cold.use_cache = false;
  std::vector<double> compile;
  std::vector<double> cached;
  for (int run = 0; run < kRuns; ++run)
    compile.push_back(perf::seconds_of([&] { (void)app::load_rules(cold).has_value(); }));
  (void)app::load_rules(perf::sigma_rules(data)).has_value();
  for (int run = 0; run < kRuns; ++run) {
    cached.push_back(perf::seconds_of([&] {
      const auto loaded = app::load_rules(perf::sigma_rules(data));
      if (!loaded || !loaded->from_cache) stop("the cache of compiled rules was not used");
      const detect::Detector detector(loaded->rules);
    }));
  }
  row("rules: read and compile all", perf::median(compile), "s");
  row("rules: from the cached image, ready to match", perf::median(cached), "s");

  const auto loaded = load(data);
  Stack& stack = *loaded;
  const auto ndjson = perf::unpack_ndjson(data, scratch);
  const auto evtx = perf::concatenate_evtx(data + "/evtx", scratch, 100'000'000);
  const ScanFigures json = measure_scan(stack, ndjson, seconds, true);
  std::printf("| rules | %zu | |\n| NDJSON events a pass | %lu | |\n", stack.rules.rules.size(), json.events);
  row("scan NDJSON otrf/", json.events_per_second, "events/s");
  row("scan NDJSON otrf/", json.megabytes_per_second, "MB/s");
  row("scan NDJSON otrf/, no memory of values (worst case)",
      measure_scan(stack, ndjson, seconds, false).events_per_second, "events/s");
  const ScanFigures chunks = measure_scan(stack, {evtx}, seconds, true);
  row("scan EVTX >= 100 MB", chunks.megabytes_per_second, "MB/s");
  row("scan EVTX >= 100 MB", chunks.events_per_second, "records/s");
  row("peak memory of this process", perf::peak_memory_mib(), "MiB");
  measure_evtx_walk(evtx);
  measure_stages(stack, ndjson, "NDJSON");
  measure_stages(stack, {evtx}, "EVTX");
  std::filesystem::remove_all(scratch);
  return 0;
}
