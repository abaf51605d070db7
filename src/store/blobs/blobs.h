// Files that people give us, kept by the hash of their bytes: the same content is kept once, and what comes
// back is what was given, or an error. Knows no names, no owners and no types: records do (work/notes.h). Not
// for what changes, and not for events (store/journal).
//
// Safe from any thread; a writer or a reader belongs to one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/clock.h"
#include "os/random.h"

namespace hinomi::store::blobs {

// SHA-256 of the bytes.
struct BlobId {
  std::array<std::uint8_t, 32> hash{};
  friend auto operator<=>(const BlobId&, const BlobId&) = default;
  [[nodiscard]] std::string text() const;  // 64 hex digits, lower case
  [[nodiscard]] static std::optional<BlobId> parse(std::string_view text) noexcept;
};

struct StoredBlob {
  BlobId id;
  std::uint64_t size = 0;
  bool was_there = false;  // the same content was kept already
};

// Takes the bytes of one blob as they come. Gone unfinished, it leaves nothing behind.
class BlobWriter {
 public:
  BlobWriter() = default;
  virtual ~BlobWriter() = default;
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // limit_exceeded beyond the longest blob; after an error only finish() or the end may follow.
  [[nodiscard]] virtual base::Result<void> write(std::string_view bytes) = 0;
  // Durable on return. Once; an error where an earlier write failed.
  [[nodiscard]] virtual base::Result<StoredBlob> finish() = 0;
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
};

// One blob whose bytes were found to be those of its name when it was opened.
class BlobReader {
 public:
  BlobReader() = default;
  virtual ~BlobReader() = default;
  BlobReader(const BlobReader&) = delete;
  BlobReader& operator=(const BlobReader&) = delete;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  // Fewer bytes than asked: the end.
  [[nodiscard]] virtual base::Result<std::size_t> read_at(std::uint64_t offset,
                                                          std::span<char> into) const = 0;
};

// Whether anything refers to a blob; an error ends the sweep.
using IsReferenced = std::function<base::Result<bool>(const BlobId&)>;
struct SweepReport {
  std::uint64_t blobs = 0;      // that were looked at
  std::uint64_t removed = 0;    // without a reference, older than the grace
  std::uint64_t bytes = 0;      // of those
  std::uint64_t leftovers = 0;  // unfinished writes that were removed
};
// Younger blobs stay: the record that refers to one is stored after it.
inline constexpr std::chrono::seconds kLeastGrace{3600};

class BlobStore {
 public:
  BlobStore() = default;
  virtual ~BlobStore() = default;
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  [[nodiscard]] virtual base::Result<std::unique_ptr<BlobWriter>> begin() = 0;
  // not_found; invalid_input when the bytes are not those of the name (damaged or swapped).
  [[nodiscard]] virtual base::Result<std::unique_ptr<BlobReader>> open(const BlobId& id) = 0;
  // The only way that blobs go. A shorter grace than kLeastGrace counts as that.
  [[nodiscard]] virtual base::Result<SweepReport> sweep(const IsReferenced& is_referenced,
                                                        std::chrono::seconds grace) = 0;
};

inline constexpr std::uint64_t kMaxBlobBytes = 64ULL << 20;

struct FolderOptions {
  std::string folder;                             // made where absent, readable by its owner only
  std::uint64_t max_bytes = kMaxBlobBytes;        // of one blob
  std::uint64_t least_free_bytes = 256ULL << 20;  // of the disk; less: limit_exceeded for new blobs
  const os::Clock* clock = nullptr;
  os::RandomBytes random;
};
// FOLDER/ab/cd/<hash>, and FOLDER/new for what is being written.
[[nodiscard]] base::Result<std::unique_ptr<BlobStore>> open_folder(FolderOptions options);

}  // namespace hinomi::store::blobs
