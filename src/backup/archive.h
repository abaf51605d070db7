// The container of a backup: a tar archive (pax) compressed with zstd, written and read front to back through
// libarchive. Reading takes hostile input: only regular files, and names are text, never paths, until
// part_of() (parts.h) has judged them. Not for what the entries mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "trust/hash.h"

namespace hinomi::backup {

inline constexpr std::uint64_t kMaxEntries = 2'000'000;

// Gives the next bytes, as many as fit; 0: the end.
using ReadBytes = std::function<base::Result<std::size_t>(std::span<char>)>;

class ArchiveWriter {
 public:
  // Into a file that is there and empty.
  [[nodiscard]] static base::Result<ArchiveWriter> open(const std::string& path);
  ~ArchiveWriter();
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) = delete;

  // Exactly `size` bytes of `read`; io when there are fewer. Returns their hash.
  [[nodiscard]] base::Result<trust::Hash> add(const std::string& name, std::uint64_t size,
                                              const ReadBytes& read);
  // Writes the end and syncs.
  [[nodiscard]] base::Result<void> finish();

 private:
  struct Parts;
  explicit ArchiveWriter(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

struct ArchiveEntry {
  std::string name;
  std::uint64_t size = 0;
};

class ArchiveReader {
 public:
  [[nodiscard]] static base::Result<ArchiveReader> open(const std::string& path);
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) = delete;

  // The next file; nullopt: the end. invalid_input: it is damaged, cut
  // off, or holds something else than regular files.
  [[nodiscard]] base::Result<std::optional<ArchiveEntry>> next();
  // Hands all bytes of the file to `write` and returns their hash; invalid_input: they are not as many as the
  // entry says.
  [[nodiscard]] base::Result<trust::Hash> read(
      const std::function<base::Result<void>(std::string_view)>& write);

 private:
  struct Parts;
  explicit ArchiveReader(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::backup
