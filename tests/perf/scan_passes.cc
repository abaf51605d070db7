// Scans the public NDJSON test data a given number of times on one thread and says what it cost; the start is
// known by the difference of two runs. For comparing two builds and for counting instructions
// (tools/check_scan_cost.py); people look at scan_bench.
//
//   scan_passes DATA SCRATCH PASSES [EVERY]      DATA = the folder of public test data; EVERY = of so many
//   files one
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/stack.h"
#include "bench_support.h"
#include "detect/detector.h"
#include "flow/scan.h"

namespace {

using namespace hinomi;

class CountingSink final : public flow::FindingSink {
 public:
  void on_finding(const flow::Finding& /*finding*/, std::string_view /*input*/) override {}
};

double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

int stop(const std::string& why) {
  std::fprintf(stderr, "scan_passes: %s\n", why.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return stop("usage: scan_passes DATA SCRATCH PASSES [EVERY]");
  const std::string data = argv[1];
  const long passes = std::strtol(argv[3], nullptr, 10);
  const std::size_t every = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 1;
  if (passes < 0 || every == 0) return stop("PASSES and EVERY must be positive");
  const auto stack = app::load_stack(perf::sigma_rules(data));
  if (!stack) return stop(stack.error().message);
  const auto all = perf::unpack_ndjson(data, argv[2]);
  if (all.empty()) return stop("the public test data is not at " + data);
  flow::ScanOptions options;
  options.hash_seed = 1;
  for (long pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < all.size(); i += every) options.paths.push_back(all[i]);
  }
  const detect::Detector detector((*stack)->rules);
  CountingSink sink;
  const double before = user_seconds();
  const flow::ScanSummary summary =
      flow::scan(detector, *(*stack)->normaliser, (*stack)->sources, options, sink);
  std::printf("%lu events, %lu findings, %.3f s user\n", summary.events, summary.findings,
              user_seconds() - before);
  return 0;
}
