// Which addresses of the internet are nobody's but this machine's and its network's. What a server asks of
// others must not reach them because of a name or a redirect that somebody else chose (SSRF).
#pragma once

#include "os/socket.h"

namespace hinomi::connect {

// True only for unicast addresses that are routed on the public internet: not loopback, private, link-local,
// shared (RFC 6598), for documentation or tests, multicast or reserved; of IPv6 addresses that stand for one
// of IPv4 (mapped, NAT64, 6to4) that one counts (RFC 6890 and the registries that it began).
[[nodiscard]] bool is_public(const os::SocketAddress& address) noexcept;

}  // namespace hinomi::connect
