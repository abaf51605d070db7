#include "backup/streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "os/disk.h"

namespace hinomi::backup {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

base::Error failed(const std::string& what, const std::string& path) {
  return {errno == EEXIST ? base::ErrorCode::conflict : base::ErrorCode::io,
          what + " " + path + ": " + std::strerror(errno),
          "see that the disk has room and the folder is writable",
          {}};
}

}  // namespace

base::Result<NewFile> NewFile::make(const std::string& path) {
  os::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid()) return failed("make", path);
  return NewFile(std::move(file), path);
}

base::Result<void> NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

base::Result<void> NewFile::finish() {
  if (::fsync(file_.get()) != 0) return failed("sync", path_);
  return {};
}

base::Result<void> copy_file(const std::string& from, const std::string& to) {
  const auto source = os::File::open(from);
  if (!source) return source.error();
  ::unlink(to.c_str());
  auto target = NewFile::make(to);
  if (!target) return target.error();
  std::vector<char> piece(kPiece);
  for (;;) {
    const auto got = source->read(piece);
    if (!got) return got.error();
    if (*got == 0) return target->finish();
    if (auto written = target->write({piece.data(), *got}); !written) return written;
  }
}

base::Result<void> write_file(const std::string& to, std::string_view bytes) {
  ::unlink(to.c_str());
  auto target = NewFile::make(to);
  if (!target) return target.error();
  if (auto written = target->write(bytes); !written) return written;
  return target->finish();
}

base::Result<void> make_folders(const std::string& root, std::string_view below) {
  for (std::size_t at = below.find('/');; at = below.find('/', at + 1)) {
    const std::string path = root + "/" + std::string(below.substr(0, at));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("make the folder", path);
    if (at == std::string_view::npos) return {};
  }
}

base::Result<void> sync_folders(const std::string& folder) {
  namespace fs = std::filesystem;
  os::PosixDisk disk;
  std::error_code wrong;
  for (fs::recursive_directory_iterator at(folder, wrong), end; !wrong && at != end; at.increment(wrong))
    if (at->is_directory(wrong))
      if (auto synced = disk.sync_folder(at->path().string()); !synced) return synced;
  if (wrong) return base::Error{base::ErrorCode::io, "list " + folder + ": " + wrong.message(), "", {}};
  return disk.sync_folder(folder);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace hinomi::backup
