#include "connect/http_client.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "connect/address_guard.h"
#include "connect/stream.h"

namespace hinomi::connect {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kMaxAddresses = 16;
constexpr std::size_t kReadBytes = 16 * 1024;

base::Error error(base::ErrorCode code, std::string message, std::string remedy = {}) {
  return {code, std::move(message), std::move(remedy), {}};
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_token(std::string_view name) noexcept {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
}

// Members that this client writes itself.
bool is_own(std::string_view name) {
  const std::string lower = lowered(name);
  return lower == "host" || lower == "content-length" || lower == "connection" ||
         lower == "transfer-encoding" || lower == "te" || lower == "upgrade" || lower == "expect" ||
         lower == "trailer";
}

base::Result<void> check(const Request& request) {
  const auto wrong = [](const std::string& what) {
    return base::Result<void>(error(base::ErrorCode::usage, "send a request: " + what));
  };
  if (!is_token(request.method) || request.method == "CONNECT") return wrong("no such method");
  for (const std::vector<Field>* fields : {&request.fields, &request.credentials})
    for (const Field& field : *fields)
      if (!is_token(field.name) || !is_value(field.value) || is_own(field.name))
        return wrong("the field " + field.name + " cannot be sent");
  return {};
}

// What a proxy wants to see as target, and everybody else.
std::string head_of(const Request& request, const Url& url, bool credentials, bool whole_target) {
  std::string head = request.method + " " + (whole_target ? url.text() : url.target) + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  add("Host", url.authority());
  add("Connection", "close");
  add("Accept-Encoding", "identity");
  add("User-Agent", "Hinomi");
  for (const Field& field : request.fields) add(field.name, field.value);
  if (credentials)
    for (const Field& field : request.credentials) add(field.name, field.value);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
      request.method == "PATCH")
    add("Content-Length", std::to_string(request.body.size()));
  return head + "\r\n";
}

// Reads one answer to its end.
base::Result<Response> read_response(Stream& stream, const Policy& policy, bool to_head) {
  beast::http::response_parser<beast::http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(policy.max_head_bytes));
  parser.body_limit(policy.max_body_bytes);
  parser.eager(true);
  if (to_head) parser.skip(true);
  std::string waiting;
  std::array<char, kReadBytes> piece{};
  while (!parser.is_done()) {
    beast::error_code failure;
    if (!waiting.empty()) {
      const std::size_t used = parser.put(boost::asio::buffer(waiting), failure);
      waiting.erase(0, used);
      if (failure == beast::http::error::need_more) failure = {};
      if (failure == beast::http::error::body_limit || failure == beast::http::error::header_limit)
        return error(base::ErrorCode::limit_exceeded, "the answer is too long");
      if (failure)
        return error(base::ErrorCode::invalid_input, "the answer is no HTTP: " + failure.message());
      if (parser.is_done()) break;
      if (used > 0) continue;
      if (waiting.size() > policy.max_head_bytes + kReadBytes)
        return error(base::ErrorCode::limit_exceeded, "the answer is too long");
    }
    const auto got = stream.read(piece);
    if (!got) return got.error();
    if (*got == 0) {
      if (parser.got_some()) parser.put_eof(failure);
      if (failure || !parser.is_done())
        return error(base::ErrorCode::unavailable, "the other side ended in the middle of its answer",
                     "try again later");
      break;
    }
    waiting.append(piece.data(), *got);
  }
  Response response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get().base())
    response.fields.push_back({lowered({field.name_string().data(), field.name_string().size()}),
                               std::string(field.value().data(), field.value().size())});
  response.body = std::move(parser.get().body());
  return response;
}

// Through a proxy, an address in TLS is reached by a tunnel.
base::Result<void> open_tunnel(Stream& stream, const Url& url, const Policy& policy) {
  const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const std::string place = host + ":" + std::to_string(url.port);
  if (auto sent = stream.write("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n"); !sent)
    return sent;
  // The answer has no body, and what follows it is TLS: read no byte beyond it.
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    char byte = 0;
    const auto got = stream.read({&byte, 1});
    if (!got) return got.error();
    if (*got == 0 || head.size() >= policy.max_head_bytes)
      return error(base::ErrorCode::unavailable, "the proxy refuses a tunnel to " + place);
    head += byte;
  }
  if (!head.starts_with("HTTP/1.1 2") && !head.starts_with("HTTP/1.0 2"))
    return error(base::ErrorCode::unavailable,
                 "the proxy refuses a tunnel to " + place + ": " +
                     head.substr(0, std::min<std::size_t>(head.find('\r'), 100)));
  return {};
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

std::string_view Response::field(std::string_view name) const noexcept {
  for (const Field& field : fields)
    if (field.name == name) return field.value;
  return {};
}

base::Result<std::vector<os::SocketAddress>> system_resolver(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  if (failed != 0)
    return error(base::ErrorCode::unavailable, "resolve the name " + host + ": " + ::gai_strerror(failed),
                 "see that the name is right");
  std::vector<os::SocketAddress> addresses;
  for (const addrinfo* at = found; at != nullptr && addresses.size() < kMaxAddresses; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    sockaddr_storage storage{};
    std::copy_n(reinterpret_cast<const char*>(at->ai_addr), at->ai_addrlen,
                reinterpret_cast<char*>(&storage));
    addresses.emplace_back(storage, at->ai_addrlen);
  }
  return addresses;
}

// Every address of the name must be allowed: one that is not says that the name is not to be trusted.
base::Result<std::vector<os::SocketAddress>> HttpClient::addresses(const Url& url) const {
  auto found = resolver_(url.host, url.port);
  if (!found) return found.error();
  if (found->empty()) return error(base::ErrorCode::unavailable, "the name " + url.host + " has no address");
  if (found->size() > kMaxAddresses) found->resize(kMaxAddresses);
  if (policy_.allow_internal) return found;
  for (const os::SocketAddress& address : *found)
    if (!is_public(address))
      return error(base::ErrorCode::forbidden,
                   "ask " + url.origin() + ": " + address.host() + " is an internal address",
                   "allow internal addresses for this, if it is meant");
  return found;
}

base::Result<Response> HttpClient::send_once(const Request& request, const Url& url, bool credentials,
                                             Deadline deadline) const {
  if (!policy_.allowed_hosts.empty() && std::find(policy_.allowed_hosts.begin(), policy_.allowed_hosts.end(),
                                                  url.host) == policy_.allowed_hosts.end())
    return error(base::ErrorCode::forbidden, "ask " + url.origin() + ": the host is not on the list",
                 "add it to the hosts that may be asked");
  const bool through_proxy = !policy_.proxy.empty();
  std::optional<Url> proxy;
  if (through_proxy) {
    proxy = Url::parse(policy_.proxy);
    if (!proxy || proxy->tls || proxy->target != "/")
      return error(base::ErrorCode::usage, "the proxy " + policy_.proxy + " is none",
                   "give it as http://HOST:PORT");
    const std::string digits =
        url.host.find(':') == std::string::npos ? url.host + ":1" : "[" + url.host + "]:1";
    const auto address = os::SocketAddress::parse(digits);
    const bool internal =
        (address && !is_public(*address)) || url.host == "localhost" || url.host.ends_with(".localhost");
    if (internal && !policy_.allow_internal)
      return error(base::ErrorCode::forbidden, "ask " + url.origin() + ": it is an internal address");
  }
  const auto found = through_proxy ? resolver_(proxy->host, proxy->port) : addresses(url);
  if (!found) return found.error();
  base::Result<Stream> stream = error(base::ErrorCode::unavailable, "no address could be reached");
  for (const os::SocketAddress& address : *found) {
    stream = Stream::connect(address,
                             std::min(deadline, std::chrono::steady_clock::now() + policy_.connect_timeout));
    if (!stream) continue;
    stream->set_deadline(deadline);
    if (url.tls && through_proxy)
      if (auto opened = open_tunnel(*stream, url, policy_); !opened) return opened.error();
    if (url.tls)
      if (auto begun = stream->start_tls(url.host, policy_.roots_file); !begun) return begun.error();
    if (auto sent =
            stream->write(head_of(request, url, credentials, through_proxy && !url.tls) + request.body);
        !sent)
      return sent.error();
    auto response = read_response(*stream, policy_, request.method == "HEAD");
    if (!response) return response.error();
    response->url = url.text();
    response->peer = address.text();
    return response;
  }
  return stream.error();
}

base::Result<Response> HttpClient::send(const Request& request) const {
  if (auto checked = check(request); !checked) return checked.error();
  const auto first = Url::parse(request.url);
  if (!first)
    return error(base::ErrorCode::usage, "ask '" + request.url + "': it is no address of http or https",
                 "give it as https://HOST/PATH, without a user");
  const Deadline deadline = std::chrono::steady_clock::now() + policy_.timeout;
  Url url = *first;
  for (int redirects = 0;; ++redirects) {
    auto response = send_once(request, url, url.origin() == first->origin(), deadline);
    if (!response || !is_redirect(response->status) || policy_.max_redirects == 0) return response;
    if (request.method != "GET" && request.method != "HEAD") return response;
    if (redirects >= policy_.max_redirects)
      return error(base::ErrorCode::limit_exceeded, "ask " + first->text() + ": too many redirects");
    const auto next = url.follow(response->field("location"));
    if (!next)
      return error(base::ErrorCode::invalid_input, "ask " + first->text() + ": redirected to no address");
    if (url.tls && !next->tls)
      return error(base::ErrorCode::forbidden,
                   "ask " + first->text() + ": redirected from TLS to a plain connection");
    url = *next;
  }
}

}  // namespace hinomi::connect
