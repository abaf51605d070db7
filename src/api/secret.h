// Tokens that prove who is asking: making them, storing only their hashes, and comparing in constant time.
// Not for passwords people choose: those need a slow hash.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hinomi::api {

// Fills the span with unpredictable bytes (getrandom); false when it cannot, and then nothing may be made.
using RandomBytes = std::function<bool(std::span<std::byte>)>;

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

[[nodiscard]] Digest sha256(std::string_view bytes);
// Takes as long wherever they differ.
[[nodiscard]] bool equal_digests(const Digest& a, const Digest& b) noexcept;
[[nodiscard]] std::string hex_of(const Digest& digest);
[[nodiscard]] std::optional<Digest> parse_hex(std::string_view text) noexcept;

inline constexpr std::size_t kTokenBytes = 32;
inline constexpr std::size_t kTokenTextLength = 43;
inline constexpr std::size_t kNonceBytes = 18;
// `bytes` (at most 64) random bytes in base64url without padding; nullopt without randomness.
[[nodiscard]] std::optional<std::string> random_text(const RandomBytes& random, std::size_t bytes);
// Whether it can be a token of ours: length and alphabet.
[[nodiscard]] bool is_token_text(std::string_view text) noexcept;

}  // namespace hinomi::api
