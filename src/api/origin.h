// Which names this server answers to: the Host a request must carry and the Origin a page must come from.
// Stops pages of other sites, also those whose name was made to point here (DNS rebinding). Not for sessions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hinomi::api {

struct ServedName {
  std::string authority;  // "localhost:8600", "[::1]:8600", "soc.example.jp"; lower case
  bool secure = false;    // https
};

class Origins {
 public:
  explicit Origins(std::vector<ServedName> names) : names_(std::move(names)) {}

  // The loopback names with this port.
  static void add_loopback(std::vector<ServedName>& names, std::uint16_t port, bool secure);
  // `name` as people give it, with or without a port; without one `port` is meant, and for the default port
  // of its scheme the form without it too.
  static void add(std::vector<ServedName>& names, std::string_view name, std::uint16_t port, bool secure);

  [[nodiscard]] bool serves_host(std::string_view host, bool secure) const;
  // "http://localhost:8600"; exactly one of ours.
  [[nodiscard]] bool is_own(std::string_view origin) const;

 private:
  std::vector<ServedName> names_;
};

}  // namespace hinomi::api
