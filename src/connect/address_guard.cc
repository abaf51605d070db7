#include "connect/address_guard.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace hinomi::connect {
namespace {

struct Block4 {
  std::uint32_t first;
  int bits;
};
constexpr std::array<Block4, 16> kNotPublic4{{{0x00000000, 8},
                                              {0x0A000000, 8},
                                              {0x64400000, 10},
                                              {0x7F000000, 8},
                                              {0xA9FE0000, 16},
                                              {0xAC100000, 12},
                                              {0xC0000000, 24},
                                              {0xC0000200, 24},
                                              {0xC0586300, 24},
                                              {0xC0A80000, 16},
                                              {0xC6120000, 15},
                                              {0xC6336400, 24},
                                              {0xCB007100, 24},
                                              {0xE0000000, 4},
                                              {0xF0000000, 4},
                                              {0xFFFFFFFF, 32}}};

bool is_public4(std::uint32_t address) noexcept {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                      [&](const Block4& block) { return (address ^ block.first) >> (32 - block.bits) == 0; });
}

std::uint32_t word(const std::uint8_t* bytes) noexcept {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

bool is_public6(const std::uint8_t* bytes) noexcept {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes) || std::equal(kNat64.begin(), kNat64.end(), bytes))
    return is_public4(word(bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_public4(word(bytes + 2));  // 6to4
  if ((bytes[0] & 0xE0) != 0x20) return false;                               // 2000::/3 is all that is routed
  if (word(bytes) >> 9 == 0x20010000 >> 9) return false;                     // 2001::/23, Teredo among them
  if (word(bytes) == 0x20010DB8) return false;                               // documentation
  return !(bytes[0] == 0x3F && bytes[1] == 0xFF && (bytes[2] & 0xF0) == 0);  // documentation, 3fff::/20
}

}  // namespace

bool is_public(const os::SocketAddress& address) noexcept {
  if (address.family() == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address.get(), sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.family() != AF_INET6) return false;
  sockaddr_in6 in{};
  std::memcpy(&in, address.get(), sizeof in);
  return is_public6(in.sin6_addr.s6_addr);
}

}  // namespace hinomi::connect
