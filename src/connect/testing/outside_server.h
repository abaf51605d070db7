// A small HTTP server on this machine that answers exactly the bytes it is told, plain or in TLS: what the
// outbound client meets outside. For tests only.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "os/file.h"
#include "os/socket.h"

namespace hinomi::connect {

class OutsideServer {
 public:
  // The bytes of the answer to a request (its head and body as they came); empty: the connection is closed.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit OutsideServer(Answer answer, const std::string& certificate = {}, const std::string& key = {})
      : answer_(std::move(answer)) {
    auto listener = os::listen_tcp(os::SocketAddress::parse("127.0.0.1:0").value());
    EXPECT_TRUE(listener.has_value());
    listener_ = std::move(*listener);
    port_ = os::local_address(listener_.get()).value().port();
    if (!certificate.empty()) {
      context_.reset(::SSL_CTX_new(::TLS_server_method()));
      EXPECT_EQ(::SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()), 1);
      EXPECT_EQ(::SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM), 1);
    }
    thread_ = std::thread([this] { run(); });
  }
  ~OutsideServer() {
    stopping_ = true;
    thread_.join();
  }
  OutsideServer(const OutsideServer&) = delete;
  OutsideServer& operator=(const OutsideServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return (context_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + target;
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] static std::string ok(const std::string& body, const std::string& fields = {}) {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
    void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
  };

  void run() {
    while (!stopping_) {
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 50) <= 0) continue;
      const os::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket.valid()) serve(socket.get());
    }
  }

  void serve(int socket) {
    std::unique_ptr<SSL, Free> ssl;
    if (context_) {
      ssl.reset(::SSL_new(context_.get()));
      ::SSL_set_fd(ssl.get(), socket);
      if (::SSL_accept(ssl.get()) != 1) return;
    }
    const auto read = [&](char* into, int size) {
      return ssl ? ::SSL_read(ssl.get(), into, size)
                 : static_cast<int>(::recv(socket, into, static_cast<std::size_t>(size), 0));
    };
    std::string request;
    char piece[4096];
    while (!is_whole(request)) {
      const int got = read(piece, sizeof piece);
      if (got <= 0) return;
      request.append(piece, static_cast<std::size_t>(got));
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string bytes = answer_(request);
    if (ssl) {
      if (!bytes.empty()) ::SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
      ::SSL_shutdown(ssl.get());
    } else if (!bytes.empty()) {
      (void)::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }

  static bool is_whole(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t field = request.find("Content-Length: ");
    std::size_t length = 0;
    if (field != std::string::npos && field < end)
      std::from_chars(request.data() + field + 16, request.data() + request.find('\r', field), length);
    return request.size() >= end + 4 + length;
  }

  Answer answer_;
  os::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // of requests_
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace hinomi::connect
