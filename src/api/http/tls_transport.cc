#include "api/http/tls_transport.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

namespace hinomi::api::http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 16 * 1024;  // a TLS record holds no more
// For TLS 1.2; 1.3 has only good ones.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

class TlsTransport final : public Transport {
 public:
  TlsTransport(tcp::socket socket, ssl::context& context) : stream_(std::move(socket), context) {}

  void open(std::shared_ptr<TransportUser> user) override {
    stream_.async_handshake(ssl::stream_base::server,
                            [user = std::move(user)](const error_code& ec) { user->on_open(!ec); });
  }

  void read(std::shared_ptr<TransportUser> user) override {
    if (buffer_.empty()) buffer_.resize(kReadBytes);
    stream_.async_read_some(asio::buffer(buffer_),
                            [this, user = std::move(user)](const error_code& ec, std::size_t size) {
                              user->on_read(std::string_view(buffer_.data(), ec ? 0 : size));
                            });
  }

  void write(std::string_view first, std::string_view second, std::shared_ptr<TransportUser> user) override {
    const std::array<asio::const_buffer, 2> buffers = {asio::const_buffer(first.data(), first.size()),
                                                       asio::const_buffer(second.data(), second.size())};
    asio::async_write(
        stream_, buffers,
        [user = std::move(user)](const error_code& ec, std::size_t /*bytes*/) { user->on_written(!ec); });
  }

  // The length of every answer is known to the client, so it needs no close_notify to know that it has all;
  // waiting for one would give a silent client another way to hold the connection.
  void end_sending() override {
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  [[nodiscard]] bool secure() const noexcept override { return true; }

 private:
  ssl::stream<tcp::socket> stream_;
  std::vector<char> buffer_;
};

base::Error refused(const std::string& what, const std::string& path, const error_code& ec) {
  return {base::ErrorCode::invalid_input,
          "cannot use the " + what + " " + path + ": " + ec.message(),
          "give PEM files of a certificate and its key that this user may read",
          {}};
}

}  // namespace

struct TlsContext::Parts {
  ssl::context context{ssl::context::tls_server};
};

TlsContext::TlsContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsContext::~TlsContext() = default;

base::Result<std::unique_ptr<TlsContext>> TlsContext::create(const TlsFiles& files) {
  auto parts = std::make_unique<Parts>();
  SSL_CTX* const native = parts->context.native_handle();
  error_code ec;
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
    return base::Error{base::ErrorCode::internal, "OpenSSL refuses the protocol settings", "", {}};
  }
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  parts->context.use_certificate_chain_file(files.certificate, ec);
  if (ec) return refused("certificate", files.certificate, ec);
  parts->context.use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec) return refused("key", files.key, ec);
  if (SSL_CTX_check_private_key(native) != 1) {
    return base::Error{base::ErrorCode::invalid_input,
                       "the key " + files.key + " does not belong to the certificate " + files.certificate,
                       "give the key that the certificate was made with",
                       {}};
  }
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(parts)));
}

std::unique_ptr<Transport> TlsContext::accept(tcp::socket socket) {
  return std::make_unique<TlsTransport>(std::move(socket), parts_->context);
}

}  // namespace hinomi::api::http
