#include "connect/stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "os/file.h"

namespace hinomi::connect {
namespace {

base::Error failed(const std::string& what, int error) {
  return {base::ErrorCode::unavailable, what + ": " + std::strerror(error), "try again later", {}};
}

base::Error too_late() {
  return {base::ErrorCode::unavailable, "the other side did not answer in time", "try again later", {}};
}

// Error unavailable when the deadline comes first.
base::Result<void> wait_for(int descriptor, short events, Stream::Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return too_late();
    pollfd waiting{descriptor, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("waiting for the other side", errno);
  }
}

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
};

std::string reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* const text = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  return text == nullptr ? "no reason given" : text;
}

bool is_address(const std::string& host) noexcept {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

struct Stream::Parts {
  os::Descriptor socket;
  Deadline deadline;
  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::unique_ptr<SSL, FreeSsl> ssl;

  // After a call of OpenSSL that did not finish: waits for what it wants.
  base::Result<void> wait_for_tls(int result, const std::string& what) const {
    const int why = ::SSL_get_error(ssl.get(), result);
    if (why == SSL_ERROR_WANT_READ) return wait_for(socket.get(), POLLIN, deadline);
    if (why == SSL_ERROR_WANT_WRITE) return wait_for(socket.get(), POLLOUT, deadline);
    if (const long verified = ::SSL_get_verify_result(ssl.get()); verified != X509_V_OK) {
      ::ERR_clear_error();
      return base::Error{
          base::ErrorCode::forbidden,
          what + ": the certificate is not trusted: " + ::X509_verify_cert_error_string(verified),
          "see that the address is right, and that the root of its certificate is trusted here",
          {}};
    }
    return base::Error{base::ErrorCode::unavailable, what + ": " + reason(), "try again later", {}};
  }
};

Stream::Stream(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

base::Result<Stream> Stream::connect(const os::SocketAddress& address, Deadline deadline) {
  auto parts = std::make_unique<Parts>();
  parts->deadline = deadline;
  parts->socket =
      os::Descriptor(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!parts->socket.valid()) return failed("make a socket", errno);
  const std::string what = "connect to " + address.text();
  if (::connect(parts->socket.get(), address.get(), address.size()) != 0) {
    if (errno != EINPROGRESS) return failed(what, errno);
    if (auto ready = wait_for(parts->socket.get(), POLLOUT, deadline); !ready) return ready.error();
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(parts->socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return failed(what, error);
  }
  return Stream(std::move(parts));
}

void Stream::set_deadline(Deadline deadline) noexcept {
  parts_->deadline = deadline;
}

base::Result<void> Stream::start_tls(const std::string& host, const std::string& roots_file) {
  Parts& parts = *parts_;
  const base::Error broken{base::ErrorCode::internal, "begin TLS", "", {}};
  parts.context.reset(::SSL_CTX_new(::TLS_client_method()));
  if (parts.context == nullptr || ::SSL_CTX_set_min_proto_version(parts.context.get(), TLS1_2_VERSION) != 1)
    return broken;
  const bool roots = roots_file.empty() ? ::SSL_CTX_set_default_verify_paths(parts.context.get()) == 1
                                        : ::SSL_CTX_load_verify_locations(parts.context.get(),
                                                                          roots_file.c_str(), nullptr) == 1;
  if (!roots)
    return base::Error{base::ErrorCode::io,
                       "read the certificates of roots " + roots_file + ": " + reason(),
                       "see that the file is there and in PEM",
                       {}};
  ::SSL_CTX_set_verify(parts.context.get(), SSL_VERIFY_PEER, nullptr);
  parts.ssl.reset(::SSL_new(parts.context.get()));
  if (parts.ssl == nullptr || ::SSL_set_fd(parts.ssl.get(), parts.socket.get()) != 1) return broken;
  if (is_address(host)) {
    if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(parts.ssl.get()), host.c_str()) != 1) return broken;
  } else {
    ::SSL_set_hostflags(parts.ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // The macro of OpenSSL casts away const.
    if (::SSL_set1_host(parts.ssl.get(), host.c_str()) != 1 ||
        ::SSL_ctrl(parts.ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                   const_cast<char*>(host.c_str())) != 1)  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      return broken;
  }
  for (;;) {
    ::ERR_clear_error();
    const int result = ::SSL_connect(parts.ssl.get());
    if (result == 1) return {};
    if (auto waited = parts.wait_for_tls(result, "begin TLS with " + host); !waited) return waited;
  }
}

base::Result<void> Stream::write(std::string_view bytes) {
  Parts& parts = *parts_;
  while (!bytes.empty()) {
    if (parts.ssl != nullptr) {
      ::ERR_clear_error();
      std::size_t written = 0;
      const int result = ::SSL_write_ex(parts.ssl.get(), bytes.data(), bytes.size(), &written);
      if (result == 1) {
        bytes.remove_prefix(written);
      } else if (auto waited = parts.wait_for_tls(result, "send"); !waited) {
        return waited;
      }
      continue;
    }
    const ssize_t sent = ::send(parts.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto waited = wait_for(parts.socket.get(), POLLOUT, parts.deadline); !waited) return waited;
    } else if (errno != EINTR) {
      return failed("send", errno);
    }
  }
  return {};
}

base::Result<std::size_t> Stream::read(std::span<char> into) {
  Parts& parts = *parts_;
  for (;;) {
    // A side that sends drop by drop meets the same deadline.
    if (std::chrono::steady_clock::now() >= parts.deadline) return too_late();
    if (parts.ssl != nullptr) {
      ::ERR_clear_error();
      std::size_t got = 0;
      const int result = ::SSL_read_ex(parts.ssl.get(), into.data(), into.size(), &got);
      if (result == 1) return got;
      if (::SSL_get_error(parts.ssl.get(), result) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
      if (auto waited = parts.wait_for_tls(result, "receive"); !waited) return waited.error();
      continue;
    }
    const ssize_t got = ::recv(parts.socket.get(), into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN) {
      if (auto waited = wait_for(parts.socket.get(), POLLIN, parts.deadline); !waited) return waited.error();
    } else if (errno != EINTR) {
      return failed("receive", errno);
    }
  }
}

}  // namespace hinomi::connect
