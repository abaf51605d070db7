#include "credential/api_token.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "credential/elapsed.h"

namespace hinomi::credential {
namespace {

constexpr std::size_t kSecretCharacters = 40;
constexpr std::size_t kChecksumAt = kApiTokenPrefix.size() + kSecretCharacters;
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

std::string checksum_of(std::string_view front) {
  const auto crc = static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(front.data()), static_cast<uInt>(front.size())));
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(crc >> 24), static_cast<std::uint8_t>(crc >> 16),
      static_cast<std::uint8_t>(crc >> 8), static_cast<std::uint8_t>(crc)};
  return crockford(bytes);
}

base::Error bad_scope(std::string_view why) {
  return {base::ErrorCode::invalid_input,
          "the scopes of a token: " + std::string(why),
          "give names such as alerts:read",
          {}};
}

bool is_scope_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxScopeCharacters) return false;
  bool in_word = false;
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!word && ((c != ':' && c != '.') || !in_word)) return false;
    in_word = word;
  }
  return in_word;
}

}  // namespace

ApiToken make_api_token(const os::RandomBytes& random) {
  Secret drawn(kApiTokenBytes);
  random(drawn.writable());
  ApiToken token;
  token.text = std::string(kApiTokenPrefix) + crockford(drawn.view());
  token.text += checksum_of(token.text);
  token.hash = sha256(bytes_of(token.text));
  return token;
}

std::optional<Digest> hash_of_api_token(std::string_view text) {
  if (text.size() != kApiTokenCharacters || !text.starts_with(kApiTokenPrefix)) return std::nullopt;
  if (text.substr(kApiTokenPrefix.size()).find_first_not_of(kAlphabet) != std::string_view::npos)
    return std::nullopt;
  if (checksum_of(text.substr(0, kChecksumAt)) != text.substr(kChecksumAt)) return std::nullopt;
  return sha256(bytes_of(text));
}

base::Result<Scopes> Scopes::make(std::vector<std::string> names) {
  if (names.empty()) return bad_scope("there is none");
  if (names.size() > kMaxScopes) return bad_scope("there are too many");
  if (!std::all_of(names.begin(), names.end(), is_scope_name)) return bad_scope("one is no name of a scope");
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    return bad_scope("one stands there twice");
  Scopes scopes;
  scopes.names_ = std::move(names);
  return scopes;
}

base::Result<Scopes> Scopes::parse(std::string_view text) {
  std::vector<std::string> names;
  while (names.size() <= kMaxScopes) {
    const std::size_t blank = text.find(' ');
    names.emplace_back(text.substr(0, std::min(blank, kMaxScopeCharacters + 1)));
    if (blank == std::string_view::npos) break;
    text.remove_prefix(blank + 1);
  }
  return make(std::move(names));
}

std::string Scopes::text() const {
  std::string text;
  for (const std::string& name : names_) text += (text.empty() ? "" : " ") + name;
  return text;
}

bool Scopes::permits(std::string_view name) const noexcept {
  return std::binary_search(names_.begin(), names_.end(), name, std::less<>());
}

ApiTokenState state_of(const ApiTokenFacts& facts, base::TimeNs now) noexcept {
  if (elapsed_ns(now, facts.created) < -kClockAheadNs) return ApiTokenState::clock_set_back;
  return now < facts.expires ? ApiTokenState::good : ApiTokenState::expired;
}

base::Result<base::TimeNs> api_token_end(base::TimeNs asked, base::TimeNs now) {
  if (asked <= now) {
    return base::Error{
        base::ErrorCode::invalid_input, "the end of a token lies in the past", "choose a later day", {}};
  }
  return std::min(asked, base::TimeNs{now.since_epoch_ns + kMaxApiTokenLifeNs});
}

}  // namespace hinomi::credential
