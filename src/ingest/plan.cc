#include "ingest/plan.h"

#include <set>
#include <utility>

namespace hinomi::ingest {
namespace {

constexpr std::string_view kStandardInput = "-";

class Plan {
 public:
  explicit Plan(const os::WalkLimits& limits) : limits_(limits) {}

  std::vector<PlannedInput> make(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const base::Result<os::FileInfo> info = os::file_info(path);
      if (path != kStandardInput && info && info->kind == os::FileKind::regular)
        known_.insert(info->identity);
    }
    for (const std::string& path : paths) add(path);
    return std::move(inputs_);
  }

 private:
  void add(const std::string& path) {
    if (path == kStandardInput) {
      inputs_.push_back({path, PlannedKind::standard_input, 0, {}});
      return;
    }
    const base::Result<os::FileInfo> info = os::file_info(path);
    if (!info) {
      inputs_.push_back({path, PlannedKind::unreadable, 0, info.error().message});
    } else if (info->kind == os::FileKind::directory) {
      add_folder(path);
    } else {
      const bool stream = info->kind == os::FileKind::stream;
      inputs_.push_back({path, stream ? PlannedKind::stream : PlannedKind::file, info->size, {}});
    }
  }

  void add_folder(const std::string& folder) {
    base::Result<std::vector<os::Walked>> walked = os::walk_folder(folder, limits_);
    if (!walked) {
      inputs_.push_back({folder, PlannedKind::unreadable, 0, walked.error().message});
      return;
    }
    for (os::Walked& entry : *walked) {
      if (entry.kind == os::WalkedKind::unreadable) {
        inputs_.push_back({std::move(entry.path), PlannedKind::unreadable, 0, std::move(entry.reason)});
      } else if (known_.insert(entry.identity).second) {
        const bool file = entry.kind == os::WalkedKind::file;
        inputs_.push_back({std::move(entry.path), file ? PlannedKind::file : PlannedKind::special, entry.size,
                           std::move(entry.reason)});
      }
    }
  }

  os::WalkLimits limits_;
  std::vector<PlannedInput> inputs_;
  std::set<os::FileIdentity> known_;  // files that were named or have been found
};

}  // namespace

std::vector<PlannedInput> plan_inputs(const std::vector<std::string>& paths, const os::WalkLimits& limits) {
  return Plan(limits).make(paths);
}

}  // namespace hinomi::ingest
