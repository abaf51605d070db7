#include "os/directory.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <system_error>

namespace hinomi::os {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

struct Names {
  std::vector<std::string> sorted;
  int error_number = 0;  // of a listing that broke off; what was read before is kept
};

Names names_in(const std::string& folder, std::size_t limit) {
  Names names;
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(folder.c_str()));
  if (!directory) {
    names.error_number = errno;
    return names;
  }
  while (names.sorted.size() <= limit) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) {
      names.error_number = errno;
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.sorted.emplace_back(name);
  }
  std::sort(names.sorted.begin(), names.sorted.end());
  return names;
}

class Walk {
 public:
  explicit Walk(const WalkLimits& limits) : limits_(limits) {}

  void enter(const std::string& folder, FileIdentity identity, int depth) {
    if (!folders_.insert(identity).second) return;  // a loop, or a second link to the same folder
    if (depth > limits_.max_depth) {
      add_unreadable(folder,
                     "the folder lies more than " + std::to_string(limits_.max_depth) + " levels deep");
      return;
    }
    const Names names = names_in(folder, limits_.max_entries);
    if (names.error_number != 0) {
      add_unreadable(folder, "list the folder: " + std::generic_category().message(names.error_number));
    }
    const std::string prefix = folder.ends_with('/') ? folder : folder + '/';
    for (const std::string& name : names.sorted) {
      if (full_) return;
      if (found_.size() >= limits_.max_entries) {
        full_ = true;
        add_unreadable(folder, "more than " + std::to_string(limits_.max_entries) +
                                   " files: what follows in this folder and after it was left out");
        return;
      }
      look_at(prefix + name, depth);
    }
  }

  [[nodiscard]] std::vector<Walked> take() { return std::move(found_); }

 private:
  void look_at(std::string path, int depth) {
    const base::Result<FileInfo> info = file_info(path);
    if (!info) {
      add_unreadable(path, info.error().message);
    } else if (info->kind == FileKind::directory) {
      enter(path, info->identity, depth + 1);
    } else if (files_.insert(info->identity).second) {
      const bool regular = info->kind == FileKind::regular;
      found_.push_back({std::move(path), regular ? WalkedKind::file : WalkedKind::special, info->size,
                        info->identity, regular ? "" : "it is a device, a fifo or a socket"});
    }
  }

  void add_unreadable(const std::string& path, std::string reason) {
    found_.push_back({path, WalkedKind::unreadable, 0, {}, std::move(reason)});
  }

  WalkLimits limits_;
  std::vector<Walked> found_;
  std::set<FileIdentity> folders_;
  std::set<FileIdentity> files_;
  bool full_ = false;
};

}  // namespace

base::Result<std::vector<Walked>> walk_folder(const std::string& folder, const WalkLimits& limits) {
  const base::Result<FileInfo> info = file_info(folder);
  if (!info) return info.error();
  if (info->kind != FileKind::directory) {
    return base::Error{base::ErrorCode::usage, "walk '" + folder + "': it is no folder", {}, {}};
  }
  Walk walk(limits);
  walk.enter(folder, info->identity, 0);
  return walk.take();
}

}  // namespace hinomi::os
