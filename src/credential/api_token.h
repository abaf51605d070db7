// Tokens of programs that use the API: a prefix that secret scanners find, a checksum that tells a typing
// error or junk from a token before anything is looked up, scopes and an end. Not for people (session.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

// "hnm_", 40 characters of secret (200 bits), 7 of checksum: CRC-32 (that of zlib) of what stands before it.
// Crockford base 32, lower case: one double click marks it all. A scanner's pattern:
// hnm_[0-9a-hjkmnp-tv-z]{47}.
inline constexpr std::string_view kApiTokenPrefix = "hnm_";
inline constexpr std::size_t kApiTokenBytes = 25;
inline constexpr std::size_t kApiTokenCharacters = 51;
inline constexpr std::int64_t kMaxApiTokenLifeNs = 366LL * 24 * 3600 * 1'000'000'000;
inline constexpr std::size_t kMaxScopes = 32;
inline constexpr std::size_t kMaxScopeCharacters = 64;

struct ApiToken {
  std::string text;  // shown once
  Digest hash{};     // to be stored
};

[[nodiscard]] ApiToken make_api_token(const os::RandomBytes& random);
// nullopt unless form and checksum are right. No secret is touched: how long it takes tells nothing.
[[nodiscard]] std::optional<Digest> hash_of_api_token(std::string_view text);

// What a token may do: a list of names such as "alerts:read". A token never has more rights than its owner.
class Scopes {
 public:
  Scopes() = default;
  // Lower-case words of letters, digits, '-' and '_' joined by ':' and '.'; at most kMaxScopes, none twice,
  // not none.
  [[nodiscard]] static base::Result<Scopes> make(std::vector<std::string> names);
  // Blanks between the names, sorted: the stored form.
  [[nodiscard]] static base::Result<Scopes> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  // Exactly this name: no scope holds another.
  [[nodiscard]] bool permits(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::vector<std::string> names_;  // sorted
};

struct ApiTokenFacts {
  base::TimeNs created{};
  base::TimeNs expires{};
};
enum class ApiTokenState : std::uint8_t { good, expired, clock_set_back };
[[nodiscard]] ApiTokenState state_of(const ApiTokenFacts& facts, base::TimeNs now) noexcept;
// A token's end: as asked, but not later than kMaxApiTokenLifeNs from now; invalid_input when it is past.
[[nodiscard]] base::Result<base::TimeNs> api_token_end(base::TimeNs asked, base::TimeNs now);

}  // namespace hinomi::credential
