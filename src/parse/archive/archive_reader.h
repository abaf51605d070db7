// Archives of several entries (zip, tar, 7z) read from front to back through libarchive, entry by entry, in
// memory of fixed size. Never writes: an entry's name is hostile text to be shown, not a path.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "parse/archive/byte_source.h"
#include "parse/archive/limits.h"

namespace hinomi::parse::archive {

struct Entry {
  std::string name;  // as stored; may be no UTF-8, absolute, or full of ".."; at most Limits::max_name_bytes
  // Why its content will not be read (encrypted, name too long): read() returns the same.
  std::optional<base::Error> problem;
};

// Zip is read by its local headers, in order, even where the source could seek: a central directory can name
// the same bytes a million times or ask for any amount of memory, and a truncated zip has none. 7z needs a
// source that can seek. Compressed sources (tar.gz) must be decompressed first (decompress.h).
class ArchiveReader {
 public:
  // `account` must outlive the reader. Error: no archive, damaged at its very beginning, or out of memory.
  [[nodiscard]] static base::Result<std::unique_ptr<ArchiveReader>> open(std::unique_ptr<ByteSource> source,
                                                                         Account& account);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // The next regular file (folders, links and devices are passed over), nullopt at the end, or an Error after
  // which there is nothing more to read: damage, truncation, a limit.
  [[nodiscard]] base::Result<std::optional<Entry>> next();
  // Content of the entry that next() returned last: at least one byte, 0 at its end. An Error is final for
  // the entry.
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);

 private:
  struct Parts;
  explicit ArchiveReader(std::unique_ptr<Parts> parts);
  [[nodiscard]] base::Error library_error(std::string_view what) const;
  [[nodiscard]] base::Result<void> charge(std::size_t bytes);

  std::unique_ptr<Parts> parts_;
};

// The current entry of a reader as a source; not to be used after the reader's next().
class EntrySource final : public ByteSource {
 public:
  explicit EntrySource(ArchiveReader& reader) : reader_(reader) {}
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override { return reader_.read(into); }

 private:
  ArchiveReader& reader_;
};

}  // namespace hinomi::parse::archive
