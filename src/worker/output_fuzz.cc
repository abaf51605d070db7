// Any bytes as the output of a worker, in pieces of any size: no crash, no rule broken unnoticed, and the
// same whatever the pieces are.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "worker/protocol.h"

namespace {

using namespace hinomi::worker;

constexpr ParseLimits kLimits{.max_records = 50, .max_output_bytes = 4096, .max_record_bytes = 512};

struct Read {
  bool good = true;
  bool ended = false;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view bytes, std::size_t piece) {
  OutputDecoder decoder(kLimits);
  Read result;
  while (!bytes.empty() && result.good) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    result.good =
        decoder
            .feed({part.data(), part.size()},
                  [&](const Message& message) {
                    HINOMI_CHECK(message.text.size() <= std::max<std::size_t>(512, kMaxMessageName));
                    HINOMI_CHECK(message.reason.size() <= kMaxMessageReason);
                    if (message.kind == MessageKind::record) result.bytes += message.text.size();
                    ++result.messages;
                    return true;
                  })
            .has_value();
  }
  HINOMI_CHECK(decoder.records() <= kLimits.max_records + 1);
  HINOMI_CHECK(result.bytes <= kLimits.max_output_bytes);
  result.ended = decoder.ended();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, std::max<std::size_t>(size, 1));
  HINOMI_CHECK(read(bytes, 1) == whole);
  HINOMI_CHECK(read(bytes, 7) == whole);
  return 0;
}
