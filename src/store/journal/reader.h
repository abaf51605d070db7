// Reads a segmented log, also while another process writes it: batch after batch up to a place that is known
// to be durable. Damage costs the batch it hits, is reported with its range, and ends nothing. Not for
// finding out where a log ends (Writer::open does).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/disk.h"
#include "store/journal/format.h"
#include "store/journal/position.h"

namespace hinomi::store::journal {

// Bytes of a segment that hold no readable batch although they should.
struct Damage {
  Position from;
  std::uint32_t bytes = 0;
  std::string reason;
};
inline constexpr std::size_t kMaxDamages = 1000;  // kept; further ones are only counted

class Reader {
 public:
  // `folder` must exist; it may be empty. Begins at the beginning.
  Reader(const os::Disk& disk, std::string folder);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // To a batch's beginning or end, or {0, 0}. A segment that is not there any more: the oldest one that is.
  void seek(Position position);
  // The next batch that ends at or before `limit`; nullptr when there is none (yet). It borrows from the
  // reader until the next call. An error of the disk: call again to try again.
  [[nodiscard]] base::Result<const BatchView*> next(Position limit);
  // Where the next call goes on.
  [[nodiscard]] Position position() const noexcept;

  // One batch by its place; not_found when its segment was removed, invalid_input when it is damaged. Does
  // not move next(), and lives until the next read_at().
  [[nodiscard]] base::Result<const BatchView*> read_at(Position position);

  [[nodiscard]] const std::vector<Damage>& damages() const noexcept;
  [[nodiscard]] std::uint64_t damage_count() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The header of the segment `number`. Errors: not_found; unsupported; invalid_input when it is damaged, of
// another segment, or not there yet.
[[nodiscard]] base::Result<SegmentHeader> read_segment_header(const os::DiskFile& file, std::uint32_t number);
// Where the footer of a segment lies, when it is sealed; `size` is the file's.
[[nodiscard]] base::Result<std::optional<SealView>> find_seal(const os::DiskFile& file, std::uint64_t size,
                                                              std::uint32_t salt);

// The numbers of the segments in a folder, ascending.
[[nodiscard]] base::Result<std::vector<std::uint32_t>> list_segments(const os::Disk& disk,
                                                                     const std::string& folder);

}  // namespace hinomi::store::journal
