// The seam between inputs and the journal: an input hands over what arrived together, and learns when it is
// durable. Only then may a sender be told so. Not for reading files of a scan (ingest/source.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "event/event_id.h"

namespace hinomi::ingest::live {

enum class SourceId : std::uint32_t {};

// What the bytes are, as far as the input knows; deciding is the pipeline's work.
enum class Encoding : std::uint8_t { unknown, utf8, cp932, euc_jp, iso_2022_jp, utf16le };
// How events were cut out of the stream.
enum class Framing : std::uint8_t {
  line,      // one line of text, without its end
  document,  // one JSON document
  syslog,    // one syslog message, with its priority
  control,   // no event: a message of the server to itself (a change of the rule set)
};

// Where events come from. Lives as long as the server; the name is unique.
struct SourceInfo {
  SourceId id{};
  std::string name;     // of the configuration: [a-z0-9][a-z0-9._-]{0,62}
  std::string kind;     // "http", "syslog_tcp", "syslog_udp", "follow", "demo", "file"
  std::string address;  // where it listens, or what it follows
  base::Labels labels;
  Encoding encoding = Encoding::unknown;
};

inline constexpr std::size_t kMaxTokenBytes = 128;
inline constexpr std::size_t kMaxResumeKeyBytes = 64;
inline constexpr std::size_t kMaxResumeValueBytes = 256;
inline constexpr std::size_t kMaxPeerBytes = 255;
inline constexpr std::size_t kMaxEventBytes = 1 << 20;
inline constexpr std::size_t kMaxDeliveryBytes = 16 << 20;
inline constexpr std::size_t kMaxDeliveryEvents = 65'536;

struct EventSpan {
  std::uint32_t begin = 0;  // in Delivery::bytes
  std::uint32_t size = 0;
};

// Events of one source that arrived together and are acknowledged together: all of them or none.
struct Delivery {
  const SourceInfo* source = nullptr;
  Framing framing = Framing::line;
  std::string peer;      // "192.0.2.1:514", a path …; hostile
  std::string listener;  // "127.0.0.1:5514"
  // The sender's name for this batch; a second one of the same source is a duplicate. Empty: none, so that a
  // sender's retry shows as new events (at least once).
  std::string token;
  // Kept with the batch: after a restart Intake::resume() gives the latest value back. Followed files keep
  // their cursor here, so that event and cursor are one write.
  std::string resume_key;
  std::string resume_value;
  std::uint64_t first_source_sequence = 0;  // of the first event, in the source's own counting; 0 = none
  std::string bytes;
  std::vector<EventSpan> events;

  [[nodiscard]] std::string_view text_of(const EventSpan& span) const noexcept {
    return std::string_view(bytes).substr(span.begin, span.size);
  }
};

enum class Admission : std::uint8_t {
  stored,      // durable
  duplicate,   // was durable already; the ids are those of the first time
  queue_full,  // not taken: come again when others were written
  disk_full,   // not taken: the disk is beyond its watermark
  invalid,     // not taken: a limit above is exceeded
  failed,      // the journal could not be written; nothing was acknowledged
  shutting_down,
};

struct Receipt {
  Admission admission = Admission::failed;
  event::EventId first{};
  event::EventId last{};
  std::uint64_t count = 0;
};

// Safe from any thread.
class Intake {
 public:
  using Done = std::function<void(const Receipt&)>;

  Intake() = default;
  virtual ~Intake() = default;
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Calls `done` exactly once: at once where nothing was taken, otherwise from the writing thread when the
  // delivery is durable or has failed. `done` must not block.
  virtual void offer(Delivery delivery, Done done) = 0;
  // The same, waiting. Where the queue or the disk is full it waits for room as long as `wait_for_room`.
  [[nodiscard]] virtual Receipt deliver(Delivery delivery, bool wait_for_room) = 0;
  // The latest resume_value of a source and key; empty when there is none.
  [[nodiscard]] virtual std::string resume(SourceId source, std::string_view key) = 0;
};

}  // namespace hinomi::ingest::live
