// A sealed database file while it is open: its keys, a lock against other programs, and the index of its
// write-ahead log, which SQLite would otherwise keep in a file beside it, in this process's memory. Shared by
// all connections to the file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"
#include "os/random.h"
#include "store/sqlite/page_codec.h"

namespace hinomi::store::sqlite {

// The index of a write-ahead log and the locks on it, as SQLite's methods xShm… want them. The library calls
// them from the threads of all connections.
class LogIndex {
 public:
  static constexpr int kLocks = 8;

  // What one connection holds.
  struct Holder {
    bool mapped = false;
    unsigned shared = 0;     // bits
    unsigned exclusive = 0;  // bits
  };
  // nullptr in `region`: not there, and not to be made. Result codes of the library.
  int map(Holder& holder, int number, int bytes, bool make, volatile void** region);
  int lock(Holder& holder, int first, int count, int flags);
  void barrier() noexcept;
  void unmap(Holder& holder);

 private:
  void unlock(Holder& holder, unsigned mask, bool shared);

  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<std::byte[]>> regions_;
  std::array<int, kLocks> shared_{};
  unsigned exclusive_ = 0;
  int holders_ = 0;
};

class SealedFile {
 public:
  // Makes the file when it is missing. Error unavailable: another program, or this one, has it open;
  // invalid_input: it is no sealed file; io: the key is another one, or the first page is damaged.
  [[nodiscard]] static base::Result<std::shared_ptr<SealedFile>> open(
      const std::string& path, std::span<const std::byte, kKeyBytes> key, os::RandomBytes random);

  [[nodiscard]] const SealedFileKeys& keys() const noexcept { return *keys_; }
  [[nodiscard]] const os::RandomBytes& random() const noexcept { return random_; }
  [[nodiscard]] LogIndex& index() noexcept { return index_; }

 private:
  SealedFile(os::Descriptor lock, os::RandomBytes random)
      : lock_(std::move(lock)), random_(std::move(random)) {}

  [[nodiscard]] base::Result<void> check_key(const std::string& path);

  os::Descriptor lock_;  // closed after the last connection: closing gives up the locks of all
  os::RandomBytes random_;
  std::unique_ptr<SealedFileKeys> keys_;
  LogIndex index_;
};

}  // namespace hinomi::store::sqlite
