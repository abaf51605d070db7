// The bytes of an event as text: other encodings become UTF-8, and what is no text in any of them still
// becomes one, so that no event is lost for a bad byte. Not for guessing the encoding of a whole file.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/live/intake.h"

namespace hinomi::flow {

// One a worker. Opens the system's converters when it is made, so that a sandbox may be closed afterwards.
class TextDecoder {
 public:
  TextDecoder();
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  // `bytes` in UTF-8, borrowing from it or from this object until the next call. With a hint, what the hint
  // makes of them; without one they are taken for UTF-8 as they are.
  [[nodiscard]] std::string_view decode(std::string_view bytes, ingest::live::Encoding hint);
  // Every malformed byte becomes U+FFFD; borrows likewise.
  [[nodiscard]] std::string_view repaired(std::string_view text);

 private:
  class Converter;
  [[nodiscard]] bool convert(std::string_view bytes, Converter& converter);

  static constexpr std::size_t kEncodings = 6;  // of ingest::live::Encoding
  std::array<std::unique_ptr<Converter>, kEncodings>
      converters_;  // nullptr: none is needed, or none is there
  std::string text_;
  std::string repaired_;
};

}  // namespace hinomi::flow
