#include "os/random.h"

#include <sys/random.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace hinomi::os {

void system_random(std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const ssize_t got = ::getrandom(into.data(), into.size(), 0);
    HINOMI_CHECK(got > 0 || errno == EINTR);
    if (got > 0) into = into.subspan(static_cast<std::size_t>(got));
  }
}

std::string random_text(const RandomBytes& random, std::size_t bytes) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr std::size_t kGroupBytes = 5;
  constexpr int kGroupCharacters = 8;
  HINOMI_CHECK(bytes % kGroupBytes == 0);
  std::vector<std::uint8_t> drawn(bytes);
  random(drawn);
  std::string text;
  for (std::size_t at = 0; at < bytes; at += kGroupBytes) {
    std::uint64_t group = 0;
    for (std::size_t i = 0; i < kGroupBytes; ++i) group = group << 8 | drawn[at + i];
    for (int i = kGroupCharacters - 1; i >= 0; --i) text += kAlphabet[group >> (i * 5) & 31];
  }
  return text;
}

}  // namespace hinomi::os
