// The code of a role or service in a catalogue: a letter and a number, as in A-10. Not an enumeration,
// because each catalogue (and each edition of it) brings its own list.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::content {

struct Code {
  char letter = 'A';  // A to Z
  int number = 1;     // 1 to kMaxNumber

  static constexpr int kMaxNumber = 99;

  // Exactly as to_string() writes it: no blanks, no small letters, no leading zero.
  [[nodiscard]] static std::optional<Code> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string to_string() const;

  // By letter, then by number: A-2 stands before A-10.
  friend auto operator<=>(const Code&, const Code&) = default;
};

}  // namespace hinomi::content
