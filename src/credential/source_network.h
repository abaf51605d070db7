// The network that somebody comes from, as the guard against guessing counts it: IPv4 by /24, IPv6 by /64,
// which one subscriber has to himself. Not for deciding who may connect.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hinomi::credential {

struct SourceNetwork {
  std::array<std::uint8_t, 9> bytes{};  // 4 or 6, then the network, then zeros
  friend bool operator==(const SourceNetwork&, const SourceNetwork&) = default;
};

// Of an address without port and brackets; an IPv4 address inside IPv6 (::ffff:192.0.2.1) counts as itself, a
// zone (%eth0) is left out. nullopt for what is no address.
[[nodiscard]] std::optional<SourceNetwork> network_of(std::string_view address);

}  // namespace hinomi::credential
