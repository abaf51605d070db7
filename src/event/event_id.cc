#include "event/event_id.h"

#include <algorithm>

#include "base/check.h"

namespace hinomi::event {
namespace {

constexpr int kSequenceBits = 56;
constexpr int kPartitionBits = 12;
constexpr int kNodeBits = 12;
constexpr int kMsBits = 48;
constexpr int kPartitionHigh = 4;  // of its bits, this many lie in the upper word
constexpr int kPartitionLow = kPartitionBits - kPartitionHigh;
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kBitsPerCharacter = 5;

constexpr std::uint64_t mask(int bits) {
  return (std::uint64_t{1} << bits) - 1;
}

int digit_of(char c) noexcept {
  const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t at = kAlphabet.find(lower);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

EventId EventId::make(const IdParts& parts) {
  HINOMI_CHECK(parts.received_ms <= mask(kMsBits));
  HINOMI_CHECK(parts.node <= mask(kNodeBits) && parts.partition <= mask(kPartitionBits));
  HINOMI_CHECK(parts.sequence <= mask(kSequenceBits));
  const std::uint64_t partition = parts.partition;
  return {.high = parts.received_ms << (kNodeBits + kPartitionHigh) |
                  std::uint64_t{parts.node} << kPartitionHigh | partition >> kPartitionLow,
          .low = (partition & mask(kPartitionLow)) << kSequenceBits | parts.sequence};
}

IdParts EventId::parts() const noexcept {
  return {.received_ms = high >> (kNodeBits + kPartitionHigh),
          .node = static_cast<std::uint16_t>(high >> kPartitionHigh & mask(kNodeBits)),
          .partition = static_cast<std::uint16_t>((high & mask(kPartitionHigh)) << kPartitionLow |
                                                  low >> kSequenceBits),
          .sequence = low & mask(kSequenceBits)};
}

std::string id_text(std::uint64_t high, std::uint64_t low) {
  std::string text(kIdTextLength, '0');
  for (std::size_t i = kIdTextLength; i-- > 0;) {
    text[i] = kAlphabet[low & mask(kBitsPerCharacter)];
    low = low >> kBitsPerCharacter | high << (64 - kBitsPerCharacter);
    high >>= kBitsPerCharacter;
  }
  return text;
}

std::string EventId::text() const {
  return id_text(high, low);
}

std::optional<EventId> EventId::parse(std::string_view text) noexcept {
  if (text.size() != kIdTextLength) return std::nullopt;
  EventId id;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0 || id.high >> (64 - kBitsPerCharacter) != 0) return std::nullopt;
    id.high = id.high << kBitsPerCharacter | id.low >> (64 - kBitsPerCharacter);
    id.low = id.low << kBitsPerCharacter | static_cast<std::uint64_t>(digit);
  }
  return id;
}

std::uint64_t received_ms(base::TimeNs time) noexcept {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.since_epoch_ns, 0) / kNsPerMs);
}

}  // namespace hinomi::event
