// Writes CBOR, canonical or as broken as a test wants it. By hand and without the library that reads, so that
// the two check each other; for tests only.
#pragma once

#include <cstdint>
#include <string_view>

#include "credential/cbor.h"

namespace hinomi::credential::testing {

inline void append_head(Bytes& out, unsigned major, std::uint64_t number) {
  const auto top = static_cast<std::uint8_t>(major << 5);
  const auto append = [&](std::uint8_t info, int bytes) {
    out.push_back(static_cast<std::uint8_t>(top | info));
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  };
  if (number < 24)
    append(static_cast<std::uint8_t>(number), 0);
  else if (number <= 0xFF)
    append(24, 1);
  else if (number <= 0xFFFF)
    append(25, 2);
  else if (number <= 0xFFFF'FFFF)
    append(26, 4);
  else
    append(27, 8);
}

inline void append_integer(Bytes& out, std::int64_t value) {
  if (value >= 0)
    append_head(out, 0, static_cast<std::uint64_t>(value));
  else
    append_head(out, 1, static_cast<std::uint64_t>(-1 - value));
}
inline void append_bytes(Bytes& out, ByteSpan bytes) {
  append_head(out, 2, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}
inline void append_text(Bytes& out, std::string_view text) {
  append_head(out, 3, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

inline void append_item(Bytes& out, const CborItem& item) {
  switch (item.kind) {
    case CborItem::Kind::integer:
      return append_integer(out, item.integer);
    case CborItem::Kind::bytes:
      return append_bytes(out, item.content);
    case CborItem::Kind::text:
      return append_text(out, item.text());
    case CborItem::Kind::array:
    case CborItem::Kind::map:
      if (item.kind == CborItem::Kind::array)
        append_head(out, 4, item.items.size());
      else
        append_head(out, 5, item.items.size() / 2);
      for (const CborItem& part : item.items) append_item(out, part);
      return;
    case CborItem::Kind::boolean:
      out.push_back(item.boolean ? 0xF5 : 0xF4);
      return;
    case CborItem::Kind::null:
      out.push_back(0xF6);
      return;
  }
}

}  // namespace hinomi::credential::testing
