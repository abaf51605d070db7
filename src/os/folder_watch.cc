#include "os/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace hinomi::os {
namespace {

constexpr std::uint32_t kNames =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kWritten = IN_MODIFY | IN_CLOSE_WRITE;

}  // namespace

base::Result<FolderWatch> FolderWatch::create() {
  Descriptor descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!descriptor.valid()) {
    return base::Error{base::ErrorCode::io,
                       "watch folders: " + std::generic_category().message(errno),
                       "raise fs.inotify.max_user_instances",
                       {}};
  }
  return FolderWatch(std::move(descriptor));
}

bool FolderWatch::watch(const std::string& folder) {
  if (folders_.size() >= kMaxWatches) return false;
  const int watch = ::inotify_add_watch(descriptor_.get(), folder.c_str(), kNames | kWritten | IN_ONLYDIR);
  if (watch < 0) return false;
  folders_[watch] = folder;
  return true;
}

FolderWatch::Changes FolderWatch::changes() {
  Changes changes;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  // What keeps coming meanwhile is left for the next call.
  constexpr int kReads = 16;
  for (int i = 0; i < kReads; ++i) {
    const ssize_t got = ::read(descriptor_.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & (kNames | IN_Q_OVERFLOW)) != 0) changes.names = true;
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end()) continue;
      if ((event.mask & kWritten) != 0 && event.len > 0) {
        std::string path = folder->second;
        if (!path.ends_with('/')) path += '/';
        changes.written.push_back(path + std::string(name, ::strnlen(name, event.len)));
      }
      if ((event.mask & IN_IGNORED) != 0) folders_.erase(folder);
    }
  }
  return changes;
}

}  // namespace hinomi::os
