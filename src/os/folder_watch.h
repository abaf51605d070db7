// What happens in folders, told by the kernel (inotify). A hint only: network file systems say nothing and a
// full queue loses events, so whoever uses this looks by itself now and then.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::os {

inline constexpr std::size_t kMaxWatches = 8192;  // folders; further ones are not watched

class FolderWatch {
 public:
  struct Changes {
    std::vector<std::string> written;  // paths: the folder as given to watch(), '/', the name
    bool names = false;                // something came, went or was renamed, or events were lost
  };

  [[nodiscard]] static base::Result<FolderWatch> create();
  // Watching a folder again costs little and renews the watch of one that was replaced. False: not watched.
  bool watch(const std::string& folder);
  // What happened since the last call; does not wait.
  [[nodiscard]] Changes changes();
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

 private:
  explicit FolderWatch(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
  std::unordered_map<int, std::string> folders_;  // by watch
};

}  // namespace hinomi::os
