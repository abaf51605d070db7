// Addresses of the web (RFC 3986), the narrow form that programs need: http and https, a host, no credentials
// and no fragment. Not for showing links and not for what a browser would guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::connect {

inline constexpr std::size_t kMaxUrlBytes = 4096;

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  // "/path?query", as sent

  // "https://host:8443"; the port only where it is not the usual one.
  [[nodiscard]] std::string origin() const;
  // As it stands in the field Host.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string text() const { return origin() + target; }
  // nullopt: malformed, of another scheme, with a user or with a fragment.
  [[nodiscard]] static std::optional<Url> parse(std::string_view text);
  // Where a Location field leads: absolute, or "/path".
  [[nodiscard]] std::optional<Url> follow(std::string_view location) const;
  friend bool operator==(const Url&, const Url&) = default;
};

}  // namespace hinomi::connect
