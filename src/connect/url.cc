#include "connect/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace hinomi::connect {
namespace {

constexpr std::size_t kMaxHostBytes = 253;

bool is_name(std::string_view host) noexcept {
  return !host.empty() && host.size() <= kMaxHostBytes && host.front() != '.' && host.front() != '-' &&
         host.find("..") == std::string_view::npos && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

bool is_v6(const std::string& host) noexcept {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// Printable ASCII that is no delimiter of its own; what else a target has must be escaped.
bool is_target(std::string_view target) noexcept {
  return std::all_of(target.begin(), target.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`' &&
           c != '{' && c != '|' && c != '}' && c != '#';
  });
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool read_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string Url::origin() const {
  return (tls ? "https://" : "http://") + authority();
}

std::optional<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return std::nullopt;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = lowered(text.substr(0, colon));
  Url url;
  if (scheme != "http" && scheme != "https") return std::nullopt;
  url.tls = scheme == "https";
  text.remove_prefix(colon + 3);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view place = text.substr(0, end);
  url.target = text.substr(end);
  if (url.target.empty() || url.target.front() != '/') url.target.insert(0, 1, '/');
  if (!is_target(url.target)) return std::nullopt;
  std::string_view port;
  if (place.starts_with('[')) {
    const std::size_t close = place.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    url.host = lowered(place.substr(1, close - 1));
    if (!is_v6(url.host)) return std::nullopt;
    port = place.substr(close + 1);
  } else {
    const std::size_t at = std::min(place.find(':'), place.size());
    url.host = lowered(place.substr(0, at));
    if (!is_name(url.host)) return std::nullopt;
    port = place.substr(at);
  }
  url.port = url.tls ? 443 : 80;
  if (!port.empty() && (port.front() != ':' || !read_port(port.substr(1), url.port))) return std::nullopt;
  return url;
}

std::optional<Url> Url::follow(std::string_view location) const {
  if (!location.starts_with('/') || location.starts_with("//")) return parse(location);
  if (location.size() > kMaxUrlBytes || !is_target(location)) return std::nullopt;
  Url url = *this;
  url.target = location;
  return url;
}

}  // namespace hinomi::connect
