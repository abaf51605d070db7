// What a Writer is made of. Only for writer.cc and recovery.cc.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/journal/writer.h"

namespace hinomi::store::journal {

// A footer without a segment: its end is the number of the last segment to be removed, its tokens and resume
// values are what the log remembered by then.
inline constexpr std::string_view kRemovedName = "removed";
inline constexpr std::uint32_t kRemovedSalt = 0;  // nothing in it is text of a record

struct SegmentInfo {
  std::uint32_t number = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t bytes = 0;
  base::TimeNs first_received{};
  base::TimeNs last_received{};
  base::TimeNs aged_from{};  // when its newest batch came, in the time of Writer::Parts::aging_now()
};

// Bytes that go to one segment with one write.
struct Chunk {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  std::uint32_t salt = 0;
  std::string bytes;
};

struct PendingBatch {
  std::size_t chunk = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
  base::TimeNs received{};
  bool has_token = false;
  base::Hash128 token;
  ResumeEntry resume;  // key empty: none
};

struct TokenHash {
  std::size_t operator()(const base::Hash128& key) const noexcept {
    return static_cast<std::size_t>(key.low);
  }
};
// `since` is of the steady clock.
struct TokenAge {
  base::Hash128 key;
  base::TimeNs received{};
  base::TimeNs newest{};  // Writer::Parts::newest by then
  std::chrono::steady_clock::time_point since{};
};
using TokenMap = std::unordered_map<base::Hash128, TokenEntry, TokenHash>;

// Never negative, and not more than the largest number.
[[nodiscard]] std::int64_t age_ns(base::TimeNs now, base::TimeNs then) noexcept;

struct Writer::Parts {
  Parts(os::Disk& the_disk, const os::Clock& the_clock, std::string the_folder,
        const WriterOptions& the_options)
      : disk(the_disk),
        clock(the_clock),
        folder(std::move(the_folder)),
        options(the_options),
        opened_at(the_clock.now()),
        opened(the_clock.steady()) {}

  os::Disk& disk;
  const os::Clock& clock;
  const std::string folder;
  const WriterOptions options;
  base::TimeNs opened_at;  // or when the newest batch came, where the time of day has gone further
  const std::chrono::steady_clock::time_point opened;

  // Durable.
  std::vector<SegmentInfo> segments;   // ascending; the last one is written while `file` is open
  std::unique_ptr<os::DiskFile> file;  // none: the next commit begins a new segment
  Position end;
  std::uint32_t salt = 0;  // of the segment being written
  std::uint32_t next_number = 1;
  std::uint64_t durable_sequence = 1;
  TokenMap tokens;
  std::deque<TokenAge> token_order;
  std::vector<TokenEntry> segment_tokens;  // of the segment being written
  std::uint64_t segment_records = 0;
  std::map<std::pair<std::uint32_t, std::string>, std::string> resumes;
  std::uint64_t given_up = 0;
  std::uint64_t recovered = 0;
  base::TimeNs newest{};  // when the newest batch came, by the time of day as it was then

  // Added, not committed.
  std::uint64_t sequence = 1;
  std::vector<Chunk> chunks;
  std::vector<PendingBatch> pending;
  TokenMap pending_tokens;

  [[nodiscard]] event::EventId id_of(base::TimeNs received, std::uint64_t at) const;
  [[nodiscard]] Added duplicate_of(const TokenEntry& known) const;
  [[nodiscard]] const TokenEntry* find_token(const base::Hash128& key) const;
  Chunk& chunk_for_next_batch();
  [[nodiscard]] base::Result<void> write_chunk(const Chunk& chunk);
  [[nodiscard]] base::Result<void> create_segment(const Chunk& chunk);
  void seal();
  void apply(const PendingBatch& batch);
  void remember(const TokenEntry& token);
  void forget_old_tokens();
  void forget_first_token();
  // What tokens and segments age by: goes on with the steady clock from where the log was opened, so that a
  // time of day that jumps makes nothing old.
  [[nodiscard]] base::TimeNs aging_now() const;
  // At the end of recovery: how old what was found is.
  void begin_aging();
  [[nodiscard]] std::vector<ResumeEntry> all_resumes() const;
  [[nodiscard]] base::Result<void> note_removal(std::uint32_t last);
  void give_up();
};

}  // namespace hinomi::store::journal
