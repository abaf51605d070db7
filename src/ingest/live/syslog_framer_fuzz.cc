// Any bytes as a syslog stream: nothing out of bounds, every byte accounted for, and the same messages
// however the stream is divided.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "ingest/live/syslog_framer.h"

using namespace hinomi::ingest::live;

namespace {

std::vector<std::string> frame(std::string_view stream, std::size_t step, Trailer trailer) {
  constexpr std::size_t kMaxMessage = 300;
  SyslogFramer framer(trailer, kMaxMessage);
  std::vector<std::string> messages;
  std::string buffer;
  for (std::size_t at = 0;; at += step) {
    const bool at_end = at >= stream.size();
    if (!at_end) buffer += stream.substr(at, step);
    while (true) {
      const SyslogCut cut = framer.next(buffer, at_end);
      if (cut.kind == SyslogCut::Kind::more) break;
      if (cut.kind == SyslogCut::Kind::broken) return messages;
      HINOMI_CHECK(cut.consumed > 0 && cut.consumed <= buffer.size());
      if (cut.kind != SyslogCut::Kind::nothing) {
        HINOMI_CHECK(cut.size > 0 && cut.size <= kMaxMessage && cut.begin + cut.size <= cut.consumed);
        messages.push_back(buffer.substr(cut.begin, cut.size));
      }
      buffer.erase(0, cut.consumed);
      if (cut.kind == SyslogCut::Kind::cut) return messages;
    }
    if (!at_end) continue;
    HINOMI_CHECK(buffer.empty());
    return messages;
  }
}

}  // namespace

// The first byte chooses how the stream is divided and what ends messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Trailer trailer = (data[0] & 1) != 0 ? Trailer::nul : Trailer::line_feed;
  HINOMI_CHECK(frame(stream, stream.size() + 1, trailer) ==
               frame(stream, std::size_t{1} + data[0] / 2, trailer));
  return 0;
}
