#include "content/code.h"

#include <charconv>

namespace hinomi::content {

std::optional<Code> Code::parse(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] < 'A' || text[0] > 'Z' || text[1] != '-') return std::nullopt;
  const std::string_view digits = text.substr(2);
  if (digits[0] < '1' || digits[0] > '9') return std::nullopt;
  Code code{.letter = text[0], .number = 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code.number);
  if (error != std::errc{} || end != digits.data() + digits.size() || code.number > kMaxNumber) {
    return std::nullopt;
  }
  return code;
}

std::string Code::to_string() const {
  return std::string{letter, '-'} + std::to_string(number);
}

}  // namespace hinomi::content
