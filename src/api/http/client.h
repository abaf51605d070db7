// One request to one HTTP server and its answer, waiting: for the command line. TLS is verified, always;
// without TLS only this machine is spoken to. Not for the io thread of a server and not for streams, which
// never end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "base/result.h"

namespace hinomi::api::http {

struct ServerAddress {
  bool secure = false;
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string authority() const;  // "[::1]:8440": for Host
  [[nodiscard]] std::string origin() const;     // "http://[::1]:8440"
};
// "https://soc.example.jp", "http://localhost:8440", nothing behind it but a "/".
[[nodiscard]] base::Result<ServerAddress> parse_address(std::string_view text);

struct ClientRequest {
  std::string method;
  std::string target;  // path and query, as sent
  std::vector<Field> fields;
  std::string body;
};

struct ClientOptions {
  std::string authorities;  // PEM file of those that may vouch for the server; empty: the system's
  std::chrono::seconds patience{60};
  std::uint64_t body_limit = 64ULL << 20;
};

// Errors: unavailable (nobody answers, too late), forbidden (TLS does not hold, or no TLS to another
// machine), invalid_input (a request or answer that is none), limit_exceeded. The names of an answer's fields
// are lower case.
[[nodiscard]] base::Result<Response> ask_server(const ServerAddress& address, const ClientRequest& request,
                                                const ClientOptions& options = {});

}  // namespace hinomi::api::http
