// Bytes of secrets and proofs: wiping them, comparing them in constant time, digests, and the texts they are
// written in. Not for passwords that people choose (password.h), whose hash must be slow.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hinomi::credential {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;  // SHA-256, or HMAC with it

[[nodiscard]] inline ByteSpan bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Overwrites in a way that the compiler cannot leave out.
void wipe(std::span<std::uint8_t> bytes) noexcept;
// Likewise, the unused capacity too; the text is empty afterwards.
void wipe(std::string& text) noexcept;

// Bytes that are wiped when they go. Moves and never copies, so that there is one place to wipe.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : bytes_(size) {}
  explicit Secret(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) {}
  ~Secret() { wipe(bytes_); }
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  [[nodiscard]] ByteSpan view() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

 private:
  Bytes bytes_;
};

// Takes as long wherever they differ; how long they are is no secret.
[[nodiscard]] bool equal_in_constant_time(ByteSpan a, ByteSpan b) noexcept;

[[nodiscard]] Digest sha256(ByteSpan bytes);
[[nodiscard]] Digest hmac_sha256(ByteSpan key, ByteSpan bytes);

// RFC 4648, section 5, without padding.
[[nodiscard]] std::string base64url(ByteSpan bytes);
// Only what base64url() writes: no padding, no blanks, unused bits zero; nullopt otherwise, and beyond
// `max_bytes`.
[[nodiscard]] std::optional<Bytes> parse_base64url(std::string_view text, std::size_t max_bytes);

// RFC 4648, section 6, without padding: what authenticator apps take.
[[nodiscard]] std::string base32(ByteSpan bytes);

// Crockford base 32, lower case; a last group that is not full is filled with zero bits.
[[nodiscard]] std::string crockford(ByteSpan bytes);
// What a person typed from such a text: either case, hyphens and blanks (ASCII and U+3000) anywhere, o for 0,
// i and l for 1, full-width forms. The characters as crockford() writes them; nullopt for any other
// character, and beyond `max_characters`.
[[nodiscard]] std::optional<std::string> read_crockford(std::string_view typed, std::size_t max_characters);
// "0123456789" → "0123-4567-89".
[[nodiscard]] std::string in_groups_of_four(std::string_view text);

}  // namespace hinomi::credential
