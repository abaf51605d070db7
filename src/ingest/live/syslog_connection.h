// One connection of the syslog listener: its buffer, what of it is on its way to the journal, and what is
// still a message in the making. Only for syslog_tcp.cc and its test; knows no sockets beyond its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ingest/live/intake.h"
#include "ingest/live/syslog_framer.h"
#include "os/socket.h"

namespace hinomi::ingest::live {

class SyslogConnection {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  SyslogConnection(os::Descriptor descriptor, const os::SocketAddress& peer, Trailer trailer,
                   std::size_t max_message, Instant now)
      : descriptor_(std::move(descriptor)),
        peer_(peer.text()),
        host_(peer.host()),
        framer_(trailer, max_message),
        max_message_(max_message),
        last_heard_(now),
        unfinished_since_(now) {}

  enum class Heard : std::uint8_t { bytes, nothing, end };
  // Reads once, at most `scratch`.
  Heard read(std::span<char> scratch, Instant now);

  // Cuts messages out of what came, unless a delivery is on its way; nullopt when there is none to send. The
  // same messages are given again after retry().
  [[nodiscard]] std::optional<Delivery> take_delivery();
  void retry() noexcept { on_its_way_ = false; }
  // The delivery on its way was answered for good: forgets its bytes.
  void settle();
  // No more will be read: what is left is judged as the end of the stream. `broken`: the peer did not end it
  // properly, so that an unfinished line is no message.
  void finish(bool broken) noexcept;

  [[nodiscard]] bool has_room() const noexcept { return buffer_.size() < 2 * max_message_ + kChunk; }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool on_its_way() const noexcept { return on_its_way_; }
  // Nothing left to deliver and nothing to come.
  [[nodiscard]] bool done() const noexcept {
    return finished_ && !on_its_way_ && messages_.empty() && buffer_.empty();
  }
  [[nodiscard]] std::size_t memory() const noexcept { return buffer_.capacity(); }
  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size(); }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_.size(); }
  [[nodiscard]] std::uint64_t message_bytes() const noexcept { return message_bytes_; }
  [[nodiscard]] Instant last_heard() const noexcept { return last_heard_; }
  // Since when the front of the buffer waits for the rest of its message; only when there is one.
  [[nodiscard]] Instant unfinished_since() const noexcept { return unfinished_since_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }

  // What went wrong, once: taken by the listener for its counters.
  struct Faults {
    bool framing = false;
    std::uint64_t cut = 0;
    std::uint64_t lost = 0;  // incomplete messages at the end
    const char* reason = "";
  };
  [[nodiscard]] Faults take_faults() noexcept { return std::exchange(faults_, {}); }

  static constexpr std::size_t kChunk = 64 * 1024;

 private:
  void cut_messages();

  os::Descriptor descriptor_;
  std::string peer_;
  std::string host_;
  SyslogFramer framer_;
  std::size_t max_message_;
  Instant last_heard_;
  Instant unfinished_since_;
  std::string buffer_;               // what was read and is not settled
  std::size_t cut_to_ = 0;           // bytes of it that messages_ stand for
  std::vector<EventSpan> messages_;  // in buffer_; on their way, or to be sent again
  std::uint64_t message_bytes_ = 0;
  bool on_its_way_ = false;
  bool finished_ = false;
  bool broken_ = false;
  Faults faults_;
};

}  // namespace hinomi::ingest::live
