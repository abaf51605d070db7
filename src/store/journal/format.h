// Format 1 of the segments of a log, byte by byte (docs/en/journal-format.md): how a segment begins, what a
// batch is, and how a sealed segment ends. Pure; believes no size that stands in a file. Who reads and writes
// files is reader.h and writer.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "event/event_id.h"
#include "store/journal/position.h"

namespace hinomi::store::journal {

inline constexpr std::uint16_t kFormatVersion = 1;
// Bits of features that a reader must know to read a segment at all; none yet.
inline constexpr std::uint32_t kKnownIncompatible = 0;
inline constexpr std::size_t kHeaderCopyBytes = 64;
inline constexpr std::size_t kSegmentHeaderBytes = 2 * kHeaderCopyBytes;  // twice the same
inline constexpr std::size_t kBatchFixedBytes = 72;
inline constexpr std::size_t kRecordHeaderBytes = 24;
inline constexpr std::size_t kBatchTrailerBytes = 8;
inline constexpr std::size_t kSealBytes = 16;
inline constexpr std::size_t kMaxTextBytes = 255;  // source name, peer, listener, token, resume key
inline constexpr std::size_t kMaxResumeValueBytes = 1024;
inline constexpr std::size_t kMaxRecordBytes = 4u << 20;
inline constexpr std::size_t kMaxBatchBytes = 64u << 20;
inline constexpr std::size_t kMaxBatchRecords = 1'000'000;
inline constexpr std::size_t kMaxFooterBytes = 512u << 20;
inline constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 56) - 1;  // what an event id has room for

enum class LogKind : std::uint32_t { events = 1, findings = 2 };

struct SegmentHeader {
  std::uint32_t incompatible = 0;
  std::uint32_t compatible = 0;
  std::uint16_t node = 0;
  std::uint16_t partition = 0;
  std::uint32_t number = 0;  // from 1
  LogKind kind = LogKind::events;
  std::uint64_t first_sequence = 0;
  base::TimeNs created{};
  // Where the segment before this one ends: bytes behind that were never acknowledged and do not count.
  std::uint32_t previous_number = 0;  // 0 = there is none
  std::uint32_t previous_end = 0;
  // Random. The check sums of the segment's batches and footer begin with it: text in a record that looks
  // like one of them is none.
  std::uint32_t salt = 0;
  friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

void append_header(std::string& out, const SegmentHeader& header);
// `bytes` are the first kSegmentHeaderBytes of a segment, or what there is of them; one sound copy is enough.
// Error unsupported: a newer format or unknown features.
[[nodiscard]] base::Result<SegmentHeader> read_header(std::string_view bytes);

// What all records of a batch have in common. The texts are hostile.
struct BatchHead {
  std::uint64_t first_sequence = 0;
  base::TimeNs received{};
  std::uint32_t source_id = 0;
  base::Labels labels;
  std::uint8_t framing = 0;   // ingest::live::Framing
  std::uint8_t encoding = 0;  // ingest::live::Encoding
  std::uint64_t first_source_sequence = 0;
  // The first of those that are written and synced together: once it is there, all before it was durable.
  bool begins_commit = false;
  std::string_view source;
  std::string_view peer;
  std::string_view listener;
  std::string_view token;
  std::string_view resume_key;
  std::string_view resume_value;
};

struct Record {
  event::EventId id;
  std::string_view raw;
};

// Identity of the node that gives ids.
struct NodeName {
  std::uint16_t node = 0;
  std::uint16_t partition = 0;
};

// False, and nothing appended, when a limit above is exceeded.
[[nodiscard]] bool append_batch(std::string& out, std::uint32_t salt, const BatchHead& head,
                                const NodeName& node, std::span<const std::string_view> records);

// A batch found in bytes; borrows from them.
struct BatchView {
  Position position;
  std::uint32_t bytes = 0;  // of the whole batch
  BatchHead head;
  std::vector<Record> records;
  [[nodiscard]] Position next() const noexcept { return {position.segment, position.offset + bytes}; }
};

enum class Found : std::uint8_t {
  batch,
  seal,     // the footer of a sealed segment begins here
  nothing,  // the bytes end before a batch could begin or be whole
  damaged,  // no batch, or one whose check sum is wrong
};
// What stands at the front of `bytes`, which may go on behind it. `size` is set for batch and, where the head
// is sound, for damaged (so that a reader can go on behind it; else 0) and nothing (how many bytes it would
// need). `view` is filled for batch; its records only when `with_records`.
[[nodiscard]] Found find_batch(std::string_view bytes, std::uint32_t salt, BatchView& view, std::size_t& size,
                               bool with_records = true);

// What a sealed segment says of itself and of all before it, so that opening a log need not read them.
struct TokenEntry {
  base::Hash128 key;  // of source id and token
  event::EventId first;
  std::uint32_t count = 0;
  base::TimeNs received{};
  friend bool operator==(const TokenEntry&, const TokenEntry&) = default;
};
struct ResumeEntry {
  std::uint32_t source_id = 0;
  std::string key;
  std::string value;
  friend bool operator==(const ResumeEntry&, const ResumeEntry&) = default;
};
struct Footer {
  std::uint32_t end = 0;  // offset of the footer: the end of the batches
  std::uint64_t next_sequence = 0;
  std::uint64_t records = 0;
  base::TimeNs first_received{};
  base::TimeNs last_received{};
  std::vector<TokenEntry> tokens;    // of this segment
  std::vector<ResumeEntry> resumes;  // the latest of every source and key, of all segments so far
  friend bool operator==(const Footer&, const Footer&) = default;
};
void append_footer(std::string& out, std::uint32_t salt, const Footer& footer);
// From the last kSealBytes of a segment: where its footer lies; nullopt: it is not sealed.
struct SealView {
  std::uint32_t footer_offset = 0;
  std::uint32_t crc = 0;
};
[[nodiscard]] std::optional<SealView> read_seal(std::string_view last_bytes, std::uint32_t salt);
// `bytes` from the footer's offset to the end of the segment, seal included.
[[nodiscard]] base::Result<Footer> read_footer(std::string_view bytes, std::uint32_t salt,
                                               const SealView& seal);

[[nodiscard]] base::Hash128 token_key(std::uint32_t source_id, std::string_view token) noexcept;
// "0000000000000001.hjs"
[[nodiscard]] std::string segment_name(std::uint32_t number);
[[nodiscard]] std::optional<std::uint32_t> segment_number(std::string_view name) noexcept;

}  // namespace hinomi::store::journal
