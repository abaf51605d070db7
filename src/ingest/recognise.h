// Says what kind of input some bytes are, by looking at them and never at a name.
// Not a validator: a recognised input may still be damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parse/json/document.h"

namespace hinomi::ingest {

enum class InputType : std::uint8_t {
  empty,   // no byte at all, or only a byte order mark and blanks
  evtx,    // Windows event log (MS-EVEN6; chunks of 64 KiB)
  json,    // one or more JSON documents, one a line or not
  syslog,  // lines of RFC 5424, RFC 3164 or RFC 3339-stamped syslog
  audit,   // lines of the Linux audit daemon: type=… msg=audit(…)
  text,    // lines of other text
  gzip,
  zstd,
  xz,
  bzip2,
  zip,
  tar,
  seven_zip,
  unknown,  // binary
};

// "evtx", "7z" …: a stable word for machine output.
[[nodiscard]] std::string_view name_of(InputType type) noexcept;
[[nodiscard]] constexpr bool is_compressed(InputType type) noexcept {
  return type == InputType::gzip || type == InputType::zstd || type == InputType::xz ||
         type == InputType::bzip2;
}
[[nodiscard]] constexpr bool is_container(InputType type) noexcept {
  return type == InputType::zip || type == InputType::tar || type == InputType::seven_zip;
}

enum class Encoding : std::uint8_t { bytes, utf8_bom, utf16le, utf16be };

struct Recognised {
  InputType type = InputType::unknown;
  Encoding encoding = Encoding::bytes;  // of text and JSON
  // EVTX: where the first chunk begins; 4096, or 0 when the file header is missing altogether.
  std::size_t data_offset = 0;
  bool damaged_header = false;                              // EVTX known by its chunks only
  parse::json::Layout layout = parse::json::Layout::lines;  // of JSON
};

inline constexpr std::size_t kRecogniseBytes = 64 * 1024;

// `head`: the first kRecogniseBytes of the input, or all of it when it is shorter.
[[nodiscard]] Recognised recognise(std::string_view head);

}  // namespace hinomi::ingest
