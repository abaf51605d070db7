#include "credential/source_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace hinomi::credential {
namespace {

constexpr std::size_t kMaxAddressCharacters = 64;
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

SourceNetwork of_v4(const std::uint8_t* address) noexcept {
  SourceNetwork network{{4}};
  std::copy_n(address, 3, network.bytes.begin() + 1);
  return network;
}

}  // namespace

std::optional<SourceNetwork> network_of(std::string_view address) {
  if (address.size() > kMaxAddressCharacters || address.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string text(address.substr(0, address.find('%')));
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return of_v4(bytes.data());
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return of_v4(bytes.data() + kMapped.size());
  SourceNetwork network{{6}};
  std::copy_n(bytes.begin(), 8, network.bytes.begin() + 1);
  return network;
}

}  // namespace hinomi::credential
