#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace hinomi::app {
namespace {

base::Error system_error(const std::string& what, const std::string& remedy) {
  return {base::ErrorCode::io, what + ": " + std::strerror(errno), remedy, {}};
}

base::Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return system_error("making the folder " + path, "see that its parent exists and is writable");
}

}  // namespace

base::Result<DataFolder> open_data_folder(const std::string& path) {
  std::error_code failed;
  const std::string absolute = std::filesystem::absolute(path, failed).lexically_normal().string();
  if (failed || path.empty())
    return base::Error{
        base::ErrorCode::usage, "the data folder '" + path + "' is no path", "name a folder", {}};
  DataFolder folder{absolute.size() > 1 && absolute.back() == '/' ? absolute.substr(0, absolute.size() - 1)
                                                                  : absolute};
  if (auto made = make_folder(folder.path); !made) return made.error();
  struct stat status{};
  if (::stat(folder.path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return base::Error{base::ErrorCode::io, folder.path + " is no folder", "name another one", {}};
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 || status.st_uid != ::geteuid())
    return base::Error{
        base::ErrorCode::io,
        "the data folder " + folder.path + " belongs to another user or can be written by others",
        "chown it to the user of the server and chmod it to 0700",
        {}};
  for (const std::string& part : {folder.journal(), folder.findings(), folder.rules()}) {
    if (auto made = make_folder(part); !made) return made.error();
  }
  return folder;
}

base::Result<os::Descriptor> lock_data_folder(const DataFolder& folder) {
  os::Descriptor file(::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return system_error("opening " + folder.lock(), "see that the data folder is writable");
  std::array<char, 32> holder{};
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    const ssize_t size = ::pread(file.get(), holder.data(), holder.size() - 1, 0);
    const std::string pid(holder.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return base::Error{base::ErrorCode::io,
                       "another server uses the data folder " + folder.path + " (process " + pid + ")",
                       "stop it first, or name another folder",
                       {}};
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), pid.data(), pid.size(), 0) < 0)
    return system_error("writing " + folder.lock(), "see that the disk has room");
  return file;
}

}  // namespace hinomi::app
