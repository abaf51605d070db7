// SHA-256, and the text forms of bytes that the formats of this module use: lower-case hex and base64, each
// read strictly, so that one value has one text. Not for passwords and not for hash tables (base/hash.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hinomi::trust {

using Hash = std::array<std::uint8_t, 32>;  // SHA-256

[[nodiscard]] Hash sha256(std::string_view bytes);

// SHA-256 of bytes that come piece by piece. After finish() only a new object may go on.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&&) = delete;
  void add(std::string_view bytes);
  [[nodiscard]] Hash finish();

 private:
  void* state_;  // EVP_MD_CTX
};

[[nodiscard]] inline std::string_view view_of(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
// nullopt unless 32 bytes.
[[nodiscard]] std::optional<Hash> hash_of_bytes(std::string_view bytes) noexcept;

// Of what is known to have 32 bytes.
[[nodiscard]] Hash to_hash(std::string_view bytes) noexcept;

[[nodiscard]] std::string to_hex(std::string_view bytes);
// Lower case only; nullopt for anything else or an odd length.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
// nullopt unless 64 characters of lower-case hex.
[[nodiscard]] std::optional<Hash> hash_of_hex(std::string_view text);

// RFC 4648, 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
// nullopt for anything that to_base64 would not have written: blanks, missing padding, bits behind the end.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// Decimal without sign or leading zeros; nullopt otherwise and beyond 64 bits.
[[nodiscard]] std::optional<std::uint64_t> from_decimal(std::string_view text) noexcept;

}  // namespace hinomi::trust
