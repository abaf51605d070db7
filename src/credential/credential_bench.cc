// How long a sign-in's check of a password takes, for a user who exists and for one who does not, in turns:
// the medians must lie within 10 % of each other, or names can be told by the time. Also what a token costs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "credential/api_token.h"
#include "credential/password.h"
#include "credential/throttle.h"
#include "os/clock.h"
#include "os/random.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kPassword = "plum vex tundra quill";
constexpr std::string_view kWrong = "plum vex tundra quilt";

double median(std::vector<double>& values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

template <typename Work>
double milliseconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// Counters: medians in ms, and how far the second lies from the first, in percent.
void known_against_unknown(benchmark::State& state) {
  HashSlots slots({});
  const auto stored = hash_password(kPassword, slots, os::system_random);
  if (!stored) return state.SkipWithError(stored.error().message.c_str());
  std::vector<double> known;
  std::vector<double> right;
  std::vector<double> unknown;
  for (auto _ : state) {
    known.push_back(
        milliseconds_of([&] { benchmark::DoNotOptimize(verify_password(kWrong, *stored, slots)); }));
    unknown.push_back(milliseconds_of([&] { benchmark::DoNotOptimize(verify_nobody(kWrong, slots)); }));
    right.push_back(
        milliseconds_of([&] { benchmark::DoNotOptimize(verify_password(kPassword, *stored, slots)); }));
  }
  const double of_known = median(known);
  const double of_unknown = median(unknown);
  state.counters["known_ms"] = of_known;
  state.counters["unknown_ms"] = of_unknown;
  state.counters["right_ms"] = median(right);
  state.counters["difference_percent"] = (of_unknown - of_known) / of_known * 100;
}
BENCHMARK(known_against_unknown)->Iterations(40)->Unit(benchmark::kMillisecond);

// Junk that a scanner or a flood sends as a token: refused without a look into the store.
void junk_token(benchmark::State& state) {
  std::string token = make_api_token(os::system_random).text;
  token.back() = token.back() == '0' ? '1' : '0';
  for (auto _ : state) benchmark::DoNotOptimize(hash_of_api_token(token));
}
BENCHMARK(junk_token);

void good_token(benchmark::State& state) {
  const std::string token = make_api_token(os::system_random).text;
  for (auto _ : state) benchmark::DoNotOptimize(hash_of_api_token(token));
}
BENCHMARK(good_token);

void throttled_try(benchmark::State& state) {
  const os::SystemClock clock;
  Throttle throttle(ThrottleRules{}, clock, 1);
  const Attempt attempt{"admin", *network_of("192.0.2.1"), std::nullopt};
  for (auto _ : state) benchmark::DoNotOptimize(throttle.begin(attempt));
}
BENCHMARK(throttled_try);

}  // namespace
}  // namespace hinomi::credential
