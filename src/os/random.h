// Random bytes of the operating system, for secrets and seeds. What needs randomness takes it as a parameter
// (RandomBytes), so that tests decide; only app/ hands these out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace hinomi::os {

// Fills the span.
using RandomBytes = std::function<void(std::span<std::uint8_t>)>;

// getrandom(2); ends the program when the kernel has none to give, since a guessable secret is worse.
void system_random(std::span<std::uint8_t> into);

// `bytes` random bytes as Crockford base 32, lower case, 8 characters for each 5 bytes: fit for addresses,
// headers and being read aloud. `bytes` must be a multiple of 5.
[[nodiscard]] std::string random_text(const RandomBytes& random, std::size_t bytes);

}  // namespace hinomi::os
