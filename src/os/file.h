// Files: reading by position into the caller's memory, reading or mapping as a whole, and replacing a small
// file in one step. Not for directories (directory.h) and not for logs that are appended to.
//
// Inputs of a scan are read with pread, never mapped: a mapped file that somebody truncates kills the process
// with SIGBUS on the next touch, and a scanned log is exactly a file that others truncate. MappedFile is for
// files this program wrote itself with replace_file(), which are only ever renamed over.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace hinomi::os {

// A file descriptor that is closed with its owner; -1 = none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
  int release() noexcept;
  void reset() noexcept;

 private:
  int fd_ = -1;
};

// Which file it is, whatever name led to it (hard links, symbolic links).
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

enum class FileKind : std::uint8_t {
  regular,
  stream,  // pipe, fifo, character device: readable once, from front to back
  directory,
  other,  // socket, block device
};

struct FileInfo {
  FileKind kind = FileKind::other;
  std::uint64_t size = 0;  // bytes; 0 unless regular
  FileIdentity identity;
};

// Follows symbolic links. Error not_found or io.
[[nodiscard]] base::Result<FileInfo> file_info(const std::string& path);
[[nodiscard]] base::Result<FileInfo> file_info(const Descriptor& descriptor);

// Asked about ten times a second while a read waits: true = give up waiting.
using StopCheck = std::function<bool()>;

// An open file for reading. Copying is impossible; const methods may be called from several threads.
class File {
 public:
  // Regular files and streams; a directory, socket or block device is refused (unsupported), a missing
  // file is not_found, anything else io. Opening a fifo waits for its writer.
  [[nodiscard]] static base::Result<File> open(const std::string& path);
  // The standard input of the process, through a descriptor of its own.
  [[nodiscard]] static File standard_input();

  // A file that is open already. What it is was asked before, as a process in a sandbox may not ask any more.
  [[nodiscard]] static File adopt(Descriptor descriptor, const FileInfo& info, std::string name) {
    return {std::move(descriptor), info, std::move(name)};
  }

  // As it was when opened. A regular file may have become longer or shorter since.
  [[nodiscard]] const FileInfo& info() const noexcept { return info_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // Fills `into` from byte `offset` on; fewer bytes than asked = the end of the file as it is now, never an
  // error. Regular files only.
  [[nodiscard]] base::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;
  // Reads on from where the last read() ended, at least one byte unless at the end (0) or `stop` said so (0).
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into, const StopCheck& stop = {}) const;

 private:
  File(Descriptor descriptor, FileInfo info, std::string path);

  Descriptor descriptor_;
  FileInfo info_;
  std::string path_;
};

inline constexpr std::uint64_t kDefaultReadLimit = 64ull << 20;  // bytes; of read_file

// The whole file. Error limit_exceeded when it holds more than `limit` bytes, also when it grows meanwhile.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path,
                                                  std::uint64_t limit = kDefaultReadLimit);

// A file mapped read-only, for caches and content of our own that are only ever replaced by replace_file().
class MappedFile {
 public:
  [[nodiscard]] static base::Result<MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {start_, size_}; }
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(start_), size_};
  }

 private:
  MappedFile(const std::byte* start, std::size_t size) noexcept : start_(start), size_(size) {}

  const std::byte* start_ = nullptr;
  std::size_t size_ = 0;
};

// Writes `bytes` beside `path`, syncs, and renames over it: a reader sees the old file or the new one, also
// after a power cut. The folder must exist. On an error nothing is left behind and the old file stays.
[[nodiscard]] base::Result<void> replace_file(const std::string& path, std::string_view bytes);

// For reading a small file and replacing it without another process doing the same meanwhile: held as long as
// the descriptor lives. Advisory, and on the folder, since the file itself is replaced and need not be there.
// Error unavailable: another holds it for longer than `patience`.
[[nodiscard]] base::Result<Descriptor> lock_folder_of(const std::string& path,
                                                      std::chrono::milliseconds patience);

}  // namespace hinomi::os
