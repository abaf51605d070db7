#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "os/file.h"
#include "store/blobs/blobs.h"
#include "trust/hash.h"

namespace hinomi::store::blobs {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::string_view kHex = "0123456789abcdef";

base::Error failure(std::string_view what, const std::string& path) {
  const int error = errno;
  const auto code = error == ENOSPC || error == EDQUOT ? base::ErrorCode::limit_exceeded
                    : error == ENOENT                  ? base::ErrorCode::not_found
                                                       : base::ErrorCode::io;
  return {code, "blobs: " + std::string(what) + ": " + std::strerror(error), path, {}};
}

base::Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failure("a folder cannot be made", path);
}

base::Result<void> sync_folder(const std::string& path) {
  const os::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) return failure("a folder cannot be synced", path);
  return {};
}

BlobId id_of(const trust::Hash& hash) {
  BlobId id;
  static_assert(sizeof id.hash == sizeof hash);
  std::memcpy(id.hash.data(), hash.data(), id.hash.size());
  return id;
}

// Names in a folder but "." and ".."; none where the folder is not there.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(folder);
  return names;
}

class FolderStore;

class FolderWriter final : public BlobWriter {
 public:
  FolderWriter(FolderStore& store, os::Descriptor file, std::string path)
      : store_(store), file_(std::move(file)), path_(std::move(path)) {}
  ~FolderWriter() override {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  base::Result<void> write(std::string_view bytes) override;
  base::Result<StoredBlob> finish() override;
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

 private:
  FolderStore& store_;
  os::Descriptor file_;
  std::string path_;  // empty: it was put in its place
  trust::Sha256 hash_;
  std::uint64_t size_ = 0;
  bool failed_ = false;
};

class FolderReader final : public BlobReader {
 public:
  explicit FolderReader(os::File file) : file_(std::move(file)) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return file_.info().size; }
  base::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    return file_.read_at(offset, into);
  }

 private:
  os::File file_;
};

class FolderStore final : public BlobStore {
 public:
  explicit FolderStore(FolderOptions options) : options_(std::move(options)) {}

  base::Result<void> prepare() {
    if (auto made = make_folder(options_.folder); !made) return made;
    return make_folder(new_folder());
  }

  base::Result<std::unique_ptr<BlobWriter>> begin() override {
    if (auto room = check_room(); !room) return room.error();
    constexpr std::size_t kNameBytes = 15;
    std::string path = new_folder() + "/" + os::random_text(options_.random, kNameBytes);
    os::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return failure("a file cannot be made", path);
    return std::unique_ptr<BlobWriter>(
        std::make_unique<FolderWriter>(*this, std::move(file), std::move(path)));
  }

  base::Result<std::unique_ptr<BlobReader>> open(const BlobId& id) override {
    const std::string path = path_of(id);
    auto file = os::File::open(path);
    if (!file) return file.error();
    const auto damaged = [&](std::string_view what) {
      return base::Error{base::ErrorCode::invalid_input, "blobs: " + std::string(what), path, {}};
    };
    if (file->info().kind != os::FileKind::regular) return damaged("no file lies under the name");
    trust::Sha256 hash;
    std::string buffer(kPiece, '\0');
    std::uint64_t at = 0;
    for (;;) {
      const auto read = file->read_at(at, buffer);
      if (!read) return read.error();
      if (*read == 0) break;
      hash.add(std::string_view(buffer).substr(0, *read));
      at += *read;
      if (at > file->info().size) break;
    }
    if (at != file->info().size || id_of(hash.finish()) != id)
      return damaged("the bytes are not those that were stored");
    return std::unique_ptr<BlobReader>(std::make_unique<FolderReader>(std::move(*file)));
  }

  base::Result<SweepReport> sweep(const IsReferenced& is_referenced, std::chrono::seconds grace) override {
    const std::int64_t oldest = now_seconds() - std::max(grace, kLeastGrace).count();
    SweepReport report;
    for (const std::string& first : names_in(options_.folder)) {
      if (first.size() != 2) continue;
      for (const std::string& second : names_in(options_.folder + "/" + first)) {
        const std::string folder = options_.folder + "/" + first + "/" + second;
        for (const std::string& name : names_in(folder)) {
          const auto id = BlobId::parse(name);
          if (!id || path_of(*id) != folder + "/" + name) continue;
          ++report.blobs;
          if (auto looked = sweep_one(*id, is_referenced, oldest, report); !looked) return looked.error();
        }
      }
    }
    for (const std::string& name : names_in(new_folder())) {
      const std::string path = new_folder() + "/" + name;
      struct stat status{};
      if (::lstat(path.c_str(), &status) == 0 && status.st_mtim.tv_sec < oldest &&
          ::unlink(path.c_str()) == 0)
        ++report.leftovers;
    }
    return report;
  }

  // From FOLDER/new to its place. In place of what lies there: the same bytes, or damaged ones.
  base::Result<bool> put(const std::string& from, const BlobId& id) {
    const std::string path = path_of(id);
    const std::string folder = path.substr(0, path.rfind('/'));
    const std::string above = folder.substr(0, folder.rfind('/'));
    const std::lock_guard lock(mutex_);
    for (const std::string* one : {&above, &folder})
      if (auto made = make_folder(*one); !made) return made.error();
    struct stat status{};
    const bool was_there = ::lstat(path.c_str(), &status) == 0;
    if (::rename(from.c_str(), path.c_str()) != 0) return failure("a blob cannot be put in its place", path);
    for (const std::string& one : {folder, above, options_.folder})
      if (auto synced = sync_folder(one); !synced) return synced.error();
    return was_there;
  }

  [[nodiscard]] const FolderOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t now_seconds() const {
    constexpr std::int64_t kSecondNs = 1'000'000'000;
    return options_.clock->now().since_epoch_ns / kSecondNs;
  }

 private:
  [[nodiscard]] std::string new_folder() const { return options_.folder + "/new"; }
  [[nodiscard]] std::string path_of(const BlobId& id) const {
    const std::string text = id.text();
    return options_.folder + "/" + text.substr(0, 2) + "/" + text.substr(2, 2) + "/" + text;
  }

  base::Result<void> check_room() const {
    struct statvfs disk{};
    if (::statvfs(options_.folder.c_str(), &disk) != 0) return failure("the disk", options_.folder);
    if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >= options_.least_free_bytes) return {};
    return base::Error{
        base::ErrorCode::limit_exceeded, "blobs: too little room on the disk", options_.folder, {}};
  }

  base::Result<void> sweep_one(const BlobId& id, const IsReferenced& is_referenced, std::int64_t oldest,
                               SweepReport& report) {
    const std::string path = path_of(id);
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || status.st_mtim.tv_sec >= oldest) return {};
    const auto referenced = is_referenced(id);
    if (!referenced) return referenced.error();
    if (*referenced) return {};
    // Stored once more meanwhile: then it is young again.
    const std::lock_guard lock(mutex_);
    if (::lstat(path.c_str(), &status) != 0 || status.st_mtim.tv_sec >= oldest) return {};
    if (::unlink(path.c_str()) != 0) return failure("a blob cannot be removed", path);
    ++report.removed;
    report.bytes += static_cast<std::uint64_t>(status.st_size);
    return {};
  }

  FolderOptions options_;
  std::mutex mutex_;  // of names: putting one in its place, removing one
};

base::Result<void> FolderWriter::write(std::string_view bytes) {
  if (failed_) return base::Error{base::ErrorCode::usage, "blobs: an earlier write failed", path_, {}};
  failed_ = true;
  if (bytes.size() > store_.options().max_bytes - size_)
    return base::Error{base::ErrorCode::limit_exceeded,
                       "blobs: longer than " + std::to_string(store_.options().max_bytes) + " bytes",
                       "",
                       {}};
  hash_.add(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure("a blob cannot be written", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  failed_ = false;
  return {};
}

base::Result<StoredBlob> FolderWriter::finish() {
  if (failed_ || path_.empty())
    return base::Error{base::ErrorCode::usage, "blobs: there is nothing to finish", path_, {}};
  failed_ = true;
  // The age that the sweep goes by is of our own clock.
  const timespec now{store_.now_seconds(), 0};
  const timespec times[] = {now, now};
  if (::futimens(file_.get(), times) != 0 || ::fsync(file_.get()) != 0)
    return failure("a blob cannot be synced", path_);
  StoredBlob stored{id_of(hash_.finish()), size_, false};
  const auto was_there = store_.put(path_, stored.id);
  if (!was_there) return was_there.error();
  path_.clear();
  stored.was_there = *was_there;
  return stored;
}

}  // namespace

std::string BlobId::text() const {
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 0x0FU];
  }
  return text;
}

std::optional<BlobId> BlobId::parse(std::string_view text) noexcept {
  BlobId id;
  if (text.size() != 2 * id.hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.hash.size(); ++i) {
    const std::size_t high = kHex.find(text[2 * i]);
    const std::size_t low = kHex.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    id.hash[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return id;
}

base::Result<std::unique_ptr<BlobStore>> open_folder(FolderOptions options) {
  HINOMI_CHECK(options.clock != nullptr && options.random);
  auto store = std::make_unique<FolderStore>(std::move(options));
  if (auto prepared = store->prepare(); !prepared) return prepared.error();
  return std::unique_ptr<BlobStore>(std::move(store));
}

}  // namespace hinomi::store::blobs
