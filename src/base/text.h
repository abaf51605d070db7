// Unicode text: UTF-8 and UTF-16, simple case folding (CaseFolding.txt, status C and S), and forms that are
// safe to show. Not for collation or normalisation forms.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hinomi::base {

// True when every byte is < 0x80.
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;
// True when `text` is well-formed UTF-8 (Unicode 15, table 3-7).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// One code point from the front of `text` (not empty), and how many bytes it took. A malformed
// sequence yields U+FFFD and length 1.
struct Decoded {
  char32_t code_point;
  std::uint8_t length;
};
[[nodiscard]] Decoded decode_utf8(std::string_view text) noexcept;
void append_utf8(std::string& out, char32_t code_point);

// Appends `text` with every code point simply folded; malformed bytes are kept as they are, so that
// folding never loses or invents a match. fold(fold(x)) == fold(x).
void append_folded(std::string& out, std::string_view text);
[[nodiscard]] std::string folded(std::string_view text);
// True when folding would not change `text`; exact for ASCII, false for any non-ASCII byte.
[[nodiscard]] bool is_plainly_folded(std::string_view text) noexcept;

// UTF-16LE bytes to UTF-8. An unpaired surrogate becomes U+FFFD; an odd last byte is ignored.
void append_utf16le_as_utf8(std::string& out, std::span<const std::byte> utf16le);

// True for characters that a reader does not see or that reorder what he sees: controls, bidirectional and
// other format characters, fillers, line and paragraph separators.
[[nodiscard]] bool is_hidden_or_reordering(char32_t code_point) noexcept;

// Text for a terminal or a one-line report: C0, DEL, C1, bidirectional controls, line and paragraph
// separators, other format characters that hide or reorder, U+FEFF and malformed bytes become visible
// escapes (\n, \t, \x1b, \u{202e}); a backslash stays as it is. Nothing in the result moves a cursor.
[[nodiscard]] std::string visible(std::string_view text);

// Columns that `text` takes on a terminal: 2 for East Asian wide and full-width, 0 for combining marks.
[[nodiscard]] int display_width(std::string_view text);
// The longest front part of at most `bytes` that ends at a character.
[[nodiscard]] std::string_view cut_to_bytes(std::string_view text, std::size_t bytes) noexcept;
// The longest front part no wider than `columns`, with "…" where something was cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, int columns);

}  // namespace hinomi::base
