#include "demo/generator.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "demo/intrusion.h"
#include "demo/it_department.h"
#include "demo/linux_servers.h"
#include "demo/office.h"
#include "demo/scene.h"
#include "demo/servers.h"

namespace hinomi::demo {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> check(const Options& options) {
  if (options.days < 1 || options.days > kMaxDays) {
    return Error{ErrorCode::usage, fmt::format("generate the demo: {} days asked for", options.days),
                 fmt::format("give 1 to {} days", kMaxDays)};
  }
  if (options.scale_percent < 1 || options.scale_percent > kMaxScalePercent) {
    return Error{ErrorCode::usage,
                 fmt::format("generate the demo: a scale of {} % asked for", options.scale_percent),
                 fmt::format("give 1 to {} percent", kMaxScalePercent)};
  }
  constexpr std::int64_t kLatest = 9'000'000'000'000'000'000;  // 2255; leaves room for kMaxDays
  if (options.start.since_epoch_ns < 0 || options.start.since_epoch_ns > kLatest) {
    return Error{ErrorCode::usage, "generate the demo: the first day is before 1970 or after 2255",
                 "give another first day"};
  }
  return {};
}

void add_normal_day(Scene& scene, const Random& random) {
  add_office_day(scene, random);
  add_server_day(scene, random);
  add_it_day(scene, random);
  add_linux_day(scene, random);
}

// Writes what the sink is given to one file a path; the first part replaces an older file.
class FolderWriter {
 public:
  explicit FolderWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<void> write(std::string_view path, std::string_view bytes) {
    const std::filesystem::path target = folder_ / path;
    auto [entry, fresh] = files_.try_emplace(std::string(path));
    std::ofstream& file = entry->second;
    if (fresh) {
      std::error_code failure;
      std::filesystem::create_directories(target.parent_path(), failure);
      if (failure) return refused("make the folder of", target, failure.message());
      file.open(target, std::ios::binary | std::ios::trunc);
    }
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
    if (!file) return refused("write", target, "the operating system refused");
    return {};
  }

 private:
  static Error refused(std::string_view what, const std::filesystem::path& target, std::string_view why) {
    return {ErrorCode::io, fmt::format("{} {}: {}", what, target.string(), why),
            "check that the folder can be written and the disk has 100 MB free"};
  }
  std::filesystem::path folder_;
  std::map<std::string, std::ofstream> files_;
};

}  // namespace

Result<Manifest> generate(const Options& options, const Sink& sink) {
  if (Result<void> valid = check(options); !valid) return valid.error();
  const Company company = make_company();
  const Random random(options.seed);
  Recorder recorder;
  Logs logs(recorder, random);
  Manifest manifest{options.seed, options.start, options.days, {}, {}, {}};
  for (int number = 0; number < options.days; ++number) {
    const Day day = day_of(later(options.start, hours{24} * number));
    Scene scene{company, day, logs, manifest.look_alikes, options.scale_percent};
    const Random today = random.fork("day", static_cast<std::uint64_t>(number));
    add_normal_day(scene, today);
    if (number + 1 == options.days) add_intrusion(scene, today, manifest.steps);
    if (Result<void> written = recorder.write(sink); !written) return written.error();
  }
  for (std::size_t i = 0; i < kLogFiles; ++i) {
    const auto file = static_cast<LogFile>(i);
    manifest.files.push_back({path_of(file), recorder.total(file).lines, recorder.total(file).bytes});
  }
  std::ranges::stable_sort(manifest.look_alikes, {}, &LookAlike::time);
  if (Result<void> written = sink(kManifestName, manifest.to_json()); !written) return written.error();
  return manifest;
}

Result<TimedDay> generate_day(const Options& options, bool with_intrusion) {
  if (Result<void> valid = check(options); !valid) return valid.error();
  const Company company = make_company();
  const Random random(options.seed);
  Recorder recorder;
  Logs logs(recorder, random);
  Manifest manifest{options.seed, options.start, 1, {}, {}, {}};
  Scene scene{company, day_of(options.start), logs, manifest.look_alikes, options.scale_percent};
  const Random today = random.fork("day", 0);
  add_normal_day(scene, today);
  if (with_intrusion) add_intrusion(scene, today, manifest.steps);
  TimedDay day{recorder.take(), {}};
  if (!manifest.steps.empty()) day.intrusion = std::ranges::min(manifest.steps, {}, &Step::first).first;
  return day;
}

Result<Manifest> generate(const Options& options, const std::filesystem::path& folder) {
  FolderWriter writer(folder);
  return generate(options, [&writer](std::string_view path, std::string_view bytes) {
    return writer.write(path, bytes);
  });
}

}  // namespace hinomi::demo
