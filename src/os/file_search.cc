#include "os/file_search.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

namespace hinomi::os {
namespace {

using Visit = std::function<void(const FoundFile&)>;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

std::vector<std::string> components_of(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) components.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return components;
}

bool is_pattern(std::string_view component) {
  return component.find_first_of("*?[") != std::string_view::npos;
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

base::Error refused(std::string_view what, const std::string& path, int error_number) {
  return {base::ErrorCode::io,
          std::string(what) + " '" + path + "': " + std::generic_category().message(error_number),
          error_number == EACCES ? "give the server read permission" : "",
          {}};
}

base::Result<Descriptor> open_regular(int folder, const std::string& name, const std::string& path,
                                      int flags) {
  // O_NONBLOCK: a fifo that took the file's place must not hold us up.
  Descriptor descriptor(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags));
  if (!descriptor.valid()) return refused("open", path, errno);
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return refused("look at", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return base::Error{base::ErrorCode::unsupported, "read '" + path + "': it is no regular file", {}, {}};
  }
  return descriptor;
}

class Search {
 public:
  Search(const SearchLimits& limits, const Visit& visit) : limits_(limits), visit_(visit) {}

  // Looks into a folder for what the components from `rest` on stand for; none = everything below.
  void folder(Descriptor descriptor, const std::string& path, std::span<const std::string> rest, int depth);
  void file(int folder, const std::string& name, const std::string& path, const struct stat& status,
            int flags);
  void problem(const base::Error& error) {
    if (report_.problems.size() < limits_.max_problems) report_.problems.push_back(error.message);
  }
  [[nodiscard]] SearchReport& report() { return report_; }
  bool recursive = true;

 private:
  void entry(int folder, const std::string& name, const std::string& path, std::span<const std::string> rest,
             int depth);
  void below(int folder, const std::string& name, const std::string& path, std::span<const std::string> rest,
             int depth);
  [[nodiscard]] std::vector<std::string> names_in(int folder, const std::string& path);

  const SearchLimits& limits_;
  const Visit& visit_;
  SearchReport report_;
  std::size_t entries_ = 0;
};

std::vector<std::string> Search::names_in(int folder, const std::string& path) {
  std::vector<std::string> names;
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseFolder> open(copy < 0 ? nullptr : ::fdopendir(copy));
  if (!open) {
    problem(refused("look into", path, errno));
    if (copy >= 0) Descriptor(copy).reset();
    return names;
  }
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (++entries_ > limits_.max_entries) {
      problem({base::ErrorCode::limit_exceeded,
               "look into '" + path + "': more than " + std::to_string(limits_.max_entries) + " names",
               {},
               {}});
      break;
    }
    names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

void Search::folder(Descriptor descriptor, const std::string& path, std::span<const std::string> rest,
                    int depth) {
  if (depth > limits_.max_depth) {
    problem({base::ErrorCode::limit_exceeded, "look into '" + path + "': too deep", {}, {}});
    return;
  }
  report_.folders.push_back(path);
  const bool plain = !rest.empty() && !is_pattern(rest.front());
  const std::vector<std::string> names =
      plain ? std::vector<std::string>{rest.front()} : names_in(descriptor.get(), path);
  for (const std::string& name : names) entry(descriptor.get(), name, joined(path, name), rest, depth);
}

void Search::entry(int folder, const std::string& name, const std::string& path,
                   std::span<const std::string> rest, int depth) {
  const bool any_depth = !rest.empty() && rest.front() == "**";
  if (any_depth) {
    // "**" stands for no folder here, and for this folder and those below it.
    if (rest.size() > 1) entry(folder, name, path, rest.subspan(1), depth);
    if (name.starts_with('.')) return;
    below(folder, name, path, rest.size() > 1 ? rest : rest.subspan(1), depth);
    return;
  }
  if (rest.empty()) {
    if (!name.starts_with('.') || !recursive) below(folder, name, path, rest, depth);
    return;
  }
  if (::fnmatch(rest.front().c_str(), name.c_str(), FNM_PERIOD) != 0) return;
  below(folder, name, path, rest.subspan(1), depth);
}

// `name` matches so far: a folder is looked into, a file is what was looked for if nothing remains.
void Search::below(int folder, const std::string& name, const std::string& path,
                   std::span<const std::string> rest, int depth) {
  struct stat status{};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) problem(refused("look at", path, errno));
    return;
  }
  if (S_ISREG(status.st_mode)) {
    if (rest.empty()) file(folder, name, path, status, O_NOFOLLOW);
    return;
  }
  if (!S_ISDIR(status.st_mode) || !recursive) return;
  Descriptor inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!inner.valid()) {
    if (errno != ENOENT) problem(refused("look into", path, errno));
    return;
  }
  this->folder(std::move(inner), path, rest, depth + 1);
}

void Search::file(int folder, const std::string& name, const std::string& path, const struct stat& status,
                  int flags) {
  FoundFile found{path,
                  {status.st_dev, status.st_ino},
                  static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)),
                  {status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec},
                  [&] { return open_regular(folder, name, path, flags); }};
  visit_(found);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A path without a pattern: its links were named, so they are followed.
void search_named(Search& search, const std::string& path, std::span<const std::string> rest) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      search.report().missing = true;
      search.report().folders.push_back(parent_of(path));
    } else {
      search.problem(refused("look at", path, errno));
    }
    return;
  }
  if (S_ISREG(status.st_mode) && rest.empty()) {
    search.report().folders.push_back(parent_of(path));
    search.file(AT_FDCWD, path, path, status, 0);
    return;
  }
  if (!S_ISDIR(status.st_mode)) {
    search.problem(
        {base::ErrorCode::unsupported, "follow '" + path + "': neither a file nor a folder", {}, {}});
    return;
  }
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) {
    search.problem(refused("look into", path, errno));
    return;
  }
  search.folder(std::move(descriptor), path, rest, 0);
}

}  // namespace

SearchReport search_files(std::string_view pattern, const SearchLimits& limits, const Visit& visit) {
  const std::vector<std::string> components = components_of(pattern);
  std::string named = pattern.starts_with('/') ? "/" : "";
  std::size_t count = 0;
  while (count < components.size() && !is_pattern(components[count])) {
    named = named.empty() ? components[count] : joined(named, components[count]);
    ++count;
  }
  Search search(limits, visit);
  search_named(search, named.empty() ? "." : named, std::span(components).subspan(count));
  return std::move(search.report());
}

SearchReport list_folder(const std::string& folder, const SearchLimits& limits, const Visit& visit) {
  Search search(limits, visit);
  search.recursive = false;
  search_named(search, folder, {});
  return std::move(search.report());
}

}  // namespace hinomi::os
