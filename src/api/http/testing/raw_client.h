// A client that sends exactly the bytes it is told, for tests of what a server does with them. Waits for
// answers up to ten seconds, which only a failing test sees. For tests only.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::api::http {

struct RawResponse {
  int status = 0;
  std::string head;
  std::string body;
  // The value of the first field of this name (as the server writes it); empty when there is none.
  [[nodiscard]] std::string field(std::string_view name) const {
    const std::string wanted = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(wanted);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + wanted.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void end_sending() const { ::shutdown(fd_, SHUT_WR); }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return fd_; }

  // False when the other side has closed meanwhile.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The next answer; nullopt at the end of the connection. `has_body` false: of a HEAD.
  std::optional<RawResponse> receive(bool has_body = true) {
    std::size_t end = std::string::npos;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    RawResponse response;
    response.head = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    if (response.head.size() > 12) {
      std::from_chars(response.head.data() + 9, response.head.data() + 12, response.status);
    }
    std::size_t length = 0;
    const std::string stated = response.field("Content-Length");
    std::from_chars(stated.data(), stated.data() + stated.size(), length);
    if (!has_body) return response;
    while (input_.size() < length) {
      if (!more()) return std::nullopt;
    }
    response.body = input_.substr(0, length);
    input_.erase(0, length);
    return response;
  }
  std::optional<RawResponse> ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }
  // Everything until the other side closes.
  std::string rest() {
    while (more()) {
    }
    return std::move(input_);
  }
  // Reads until `text` has come; false when the connection ends before.
  bool wait_for(std::string_view text) {
    while (input_.find(text) == std::string::npos) {
      if (!more()) return false;
    }
    return true;
  }
  [[nodiscard]] const std::string& input() const { return input_; }

 private:
  bool more() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, 10'000) != 1) {
      ADD_FAILURE() << "nothing came for ten seconds";
      return false;
    }
    char buffer[65536];
    const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string input_;
};

}  // namespace hinomi::api::http
