// Stands between SQLite and its files (a "VFS"): every page is checked when it is read and given its
// checksum, or encrypted, when it is written, in the database file and in its write-ahead log. A page that is
// not what was written is an error that names it; it is never handed out. For database.cc and scrub.cc only.
//
// The log is looked at before the library recovers from it: the library takes the first frame that does not
// fit for the end, so that one flipped bit would silently undo every transaction behind it. Here each frame
// says how many frames were durable when it was written, and after each sync a mark behind the last frame
// says so too; a break before that place is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "store/sqlite/page_codec.h"
#include "store/sqlite/raw_file.h"
#include "store/sqlite/sealed_file.h"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_vfs;

namespace hinomi::store::sqlite {

// How the pages of a file lie on the disk; fixed when it is made.
enum class PageFormat : std::uint8_t {
  plain,    // as SQLite has them: a flipped bit is not found
  checked,  // with checksums
  sealed,   // encrypted
};

struct Pages {
  PageFormat format = PageFormat::plain;
  std::shared_ptr<SealedFile> sealed{};  // of a sealed file only
};

// For one connection: what SQLite calls for it comes from the thread that has the connection.
class PageGuard {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<PageGuard>> make(const Pages& pages);
  ~PageGuard();
  PageGuard(const PageGuard&) = delete;
  PageGuard& operator=(const PageGuard&) = delete;

  [[nodiscard]] const char* vfs_name() const noexcept { return name_.c_str(); }
  [[nodiscard]] PageCodec& codec() noexcept { return *codec_; }
  [[nodiscard]] bool is_sealed() const noexcept { return sealed_ != nullptr; }
  [[nodiscard]] SealedFile* sealed() noexcept { return sealed_.get(); }

  // The one behind a connection; nullptr: none.
  [[nodiscard]] static PageGuard* of(sqlite3* connection) noexcept;

  void note_damage(std::string what) { damage_ = std::move(what); }
  // What was found last; empty afterwards.
  [[nodiscard]] std::string take_damage() { return std::exchange(damage_, {}); }
  // Files that the library has open through it; all must be closed before it ends.
  void count_file(int change) noexcept { files_ += change; }

 private:
  PageGuard() = default;

  std::string name_;
  std::unique_ptr<PageCodec> codec_;
  std::shared_ptr<SealedFile> sealed_;
  std::string damage_;
  int files_ = 0;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

// Pages of the database file of a connection that PageGuard stands behind, as they lie on the disk.
class GuardedPages final : public RawFile {
 public:
  // `file`: from SQLITE_FCNTL_FILE_POINTER; must outlive it.
  explicit GuardedPages(sqlite3_file* file) noexcept : file_(file) {}
  [[nodiscard]] bool size(std::uint64_t& bytes);
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) override;

 private:
  sqlite3_file* file_;
};

}  // namespace hinomi::store::sqlite
