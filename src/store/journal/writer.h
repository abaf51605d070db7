// The only writer of a segmented log: takes batches, makes them durable together, and says so only then.
// Recovers by itself what a crash left: only check sums are believed, a torn tail is dropped whole. Not safe
// from two threads, and not for two processes at once (the data folder's lock sees to that).
//
// A failed write or sync is never tried again: the segment is given up, what was not durable is forgotten,
// and the next commit begins a new segment whose header says where the old one ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/random.h"
#include "store/journal/format.h"
#include "store/journal/position.h"

namespace hinomi::store::journal {

inline constexpr std::size_t kMaxRememberedTokens = 1'000'000;
// By the clock that does not jump. What was there before the log was opened is as old as it was when the
// newest batch came: time in which the log was closed does not count.
inline constexpr std::int64_t kTokenMemoryNs = 24LL * 3600 * 1'000'000'000;
inline constexpr std::size_t kMaxResumeValues = 200'000;

struct WriterOptions {
  LogKind kind = LogKind::events;
  NodeName node{};
  std::uint32_t segment_bytes = 64u << 20;
  bool remember_tokens = true;
  std::size_t remembered_tokens = kMaxRememberedTokens;
  os::RandomBytes random = os::system_random;  // for the salt of a segment
  // Drops everything behind this place first: of a log whose end is decided elsewhere. {0, 0} drops all.
  std::optional<Position> truncate_to{};
};

// A batch as it is given; ids and sequence are the writer's to add.
struct NewBatch {
  BatchHead head;  // first_sequence is ignored; received too, but in a log of findings
  std::span<const std::string_view> records;
};

struct Added {
  bool duplicate = false;  // it was durable already; nothing was added
  event::EventId first;
  event::EventId last;
  std::uint64_t count = 0;
  Position position;  // of the batch; not set for a duplicate
};

struct WriterStatus {
  std::uint64_t bytes = 0;  // of all segments
  std::uint32_t segments = 0;
  std::uint32_t oldest_segment = 0;
  base::TimeNs oldest_received{};  // of the oldest batch that can be read; 0 = there is none
  std::uint64_t given_up = 0;      // segments, since open
  std::uint64_t recovered = 0;     // bytes of a torn tail that were dropped at open
};

class Writer {
 public:
  // `folder` exists. Makes everything that is accepted durable before it returns. Errors: a disk that fails,
  // a newer format, a log of another kind.
  [[nodiscard]] static base::Result<Writer> open(os::Disk& disk, const os::Clock& clock, std::string folder,
                                                 const WriterOptions& options);
  ~Writer();
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;

  // Puts the batch into the next commit. Where it will lie depends on what was added before, not on when that
  // was committed. A duplicate of a batch that is durable is answered from memory; one of a batch in the same
  // commit is `duplicate` too and is as durable as that. Error limit_exceeded: format.h.
  [[nodiscard]] base::Result<Added> add(const NewBatch& batch);
  // Writes what was added and syncs; returns the end of the log. After an error what lies before end() is
  // durable all the same; the rest does not count and its ids are given again. The next add() and commit()
  // may be tried.
  [[nodiscard]] base::Result<Position> commit();
  [[nodiscard]] std::size_t pending_bytes() const noexcept;

  [[nodiscard]] Position end() const noexcept;  // durable
  [[nodiscard]] std::uint64_t next_sequence() const noexcept;
  [[nodiscard]] std::string resume(std::uint32_t source_id, std::string_view key) const;
  [[nodiscard]] WriterStatus status() const;

  struct Keep {
    Position from;  // whatever lies at or behind it stays
    // Of what lies before, segments older than that go (aged as tokens are) …
    std::int64_t at_most_ns = 0;
    std::uint64_t at_most_bytes =
        ~std::uint64_t{0};  // … and the oldest while all together are larger than that
  };
  // Removes whole segments from the front, never the last one. The intent, and what the log remembers of
  // them, is durable before the first file goes.
  [[nodiscard]] base::Result<std::uint32_t> remove_old(const Keep& keep);

  struct Parts;  // writer_parts.h

 private:
  explicit Writer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::store::journal
