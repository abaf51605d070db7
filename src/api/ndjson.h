// Cuts a body of lines (NDJSON) into deliveries for the journal: a line is an event, blank lines are skipped,
// nothing inside a line is looked at. Not for files, whose framing is judged by content (ingest/framer.h).
//
// Where deliveries are cut depends on the lines alone, never on the pieces they came in: a batch that is sent
// again is cut in the same places, so that each part is known again by its token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/live/intake.h"

namespace hinomi::api {

struct LineLimits {
  std::size_t event_bytes = ingest::live::kMaxEventBytes;
  std::size_t delivery_bytes = 8 << 20;  // of a part, with the ends of its lines
  std::size_t delivery_events = ingest::live::kMaxDeliveryEvents;
};

class LineCutter {
 public:
  // The events of one delivery, all of them in `bytes`.
  struct Part {
    std::string bytes;
    std::vector<ingest::live::EventSpan> events;
  };

  explicit LineCutter(const LineLimits& limits) : limits_(limits) {}

  // False when a line is too long: number_of_bad_line() says which. Then nothing more may be fed.
  [[nodiscard]] bool feed(std::string_view piece);
  // The end of the body, which ends a last line without a line feed.
  [[nodiscard]] bool finish();
  [[nodiscard]] std::uint64_t number_of_bad_line() const noexcept { return line_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  // Parts in order, without empty ones; after finish().
  [[nodiscard]] std::vector<Part> take() { return std::move(parts_); }

 private:
  [[nodiscard]] bool end_line(std::size_t end);
  void begin_part();

  LineLimits limits_;
  std::vector<Part> parts_;
  Part part_;
  std::size_t line_begin_ = 0;  // in part_.bytes
  std::size_t scanned_ = 0;     // of part_.bytes
  std::uint64_t line_ = 1;
  std::uint64_t events_ = 0;
};

}  // namespace hinomi::api
