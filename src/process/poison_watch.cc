#include "process/poison_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/file.h"

namespace hinomi::process {
namespace {

base::Error cannot_write(const std::string& path) {
  return {base::ErrorCode::io,
          "writing " + path + ": " + std::strerror(errno),
          "see that the disk has room and the data folder is writable",
          {}};
}

}  // namespace

base::Result<bool> PoisonWatch::note_end(std::uint64_t sequence, const std::string& reason) {
  ends_ = sequence == suspect_ ? ends_ + 1 : 1;
  suspect_ = sequence;
  if (ends_ < kTriesOfAnEvent) return false;
  std::string line = std::to_string(sequence) + "\t" + reason;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  const os::Descriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid() || ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(file.get()) != 0)
    return cannot_write(path_);
  ends_ = 0;
  return true;
}

}  // namespace hinomi::process
