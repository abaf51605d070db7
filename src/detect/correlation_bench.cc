// Matches per second by type of correlation. Argument: how many matches the window of a group holds.
#include <benchmark/benchmark.h>

#include "detect/correlation_engine.h"
#include "detect/correlation_test_support.h"

namespace hinomi::detect {
namespace {

constexpr std::size_t kGroups = 1000;
constexpr std::size_t kValues = 10'000;
constexpr std::uint32_t kMembers = 3;

struct CountingSink final : FiringSink {
  std::uint64_t firings = 0;
  void on_firing(const Firing& /*firing*/) override { ++firings; }
  void on_limit(const LimitReached& /*limit*/) override { std::abort(); }
};

// Texts of the shape of account and host names.
const std::vector<std::string>& names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < kValues; ++i) made.push_back("CORP\\user." + std::to_string(i));
    return made;
  }();
  return all;
}

const std::vector<std::string>& numbers() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < kValues; ++i) made.push_back(std::to_string(i * 7919 % 100'003));
    return made;
  }();
  return all;
}

// Round after round: group g, value v, rule r, one nanosecond apart, so that timespan_ns / groups matches of
// each group are in its window.
void run(benchmark::State& state, std::vector<CorrelationRule> rules, std::size_t groups, std::size_t values,
         const std::vector<std::string>& texts) {
  auto engine = correlation_testing::engine_of(std::move(rules));
  CountingSink sink;
  std::uint64_t i = 0;
  for (auto _ : state) {
    const std::uint64_t round = i / groups;
    const CapturedValue captures[] = {{true, names()[i % groups]}, {true, texts[round * 31 % values]}};
    engine.on_match(
        {{static_cast<std::int64_t>(i)}, i, static_cast<std::uint32_t>(round % kMembers), {1, i}, captures},
        sink);
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(i));
  state.counters["firings"] = static_cast<double>(sink.firings);
  state.counters["MB"] = static_cast<double>(engine.statistics().bytes_peak) / 1e6;
}

CorrelationRule rule_for(CorrelationType type, double limit, std::int64_t in_window, std::size_t groups) {
  return correlation_testing::rule_of(type, {{Comparison::gte, limit}},
                                      in_window * static_cast<std::int64_t>(groups), kMembers);
}

void event_count(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::event_count, 10, state.range(0), kGroups)}, kGroups, kValues,
      names());
}
BENCHMARK(event_count)->Arg(100)->Arg(1000);

void value_count_100_distinct(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::value_count, 50, state.range(0), 1)}, 1, 100, names());
}
BENCHMARK(value_count_100_distinct)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

void value_count_10000_distinct(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::value_count, 5000, state.range(0), 1)}, 1, kValues, names());
}
BENCHMARK(value_count_10000_distinct)->Arg(20'000)->Arg(100'000)->Arg(1'000'000);

void temporal(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::temporal, kMembers, state.range(0), kGroups)}, kGroups, kValues,
      names());
}
BENCHMARK(temporal)->Arg(100);

void temporal_ordered(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::temporal_ordered, kMembers, state.range(0), kGroups)}, kGroups,
      kValues, names());
}
BENCHMARK(temporal_ordered)->Arg(100);

void value_sum(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::value_sum, 1e12, state.range(0), kGroups)}, kGroups, kValues,
      numbers());
}
BENCHMARK(value_sum)->Arg(100)->Arg(1000);

void value_percentile(benchmark::State& state) {
  run(state, {rule_for(CorrelationType::value_percentile, 1e12, state.range(0), 1)}, 1, kValues, numbers());
}
BENCHMARK(value_percentile)->Arg(100)->Arg(10'000)->Arg(100'000);

// Every match goes to one correlation of each type.
void all_seven_types_each_match(benchmark::State& state) {
  run(state,
      {rule_for(CorrelationType::event_count, 10, 100, kGroups),
       rule_for(CorrelationType::value_count, 50, 100, kGroups),
       rule_for(CorrelationType::temporal, kMembers, 100, kGroups),
       rule_for(CorrelationType::temporal_ordered, kMembers, 100, kGroups),
       rule_for(CorrelationType::value_sum, 1e12, 100, kGroups),
       rule_for(CorrelationType::value_avg, 1e12, 100, kGroups),
       rule_for(CorrelationType::value_percentile, 1e12, 100, kGroups)},
      kGroups, kValues, numbers());
}
BENCHMARK(all_seven_types_each_match);

// Matches spread over one correlation of each type: rule 3 * type + member.
void mixed(benchmark::State& state) {
  constexpr CorrelationType kTypes[] = {CorrelationType::event_count,     CorrelationType::value_count,
                                        CorrelationType::temporal,        CorrelationType::temporal_ordered,
                                        CorrelationType::value_sum,       CorrelationType::value_avg,
                                        CorrelationType::value_percentile};
  std::vector<CorrelationRule> rules;
  for (const CorrelationType type : kTypes) {
    rules.push_back(rule_for(type, type == CorrelationType::event_count ? 10 : 1e9, 700, kGroups));
    for (CorrelationMember& member : rules.back().members) {
      member.index += static_cast<std::uint32_t>(rules.size() - 1) * kMembers;
    }
  }
  auto engine = correlation_testing::engine_of(std::move(rules));
  CountingSink sink;
  std::uint64_t i = 0;
  for (auto _ : state) {
    const CapturedValue captures[] = {{true, names()[i * 7 % kGroups]}, {true, numbers()[i * 31 % kValues]}};
    engine.on_match({{static_cast<std::int64_t>(i)}, i, static_cast<std::uint32_t>(i % 21), {1, i}, captures},
                    sink);
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(i));
}
BENCHMARK(mixed);

// As event_count, but through the reorder buffer: the latest thousand matches wait.
void event_count_out_of_order(benchmark::State& state) {
  auto engine = correlation_testing::engine_of({rule_for(CorrelationType::event_count, 10, 100, kGroups)},
                                               {.allowed_lateness_ns = 1000});
  CountingSink sink;
  std::uint64_t i = 0;
  for (auto _ : state) {
    const CapturedValue captures[] = {{true, names()[i % kGroups]}};
    const auto time = static_cast<std::int64_t>(i + i * 7919 % 1000);
    engine.on_match({{time}, i, 0, {1, i}, captures}, sink);
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(i));
}
BENCHMARK(event_count_out_of_order);

}  // namespace
}  // namespace hinomi::detect
