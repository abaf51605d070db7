// hinomi_simulation: one machine after the other, each from a seed of its own, until the time is over or a
// promise is broken.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "sim/world.h"

namespace {

using Steady = std::chrono::steady_clock;

int usage() {
  std::fputs(
      "usage: hinomi_simulation [--seconds N] [--seed S] [--steps N]\n"
      "  --seconds N  as many machines as go into N seconds; 0: one (default 45)\n"
      "  --seed S     of the first machine (default: by chance)\n"
      "  --steps N    of each machine (default 400)\n",
      stderr);
  return 2;
}

void print(const hinomi::sim::Summary& sum, double seconds) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf("machines %llu, steps %llu, seconds %.1f\n", number(sum.worlds), number(sum.steps), seconds);
  std::printf("batches acknowledged %llu, survived without an answer %llu, answered as duplicates %llu\n",
              number(sum.batches), number(sum.survivors), number(sum.duplicates));
  std::printf(
      "power cuts %llu, killed processes %llu, syncs failed %llu, writes failed %llu, without room %llu, "
      "reads failed %llu\n",
      number(sum.power_cuts), number(sum.kills), number(sum.syncs_failed), number(sum.writes_failed),
      number(sum.writes_without_room), number(sum.reads_failed));
  std::printf("clock jumps %llu, segments removed %llu, findings %llu, projections made anew %llu\n",
              number(sum.clock_jumps), number(sum.segments_removed), number(sum.findings),
              number(sum.scratch_restarts));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seconds = 45;
  std::uint64_t seed = std::random_device{}();
  std::uint64_t steps = 400;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::uint64_t* value = word == "--seconds" ? &seconds
                           : word == "--seed"  ? &seed
                           : word == "--steps" ? &steps
                                               : nullptr;
    if (value == nullptr || i + 1 == argc) return usage();
    char* end = nullptr;
    *value = std::strtoull(argv[++i], &end, 10);
    if (*end != '\0' || end == argv[i]) return usage();
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  const Steady::time_point start = Steady::now();
  const auto passed = [&] { return std::chrono::duration<double>(Steady::now() - start).count(); };
  hinomi::sim::Summary sum;
  do {
    hinomi::sim::World world(seed);
    const auto broken = world.run(steps);
    sum.add(world.summary());
    if (broken) {
      std::printf("BROKEN at %s\nreplay: hinomi_simulation --seconds 0 --seed %llu --steps %llu\n",
                  broken->c_str(), static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(steps));
      print(sum, passed());
      return 1;
    }
    ++seed;
  } while (passed() < static_cast<double>(seconds));
  print(sum, passed());
  return 0;
}
