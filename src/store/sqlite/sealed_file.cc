#include "store/sqlite/sealed_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "store/sqlite/raw_file.h"

namespace hinomi::store::sqlite {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr int kRegionBytes = 32 * 1024;
constexpr int kMaxRegions = 1 << 16;  // of 4,096 frames each

base::Error cannot(base::ErrorCode code, const std::string& path, std::string_view what) {
  return {code, path + ": " + std::string(what), {}};
}

}  // namespace

int LogIndex::map(Holder& holder, int number, int bytes, bool make, volatile void** region) {
  *region = nullptr;
  if (bytes != kRegionBytes || number < 0 || number >= kMaxRegions) return SQLITE_IOERR_SHMMAP;
  const std::lock_guard lock(mutex_);
  if (!holder.mapped) {
    holder.mapped = true;
    ++holders_;
  }
  while (make && regions_.size() <= static_cast<std::size_t>(number)) {
    regions_.push_back(std::make_unique<std::byte[]>(kRegionBytes));
  }
  if (static_cast<std::size_t>(number) < regions_.size()) {
    *region = regions_[static_cast<std::size_t>(number)].get();
  }
  return SQLITE_OK;
}

void LogIndex::unlock(Holder& holder, unsigned mask, bool shared) {
  if (!shared) {
    exclusive_ &= ~(holder.exclusive & mask);
    holder.exclusive &= ~mask;
    return;
  }
  for (unsigned i = 0; i < kLocks; ++i) {
    if ((holder.shared & mask & (1u << i)) != 0) --shared_[i];
  }
  holder.shared &= ~mask;
}

int LogIndex::lock(Holder& holder, int first, int count, int flags) {
  const unsigned mask = ((1u << count) - 1) << first;
  const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
  const std::lock_guard guard(mutex_);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    unlock(holder, mask, shared);
    return SQLITE_OK;
  }
  if ((exclusive_ & mask & ~holder.exclusive) != 0) return SQLITE_BUSY;
  if (shared) {
    for (unsigned i = 0; i < kLocks; ++i) {
      if ((mask & ~holder.shared & (1u << i)) != 0) ++shared_[i];
    }
    holder.shared |= mask;
    return SQLITE_OK;
  }
  for (unsigned i = 0; i < kLocks; ++i) {
    const int own = (holder.shared >> i) & 1u ? 1 : 0;
    if ((mask & (1u << i)) != 0 && shared_[i] > own) return SQLITE_BUSY;
  }
  exclusive_ |= mask;
  holder.exclusive |= mask;
  return SQLITE_OK;
}

void LogIndex::barrier() noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const std::lock_guard lock(mutex_);
}

void LogIndex::unmap(Holder& holder) {
  const std::lock_guard lock(mutex_);
  if (!holder.mapped) return;
  unlock(holder, ~0u, true);
  unlock(holder, ~0u, false);
  holder.mapped = false;
  // Who comes next recovers it from the log.
  if (--holders_ == 0) regions_.clear();
}

namespace {

class OpenFile final : public RawFile {
 public:
  explicit OpenFile(int file) noexcept : file_(file) {}
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) override {
    got = 0;
    while (got < into.size()) {
      const ssize_t bytes =
          ::pread(file_, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
      if (bytes < 0 && errno != EINTR) return false;
      if (bytes == 0) break;
      if (bytes > 0) got += static_cast<std::size_t>(bytes);
    }
    return true;
  }

 private:
  int file_;
};

}  // namespace

// Before SQLite sees anything: it would take a log that another key has sealed for an empty one, and remove
// it. Page 1 may be half written if the log has it.
base::Result<void> SealedFile::check_key(const std::string& path) {
  auto codec = make_sealed_codec(*keys_, random_);
  if (!codec) return codec.error();
  PageBytes disk{};
  PageBytes plain{};
  std::size_t got = 0;
  std::uint32_t durable = 0;
  if (!OpenFile(lock_.get()).read(0, disk, got)) return cannot(base::ErrorCode::io, path, "cannot be read");
  if (got == 0) return {};
  if (got == disk.size() && (*codec)->decode({.page = 1}, disk, plain, durable)) return {};
  const os::Descriptor log(::open((path + "-wal").c_str(), O_RDONLY | O_CLOEXEC));
  LogState state;
  OpenFile log_file(log.get());
  if (log.valid() && examine_log(log_file, **codec, state) && state.frames > 0) return {};
  return base::Error{base::ErrorCode::io, path + ": page 1 is damaged, or the key is another one",
                     "Give the key that it was made with, or restore a backup."};
}

base::Result<std::shared_ptr<SealedFile>> SealedFile::open(const std::string& path,
                                                           std::span<const std::byte, kKeyBytes> key,
                                                           os::RandomBytes random) {
  os::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (!file.valid()) {
    return cannot(base::ErrorCode::io, path, "cannot be opened: " + std::generic_category().message(errno));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::Error{
        base::ErrorCode::unavailable, path + ": it is open already",
        "A sealed database belongs to one program; see that only one server uses this folder."};
  }
  SealedFileId id;
  const ssize_t bytes = ::pread(file.get(), id.bytes.data(), id.bytes.size(), 0);
  if (bytes == 0) {
    id = make_file_id(random);
  } else if (bytes != static_cast<ssize_t>(id.bytes.size())) {
    return cannot(base::ErrorCode::invalid_input, path, "this is no sealed database of Hinomi");
  } else if (auto checked = check_file_id(id); !checked) {
    return cannot(checked.error().code, path, checked.error().message);
  }
  auto keys = SealedFileKeys::derive(key, id);
  if (!keys) return keys.error();
  std::shared_ptr<SealedFile> sealed(new SealedFile(std::move(file), std::move(random)));
  sealed->keys_ = std::move(*keys);
  if (auto checked = sealed->check_key(path); !checked) return checked.error();
  return sealed;
}

}  // namespace hinomi::store::sqlite
