#include "sim/ledger.h"

#include <algorithm>
#include <charconv>

namespace hinomi::sim {

using store::journal::Added;
using store::journal::BatchView;
using store::journal::Position;
using store::journal::Record;

std::string text_of(Position position) {
  return std::to_string(position.segment) + "/" + std::to_string(position.offset);
}

Batch& Ledger::make(std::uint32_t source, std::vector<std::string> records) {
  auto batch = std::make_unique<Batch>();
  batch->id = batches_.size();
  batch->source = source;
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i] = "b" + std::to_string(batch->id) + " r" + std::to_string(i) + " " + records[i];
  batch->records = std::move(records);
  batches_.push_back(std::move(batch));
  return *batches_.back();
}

void Ledger::store(const Stored& stored) {
  const Batch& batch = *batches_.at(stored.batch);
  const std::string name = "batch " + std::to_string(batch.id) + " at " + text_of(stored.position);
  if (!by_batch_.emplace(batch.id, stored_.size()).second) violated(name + " is stored twice");
  const std::uint64_t sequence = stored.first.parts().sequence;
  if (!stored_.empty()) {
    const Stored& before = stored_.back();
    if (sequence < before.first.parts().sequence + before.count)
      violated(name + " has ids that were given before");
    if (stored.position < before.next) violated(name + " lies before the end of the one before");
  }
  if (!batch.resume_key.empty()) {
    std::uint64_t& line = next_lines_[batch.source];
    if (line != batch.first_line)
      violated(name + " begins with line " + std::to_string(batch.first_line) + ", but line " +
               std::to_string(line) + " is the next that is not stored");
    line = batch.next_line;
  }
  stored_.push_back(stored);
  std::vector<Record> records;
  event::IdParts id = stored.first.parts();
  for (const std::string& text : batch.records) {
    records.push_back({event::EventId::make(id), text});
    ++id.sequence;
  }
  for (std::string& finding : judge_.judge(batch.source, records)) findings_.push_back(std::move(finding));
  findings_after_.push_back(findings_.size());
}

void Ledger::acknowledged(const Batch& batch, const Added& added, base::TimeNs received) {
  if (added.count != batch.records.size())
    violated("batch " + std::to_string(batch.id) + " is acknowledged with another count");
  // Where it ends is known when the journal is read again; its beginning is enough to order it.
  std::size_t bytes = store::journal::kBatchFixedBytes + 4 + store::journal::kBatchTrailerBytes;
  bytes += std::string_view("source").size() + batch.token.size() + batch.resume_key.size();
  if (!batch.resume_key.empty()) bytes += std::to_string(batch.next_line).size();
  for (const std::string& record : batch.records) bytes += store::journal::kRecordHeaderBytes + record.size();
  store({.batch = batch.id,
         .position = added.position,
         .next = {added.position.segment, added.position.offset + static_cast<std::uint32_t>(bytes)},
         .first = added.first,
         .count = added.count,
         .received = received});
}

void Ledger::duplicate(const Batch& batch, const Added& added) const {
  const auto found = by_batch_.find(batch.id);
  if (found == by_batch_.end())
    violated("batch " + std::to_string(batch.id) + " is called a duplicate and is not stored");
  const Stored& stored = stored_[found->second];
  event::IdParts last = stored.first.parts();
  last.sequence += stored.count - 1;
  if (added.first != stored.first || added.count != stored.count || added.last != event::EventId::make(last))
    violated("the retry of batch " + std::to_string(batch.id) + " is answered with other ids");
}

const Batch& Ledger::recognise(const BatchView& view) const {
  const std::string at = "the batch at " + text_of(view.position);
  const std::string_view first = view.records.at(0).raw;
  std::uint64_t id = 0;
  std::from_chars(first.data() + std::min<std::size_t>(1, first.size()), first.data() + first.size(), id);
  if (id >= batches_.size()) violated(at + " was never sent");
  const Batch& batch = *batches_[id];
  if (view.records.size() != batch.records.size()) violated(at + " is not whole");
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (view.records[i].raw != batch.records[i]) violated(at + " is not what was sent");
    if (view.records[i].id.parts().sequence != view.records[0].id.parts().sequence + i)
      violated(at + " has ids that do not follow one another");
  }
  if (view.head.token != batch.token || view.head.resume_key != batch.resume_key ||
      view.head.source_id != batch.source)
    violated(at + " has another head than was sent");
  return batch;
}

void Ledger::check_journal(const os::SimulatedDisk& disk, const std::string& folder,
                           const store::journal::Writer& writer) {
  const std::uint32_t oldest = writer.status().oldest_segment;
  if (oldest < oldest_) violated("segments that were removed are back");
  oldest_ = oldest;
  std::size_t at = 0;
  while (at < stored_.size() && stored_[at].position.segment < oldest) {
    if (stored_[at].position.segment >= removable_)
      violated("batch " + std::to_string(stored_[at].batch) + " was removed and must not be");
    ++at;
  }
  store::journal::Reader reader(disk, folder);
  for (;; ++at) {
    auto read = reader.next(writer.end());
    if (!read) violated("the journal cannot be read: " + read.error().message);
    if (*read == nullptr) break;
    const BatchView& view = **read;
    const Batch& batch = recognise(view);
    if (at == stored_.size()) {
      if (!in_doubt_.contains(batch.id))
        violated("batch " + std::to_string(batch.id) + " appears at " + text_of(view.position) +
                 " from nowhere");
      store({.batch = batch.id,
             .position = view.position,
             .next = view.next(),
             .first = view.records[0].id,
             .count = view.records.size(),
             .received = view.head.received});
    }
    const Stored& stored = stored_[at];
    if (stored.batch != batch.id || stored.position != view.position || stored.next != view.next() ||
        stored.first != view.records[0].id)
      violated("at " + text_of(view.position) + " is batch " + std::to_string(batch.id) + ", not batch " +
               std::to_string(stored.batch) + " of " + text_of(stored.position));
  }
  if (at != stored_.size())
    violated("batch " + std::to_string(stored_[at].batch) + ", acknowledged at " +
             text_of(stored_[at].position) + ", is lost; the journal ends at " + text_of(writer.end()));
  if (reader.damage_count() != 0)
    violated("damage at " + text_of(reader.damages()[0].from) + ": " + reader.damages()[0].reason);
  in_doubt_.clear();
  if (!stored_.empty() &&
      writer.next_sequence() < stored_.back().first.parts().sequence + stored_.back().count)
    violated("ids would be given again");
  for (const auto& [source, line] : next_lines_) {
    const std::string value = writer.resume(source, "key " + std::to_string(source));
    if (value != std::to_string(line))
      violated("source " + std::to_string(source) + " is to resume from '" + value + "', not from " +
               std::to_string(line));
  }
}

void Ledger::age_tokens(base::TimeNs now) {
  for (const Stored& stored : stored_) {
    if (now.since_epoch_ns - stored.received.since_epoch_ns >= store::journal::kTokenMemoryNs)
      batches_[stored.batch]->token_is_old = true;
  }
}

std::uint64_t Ledger::next_line(std::uint32_t source) const {
  const auto found = next_lines_.find(source);
  return found == next_lines_.end() ? 0 : found->second;
}

std::vector<std::string> Ledger::findings_until(Position cursor) const {
  const auto behind = std::partition_point(stored_.begin(), stored_.end(),
                                           [&](const Stored& stored) { return stored.next <= cursor; });
  if (behind != stored_.end() && behind->position < cursor)
    violated("the projection's cursor " + text_of(cursor) + " lies within a batch");
  const auto batches = static_cast<std::size_t>(behind - stored_.begin());
  const std::size_t count = batches == 0 ? 0 : findings_after_[batches - 1];
  return {findings_.begin(), findings_.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace hinomi::sim
