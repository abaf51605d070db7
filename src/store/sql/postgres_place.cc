#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "store/sql/database.h"

namespace hinomi::store::sql {
namespace {

constexpr std::string_view kDefaultPort = "5432";
// Those under which a connection is encrypted or not made at all.
constexpr std::array<std::string_view, 3> kEncrypted{"require", "verify-ca", "verify-full"};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { ::PQconninfoFree(options); }
};
using OptionList = std::unique_ptr<PQconninfoOption, FreeOptions>;

std::string value_of(const OptionList& options, std::string_view name) {
  for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr; ++one)
    if (name == one->keyword && one->val != nullptr) return one->val;
  return {};
}

// "a,b,,c": an empty one counts.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  if (list.empty()) return parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    if (end == list.size()) return parts;
    begin = end + 1;
  }
}

bool is_socket(const std::string& host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@');
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

base::Error unusable(std::string_view what, std::string_view remedy) {
  return {base::ErrorCode::usage, "the address of PostgreSQL " + std::string(what), std::string(remedy), {}};
}

}  // namespace

base::Result<PostgresPlace> postgres_place(const std::string& address) {
  // What libpq says of a string that it does not understand repeats parts of it, which may be a password.
  const OptionList given(::PQconninfoParse(address.c_str(), nullptr));
  if (given == nullptr)
    return unusable("cannot be understood", "postgresql://USER@HOST:PORT/NAME, or host=… dbname=… user=…");
  if (!value_of(given, "service").empty())
    return unusable("names a service", "name host, port, dbname and user themselves");
  const OptionList fallback(::PQconndefaults());
  const auto value = [&](std::string_view name) {
    std::string own = value_of(given, name);
    return own.empty() ? value_of(fallback, name) : own;
  };
  PostgresPlace place;
  place.has_password = !value_of(given, "password").empty() || !value_of(given, "sslpassword").empty();
  std::vector<std::string> hosts = parts_of(value("hostaddr"));
  const std::vector<std::string> names = parts_of(value("host"));
  if (hosts.empty()) hosts = names;
  const std::vector<std::string> ports = parts_of(value("port"));
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (is_socket(hosts[i])) continue;
    const std::string& said = ports.empty()       ? std::string()
                              : ports.size() == 1 ? ports[0]
                                                  : ports[std::min(i, ports.size() - 1)];
    const std::string_view text = said.empty() ? kDefaultPort : std::string_view(said);
    std::uint16_t port = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || port == 0)
      return unusable("has a port that is none", "port=5432");
    if (std::find(place.ports.begin(), place.ports.end(), port) == place.ports.end())
      place.ports.push_back(port);
    if (!is_loopback(hosts[i])) place.leaves_machine = true;
  }
  place.is_encrypted = std::find(kEncrypted.begin(), kEncrypted.end(), value("sslmode")) != kEncrypted.end();
  const std::string name = value("dbname");
  place.shown = (names.empty() ? std::string("local socket") : value("host")) + "/" + name;
  return place;
}

}  // namespace hinomi::store::sql
