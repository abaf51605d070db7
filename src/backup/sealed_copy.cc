#include "backup/sealed_copy.h"

#include <sys/stat.h>

#include <chrono>
#include <optional>
#include <thread>

#include "backup/streams.h"
#include "os/file.h"
#include "trust/hash.h"

namespace hinomi::backup {
namespace {

constexpr int kTries = 200;
constexpr auto kPause = std::chrono::milliseconds(25);
constexpr std::uint64_t kLogHead = 32;
constexpr std::uint64_t kMaxLogBytes = 1ULL << 30;

// Which file it is and when it was last written to.
struct Stamp {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

std::optional<Stamp> stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Stamp{status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

// The log as it stands; empty where there is none.
base::Result<std::string> log_of(const std::string& path) {
  auto read = os::read_file(path, kMaxLogBytes);
  if (!read && read.error().code == base::ErrorCode::not_found) return std::string();
  return read;
}

}  // namespace

// Pages go from the log to the database only while the log stands, and the log begins anew (with other salts
// in its head) only when all of them are there. So if the head of the log is the same before and after the
// database was read, everything that was written to the database meanwhile stands in the log too, and the log
// repairs what was read half. The log itself is read twice: when both are the same, it was so at the moment
// in between.
base::Result<void> copy_sealed(const std::string& path, const std::string& target) {
  const std::string log = path + "-wal";
  for (int i = 0; i < kTries; ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    const auto stamp = stamp_of(path);
    const auto before = log_of(log);
    if (!before) return before.error();
    if (auto copied = copy_file(path, target); !copied) return copied;
    const auto after = log_of(log);
    if (!after) return after.error();
    const auto again = log_of(log);
    if (!again) return again.error();
    if (*after != *again || before->substr(0, kLogHead) != after->substr(0, kLogHead)) continue;
    if (after->size() < kLogHead && stamp != stamp_of(path)) continue;
    return after->empty() ? base::Result<void>() : write_file(target + "-wal", *after);
  }
  return base::Error{base::ErrorCode::unavailable,
                     "back up " + path + ": it was written to all the while",
                     "make the backup again, at a quieter time",
                     {}};
}

}  // namespace hinomi::backup
