// How fast NDJSON events become event::Event, on one thread: reading alone, with extraction, with routing.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "normalise/normaliser.h"
#include "parse/json/document.h"
#include "parse/json/reader.h"

namespace {

namespace event = hinomi::event;
namespace normalise = hinomi::normalise;

// HINOMI_BENCH_NDJSON names a file of NDJSON events; without it a few made-up Sysmon events stand in.
std::vector<std::string> load_lines() {
  std::vector<std::string> lines;
  if (const char* path = std::getenv("HINOMI_BENCH_NDJSON")) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line) && lines.size() < 50'000;) {
      if (!line.empty()) lines.push_back(line);
    }
  }
  for (int i = 0; lines.size() < 1000; ++i) {
    const std::string number = std::to_string(i);
    lines.push_back(
        R"({"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,)"
        R"("@timestamp":"2026-04-17T05:24:53.092Z","Hostname":"host","ProcessId":")" +
        number + R"(","Image":"C:\\Windows\\System32\\cmd.exe","CommandLine":"cmd /c echo )" + number +
        R"(","User":"NT AUTHORITY\\SYSTEM","Message":")" + std::string(900, 'm') + "\"}");
  }
  return lines;
}

const std::vector<std::string>& lines() {
  static const auto loaded = load_lines();
  return loaded;
}

struct Fixture {
  event::FieldTable fields;
  event::SourceRegistry sources;
  std::unique_ptr<normalise::Normaliser> normaliser;
  std::unique_ptr<normalise::Extractor> extractor;

  Fixture() {
    normaliser =
        std::move(*normalise::Normaliser::load(HINOMI_SOURCE_DIR "/content/mappings", fields, sources));
    // The fields that public Windows rules ask for most.
    for (const char* name : {"Image",
                             "CommandLine",
                             "ParentImage",
                             "ParentCommandLine",
                             "OriginalFileName",
                             "Description",
                             "Product",
                             "Company",
                             "Hashes",
                             "User",
                             "IntegrityLevel",
                             "CurrentDirectory",
                             "TargetFilename",
                             "TargetObject",
                             "Details",
                             "ImageLoaded",
                             "Signed",
                             "SourceImage",
                             "TargetImage",
                             "GrantedAccess",
                             "CallTrace",
                             "QueryName",
                             "PipeName",
                             "DestinationIp",
                             "DestinationPort",
                             "ScriptBlockText",
                             "Payload",
                             "ContextInfo",
                             "Provider_Name",
                             "Computer",
                             "ServiceName",
                             "ObjectName",
                             "SubjectUserName",
                             "TargetUserName",
                             "LogonType",
                             "Data",
                             "Message"}) {
      fields.intern(name);
    }
    (void)normaliser->freeze();
    extractor = std::make_unique<normalise::Extractor>(*normaliser);
  }
};

void read_only(benchmark::State& state) {
  hinomi::parse::json::Reader reader;
  std::size_t bytes = 0;
  std::size_t events = 0;
  for (auto _ : state) {
    for (const auto& line : lines()) {
      benchmark::DoNotOptimize(reader.read(line));
      bytes += line.size();
      ++events;
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void split(benchmark::State& state, hinomi::parse::json::Layout layout) {
  std::string text;
  for (const auto& line : lines()) text += line + "\n";
  std::vector<hinomi::parse::json::Piece> pieces;
  for (auto _ : state) {
    hinomi::parse::json::DocumentSplitter splitter(layout);
    pieces.clear();
    splitter.feed(text, pieces);
    splitter.finish(pieces);
    benchmark::DoNotOptimize(pieces.size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * lines().size()));
}

void extract(benchmark::State& state, event::Extent extent, bool finish) {
  Fixture fixture;
  hinomi::base::Arena arena;
  event::Event event;
  std::size_t bytes = 0;
  std::size_t events = 0;
  std::size_t slots = 0;
  for (auto _ : state) {
    for (const auto& line : lines()) {
      if (events % 256 == 0) arena.clear();
      benchmark::DoNotOptimize(fixture.extractor->json(line, 1, extent, arena, event));
      if (finish) fixture.extractor->finish(event);
      slots += event.slots.size();
      bytes += line.size();
      ++events;
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["slots"] =
      static_cast<double>(slots) / static_cast<double>(std::max<std::size_t>(events, 1));
}

BENCHMARK_CAPTURE(split, lines, hinomi::parse::json::Layout::lines)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(split, stream, hinomi::parse::json::Layout::stream)->Unit(benchmark::kMillisecond);
BENCHMARK(read_only)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(extract, referenced, event::Extent::referenced, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(extract, referenced_and_finish, event::Extent::referenced, true)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(extract, everything_and_finish, event::Extent::everything, true)
    ->Unit(benchmark::kMillisecond);

}  // namespace
