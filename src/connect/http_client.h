// The one outbound client: everything that this program asks of a server elsewhere goes through it, so that
// proxy, allow-list and the guard against being sent to our own network stand in one place. Blocking, one
// request a connection. Not for answering (api/http).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connect/url.h"
#include "os/socket.h"

namespace hinomi::connect {

// The addresses of a name, in the order in which they are to be tried.
using Resolver =
    std::function<base::Result<std::vector<os::SocketAddress>>(const std::string& host, std::uint16_t port)>;
// Asks the system (getaddrinfo). Its patience is that of the system's resolver.
[[nodiscard]] base::Result<std::vector<os::SocketAddress>> system_resolver(const std::string& host,
                                                                           std::uint16_t port);

struct Policy {
  // Hosts that may be asked, as they stand in the address; empty: any. Redirects must lead to one of them
  // too.
  std::vector<std::string> allowed_hosts;
  // Addresses of this machine and of private networks may be asked.
  bool allow_internal = false;
  // "http://proxy:3128"; empty: none. It may be internal, and it resolves the names of others: the guard then
  // sees only addresses that are written as digits, and the allow-list is what binds.
  std::string proxy;
  std::string roots_file;  // PEM; empty: those of the system
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{60'000};  // of a whole request, with redirects
  std::size_t max_head_bytes = 64 * 1024;
  std::size_t max_body_bytes = 16 << 20;
  int max_redirects = 0;  // of GET; other methods are never redirected
};

struct Field {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Field> fields{};
  // Sent to the origin of `url` only, and left out of a redirect to another one.
  std::vector<Field> credentials{};
  std::string body{};
};

struct Response {
  int status = 0;
  std::vector<Field> fields;  // names in lower case
  std::string body;
  std::string url;   // that answered
  std::string peer;  // the address that it was asked at
  [[nodiscard]] std::string_view field(std::string_view lower_case_name) const noexcept;
};

class HttpClient {
 public:
  explicit HttpClient(Policy policy, Resolver resolver = system_resolver)
      : policy_(std::move(policy)), resolver_(std::move(resolver)) {}

  // Any answer of the other side, whatever its status. A name is resolved once and the connection goes to the
  // addresses that were judged, so that another answer of the resolver changes nothing. Errors: usage for a
  // request that cannot be sent, forbidden for what the policy or the certificate forbids, unavailable for
  // the network, limit_exceeded, invalid_input for an answer that is none.
  [[nodiscard]] base::Result<Response> send(const Request& request) const;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  [[nodiscard]] base::Result<Response> send_once(const Request& request, const Url& url, bool credentials,
                                                 Deadline deadline) const;
  [[nodiscard]] base::Result<std::vector<os::SocketAddress>> addresses(const Url& url) const;

  Policy policy_;
  Resolver resolver_;
};

}  // namespace hinomi::connect
