// One line of a web server's access log in Common or Combined Log Format, optionally with the virtual host in
// front. Not for W3C extended logs (IIS), which need their header line.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace hinomi::parse::syslog {

// "-" counts as absent. Escapes (\" and \xhh) are left as they are.
struct AccessLine {
  std::string_view virtual_host;
  std::string_view client;
  std::string_view user;
  std::optional<base::TimeNs> time;
  std::string_view request;  // as sent; method, uri and protocol are empty when it has no such form
  std::string_view method;
  std::string_view uri;
  std::string_view path;   // of the uri, without its query
  std::string_view query;  // after '?'
  std::string_view protocol;
  std::string_view status;
  std::string_view bytes;
  std::string_view referer;
  std::string_view user_agent;
};

[[nodiscard]] std::optional<AccessLine> parse_access_line(std::string_view line);

}  // namespace hinomi::parse::syslog
