// What the journal costs on a real disk: events written with one sync for each batch, and read back with
// their check sums. items_per_second is by the clock on the wall, so that syncs count; `per_cpu_second` is by
// processor time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "os/clock.h"
#include "os/disk.h"
#include "store/journal/crc32c.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace {

using namespace hinomi::store::journal;  // NOLINT(google-build-using-namespace)
namespace os = hinomi::os;

constexpr std::size_t kBatchEvents = 1000;
constexpr std::size_t kEventBytes = 700;
constexpr int kReadBatches = 400;  // 280 MB

// HINOMI_BENCH_FOLDER names a folder on the disk in question; without it the working directory.
std::string make_folder() {
  const char* const given = std::getenv("HINOMI_BENCH_FOLDER");
  const std::string folder = std::string(given != nullptr ? given : ".") + "/journal_bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

struct Batch {
  Batch() {
    for (std::size_t i = 0; i < kBatchEvents; ++i)
      texts.push_back(std::to_string(i) + std::string(kEventBytes - std::to_string(i).size(), 'e'));
    records.assign(texts.begin(), texts.end());
  }
  [[nodiscard]] NewBatch next() {
    token = "batch " + std::to_string(++count);
    NewBatch batch{.head = {}, .records = records};
    batch.head.source_id = 1;
    batch.head.source = "source";
    batch.head.peer = "192.0.2.1:40000";
    batch.head.token = token;
    return batch;
  }
  std::vector<std::string> texts;
  std::vector<std::string_view> records;
  std::string token;
  std::uint64_t count = 0;
};

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void report(benchmark::State& state, std::uint64_t events, double cpu) {
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.SetBytesProcessed(static_cast<std::int64_t>(events * kEventBytes));
  state.counters["per_cpu_second"] = static_cast<double>(events) / std::max(cpu, 1e-9);
}

// The argument is how many batches share one sync.
void write(benchmark::State& state) {
  const std::string folder = make_folder();
  os::PosixDisk disk;
  const os::SystemClock clock;
  auto writer = Writer::open(disk, clock, folder, {});
  if (!writer) return state.SkipWithError(writer.error().message.c_str());
  Batch batch;
  std::uint64_t events = 0;
  const double before = cpu_seconds();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      if (auto added = writer->add(batch.next()); !added) return state.SkipWithError("not added");
      events += kBatchEvents;
    }
    if (auto done = writer->commit(); !done) return state.SkipWithError(done.error().message.c_str());
  }
  report(state, events, cpu_seconds() - before);
  std::filesystem::remove_all(folder);
}

void read(benchmark::State& state) {
  const std::string folder = make_folder();
  os::PosixDisk disk;
  const os::SystemClock clock;
  Position end;
  {
    auto writer = Writer::open(disk, clock, folder, {});
    if (!writer) return state.SkipWithError(writer.error().message.c_str());
    Batch batch;
    for (int i = 0; i < kReadBatches; ++i) {
      if (auto added = writer->add(batch.next()); !added) return state.SkipWithError("not added");
      if (i % 16 == 15) (void)writer->commit();
    }
    end = writer->end();
  }
  std::uint64_t events = 0;
  const double before = cpu_seconds();
  for (auto _ : state) {
    Reader reader(disk, folder);
    for (;;) {
      auto found = reader.next(end);
      if (!found) return state.SkipWithError(found.error().message.c_str());
      if (*found == nullptr) break;
      events += (*found)->records.size();
    }
  }
  report(state, events, cpu_seconds() - before);
  std::filesystem::remove_all(folder);
}

// Opening: footers, and the last segment read, checked and written again.
void open(benchmark::State& state) {
  const std::string folder = make_folder();
  os::PosixDisk disk;
  const os::SystemClock clock;
  for (int i = 0; i < 2; ++i) {
    auto writer = Writer::open(disk, clock, folder, {});
    if (!writer) return state.SkipWithError(writer.error().message.c_str());
    Batch batch;
    for (int k = 0; k < kReadBatches; ++k) {
      batch.count = static_cast<std::uint64_t>(i * kReadBatches + k);
      if (auto added = writer->add(batch.next()); !added) return state.SkipWithError("not added");
      if (k % 16 == 15) (void)writer->commit();
    }
  }
  for (auto _ : state) {
    auto writer = Writer::open(disk, clock, folder, {});
    benchmark::DoNotOptimize(writer);
  }
  std::filesystem::remove_all(folder);
}

void check_sum(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'c');
  std::uint32_t sum = 0;
  for (auto _ : state) benchmark::DoNotOptimize(sum = crc32c(bytes, sum));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

BENCHMARK(write)->Arg(1)->Arg(16)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(read)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(open)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(check_sum)->Arg(700)->Arg(700'000);

}  // namespace
