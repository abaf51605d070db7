#include "backup/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "os/file.h"

namespace hinomi::backup {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

struct FreeWriter {
  void operator()(::archive* writer) const noexcept { (void)::archive_write_free(writer); }
};
struct FreeReader {
  void operator()(::archive* reader) const noexcept { (void)::archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(::archive_entry* entry) const noexcept { ::archive_entry_free(entry); }
};

std::string reason_of(::archive* archive) {
  const char* const why = ::archive_error_string(archive);
  return why == nullptr ? "no reason given" : why;
}

}  // namespace

struct ArchiveWriter::Parts {
  std::string path;
  os::Descriptor file;
  std::unique_ptr<::archive, FreeWriter> archive;
  std::vector<char> piece = std::vector<char>(kPiece);

  [[nodiscard]] base::Error failed() const {
    return {base::ErrorCode::io,
            "write " + path + ": " + reason_of(archive.get()),
            "see that the disk has room",
            {}};
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ArchiveWriter::~ArchiveWriter() = default;
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;

base::Result<ArchiveWriter> ArchiveWriter::open(const std::string& path) {
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->file = os::Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!parts->file.valid())
    return base::Error{base::ErrorCode::io, "open " + path + ": " + std::strerror(errno), "", {}};
  parts->archive.reset(::archive_write_new());
  ::archive* const archive = parts->archive.get();
  if (archive == nullptr || ::archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
      ::archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
      ::archive_write_open_fd(archive, parts->file.get()) != ARCHIVE_OK)
    return parts->failed();
  return ArchiveWriter(std::move(parts));
}

base::Result<trust::Hash> ArchiveWriter::add(const std::string& name, std::uint64_t size,
                                             const ReadBytes& read) {
  ::archive* const archive = parts_->archive.get();
  const std::unique_ptr<::archive_entry, FreeEntry> entry(::archive_entry_new());
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  if (::archive_write_header(archive, entry.get()) != ARCHIVE_OK) return parts_->failed();
  trust::Sha256 hash;
  std::uint64_t left = size;
  while (left > 0) {
    const std::span<char> piece =
        std::span(parts_->piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    const auto got = read(piece);
    if (!got) return got.error();
    if (*got == 0)
      return base::Error{base::ErrorCode::io,
                         "back up " + name + ": it became shorter meanwhile",
                         "make the backup again",
                         {}};
    hash.add({piece.data(), *got});
    if (::archive_write_data(archive, piece.data(), *got) != static_cast<la_ssize_t>(*got))
      return parts_->failed();
    left -= *got;
  }
  if (::archive_write_finish_entry(archive) != ARCHIVE_OK) return parts_->failed();
  return hash.finish();
}

base::Result<void> ArchiveWriter::finish() {
  if (::archive_write_close(parts_->archive.get()) != ARCHIVE_OK) return parts_->failed();
  if (::fsync(parts_->file.get()) != 0)
    return base::Error{base::ErrorCode::io, "sync " + parts_->path + ": " + std::strerror(errno), "", {}};
  return {};
}

struct ArchiveReader::Parts {
  std::string path;
  os::Descriptor file;
  std::unique_ptr<::archive, FreeReader> archive;
  ArchiveEntry entry;
  std::uint64_t entries = 0;
  std::vector<char> piece = std::vector<char>(kPiece);

  [[nodiscard]] base::Error wrong(const std::string& what) const {
    return {base::ErrorCode::invalid_input,
            path + ": " + what,
            "it is no backup, or it is damaged or cut off; take another one",
            {}};
  }
  [[nodiscard]] base::Error failed() const { return wrong(reason_of(archive.get())); }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;

base::Result<ArchiveReader> ArchiveReader::open(const std::string& path) {
  const auto info = os::file_info(path);
  if (!info) return info.error();
  if (info->kind != os::FileKind::regular)
    return base::Error{base::ErrorCode::unsupported, path + " is no file", "name the file of a backup", {}};
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->file = os::Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!parts->file.valid())
    return base::Error{base::ErrorCode::io, "open " + path + ": " + std::strerror(errno), "", {}};
  parts->archive.reset(::archive_read_new());
  ::archive* const archive = parts->archive.get();
  if (archive == nullptr || ::archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
      ::archive_read_support_format_tar(archive) != ARCHIVE_OK ||
      ::archive_read_open_fd(archive, parts->file.get(), kPiece) != ARCHIVE_OK)
    return parts->failed();
  return ArchiveReader(std::move(parts));
}

base::Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  ::archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(parts_->archive.get(), &entry);
  if (result == ARCHIVE_EOF) {
    if (::archive_filter_code(parts_->archive.get(), 0) != ARCHIVE_FILTER_ZSTD)
      return parts_->wrong("it is not compressed with zstd");
    return std::optional<ArchiveEntry>();
  }
  if (result != ARCHIVE_OK) return parts_->failed();
  if (++parts_->entries > kMaxEntries)
    return base::Error{base::ErrorCode::limit_exceeded, parts_->path + ": too many entries", "", {}};
  const char* const name = ::archive_entry_pathname(entry);
  if (name == nullptr) return parts_->wrong("an entry has no name");
  if (::archive_entry_filetype(entry) != AE_IFREG || ::archive_entry_hardlink(entry) != nullptr ||
      ::archive_entry_symlink(entry) != nullptr || ::archive_entry_sparse_count(entry) > 0 ||
      ::archive_entry_size_is_set(entry) == 0 || ::archive_entry_size(entry) < 0)
    return parts_->wrong("an entry is no plain file");
  parts_->entry = {name, static_cast<std::uint64_t>(::archive_entry_size(entry))};
  return std::optional<ArchiveEntry>(parts_->entry);
}

base::Result<trust::Hash> ArchiveReader::read(
    const std::function<base::Result<void>(std::string_view)>& write) {
  trust::Sha256 hash;
  std::uint64_t total = 0;
  for (;;) {
    const la_ssize_t got =
        ::archive_read_data(parts_->archive.get(), parts_->piece.data(), parts_->piece.size());
    if (got < 0) return parts_->failed();
    if (got == 0) break;
    const std::string_view bytes(parts_->piece.data(), static_cast<std::size_t>(got));
    total += bytes.size();
    if (total > parts_->entry.size) return parts_->wrong("an entry is longer than it says");
    hash.add(bytes);
    if (auto written = write(bytes); !written) return written.error();
  }
  if (total != parts_->entry.size) return parts_->wrong("an entry is cut off");
  return hash.finish();
}

}  // namespace hinomi::backup
