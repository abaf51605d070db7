#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "backup/restore.h"
#include "store/alerts/reader.h"

namespace hinomi::app {
namespace {

constexpr std::uint64_t kMaxAddressBytes = 1024;

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
  if (std::error_code ignored;
      std::filesystem::exists(folder.path + "/" + std::string(backup::kRestoring), ignored))
    return base::Error{base::ErrorCode::io,
                       "a restore into the data folder " + folder.path + " was broken off",
                       "empty the folder and restore again",
                       {}};
  for (const std::string& part : {folder.scratch(), folder.journal(), folder.findings(), folder.rules()}) {
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

base::Result<void> check_journal_end(const DataFolder& folder, store::journal::Position end) {
  auto alerts = store::alerts::Reader::open(folder.alerts());
  if (!alerts) return {};
  const auto progress = alerts->progress();
  if (!progress) return {};  // the pipeline says what is wrong with the file
  if (progress->cursor.journal <= end.packed()) return {};
  return base::Error{
      base::ErrorCode::invalid_input,
      "the journal in " + folder.journal() +
          " ends before the place up to which it was judged: files of it are missing or older "
          "than alerts.db, and new events would raise no alert",
      "put the missing files back; or, to begin anew, move alerts.db (with its -wal and -shm), "
      "findings and quarantine out of the data folder",
      {}};
}

base::Result<void> write_address(const DataFolder& folder, const std::string& address) {
  return os::replace_file(folder.address(), address + "\n");
}

base::Result<std::string> read_address(const DataFolder& folder) {
  auto text = os::read_file(folder.address(), kMaxAddressBytes);
  if (!text && text.error().code == base::ErrorCode::not_found)
    return base::Error{base::ErrorCode::not_found,
                       "no server has run with the data folder " + folder.path,
                       "name the folder that `hinomi serve --data` was given, or start it first",
                       {}};
  if (!text) return text.error();
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

}  // namespace hinomi::app
