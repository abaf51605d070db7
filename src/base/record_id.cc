#include "base/record_id.h"

#include <algorithm>
#include <cstring>

namespace hinomi::base {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool is_dash(std::size_t at) noexcept {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

RecordId RecordId::make(TimeNs now, std::span<const std::uint8_t, 10> random) noexcept {
  RecordId id;
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.since_epoch_ns) / 1'000'000);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

std::string RecordId::text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(kTextLength);
  for (const std::uint8_t byte : bytes) {
    if (is_dash(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0f];
  }
  return text;
}

std::optional<RecordId> RecordId::parse(std::string_view text) noexcept {
  if (text.size() != kTextLength) return std::nullopt;
  RecordId id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = digit_of(text[i]);
    if (digit < 0) return std::nullopt;
    id.bytes[nibble / 2] = static_cast<std::uint8_t>(id.bytes[nibble / 2] << 4 | digit);
    ++nibble;
  }
  if (id.is_nil()) return std::nullopt;
  return id;
}

std::optional<RecordId> RecordId::from_bytes(std::span<const std::byte> bytes) noexcept {
  RecordId id;
  if (bytes.size() != id.bytes.size()) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

}  // namespace hinomi::base
