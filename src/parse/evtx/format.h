// The EVTX and BinXML facts that every part of this folder shares: layouts, value types and limits, from
// MS-EVEN6 2.2.12 to 2.2.17 and the libevtx format notes. Not for callers; they include reader.h, json.h or
// flatten.h.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace hinomi::parse::evtx {

static_assert(std::endian::native == std::endian::little, "EVTX is little-endian and is read in place");

using Bytes = std::span<const std::byte>;

// Layout, in bytes.
inline constexpr std::size_t kFileHeaderSize = 4096;
inline constexpr std::size_t kChunkSize = 65536;
inline constexpr std::size_t kChunkHeaderSize = 512;
inline constexpr std::size_t kRecordHeaderSize = 24;      // magic, size, id, FILETIME
inline constexpr std::size_t kRecordMinSize = 28;         // header and the copy of the size
inline constexpr std::size_t kInstanceHeaderSize = 10;    // token, version, template id, definition offset
inline constexpr std::size_t kDefinitionHeaderSize = 24;  // next definition, GUID, body size
inline constexpr std::uint32_t kRecordMagic = 0x0000'2A2A;
inline constexpr char kFileMagic[8] = {'E', 'l', 'f', 'F', 'i', 'l', 'e', '\0'};
inline constexpr char kChunkMagic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', '\0'};

// Limits; those of what is remembered across records stand with TemplateCache and Flattener. A record is at
// most 64 KiB, so none of these is met by what Windows writes.
inline constexpr int kMaxElementDepth = 128;               // open elements within one template or fragment
inline constexpr int kMaxFragmentDepth = 16;               // BinXML within a value within a value …
inline constexpr std::size_t kMaxNameUnits = 4096;         // UTF-16 units of an element or attribute name
inline constexpr std::size_t kMaxValues = 8192;            // substitution values of one template instance
inline constexpr std::size_t kMaxTemplateText = 1U << 20;  // UTF-8 bytes of all names and texts of a template
inline constexpr std::size_t kMaxExaminedPerChunk =
    16 * kChunkSize;                                        // bytes of definitions compared or parsed
inline constexpr std::size_t kMaxProblemsPerChunk = 256;    // kept with their text; further ones are counted
inline constexpr std::size_t kMaxRenderedParts = 1U << 18;  // parts visited while one record is rendered
inline constexpr int kMaxRenderedDepth = 256;               // elements within elements, over all fragments
inline constexpr std::size_t kMaxRenderedBytes = 8U << 20;  // text of one rendered record
inline constexpr std::size_t kMaxPathBytes = 1024;          // what nests deeper is attributed to its ancestor

// BinXML tokens (MS-EVEN6 2.2.12); the flag "more follows" (0x40) is masked off.
enum class Token : std::uint8_t {
  end_of_stream = 0x00,
  open_start_element = 0x01,
  close_start_element = 0x02,
  close_empty_element = 0x03,
  end_element = 0x04,
  value = 0x05,
  attribute = 0x06,
  cdata = 0x07,
  char_reference = 0x08,
  entity_reference = 0x09,
  pi_target = 0x0A,
  pi_data = 0x0B,
  template_instance = 0x0C,
  normal_substitution = 0x0D,
  optional_substitution = 0x0E,
  fragment_header = 0x0F,
};
inline constexpr std::uint8_t kTokenMoreFlag = 0x40;

// Types of values (MS-EVEN6 2.2.18); the flag 0x80 makes an array of the type.
enum class ValueType : std::uint8_t {
  null = 0x00,
  string = 0x01,  // UTF-16LE, not terminated
  ansi_string = 0x02,
  int8 = 0x03,
  uint8 = 0x04,
  int16 = 0x05,
  uint16 = 0x06,
  int32 = 0x07,
  uint32 = 0x08,
  int64 = 0x09,
  uint64 = 0x0A,
  real32 = 0x0B,
  real64 = 0x0C,
  boolean = 0x0D,
  binary = 0x0E,
  guid = 0x0F,
  size = 0x10,
  filetime = 0x11,
  systemtime = 0x12,
  sid = 0x13,
  hex32 = 0x14,
  hex64 = 0x15,
  binxml = 0x21,
};
inline constexpr std::uint8_t kArrayFlag = 0x80;

// A typed value, still in the chunk.
struct Value {
  const std::byte* data = nullptr;
  std::uint16_t size = 0;
  std::uint8_t type = 0;  // a ValueType, perhaps with kArrayFlag, or something unknown

  [[nodiscard]] Bytes bytes() const noexcept { return {data, size}; }
  [[nodiscard]] bool is(ValueType wanted) const noexcept { return type == static_cast<std::uint8_t>(wanted); }
  [[nodiscard]] bool is_array() const noexcept { return (type & kArrayFlag) != 0; }
  [[nodiscard]] ValueType base_type() const noexcept { return ValueType(type & ~kArrayFlag); }
};

// The caller has checked that sizeof(T) bytes are there.
template <typename T>
[[nodiscard]] inline T load(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace hinomi::parse::evtx
