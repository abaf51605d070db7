#include "app/front_descriptors.h"

#include <fcntl.h>

namespace hinomi::app {

base::Result<FrontDescriptors> FrontDescriptors::inherited() {
  for (const int number : {kFrontStateDescriptor, kFrontWakePipelineDescriptor, kFrontAlertsChangedDescriptor,
                           kFrontZygoteDescriptor}) {
    if (::fcntl(number, F_SETFD, FD_CLOEXEC) != 0)
      return base::Error{base::ErrorCode::usage, "this process is started by `hinomi serve`", {}, {}};
  }
  auto state = process::SharedState::map(os::Descriptor(kFrontStateDescriptor));
  if (!state) return state.error();
  return FrontDescriptors{.state = std::move(*state),
                          .wake_pipeline = process::Wakeup(os::Descriptor(kFrontWakePipelineDescriptor)),
                          .alerts_changed = process::Wakeup(os::Descriptor(kFrontAlertsChangedDescriptor)),
                          .zygote = os::Descriptor(kFrontZygoteDescriptor)};
}

std::string current_rules_path(const DataFolder& folder) {
  return folder.rules() + "/current";
}

}  // namespace hinomi::app
