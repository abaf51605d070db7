#include "store/sql/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "os/disk.h"
#include "os/file.h"

namespace hinomi::store::sql {
namespace {

constexpr mode_t kOwnerOnly = 0600;

base::Error exists_already(const std::string& path) {
  return {base::ErrorCode::conflict, path + " exists already", "Name another file."};
}

base::Error cannot(const std::string& path, std::string_view what) {
  return {base::ErrorCode::io,
          path + ": " + std::string(what) + ": " + std::generic_category().message(errno),
          {}};
}

base::Result<void> take_name(const std::string& part, const std::string& path) {
  // What pg_dump wrote it has synced, as SQLite has; once more costs nothing.
  const os::Descriptor file(::open(part.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || ::fsync(file.get()) != 0) return cannot(part, "cannot be made durable");
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    return errno == EEXIST ? exists_already(path) : cannot(path, "cannot take its name");
  }
  const std::string folder = std::filesystem::path(path).parent_path();
  return os::PosixDisk().sync_folder(folder.empty() ? "." : folder);
}

}  // namespace

base::Result<void> make_whole(const std::string& path,
                              const std::function<base::Result<void>(const std::string&)>& write) {
  if (os::file_info(path)) return exists_already(path);
  const std::string part = path + ".part";
  ::unlink(part.c_str());  // of one that was broken off
  {
    const os::Descriptor file(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    if (!file.valid()) return cannot(part, "cannot be made");
  }
  auto done = write(part);
  if (done) done = take_name(part, path);
  if (!done) ::unlink(part.c_str());
  return done;
}

base::Error not_empty(const std::string& what) {
  return {base::ErrorCode::conflict, what + " is not empty", "Restore into a new database."};
}

}  // namespace hinomi::store::sql
