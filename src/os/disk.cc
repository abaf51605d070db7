#include "os/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/file.h"

namespace hinomi::os {
namespace {

base::Error failure(const char* what, const std::string& path) {
  const base::ErrorCode code = errno == ENOENT ? base::ErrorCode::not_found : base::ErrorCode::io;
  return {code, std::string(what) + " " + path + ": " + std::strerror(errno), {}, {}};
}

class PosixFile final : public DiskFile {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  base::Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return failure("writing", path_);
      offset += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  base::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(descriptor_.get(), into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure("reading", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  base::Result<void> sync() override {
    if (::fdatasync(descriptor_.get()) != 0) return failure("syncing", path_);
    return {};
  }

  base::Result<std::uint64_t> size() const override {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) return failure("looking at", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  base::Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) return failure("shortening", path_);
    return {};
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

base::Result<std::unique_ptr<DiskFile>> open_with(const std::string& path, int flags) {
  Descriptor descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor.valid()) return failure("opening", path);
  return std::unique_ptr<DiskFile>(std::make_unique<PosixFile>(std::move(descriptor), path));
}

}  // namespace

base::Result<std::unique_ptr<DiskFile>> PosixDisk::create(const std::string& path) {
  return open_with(path, O_RDWR | O_CREAT | O_EXCL);
}

base::Result<std::unique_ptr<DiskFile>> PosixDisk::open_to_write(const std::string& path) {
  return open_with(path, O_RDWR);
}

base::Result<std::unique_ptr<DiskFile>> PosixDisk::open_to_read(const std::string& path) const {
  return open_with(path, O_RDONLY);
}

base::Result<std::vector<std::string>> PosixDisk::list(const std::string& folder) const {
  DIR* const open = ::opendir(folder.c_str());
  if (open == nullptr) return failure("listing", folder);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open)) {
    if (entry->d_type != DT_DIR) names.emplace_back(entry->d_name);
    errno = 0;
  }
  const bool failed = errno != 0;
  base::Error error = failed ? failure("listing", folder) : base::Error{};
  ::closedir(open);
  if (failed) return error;
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<void> PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failure("removing", path);
  return {};
}

base::Result<void> PosixDisk::sync_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return failure("opening the folder", folder);
  if (::fsync(descriptor.get()) != 0) return failure("syncing the folder", folder);
  return {};
}

base::Result<void> PosixDisk::replace(const std::string& path, std::string_view bytes) {
  return replace_file(path, bytes);
}

base::Result<DiskSpace> PosixDisk::space(const std::string& folder) const {
  struct statvfs status{};
  if (::statvfs(folder.c_str(), &status) != 0) return failure("asking for the room of", folder);
  // What root keeps for itself is neither used nor free for us.
  const std::uint64_t used = (status.f_blocks - status.f_bfree) * status.f_frsize;
  const std::uint64_t free_bytes = status.f_bavail * status.f_frsize;
  return DiskSpace{.total_bytes = used + free_bytes, .free_bytes = free_bytes};
}

}  // namespace hinomi::os
