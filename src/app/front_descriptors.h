// The descriptors that the supervisor hands to the front, by number, and which of them is what. Both sides
// include this. Not for the pipeline and the zygote, which are told their numbers.
#pragma once

#include <string>
#include <string_view>

#include "app/data_folder.h"
#include "base/result.h"
#include "process/live_state.h"

namespace hinomi::app {

inline constexpr int kFrontStateDescriptor = 3;
inline constexpr int kFrontWakePipelineDescriptor = 4;
inline constexpr int kFrontAlertsChangedDescriptor = 5;
inline constexpr int kFrontZygoteDescriptor = 6;

inline constexpr std::string_view kFrontCommand = "front";
inline constexpr std::string_view kAnchorCommand = "anchor";
inline constexpr std::string_view kPrepareCommand = "prepare-rules";

struct FrontDescriptors {
  process::SharedState state;
  process::Wakeup wake_pipeline;
  process::Wakeup alerts_changed;
  os::Descriptor zygote;

  [[nodiscard]] static base::Result<FrontDescriptors> inherited();
};

// Holds the hash of the rule set that is to be in force.
[[nodiscard]] std::string current_rules_path(const DataFolder& folder);

}  // namespace hinomi::app
