// How long the answers of a store of 50,000 alerts take, and its commits.
#include <benchmark/benchmark.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/alerts/alerts_test_support.h"
#include "store/alerts/reader.h"

namespace hinomi::store::alerts {
namespace {

constexpr std::uint64_t kAlerts = 50'000;

// A folder in the working directory, which is that of a disk, not of memory.
class Folder {
 public:
  Folder() {
    std::string name = "alerts_bench.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file() const { return path_ + "/alerts.db"; }

 private:
  std::string path_;
};

Writer open_writer(const Folder& folder) {
  auto writer = Writer::open(folder.file());
  if (!writer) std::abort();
  return std::move(*writer);
}

Reader& full_reader() {
  static const Folder folder;
  static Reader reader = [] {
    Writer writer = open_writer(folder);
    if (!writer.commit(many_alerts(kAlerts))) std::abort();
    auto opened = Reader::open(folder.file());
    if (!opened) std::abort();
    return std::move(*opened);
  }();
  return reader;
}

Filter real_only() {
  Filter filter;
  filter.realms = {base::Realm::real};
  return filter;
}
Filter with_text(std::string text) {
  Filter filter = real_only();
  filter.text = std::move(text);
  return filter;
}

void first_page(benchmark::State& state, const Filter& filter, OrderKey key) {
  Reader& reader = full_reader();
  for (auto _ : state) {
    const auto list = reader.list(filter, {.key = key, .descending = true}, {});
    if (!list) return state.SkipWithError("failed");
    benchmark::DoNotOptimize(list->total);
    state.counters["total"] = static_cast<double>(list->total);
  }
}
void overview(benchmark::State& state, const Filter& filter, bool facets) {
  Reader& reader = full_reader();
  for (auto _ : state) {
    if (facets) {
      benchmark::DoNotOptimize(reader.facets(filter));
    } else {
      benchmark::DoNotOptimize(reader.histogram(filter, 60));
    }
  }
}

BENCHMARK_CAPTURE(first_page, newest, real_only(), OrderKey::opened)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, all_realms, Filter{}, OrderKey::opened)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, by_level, real_only(), OrderKey::level)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, by_last_received, real_only(), OrderKey::last_received)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, by_count, real_only(), OrderKey::count)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, by_entity, real_only(), OrderKey::entity)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, two_kanji_of_titles, with_text("感染"), OrderKey::opened)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, two_kanji_of_entities, with_text("経理"), OrderKey::opened)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, three_words, with_text("process tokyo 99"), OrderKey::opened)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_page, words_that_do_not_occur, with_text("xyzzy"), OrderKey::opened)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(overview, facets, real_only(), true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(overview, facets_with_text, with_text("process tokyo"), true)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(overview, histogram, real_only(), false)->Unit(benchmark::kMillisecond);

void deep_page(benchmark::State& state) {
  Reader& reader = full_reader();
  for (auto _ : state) benchmark::DoNotOptimize(reader.list(real_only(), {}, {.offset = 30'000}));
}
void detail(benchmark::State& state) {
  Reader& reader = full_reader();
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(reader.detail(alert_id(i++ % kAlerts)));
}
void changes(benchmark::State& state) {
  Reader& reader = full_reader();
  for (auto _ : state) benchmark::DoNotOptimize(reader.changes_since(kAlerts - 200, 200));
}
BENCHMARK(deep_page)->Unit(benchmark::kMillisecond);
BENCHMARK(detail)->Unit(benchmark::kMicrosecond);
BENCHMARK(changes)->Unit(benchmark::kMillisecond);

// 200 alerts of 50,000 change, 20 are opened, with samples.
void commit_of_200(benchmark::State& state) {
  const Folder folder;
  Writer writer = open_writer(folder);
  const Commit full = many_alerts(kAlerts);
  if (!writer.commit(full)) std::abort();
  std::uint64_t next = kAlerts;
  for (auto _ : state) {
    state.PauseTiming();
    Commit batch;
    for (std::uint64_t i = 0; i < 180; ++i)
      batch.alerts.push_back(full.alerts[(next * 31 + i * 277) % kAlerts]);
    for (std::uint64_t i = 0; i < 20; ++i) {
      batch.alerts.push_back(many_alert(next, full.rules));
      batch.samples.push_back(sample(next++, 1));
    }
    for (AlertChange& change : batch.alerts) change.last_received.since_epoch_ns += kTestSecond * 90'000;
    state.ResumeTiming();
    if (!writer.commit(batch)) return state.SkipWithError("failed");
  }
}
void commit_of_50000_new(benchmark::State& state) {
  const Commit full = many_alerts(kAlerts);
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    Writer writer = open_writer(folder);
    state.ResumeTiming();
    if (!writer.commit(full)) return state.SkipWithError("failed");
  }
}
void open_with_check_and_load(benchmark::State& state) {
  const Folder folder;
  if (!open_writer(folder).commit(many_alerts(kAlerts))) std::abort();
  for (auto _ : state) {
    Writer writer = open_writer(folder);
    benchmark::DoNotOptimize(writer.load());
  }
}
BENCHMARK(commit_of_200)->Unit(benchmark::kMillisecond);
BENCHMARK(commit_of_50000_new)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(open_with_check_and_load)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hinomi::store::alerts
