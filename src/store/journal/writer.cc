#include "store/journal/writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "os/fault_point.h"
#include "store/journal/recovery.h"
#include "store/journal/writer_parts.h"

namespace hinomi::store::journal {
namespace {

constexpr std::uint64_t kMaxSegmentBytes = 0xF000'0000;  // an offset has 32 bits

}  // namespace

Writer::Writer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

base::Result<Writer> Writer::open(os::Disk& disk, const os::Clock& clock, std::string folder,
                                  const WriterOptions& options) {
  auto parts = std::make_unique<Parts>(disk, clock, std::move(folder), options);
  if (auto recovered = recover(*parts); !recovered) return recovered.error();
  return Writer(std::move(parts));
}

base::Result<Added> Writer::add(const NewBatch& batch) {
  Parts& parts = *parts_;
  const bool has_token = parts.options.remember_tokens && !batch.head.token.empty();
  const base::Hash128 key = has_token ? token_key(batch.head.source_id, batch.head.token) : base::Hash128{};
  if (has_token) {
    if (const TokenEntry* known = parts.find_token(key)) return parts.duplicate_of(*known);
  }
  const bool resumes = !batch.head.resume_key.empty();
  if (resumes && parts.resumes.size() + parts.pending.size() >= kMaxResumeValues &&
      !parts.resumes.contains({batch.head.source_id, std::string(batch.head.resume_key)}))
    return base::Error{
        base::ErrorCode::limit_exceeded, "too many places to resume from are kept in the journal", {}, {}};

  BatchHead head = batch.head;
  if (batch.records.size() > kSequenceLimit - parts.sequence)
    return base::Error{base::ErrorCode::limit_exceeded, "the journal has no ids left", {}, {}};
  head.first_sequence = parts.sequence;
  if (parts.options.kind == LogKind::events) head.received = parts.clock.now();
  Chunk& chunk = parts.chunk_for_next_batch();
  const std::size_t before = chunk.bytes.size();
  head.begins_commit = before == 0;  // a chunk is one write and one sync
  if (!append_batch(chunk.bytes, chunk.salt, head, parts.options.node, batch.records))
    return base::Error{
        base::ErrorCode::limit_exceeded, "the batch exceeds a limit of the journal's format", {}, {}};

  PendingBatch added;
  added.chunk = parts.chunks.size() - 1;
  added.first_sequence = parts.sequence;
  added.count = batch.records.size();
  added.received = head.received;
  if (has_token) added.token = key;
  added.has_token = has_token;
  if (resumes) added.resume = {head.source_id, std::string(head.resume_key), std::string(head.resume_value)};
  parts.sequence += batch.records.size();
  const Position position{chunk.segment, static_cast<std::uint32_t>(chunk.offset + before)};
  const Added result{.duplicate = false,
                     .first = parts.id_of(added.received, added.first_sequence),
                     .last = parts.id_of(added.received, added.first_sequence + added.count - 1),
                     .count = added.count,
                     .position = position};
  if (has_token)
    parts.pending_tokens.emplace(
        key, TokenEntry{key, result.first, static_cast<std::uint32_t>(added.count), added.received});
  parts.pending.push_back(std::move(added));
  return result;
}

base::Result<Position> Writer::commit() {
  Parts& parts = *parts_;
  os::fault_point("journal.before_write");
  std::size_t applied = 0;
  for (std::size_t i = 0; i < parts.chunks.size(); ++i) {
    if (auto written = parts.write_chunk(parts.chunks[i]); !written) {
      parts.give_up();
      return written.error();
    }
    while (applied < parts.pending.size() && parts.pending[applied].chunk == i)
      parts.apply(parts.pending[applied++]);
  }
  parts.chunks.clear();
  parts.pending.clear();
  parts.pending_tokens.clear();
  parts.forget_old_tokens();
  return parts.end;
}

std::size_t Writer::pending_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Chunk& chunk : parts_->chunks) bytes += chunk.bytes.size();
  return bytes;
}

Position Writer::end() const noexcept {
  return parts_->end;
}

std::uint64_t Writer::next_sequence() const noexcept {
  return parts_->sequence;
}

std::string Writer::resume(std::uint32_t source_id, std::string_view key) const {
  const auto found = parts_->resumes.find({source_id, std::string(key)});
  return found == parts_->resumes.end() ? std::string() : found->second;
}

WriterStatus Writer::status() const {
  const Parts& parts = *parts_;
  WriterStatus status;
  for (const SegmentInfo& segment : parts.segments) status.bytes += segment.bytes;
  status.segments = static_cast<std::uint32_t>(parts.segments.size());
  if (!parts.segments.empty()) {
    status.oldest_segment = parts.segments.front().number;
    // A segment without a batch, or whose batches cannot be read, says nothing.
    for (const SegmentInfo& segment : parts.segments) {
      status.oldest_received = segment.first_received;
      if (status.oldest_received != base::TimeNs{}) break;
    }
  }
  status.given_up = parts.given_up;
  status.recovered = parts.recovered;
  return status;
}

base::Result<std::uint32_t> Writer::remove_old(const Keep& keep) {
  Parts& parts = *parts_;
  std::uint64_t bytes = status().bytes;
  const base::TimeNs now = parts.aging_now();
  std::size_t count = 0;
  // Never the last one: it is being written, or names where the next begins.
  while (count + 1 < parts.segments.size()) {
    const SegmentInfo& segment = parts.segments[count];
    const bool too_old = age_ns(now, segment.aged_from) > keep.at_most_ns;
    if (segment.number >= keep.from.segment || (!too_old && bytes <= keep.at_most_bytes)) break;
    bytes -= segment.bytes;
    ++count;
  }
  if (count == 0) return 0U;
  const std::uint32_t last = parts.segments[count - 1].number;
  if (auto noted = parts.note_removal(last); !noted) return noted.error();
  os::fault_point("journal.before_unlink");
  for (std::size_t i = 0; i < count; ++i) {
    auto removed = parts.disk.remove(parts.folder + "/" + segment_name(parts.segments.front().number));
    if (!removed && removed.error().code != base::ErrorCode::not_found) return removed.error();
    parts.segments.erase(parts.segments.begin());
  }
  if (auto synced = parts.disk.sync_folder(parts.folder); !synced) return synced.error();
  os::fault_point("journal.after_unlink");
  return static_cast<std::uint32_t>(count);
}

// --- parts

std::int64_t age_ns(base::TimeNs now, base::TimeNs then) noexcept {
  if (then >= now) return 0;
  const std::uint64_t age =
      static_cast<std::uint64_t>(now.since_epoch_ns) - static_cast<std::uint64_t>(then.since_epoch_ns);
  return static_cast<std::int64_t>(std::min<std::uint64_t>(age, std::numeric_limits<std::int64_t>::max()));
}

event::EventId Writer::Parts::id_of(base::TimeNs received, std::uint64_t at) const {
  return event::EventId::make({.received_ms = event::received_ms(received),
                               .node = options.node.node,
                               .partition = options.node.partition,
                               .sequence = at});
}

Added Writer::Parts::duplicate_of(const TokenEntry& known) const {
  event::IdParts last = known.first.parts();
  last.sequence += known.count - 1;
  return {.duplicate = true,
          .first = known.first,
          .last = event::EventId::make(last),
          .count = known.count,
          .position = {}};
}

const TokenEntry* Writer::Parts::find_token(const base::Hash128& key) const {
  if (const auto found = tokens.find(key); found != tokens.end()) return &found->second;
  const auto waiting = pending_tokens.find(key);
  return waiting == pending_tokens.end() ? nullptr : &waiting->second;
}

Chunk& Writer::Parts::chunk_for_next_batch() {
  // Where the log will end once everything added is written.
  const bool has_chunk = !chunks.empty();
  const std::uint64_t offset = has_chunk ? chunks.back().offset + chunks.back().bytes.size() : end.offset;
  const bool writable = has_chunk || file != nullptr;
  const std::uint64_t limit = std::min<std::uint64_t>(options.segment_bytes, kMaxSegmentBytes);
  if (writable && offset < limit && offset + kMaxBatchBytes <= 0xFFFF'FFFF) {
    if (!has_chunk) chunks.push_back({end.segment, end.offset, salt, {}});
    return chunks.back();
  }
  const std::uint32_t number = has_chunk ? chunks.back().segment + 1 : next_number;
  std::array<std::uint8_t, sizeof(std::uint32_t)> drawn{};
  options.random(drawn);
  std::uint32_t fresh = 0;
  std::memcpy(&fresh, drawn.data(), sizeof fresh);
  chunks.push_back({number, kSegmentHeaderBytes, fresh, {}});
  return chunks.back();
}

base::Result<void> Writer::Parts::write_chunk(const Chunk& chunk) {
  if (file == nullptr || chunk.segment != end.segment) {
    if (file != nullptr) seal();
    if (auto created = create_segment(chunk); !created) return created;
  }
  if (chunk.bytes.empty()) return {};
  if (auto written = file->write_at(chunk.offset, chunk.bytes); !written) return written;
  os::fault_point("journal.after_write");
  os::fault_point("journal.before_sync");
  if (auto synced = file->sync(); !synced) return synced;
  os::fault_point("journal.after_sync");
  end.offset = static_cast<std::uint32_t>(chunk.offset + chunk.bytes.size());
  segments.back().bytes = end.offset;
  return {};
}

base::Result<void> Writer::Parts::create_segment(const Chunk& chunk) {
  const std::uint32_t number = chunk.segment;
  if (number <= end.segment || number == 0xFFFF'FFFF)
    return base::Error{base::ErrorCode::limit_exceeded, "the log has no numbers of segments left", {}, {}};
  const std::string path = folder + "/" + segment_name(number);
  next_number = number + 1;
  file.reset();
  auto created = disk.create(path);
  if (!created) return created.error();
  SegmentHeader header;
  header.node = options.node.node;
  header.partition = options.node.partition;
  header.number = number;
  header.kind = options.kind;
  header.first_sequence = durable_sequence;
  header.created = clock.now();
  header.previous_number = end.segment;
  header.previous_end = end.offset;
  header.salt = chunk.salt;
  std::string bytes;
  append_header(bytes, header);
  base::Result<void> made = (*created)->write_at(0, bytes);
  os::fault_point("journal.segment_create");
  if (made) made = (*created)->sync();
  if (made) made = disk.sync_folder(folder);
  if (!made) {
    created->reset();
    // Best effort: a file with half a header is passed over by readers.
    [[maybe_unused]] const auto removed = disk.remove(path);
    return made;
  }
  file = std::move(*created);
  end = {number, kSegmentHeaderBytes};
  salt = chunk.salt;
  segments.push_back({.number = number,
                      .first_sequence = durable_sequence,
                      .bytes = kSegmentHeaderBytes,
                      .aged_from = aging_now()});
  segment_tokens.clear();
  segment_records = 0;
  return {};
}

// A segment that cannot be sealed is whole all the same: the next one's header says where it ends.
void Writer::Parts::seal() {
  Footer footer;
  footer.end = end.offset;
  footer.next_sequence = durable_sequence;
  footer.records = segment_records;
  footer.first_received = segments.back().first_received;
  footer.last_received = segments.back().last_received;
  footer.tokens = std::move(segment_tokens);
  footer.resumes = all_resumes();
  std::string bytes;
  append_footer(bytes, salt, footer);
  const base::Result<void> written = file->write_at(end.offset, bytes);
  os::fault_point("journal.seal_write");
  if (written && file->sync()) segments.back().bytes = end.offset + bytes.size();
  os::fault_point("journal.seal_done");
  file.reset();
}

std::vector<ResumeEntry> Writer::Parts::all_resumes() const {
  std::vector<ResumeEntry> all;
  all.reserve(resumes.size());
  for (const auto& [key, value] : resumes) all.push_back({key.first, key.second, value});
  return all;
}

base::Result<void> Writer::Parts::note_removal(std::uint32_t last) {
  Footer note;
  note.end = last;
  note.next_sequence = durable_sequence;
  note.resumes = all_resumes();
  std::uint64_t first_kept = durable_sequence;
  for (const SegmentInfo& segment : segments) {
    if (segment.number > last) first_kept = std::min(first_kept, segment.first_sequence);
  }
  for (const TokenAge& age : token_order) {
    const auto known = tokens.find(age.key);
    if (known != tokens.end() && known->second.received == age.received &&
        known->second.first.parts().sequence < first_kept)
      note.tokens.push_back(known->second);
  }
  std::string bytes;
  append_footer(bytes, kRemovedSalt, note);
  return disk.replace(folder + "/" + std::string(kRemovedName), bytes);
}

base::TimeNs Writer::Parts::aging_now() const {
  return {opened_at.since_epoch_ns + std::chrono::nanoseconds(clock.steady() - opened).count()};
}

// A time of day that is wrong now, or was wrong when a batch came, makes things younger at most: none is
// older than what came before it, nor the opening later than the newest.
void Writer::Parts::begin_aging() {
  if (newest != base::TimeNs{}) opened_at = std::min(opened_at, newest);
  base::TimeNs latest{};
  for (SegmentInfo& segment : segments) {
    latest = std::max(latest, segment.last_received);
    segment.aged_from = std::min(latest, opened_at);
  }
  for (TokenAge& token : token_order) {
    const std::int64_t age = std::min(age_ns(opened_at, token.newest), kTokenMemoryNs + 1);
    token.since = opened - std::chrono::nanoseconds(age);
  }
}

void Writer::Parts::apply(const PendingBatch& batch) {
  durable_sequence = batch.first_sequence + batch.count;
  segment_records += batch.count;
  SegmentInfo& segment = segments.back();
  if (segment.first_received.since_epoch_ns == 0) segment.first_received = batch.received;
  segment.last_received = std::max(segment.last_received, batch.received);
  segment.aged_from = aging_now();
  newest = std::max(newest, batch.received);
  if (batch.has_token)
    remember({batch.token, id_of(batch.received, batch.first_sequence),
              static_cast<std::uint32_t>(batch.count), batch.received});
  if (!batch.resume.key.empty()) resumes[{batch.resume.source_id, batch.resume.key}] = batch.resume.value;
}

void Writer::Parts::remember(const TokenEntry& token) {
  tokens[token.key] = token;
  token_order.push_back({token.key, token.received, std::max(newest, token.received), clock.steady()});
  segment_tokens.push_back(token);
  if (token_order.size() > options.remembered_tokens) forget_first_token();
}

void Writer::Parts::forget_old_tokens() {
  const auto oldest = clock.steady() - std::chrono::nanoseconds(kTokenMemoryNs);
  while (!token_order.empty() && token_order.front().since < oldest) forget_first_token();
}

void Writer::Parts::forget_first_token() {
  const TokenAge& first = token_order.front();
  // It may have been forgotten before and given anew.
  const auto known = tokens.find(first.key);
  if (known != tokens.end() && known->second.received == first.received) tokens.erase(known);
  token_order.pop_front();
}

void Writer::Parts::give_up() {
  file.reset();
  ++given_up;
  pending.clear();
  pending_tokens.clear();
  chunks.clear();
  sequence = durable_sequence;
  next_number = std::max(next_number, end.segment + 1);
}

}  // namespace hinomi::store::journal
