// Generates the recorded logs of the demo company: normal days of work and, on the last one, an intrusion.
// Not for performance corpora: the volume follows a working day, not a target rate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "demo/manifest.h"
#include "demo/recorder.h"

namespace hinomi::demo {

inline constexpr int kMaxDays = 31;
inline constexpr unsigned kMaxScalePercent = 400;  // one day is held in memory: about 200 MB at this scale
inline constexpr std::string_view kManifestName = "manifest.json";

struct Options {
  std::uint64_t seed = 20260414;
  // Midnight in Japan of the first day; 2026-04-14, a Tuesday. 0 to 2261 in nanoseconds (base/time.h).
  base::TimeNs start{1'776'092'400'000'000'000};
  int days = 1;                  // 1 to kMaxDays
  unsigned scale_percent = 100;  // of the usual amount of normal work, 1 to kMaxScalePercent
};

// The same options give the same bytes, on every machine. The manifest is returned and also given to the
// sink, last, as manifest.json.
[[nodiscard]] base::Result<Manifest> generate(const Options& options, const Sink& sink);

// One day as lines of all logs together, in order of time.
struct TimedDay {
  std::vector<TimedLine> lines;
  base::TimeNs intrusion{};  // its first step; 0 on a day without one
};
// The day that begins at options.start; options.days is ignored.
[[nodiscard]] base::Result<TimedDay> generate_day(const Options& options, bool with_intrusion);

// Into files below `folder`, which is made if needed. Files of an earlier recording there are replaced.
[[nodiscard]] base::Result<Manifest> generate(const Options& options, const std::filesystem::path& folder);

}  // namespace hinomi::demo
