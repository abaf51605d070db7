#include "store/sqlite/scrub.h"

#include <sqlite3.h>

#include <optional>

#include "os/file.h"

namespace hinomi::store::sqlite {
namespace {

constexpr int kTries = 3;  // somebody may be writing just what is read
constexpr std::uint64_t kPagesBetweenQuestions = 256;
constexpr std::uint64_t kPageOfLocks = (std::uint64_t{1} << 30) / kPageBytes + 1;  // SQLite never uses it

struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { ::sqlite3_close(handle); }
};

// The log holds no locks, so it may be opened and closed by other means than the library's.
class LogFile final : public RawFile {
 public:
  explicit LogFile(os::File file) : file_(std::move(file)) {}
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) override {
    const auto read = file_.read_at(offset, {reinterpret_cast<char*>(into.data()), into.size()});
    if (read) got = *read;
    return read.has_value();
  }

 private:
  os::File file_;
};

class Scrub {
 public:
  Scrub(const std::string& path, PageGuard& guard, sqlite3_file* file)
      : path_(path), guard_(guard), pages_(file) {}

  base::Result<ScrubReport> run(const GoOn& go_on) {
    if (auto done = look_at_log(); !done) return done.error();
    std::uint64_t bytes = 0;
    if (!pages_.size(bytes)) return unreadable("its size");
    const std::uint64_t all = (bytes + kPageBytes - 1) / kPageBytes;
    for (std::uint64_t page = 1; page <= all; ++page) {
      if (go_on && page % kPagesBetweenQuestions == 1 && !go_on(page - 1, all)) {
        report_.complete = false;
        break;
      }
      if (auto done = look_at_page(static_cast<std::uint32_t>(page)); !done) return done.error();
    }
    if (go_on && report_.complete) static_cast<void>(go_on(all, all));
    return std::move(report_);
  }

 private:
  [[nodiscard]] base::Error unreadable(std::string_view what) const {
    return {base::ErrorCode::io, path_ + ": " + std::string(what) + " cannot be read", {}};
  }

  // Damage that is not there at the next look was somebody writing.
  base::Result<void> look_at_log() {
    for (int i = 0; i < kTries; ++i) {
      log_ = {};
      auto opened = os::File::open(path_ + "-wal");
      if (!opened && opened.error().code == base::ErrorCode::not_found) break;
      if (!opened) return opened.error();
      LogFile file(std::move(*opened));
      if (!examine_log(file, guard_.codec(), log_)) return unreadable("the write-ahead log");
      if (log_.damage.empty()) break;
    }
    report_.log_damage = log_.damage;
    return {};
  }

  base::Result<void> look_at_page(std::uint32_t page) {
    ++report_.pages;
    for (int i = 0; i < kTries; ++i) {
      const auto sound = is_sound(page);
      if (!sound) return sound.error();
      if (*sound) return {};
    }
    // Half written when the power went; the log has it, and it will be written anew.
    if (auto done = look_at_log(); !done) return done;
    if (log_.pages.contains(page)) return {};
    ++report_.damaged_pages;
    if (report_.damaged.size() < kMaxReportedPages) report_.damaged.push_back(page);
    return {};
  }

  base::Result<bool> is_sound(std::uint32_t page) {
    PageBytes disk{};
    PageBytes plain{};
    std::size_t got = 0;
    if (!pages_.read((page - std::uint64_t{1}) * kPageBytes, disk, got)) {
      return unreadable("page " + std::to_string(page));
    }
    if (got == 0 || page == kPageOfLocks) return true;  // cut off meanwhile
    std::uint32_t durable = 0;
    return got == kPageBytes && guard_.codec().decode({.page = page}, disk, plain, durable);
  }

  const std::string& path_;
  PageGuard& guard_;
  GuardedPages pages_;
  LogState log_;
  ScrubReport report_;
};

}  // namespace

base::Result<ScrubReport> scrub(const std::string& path, const Pages& pages, const GoOn& go_on) {
  if (pages.format == PageFormat::plain) {
    return base::Error{base::ErrorCode::usage, path + ": its pages have no checksums", {}};
  }
  if (const auto there = os::file_info(path); !there) return there.error();
  auto guard = PageGuard::make(pages);
  if (!guard) return guard.error();
  sqlite3* opened = nullptr;
  const int result = ::sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                                       (*guard)->vfs_name());
  const std::unique_ptr<sqlite3, CloseHandle> handle(opened);
  sqlite3_file* file = nullptr;
  if (result != SQLITE_OK || ::sqlite3_file_control(handle.get(), "main", SQLITE_FCNTL_FILE_POINTER,
                                                    static_cast<void*>(&file)) != SQLITE_OK) {
    return base::Error{base::ErrorCode::io, path + ": cannot be opened: " + ::sqlite3_errstr(result), {}};
  }
  return Scrub(path, **guard, file).run(go_on);
}

}  // namespace hinomi::store::sqlite
