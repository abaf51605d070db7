#include "os/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace hinomi::os {
namespace {

base::Error failed(std::string_view what, const std::string& path, int error_number) {
  base::Error error;
  error.code =
      error_number == ENOENT || error_number == ENOTDIR ? base::ErrorCode::not_found : base::ErrorCode::io;
  error.message = std::string(what) + " '" + path + "': " + std::generic_category().message(error_number);
  if (error_number == EACCES || error_number == EPERM)
    error.remedy = "ask for read permission, or run as its owner";
  if (error_number == ENOENT) error.remedy = "check the spelling, and where a symbolic link leads";
  return error;
}

FileInfo info_of(const struct stat& status) {
  FileInfo info;
  info.identity = {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
  if (S_ISREG(status.st_mode)) {
    info.kind = FileKind::regular;
    info.size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  } else if (S_ISDIR(status.st_mode)) {
    info.kind = FileKind::directory;
  } else if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    info.kind = FileKind::stream;
  }
  return info;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// Written in full or an errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Waits for bytes, the end or an error, but not long: a signal may go to another thread or come just before
// the wait, so waiting for EINTR alone could miss it.
bool is_ready(int fd) {
  constexpr int kPatienceMs = 100;
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, kPatienceMs) != 0 && waiting.revents != 0;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept {
  return std::exchange(fd_, -1);
}

void Descriptor::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

base::Result<FileInfo> file_info(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return failed("look at", path, errno);
  return info_of(status);
}

base::Result<FileInfo> file_info(const Descriptor& descriptor) {
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return failed("look at", "an open file", errno);
  return info_of(status);
}

File::File(Descriptor descriptor, FileInfo info, std::string path)
    : descriptor_(std::move(descriptor)), info_(info), path_(std::move(path)) {}

base::Result<File> File::open(const std::string& path) {
  // The kind is asked first, so that opening a device that acts on it (a tape, a watchdog) never happens.
  const base::Result<FileInfo> before = file_info(path);
  if (!before) return before.error();
  if (before->kind == FileKind::directory) {
    return base::Error{
        base::ErrorCode::unsupported, "read '" + path + "': it is a folder", "name a file", {}};
  }
  if (before->kind == FileKind::other) {
    return base::Error{base::ErrorCode::unsupported,
                       "read '" + path + "': it is a socket or a block device",
                       "copy its content to a file first",
                       {}};
  }
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!descriptor.valid()) return failed("open", path, errno);
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return failed("look at", path, errno);
  const FileInfo info = info_of(status);
  if (info.kind == FileKind::regular) ::posix_fadvise(descriptor.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return File(std::move(descriptor), info, path);
}

File File::standard_input() {
  struct stat status{};
  FileInfo info;
  if (::fstat(STDIN_FILENO, &status) == 0) info = info_of(status);
  info.kind = FileKind::stream;  // also when redirected from a file: it may stand anywhere in it
  info.size = 0;
  // Where standard input is closed this is -1, and reading says so.
  return File(Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)), info, "-");
}

base::Result<std::size_t> File::read_at(std::uint64_t offset, std::span<char> into) const {
  HINOMI_CHECK(info_.kind == FileKind::regular);
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t got = ::pread(descriptor_.get(), into.data() + filled, into.size() - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path_, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

base::Result<std::size_t> File::read(std::span<char> into, const StopCheck& stop) const {
  while (true) {
    if (stop && stop()) return std::size_t{0};
    if (stop && info_.kind == FileKind::stream && !is_ready(descriptor_.get())) continue;
    const ssize_t got = ::read(descriptor_.get(), into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return failed("read", path_, errno);
  }
}

base::Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
  base::Result<File> file = File::open(path);
  if (!file) return file.error();
  std::string bytes;
  while (bytes.size() <= limit) {
    constexpr std::size_t kStep = 64 * 1024;
    const std::size_t begin = bytes.size();
    // One byte more than expected, so that the end is seen without another turn.
    const std::size_t expected =
        begin == 0 ? static_cast<std::size_t>(std::min(file->info().size, limit)) + 1 : kStep;
    bytes.resize(begin + expected);
    const base::Result<std::size_t> got = file->read({bytes.data() + begin, expected});
    if (!got) return got.error();
    bytes.resize(begin + *got);
    const bool at_end = *got == 0 || (*got < expected && file->info().kind == FileKind::regular);
    if (at_end) return bytes;
  }
  return base::Error{base::ErrorCode::limit_exceeded,
                     "read '" + path + "': it holds more than " + std::to_string(limit) + " bytes",
                     {},
                     {}};
}

base::Result<MappedFile> MappedFile::open(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) return failed("open", path, errno);
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return failed("look at", path, errno);
  const FileInfo info = info_of(status);
  if (info.kind != FileKind::regular) {
    return base::Error{base::ErrorCode::unsupported, "map '" + path + "': it is no regular file", {}, {}};
  }
  if (info.size == 0) return MappedFile(nullptr, 0);
  void* start = ::mmap(nullptr, info.size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
  if (start == MAP_FAILED) return failed("map", path, errno);
  return MappedFile(static_cast<const std::byte*>(start), info.size);
}

MappedFile::~MappedFile() {
  if (start_ != nullptr) ::munmap(const_cast<std::byte*>(start_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  return *this;
}

base::Result<Descriptor> lock_folder_of(const std::string& path, std::chrono::milliseconds patience) {
  constexpr int kPauseMs = 2;
  Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return failed("open the folder of", path, errno);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed("lock the folder of", path, errno);
    if (std::chrono::steady_clock::now() >= deadline)
      return base::Error{
          base::ErrorCode::unavailable, "another process holds the folder of " + path, "try again", {}};
    ::poll(nullptr, 0, kPauseMs);
  }
  return folder;
}

base::Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string folder = folder_of(path);
  std::string temporary = path + ".XXXXXX";
  Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!descriptor.valid()) return failed("make a file beside", path, errno);

  int error_number = write_all(descriptor.get(), bytes);
  if (error_number == 0 && ::fsync(descriptor.get()) != 0) error_number = errno;
  descriptor.reset();
  if (error_number == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error_number = errno;
  if (error_number != 0) {
    ::unlink(temporary.c_str());
    return failed("write", path, error_number);
  }
  // The new name itself must survive a power cut too.
  Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.valid() || ::fsync(parent.get()) != 0) return failed("sync the folder of", path, errno);
  return {};
}

}  // namespace hinomi::os
