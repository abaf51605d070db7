// The ids of events that correlations refer to by batch and sequence. Remembers the batches seen last and
// asks the journal for older ones, so that it never matters what is remembered.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "event/event_id.h"
#include "flow/live_journal.h"

namespace hinomi::flow {

class EventDirectory {
 public:
  static constexpr std::size_t kRememberedBatches = 65'536;

  explicit EventDirectory(JournalSource& journal) : journal_(journal) {}

  void note(std::uint64_t batch, BatchStart&& start);

  struct Place {
    event::EventId id;
    std::uint32_t index = 0;  // which record of the batch
    std::string source;       // empty where the batch is not in the journal any more
  };
  // Of a batch that is not in the journal any more the id has a received time of 0: its sequence still is the
  // event's.
  [[nodiscard]] Place find(std::uint64_t batch, std::uint64_t sequence);

 private:
  JournalSource& journal_;
  std::unordered_map<std::uint64_t, BatchStart> starts_;  // by position of the batch
  std::deque<std::uint64_t> order_;
};

}  // namespace hinomi::flow
