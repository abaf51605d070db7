// Judges the raw head of a request (request line and fields) before any parser interprets it: what two
// programs could read in two ways is refused, not repaired. Not a parser: it yields nothing but a verdict.
//
// Refused: bare CR or LF, obs-fold, blanks around field names, control characters, more than one Host,
// Content-Length, Transfer-Encoding or Expect, a length beside an encoding, encodings other than "chunked",
// targets that are not in origin form, versions other than 1.0 and 1.1. (RFC 9112: 2.2, 3.2, 5.1, 5.2, 6.1,
// 6.3.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hinomi::api::http {

// Where the head ends in bytes that came so far.
struct HeadEnd {
  enum class Kind : std::uint8_t { need_more, found, malformed };
  Kind kind = Kind::need_more;
  std::size_t size = 0;  // of the head with its empty line, where found
};
// `scanned` bytes at the front were looked at by an earlier call, which found nothing.
[[nodiscard]] HeadEnd find_head_end(std::string_view bytes, std::size_t scanned) noexcept;

// Why a head is refused; status 0 = it is not.
struct HeadFault {
  int status = 0;
  const char* reason = "";  // English, a constant
  explicit operator bool() const noexcept { return status != 0; }
};
inline constexpr std::size_t kMaxFields = 100;

// `head` ends with its empty line.
[[nodiscard]] HeadFault check_head(std::string_view head) noexcept;

}  // namespace hinomi::api::http
