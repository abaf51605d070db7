// Where syslog messages end in a stream (RFC 6587): octet counting and line feeds, told apart at each
// message. Not for datagrams, which are one message each, and not for what is inside a message
// (parse/syslog).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ingest/live/intake.h"

namespace hinomi::ingest::live {

inline constexpr std::size_t kMaxCountDigits = 7;  // of an octet count; 9,999,999 is beyond any limit already

// What ends a message that is not counted.
enum class Trailer : std::uint8_t {
  line_feed,  // a NUL or CR just before it, and NUL, CR and LF between messages, are dropped
  nul,        // as some appliances send; line feeds are text then. Only when the configuration says so
};

struct SyslogCut {
  enum class Kind : std::uint8_t {
    message,  // `begin` and `size`, within the bytes given
    nothing,  // `consumed` bytes hold no message (blank lines); look again
    more,     // the message is not complete yet
    cut,      // as message, but its end is missing because it is too long; the stream cannot go on
    broken,   // the stream cannot go on; `reason` says why
  };
  Kind kind = Kind::more;
  std::size_t begin = 0;
  std::size_t size = 0;
  std::size_t consumed = 0;  // to be taken away before the next call
  const char* reason = "";
};

// A stream's state between messages. A message is counted where it begins with digits, a blank and '<';
// behind a counted message every message begins with a digit or '<', so that a wrong count is noticed. Bytes
// inside a counted message never end it, whatever they are.
class SyslogFramer {
 public:
  explicit SyslogFramer(Trailer trailer = Trailer::line_feed,
                        std::size_t max_message = kMaxEventBytes) noexcept
      : trailer_(trailer), max_message_(max_message) {}

  // `bytes`: what came and was not consumed yet. `at_end`: nothing will follow; then a message without its
  // trailer is one, and an incomplete counted one is broken.
  [[nodiscard]] SyslogCut next(std::string_view bytes, bool at_end) noexcept;

 private:
  [[nodiscard]] SyslogCut counted(std::string_view bytes, std::size_t digits, bool at_end) noexcept;
  [[nodiscard]] SyslogCut uncounted(std::string_view bytes, bool at_end) noexcept;

  Trailer trailer_;
  std::size_t max_message_;
  std::size_t searched_ = 0;  // bytes of the message in hand without its trailer
  bool after_counted_ = false;
};

}  // namespace hinomi::ingest::live
