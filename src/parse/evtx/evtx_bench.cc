// Walk, flatten and JSON over dense chunks: those of the shared recordings, where they are at hand, and made
// ones.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "parse/evtx/crc32.h"
#include "parse/evtx/flatten.h"
#include "parse/evtx/json.h"
#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::parse::evtx {
namespace {

namespace fs = std::filesystem;
using testing::Buffer;

constexpr std::size_t kMaxChunks = 512;   // 32 MiB: beyond the caches of one core
constexpr std::uint32_t kDense = 60'000;  // bytes in use

void add_dense_chunks(const Buffer& file, std::vector<Buffer>& chunks) {
  const FileView view(file);
  for (std::size_t i = 0; i < view.chunk_count(); ++i) {
    const Bytes chunk = view.chunk(i).bytes;
    if (chunk.size() < kChunkSize || load<std::uint32_t>(chunk.data() + 48) < kDense) continue;
    if (!FileView::recognises(chunk) || chunks.size() >= kMaxChunks) continue;
    chunks.emplace_back(chunk.begin(), chunk.end());
  }
}

std::vector<Buffer> shared_chunks() {
  std::vector<Buffer> chunks;
  const fs::path folder = fs::path(HINOMI_SOURCE_DIR) / "../shared/data/evtx/mitre";
  if (!fs::exists(folder)) return chunks;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".evtx") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const auto raw = std::as_bytes(std::span(bytes));
    add_dense_chunks(Buffer(raw.begin(), raw.end()), chunks);
  }
  return chunks;
}

// Process creations as Sysmon writes them, in the fields that rules ask for most.
std::vector<Buffer> made_chunks() {
  constexpr std::array<const char*, 12> kTexts = {
      "Image",       "CommandLine",       "CurrentDirectory", "User",        "IntegrityLevel", "Hashes",
      "ParentImage", "ParentCommandLine", "OriginalFileName", "Description", "Product",        "Company"};
  std::vector<testing::EventSpec> events;
  for (std::uint64_t id = 1; id <= 8000; ++id) {
    testing::EventSpec event;
    event.provider = "Microsoft-Windows-Sysmon";
    event.event_id = 1;
    event.record_id = id;
    event.time = {1'776'000'000'000'000'000 + static_cast<std::int64_t>(id) * 1'000'000};
    event.channel = "Microsoft-Windows-Sysmon/Operational";
    event.computer = "host.example.jp";
    event.user = {18};
    for (const char* name : kTexts) {
      event.data.emplace_back(name, testing::string_value("C:\\Windows\\System32\\" + std::string(name) +
                                                          ".exe /c " + std::to_string(id)));
    }
    event.data.emplace_back("ProcessId",
                            testing::number_value(ValueType::uint32, static_cast<std::uint32_t>(id)));
    events.push_back(std::move(event));
  }
  std::vector<Buffer> chunks;
  add_dense_chunks(testing::make_file(events), chunks);
  return chunks;
}

const std::vector<Buffer>& corpus(std::int64_t which) {
  static const std::vector<Buffer> made = made_chunks();
  static const std::vector<Buffer> shared = shared_chunks();
  return which == 0 || shared.empty() ? made : shared;
}

// Calls visit(record) for every record of the corpus, once an iteration.
template <typename Visit>
void run(benchmark::State& state, ChunkReader::Options options, Visit&& visit) {
  const std::vector<Buffer>& chunks = corpus(state.range(0));
  TemplateCache cache;
  ChunkReader reader(cache);
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const Buffer& chunk : chunks) {
      reader.open(chunk, 0, options);
      while (const Record* record = reader.next()) {
        visit(*record);
        ++records;
      }
      bytes += static_cast<std::int64_t>(chunk.size());
    }
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(records);
  state.SetLabel(std::to_string(chunks.size()) + (state.range(0) == 0 ? " made" : " recorded") + " chunks");
}

void walk(benchmark::State& state) {
  run(state, {.check_data_crc = false}, [](const Record& record) { benchmark::DoNotOptimize(record.id); });
}
void walk_with_checksum(benchmark::State& state) {
  run(state, {}, [](const Record& record) { benchmark::DoNotOptimize(record.id); });
}

// Fields that the rules of process creation, logon and network connection ask for.
constexpr std::array<std::string_view, 34> kWanted = {"Event.System.Channel",
                                                      "Event.System.EventID",
                                                      "Event.System.Provider.#attributes.Name",
                                                      "Event.System.Computer",
                                                      "Event.EventData.Image",
                                                      "Event.EventData.CommandLine",
                                                      "Event.EventData.ParentImage",
                                                      "Event.EventData.ParentCommandLine",
                                                      "Event.EventData.OriginalFileName",
                                                      "Event.EventData.User",
                                                      "Event.EventData.IntegrityLevel",
                                                      "Event.EventData.Hashes",
                                                      "Event.EventData.Description",
                                                      "Event.EventData.Product",
                                                      "Event.EventData.Company",
                                                      "Event.EventData.CurrentDirectory",
                                                      "Event.EventData.TargetFilename",
                                                      "Event.EventData.TargetObject",
                                                      "Event.EventData.Details",
                                                      "Event.EventData.ImageLoaded",
                                                      "Event.EventData.DestinationIp",
                                                      "Event.EventData.DestinationPort",
                                                      "Event.EventData.NewProcessName",
                                                      "Event.EventData.ParentProcessName",
                                                      "Event.EventData.SubjectUserName",
                                                      "Event.EventData.TargetUserName",
                                                      "Event.EventData.LogonType",
                                                      "Event.EventData.IpAddress",
                                                      "Event.EventData.ShareName",
                                                      "Event.EventData.RelativeTargetName",
                                                      "Event.EventData.ObjectName",
                                                      "Event.EventData.ServiceName",
                                                      "Event.EventData.ScriptBlockText",
                                                      "Event.EventData.Status"};

void flatten(benchmark::State& state, Flattener::Extent extent) {
  Flattener flattener([](std::string_view path) {
    const auto found = std::find(kWanted.begin(), kWanted.end(), path);
    return found == kWanted.end() ? Flattener::kUnwanted
                                  : static_cast<std::uint32_t>(found - kWanted.begin());
  });
  base::Arena arena;
  std::vector<Leaf> leaves;
  // The plans refer to templates of the cache inside run(), which ends with it.
  run(state, {}, [&](const Record& record) {
    leaves.clear();
    arena.clear();
    benchmark::DoNotOptimize(flattener.flatten(record, extent, arena, leaves));
  });
}
void flatten_wanted(benchmark::State& state) {
  flatten(state, Flattener::Extent::wanted);
}
void flatten_everything(benchmark::State& state) {
  flatten(state, Flattener::Extent::everything);
}

void json(benchmark::State& state) {
  JsonRenderer renderer;
  std::string out;
  run(state, {}, [&](const Record& record) {
    out.clear();
    benchmark::DoNotOptimize(renderer.append(record, out));
  });
}

void checksum(benchmark::State& state) {
  const std::vector<Buffer>& chunks = corpus(state.range(0));
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const Buffer& chunk : chunks) {
      benchmark::DoNotOptimize(crc32(chunk));
      bytes += static_cast<std::int64_t>(chunk.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

BENCHMARK(walk)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(walk_with_checksum)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(flatten_wanted)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(flatten_everything)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(json)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(checksum)->Arg(0)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hinomi::parse::evtx
