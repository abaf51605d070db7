// The files of a connection as page_guard.cc hands them to SQLite: the database, its write-ahead log, and
// what would otherwise be temporary files. For page_guard.cc only.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/page_guard.h"

namespace hinomi::store::sqlite {

inline constexpr int kDamaged = SQLITE_IOERR_DATA;
inline constexpr std::size_t kMaxTemporaryBytes = std::size_t{1} << 30;
// The file itself, as the operating system has it.
class Inner final : public RawFile {
 public:
  explicit Inner(sqlite3_file* file) noexcept : file_(file) {}

  [[nodiscard]] sqlite3_file* get() const noexcept { return file_; }
  [[nodiscard]] const sqlite3_io_methods* operator->() const noexcept { return file_->pMethods; }
  [[nodiscard]] int size(std::uint64_t& bytes) const {
    sqlite3_int64 value = 0;
    const int result = file_->pMethods->xFileSize(file_, &value);
    bytes = static_cast<std::uint64_t>(value);
    return result;
  }
  // SQLITE_OK also at the end of the file.
  int read_some(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) const {
    got = into.size();
    const int result = file_->pMethods->xRead(file_, into.data(), static_cast<int>(into.size()),
                                              static_cast<sqlite3_int64>(offset));
    if (result != SQLITE_IOERR_SHORT_READ) return result;
    std::uint64_t bytes = 0;
    if (const int failed = size(bytes); failed != SQLITE_OK) return failed;
    got = bytes <= offset ? 0 : std::min<std::uint64_t>(into.size(), bytes - offset);
    return SQLITE_OK;
  }
  int write(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
    return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()),
                                   static_cast<sqlite3_int64>(offset));
  }
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) override {
    return read_some(offset, into, got) == SQLITE_OK;
  }

 private:
  sqlite3_file* file_;
};

// One file of a connection.
class Guarded {
 public:
  Guarded(PageGuard& guard, sqlite3_file* inner) noexcept : guard_(guard), inner_(inner) {}
  virtual ~Guarded() = default;
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  virtual int read(std::span<std::uint8_t> into, std::uint64_t offset) = 0;
  virtual int write(std::span<const std::uint8_t> bytes, std::uint64_t offset) = 0;
  virtual int sync(int flags) { return inner_->xSync(inner_.get(), flags); }
  virtual int control(int what, void* argument) { return inner_->xFileControl(inner_.get(), what, argument); }

  [[nodiscard]] Inner& inner() noexcept { return inner_; }
  [[nodiscard]] PageGuard& guard() noexcept { return guard_; }
  [[nodiscard]] LogIndex::Holder& holder() noexcept { return holder_; }

 protected:
  int damaged(std::string what) {
    guard_.note_damage(std::move(what));
    return kDamaged;
  }
  // A call that no version of the library known to us makes.
  int unforeseen(int result) {
    guard_.note_damage("SQLite uses its files in a way that is not foreseen");
    return result;
  }

  PageGuard& guard_;
  Inner inner_;
  LogIndex::Holder holder_;
};

class GuardedDatabase final : public Guarded {
 public:
  using Guarded::Guarded;
  int read(std::span<std::uint8_t> into, std::uint64_t offset) override;
  int write(std::span<const std::uint8_t> bytes, std::uint64_t offset) override;
  int control(int what, void* argument) override {
    if (what == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;  // it would make pages that nobody wrote
    return Guarded::control(what, argument);
  }

 private:
  int read_part_of_first_page(std::span<std::uint8_t> into, std::uint64_t offset);
};

// The write-ahead log: a head of its own, then frames.
class GuardedLog final : public Guarded {
 public:
  using Guarded::Guarded;
  int read(std::span<std::uint8_t> into, std::uint64_t offset) override;
  int write(std::span<const std::uint8_t> bytes, std::uint64_t offset) override;
  int sync(int flags) override;

 private:
  struct Part {
    std::uint64_t frame;
    std::size_t begin;  // within the frame
  };
  static Part part_of(std::uint64_t offset) noexcept {
    return {(offset - kLogHeadBytes) / kFrameBytes,
            static_cast<std::size_t>((offset - kLogHeadBytes) % kFrameBytes)};
  }
  static std::uint64_t offset_of(std::uint64_t frame) noexcept { return kLogHeadBytes + frame * kFrameBytes; }

  int read_log_head(std::span<std::uint8_t> into, std::uint64_t offset);
  // As the head of the log has them now. Not from the head of a frame: within a transaction the library
  // leaves them out where it will write heads anew at the commit.
  int current_salts(std::uint64_t& salts);
  // The head of a frame in plain; SQLITE_IOERR_SHORT_READ: it is not there.
  int head_of(std::uint64_t frame, FrameHead& head);
  int write_head(std::uint64_t frame, std::span<const std::uint8_t> bytes);
  int write_page(std::uint64_t frame, std::span<const std::uint8_t> bytes);

  std::uint64_t salts_ = 0;      // of the log that the two numbers are about
  std::uint32_t durable_ = 0;    // frames that this connection has synced
  std::uint32_t committed_ = 0;  // written as the last of a transaction, and not yet synced
  bool recovering_ = false;      // the library looks for the end of the log
};

// What SQLite would put beside a sealed file for a while.
class TemporaryMemory final : public Guarded {
 public:
  explicit TemporaryMemory(PageGuard& guard) noexcept : Guarded(guard, nullptr) {}
  int read(std::span<std::uint8_t> into, std::uint64_t offset) override {
    const std::size_t there =
        offset >= bytes_.size() ? 0 : std::min<std::uint64_t>(into.size(), bytes_.size() - offset);
    if (there > 0) std::memcpy(into.data(), bytes_.data() + offset, there);
    std::ranges::fill(into.subspan(there), std::uint8_t{0});
    return there == into.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  int write(std::span<const std::uint8_t> bytes, std::uint64_t offset) override {
    if (offset > kMaxTemporaryBytes || bytes.size() > kMaxTemporaryBytes - offset) return SQLITE_FULL;
    if (bytes_.size() < offset + bytes.size()) bytes_.resize(offset + bytes.size());
    std::memcpy(bytes_.data() + offset, bytes.data(), bytes.size());
    return SQLITE_OK;
  }
  int sync(int /*flags*/) override { return SQLITE_OK; }
  int control(int /*what*/, void* /*argument*/) override { return SQLITE_NOTFOUND; }
  [[nodiscard]] std::vector<std::uint8_t>& bytes() noexcept { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace hinomi::store::sqlite
