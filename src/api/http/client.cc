#include "api/http/client.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <optional>
#include <utility>

namespace hinomi::api::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
namespace wire = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using SecureStream = ssl::stream<beast::tcp_stream>;

constexpr std::uint32_t kMaxHeadBytes = 64 * 1024;
constexpr std::size_t kMaxHost = 253;
constexpr unsigned kVersion11 = 11;

base::Error error(base::ErrorCode code, std::string message) {
  return {code, std::move(message), "", {}};
}

base::Error unreachable(const ServerAddress& address, const error_code& ec) {
  return {base::ErrorCode::unavailable,
          address.origin() + " cannot be reached: " + ec.message(),
          "is the server running, and is this its address?",
          {}};
}

bool is_plain_text(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

bool is_sendable(const ClientRequest& request) noexcept {
  const bool is_target = request.target.starts_with('/') && is_plain_text(request.target) &&
                         request.target.find(' ') == std::string::npos;
  return is_target && std::all_of(request.fields.begin(), request.fields.end(), [](const Field& field) {
           return is_plain_text(field.name) && is_plain_text(field.value);
         });
}

// One exchange: its steps are begun one behind the other, each runs until it has ended or time is up.
class Exchange {
 public:
  Exchange(const ServerAddress& address, const ClientRequest& request, const ClientOptions& options)
      : address_(address),
        request_(request),
        options_(options),
        end_(std::chrono::steady_clock::now() + options.patience) {}

  base::Result<Response> run() {
    tcp::resolver resolver(io_);
    tcp::resolver::results_type places;
    if (const auto ec = step([&](auto done) {
          resolver.async_resolve(address_.host, std::to_string(address_.port),
                                 [&places, done](const error_code& failed, const auto& found) {
                                   places = found;
                                   done(failed);
                                 });
        }))
      return unreachable(address_, ec);
    if (!address_.secure) return run_plain(places);
    return run_secure(places);
  }

 private:
  template <typename Begin>
  error_code step(const Begin& begin) {
    error_code result = asio::error::operation_aborted;
    begin([&result](const error_code& ec) { result = ec; });
    io_.restart();
    io_.run();
    return result;
  }

  error_code connect(beast::tcp_stream& stream, const tcp::resolver::results_type& places) {
    stream.expires_at(end_);
    return step([&](auto done) {
      stream.async_connect(places,
                           [done](const error_code& ec, const tcp::endpoint& /*place*/) { done(ec); });
    });
  }

  base::Result<Response> run_plain(const tcp::resolver::results_type& places) {
    const bool is_here = std::all_of(places.begin(), places.end(), [](const auto& place) {
      return place.endpoint().address().is_loopback();
    });
    if (!is_here)
      return base::Error{base::ErrorCode::forbidden,
                         address_.origin() + " is another machine, and this is not encrypted",
                         "give an address that begins with https://",
                         {}};
    beast::tcp_stream stream(io_);
    if (const auto ec = connect(stream, places)) return unreachable(address_, ec);
    return speak(stream);
  }

  base::Result<Response> run_secure(const tcp::resolver::results_type& places) {
    ssl::context context(ssl::context::tls_client);
    error_code ec;
    if (SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) != 1)
      return error(base::ErrorCode::internal, "OpenSSL refuses the protocol settings");
    if (options_.authorities.empty()) {
      context.set_default_verify_paths(ec);
    } else {
      context.load_verify_file(options_.authorities, ec);
    }
    if (ec)
      return error(base::ErrorCode::invalid_input,
                   "no certificates of authorities in " + options_.authorities + ": " + ec.message());
    SecureStream stream(io_, context);
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification(address_.host));
    error_code no_address;
    asio::ip::make_address(address_.host, no_address);
    if (no_address && SSL_set_tlsext_host_name(stream.native_handle(), address_.host.c_str()) != 1)
      return error(base::ErrorCode::invalid_input, "no host name: " + address_.host);
    if (const auto failed = connect(stream.next_layer(), places)) return unreachable(address_, failed);
    if (const auto failed =
            step([&](auto done) { stream.async_handshake(ssl::stream_base::client, done); })) {
      if (failed == beast::error::timeout) return unreachable(address_, failed);
      return base::Error{base::ErrorCode::forbidden,
                         address_.origin() + " has not proved who it is: " + failed.message(),
                         "give the file of the authority that its certificate is from",
                         {}};
    }
    return speak(stream);
  }

  template <typename Stream>
  base::Result<Response> speak(Stream& stream) {
    wire::request<wire::string_body> message;
    message.version(kVersion11);
    message.method_string(request_.method);
    message.target(request_.target);
    message.set(wire::field::host, address_.authority());
    message.set(wire::field::connection, "close");
    for (const Field& field : request_.fields) message.insert(field.name, field.value);
    message.body() = request_.body;
    if (!request_.body.empty() || (request_.method != "GET" && request_.method != "HEAD"))
      message.content_length(request_.body.size());
    // A server may answer and close before it has read everything: the answer counts, not the failed write.
    const auto sent = step([&](auto done) {
      wire::async_write(stream, message, [done](const error_code& ec, std::size_t /*bytes*/) { done(ec); });
    });
    beast::flat_buffer buffer;
    wire::response_parser<wire::string_body> parser;
    parser.header_limit(kMaxHeadBytes);
    parser.body_limit(options_.body_limit);
    parser.skip(request_.method == "HEAD");
    const auto received = step([&](auto done) {
      wire::async_read(stream, buffer, parser,
                       [done](const error_code& ec, std::size_t /*bytes*/) { done(ec); });
    });
    if (received == wire::error::body_limit || received == wire::error::header_limit)
      return error(base::ErrorCode::limit_exceeded, "the answer is longer than this program takes");
    if (received) return unreachable(address_, sent ? sent : received);
    return response_of(parser.get());
  }

  static Response response_of(const wire::response<wire::string_body>& message) {
    Response response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      response.with(name, std::string_view(field.value().data(), field.value().size()));
    }
    response.body = message.body();
    return response;
  }

  const ServerAddress& address_;
  const ClientRequest& request_;
  const ClientOptions& options_;
  const std::chrono::steady_clock::time_point end_;
  asio::io_context io_;
};

bool is_host(std::string_view host) noexcept {
  if (host.empty() || host.size() > kMaxHost) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
}

}  // namespace

std::string ServerAddress::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ServerAddress::origin() const {
  return (secure ? "https://" : "http://") + authority();
}

base::Result<ServerAddress> parse_address(std::string_view text) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kSecure = "https://";
  const base::Error wrong{base::ErrorCode::invalid_input,
                          "no address of a server: " + std::string(text),
                          "give one such as https://soc.example.jp or http://localhost:8440",
                          {}};
  ServerAddress address;
  address.secure = text.starts_with(kSecure);
  if (!address.secure && !text.starts_with(kPlain)) return wrong;
  text.remove_prefix(address.secure ? kSecure.size() : kPlain.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  address.port = address.secure ? 443 : 80;
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return wrong;
    host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return wrong;
    if (!rest.empty()) port = rest.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (!is_host(host)) return wrong;
  if (port) {
    const auto [end, ec] = std::from_chars(port->data(), port->data() + port->size(), address.port);
    if (ec != std::errc{} || end != port->data() + port->size() || address.port == 0) return wrong;
  }
  address.host = host;
  return address;
}

base::Result<Response> ask_server(const ServerAddress& address, const ClientRequest& request,
                                  const ClientOptions& options) {
  if (!is_sendable(request)) return error(base::ErrorCode::invalid_input, "no request: " + request.target);
  // The network library may throw where memory or descriptors are gone; nothing of it leaves this module.
  try {
    return Exchange(address, request, options).run();
  } catch (const std::exception& failed) {
    return error(base::ErrorCode::io, std::string("the network cannot be used: ") + failed.what());
  }
}

}  // namespace hinomi::api::http
