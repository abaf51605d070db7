// What the live pipeline needs of the journal it reads and of the log it writes. store/journal is behind both
// in the server (live_store.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event_id.h"
#include "flow/live_events.h"

namespace hinomi::flow {

// One batch of the journal. Borrows from the source until its next call.
struct JournalBatch {
  std::uint64_t position = 0;  // packed
  std::uint64_t next = 0;      // position behind it
  base::TimeNs received{};
  base::Labels labels;
  std::uint32_t source_id = 0;
  std::string_view source;
  std::string_view peer;
  ingest::live::Framing framing = ingest::live::Framing::line;
  ingest::live::Encoding encoding = ingest::live::Encoding::unknown;
  event::EventId first;  // ids of a batch are consecutive
  std::vector<std::string_view> records;
};

// How a batch begins.
struct BatchStart {
  event::EventId first;
  std::string source;
};

class JournalSource {
 public:
  JournalSource() = default;
  virtual ~JournalSource() = default;
  JournalSource(const JournalSource&) = delete;
  JournalSource& operator=(const JournalSource&) = delete;

  [[nodiscard]] virtual base::Result<void> seek(std::uint64_t position) = 0;
  // The next batch that ends by `limit`; nullptr when there is none. Damage is passed over by the source.
  [[nodiscard]] virtual base::Result<const JournalBatch*> next(std::uint64_t limit) = 0;
  // The beginning of the batch at a position; nothing when it is not there any more. The batch that next()
  // gave stays valid.
  [[nodiscard]] virtual std::optional<BatchStart> batch_start_at(std::uint64_t position) = 0;
};

class FindingsLog {
 public:
  FindingsLog() = default;
  virtual ~FindingsLog() = default;
  FindingsLog(const FindingsLog&) = delete;
  FindingsLog& operator=(const FindingsLog&) = delete;

  // Returns where it will stand. The same calls give the same positions, however they are committed.
  [[nodiscard]] virtual base::Result<std::uint64_t> add(base::TimeNs received, std::string_view record) = 0;
  // Durable on return; the position behind everything added.
  [[nodiscard]] virtual base::Result<std::uint64_t> commit() = 0;
};

}  // namespace hinomi::flow
