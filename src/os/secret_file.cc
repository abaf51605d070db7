#include "os/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/disk.h"
#include "os/file.h"

namespace hinomi::os {
namespace {

constexpr mode_t kNotForOthers = 077;
constexpr mode_t kNotForOthersOfCredential = 037;

base::Error failed(const std::string& path, int error_number) {
  const auto code = error_number == ENOENT ? base::ErrorCode::not_found : base::ErrorCode::io;
  return {code, "read the secret '" + path + "': " + std::strerror(error_number), {}, {}};
}

base::Result<void> check_closed(const std::string& path, SecretFileKind kind, const struct stat& status) {
  if (!S_ISREG(status.st_mode))
    return base::Error{
        base::ErrorCode::forbidden, "read the secret '" + path + "': it is no regular file", {}, {}};
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return base::Error{base::ErrorCode::forbidden,
                       "read the secret '" + path + "': it belongs to another user",
                       "give it to the user that Hinomi runs as",
                       {}};
  if ((status.st_mode & (kind == SecretFileKind::own ? kNotForOthers : kNotForOthersOfCredential)) != 0)
    return base::Error{base::ErrorCode::forbidden,
                       "read the secret '" + path + "': others may read or write it",
                       "run: chmod 600 on it; if others could read it, make a new key",
                       {}};
  return {};
}

}  // namespace

base::Result<std::size_t> read_secret_file(const std::string& path, SecretFileKind kind,
                                           std::span<char> into) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return failed(path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failed(path, errno);
  if (auto closed = check_closed(path, kind, status); !closed) return closed.error();
  std::size_t size = 0;
  for (;;) {
    char more = 0;  // one byte beyond what fits
    const bool full = size == into.size();
    const ssize_t got =
        full ? ::read(file.get(), &more, 1) : ::read(file.get(), into.data() + size, into.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, errno);
    if (got == 0) return size;
    if (full)
      return base::Error{
          base::ErrorCode::limit_exceeded,
          "read the secret '" + path + "': longer than " + std::to_string(into.size()) + " bytes",
          {},
          {}};
    size += static_cast<std::size_t>(got);
  }
}

base::Result<void> write_new_secret_file(const std::string& path, std::string_view bytes) {
  PosixDisk disk;
  auto file = disk.create(path);
  if (!file) return file.error();
  auto done = (*file)->write_at(0, bytes);
  if (done) done = (*file)->sync();
  const std::size_t slash = path.rfind('/');
  if (done) done = disk.sync_folder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
  if (!done) (void)disk.remove(path);
  return done;
}

}  // namespace hinomi::os
