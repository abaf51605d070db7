// How many bytes a second the framers cut, from memory: lines of JSON, documents by their brackets, text,
// EVTX.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "ingest/framer.h"

namespace hinomi::ingest {
namespace {

constexpr std::size_t kInputBytes = 32 << 20;

std::string events(std::string_view between) {
  std::string text;
  for (std::uint64_t i = 0; text.size() < kInputBytes; ++i) {
    text += "{\"EventID\":1,\"RecordNumber\":" + std::to_string(i) + ",\"CommandLine\":\"" +
            std::string(900, 'c') + "\",\"Image\":\"C:\\\\Windows\\\\x.exe\"}";
    text += between;
  }
  return text;
}

void frame(benchmark::State& state, const std::string& bytes, const Recognised& recognised) {
  BlockPool pool(FramingLimits{}.block_bytes, 4);
  for (auto _ : state) {
    const auto framer =
        make_framer(recognised, std::make_unique<parse::archive::MemorySource>(bytes), pool, FramingLimits{});
    while (const std::optional<Unit> unit = framer->next()) benchmark::DoNotOptimize(unit->bytes().data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

void json_lines(benchmark::State& state) {
  frame(state, events("\n"), {.type = InputType::json, .layout = parse::json::Layout::lines});
}
void json_stream(benchmark::State& state) {
  frame(state, events(""), {.type = InputType::json, .layout = parse::json::Layout::stream});
}
void text(benchmark::State& state) {
  frame(state, events("\n"), {.type = InputType::text});
}
void evtx(benchmark::State& state) {
  frame(state, std::string(kInputBytes, 'c'), {.type = InputType::evtx, .data_offset = 4096});
}

BENCHMARK(json_lines);
BENCHMARK(json_stream);
BENCHMARK(text);
BENCHMARK(evtx);

}  // namespace
}  // namespace hinomi::ingest
