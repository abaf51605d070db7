// The encodings that tables come in from Japanese desks, guessed and converted to UTF-8 (ICU does the
// converting). Not for log lines.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hinomi::parse::sheet {

enum class Encoding : std::uint8_t {
  utf8,
  utf16le,
  utf16be,
  cp932,  // what Windows calls Shift_JIS
  euc_jp,
  iso_2022_jp,
};
// A constant, as IANA names it where it does: "UTF-8", "CP932".
[[nodiscard]] std::string_view name_of(Encoding encoding) noexcept;

// By mark, zero bytes, escapes, strict UTF-8, then by what ICU takes for likelier of those that fit without a
// fault. nullopt: none fits, ask the person.
[[nodiscard]] std::optional<Encoding> guess_encoding(std::string_view bytes);

struct Decoded {
  std::string text;          // UTF-8, without a byte order mark
  std::uint64_t faults = 0;  // sequences that became U+FFFD
};
[[nodiscard]] base::Result<Decoded> decode(std::string_view bytes, Encoding encoding);

// UTF-8 to CP932. Pairs that the two tables of Shift_JIS map apart (wave dash, minus, …) are taken for what
// Windows means. nullopt: `text` has a character that CP932 has not; it is appended to nothing.
class Cp932Encoder {
 public:
  [[nodiscard]] static base::Result<Cp932Encoder> open();
  Cp932Encoder(Cp932Encoder&& other) noexcept;
  Cp932Encoder& operator=(Cp932Encoder&&) = delete;
  ~Cp932Encoder();
  [[nodiscard]] bool append(std::string& out, std::string_view text);

 private:
  explicit Cp932Encoder(void* converter) : converter_(converter) {}
  void* converter_;  // UConverter
};

// The pairs above: U+301C → U+FF5E and its like; every other code point is itself.
[[nodiscard]] char32_t as_windows_maps(char32_t code_point) noexcept;

}  // namespace hinomi::parse::sheet
