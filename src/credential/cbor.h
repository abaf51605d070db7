// Strict CBOR (RFC 8949) of the CTAP2 canonical form, which WebAuthn prescribes: shortest lengths, sorted
// keys, none twice, nothing of indefinite length, no tags. Not for CBOR of others: no floating-point numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "credential/bytes.h"

namespace hinomi::credential {

inline constexpr std::size_t kMaxCborDepth = 4;    // of nested arrays and maps (CTAP2 8)
inline constexpr std::size_t kMaxCborItems = 256;  // in all

struct CborItem {
  enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean, null };
  Kind kind = Kind::null;
  std::int64_t integer = 0;  // numbers beyond int64 are refused
  bool boolean = false;
  ByteSpan content;             // of bytes and text (which is UTF-8); a view of the input
  std::vector<CborItem> items;  // elements; of a map keys and values in turn

  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(content.data()), content.size()};
  }
  // The value of a key; nullptr when it is not there, or this is no map.
  [[nodiscard]] const CborItem* find(std::string_view key) const noexcept;
  [[nodiscard]] const CborItem* find(std::int64_t key) const noexcept;
};

struct CborFront {
  CborItem item;
  std::size_t length = 0;  // bytes it took
};

// The one item that begins `input`; what stands behind it is not looked at.
[[nodiscard]] base::Result<CborFront> read_cbor_front(ByteSpan input);
// `input` is exactly one item.
[[nodiscard]] base::Result<CborItem> read_cbor(ByteSpan input);

}  // namespace hinomi::credential
