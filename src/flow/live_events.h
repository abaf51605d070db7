// Takes the event out of one record of the journal, normalised and routed. Never gives up on a record: what
// is no JSON is a text, and what is no text becomes one. Not for files of a scan (records.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/labels.h"
#include "event/event.h"
#include "event/event_id.h"
#include "flow/live_text.h"
#include "ingest/live/intake.h"
#include "normalise/normaliser.h"

namespace hinomi::flow {

// One event as it lies in the journal; borrows for the call.
struct JournalEvent {
  event::EventId id;
  std::uint64_t sequence = 0;
  std::uint64_t batch = 0;  // position of its batch, packed
  std::uint32_t index = 0;  // which record of the batch
  base::TimeNs received{};
  base::Labels labels;
  std::uint32_t source_id = 0;
  std::string_view source;  // name
  std::string_view peer;    // hostile
  ingest::live::Framing framing = ingest::live::Framing::line;
  ingest::live::Encoding encoding = ingest::live::Encoding::unknown;
  std::string_view bytes;
};

struct LiveExtraction {
  bool is_read = false;    // false: beyond a limit; nothing of it can be judged
  bool fell_back = false;  // looked like JSON and is none, or had malformed bytes
};

// One a worker. The event lives until the next call, and borrows from the record given.
class LiveExtractor {
 public:
  explicit LiveExtractor(const normalise::Normaliser& normaliser, int zone_offset_minutes);

  LiveExtraction extract(const JournalEvent& record, event::Extent extent);
  [[nodiscard]] const event::Event& event() const noexcept { return event_; }
  // The event may have been taken out whole, but no keyword needs to be looked for in it.
  void spare_keywords() noexcept { event_.extent = event::Extent::referenced; }

 private:
  [[nodiscard]] bool extract_text(std::string_view text, std::uint64_t number, event::Extent extent,
                                  bool& fell_back);

  TextDecoder decoder_;
  normalise::Extractor extractor_;
  base::Arena arena_;
  event::Event event_;
};

}  // namespace hinomi::flow
