// One HTTP/1.1 connection that sends exactly the bytes it is told, from an address of the loopback network of
// one's own choice, so that attackers can come from many places. For tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace hinomi::attack {

struct Answer {
  int status = 0;  // 0: none came
  std::string head;
  std::string body;
  // The value of the first field of this name, as the server writes it.
  [[nodiscard]] std::string field(std::string_view name) const {
    const std::string mark = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(mark);
    if (at == std::string::npos) return {};
    return head.substr(at + mark.size(), head.find("\r\n", at + 2) - at - mark.size());
  }
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

class Wire {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Wire(std::uint16_t port, const std::string& from = "127.0.0.1")
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from.c_str(), &own.sin_addr);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0;
    if (!bound || ::connect(fd_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) close();
  }
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view bytes) const {
    while (fd_ >= 0 && !bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // The next answer; of a stream its head alone.
  Answer receive(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto end = Clock::now() + patience;
    Answer answer;
    std::size_t at = std::string::npos;
    while ((at = input_.find("\r\n\r\n")) == std::string::npos)
      if (!more(end)) return answer;
    answer.head = input_.substr(0, at + 2);
    input_.erase(0, at + 4);
    if (answer.head.size() > 12)
      std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
    std::size_t length = 0;
    const std::string stated = answer.field("Content-Length");
    std::from_chars(stated.data(), stated.data() + stated.size(), length);
    while (input_.size() < length)
      if (!more(end)) break;
    answer.body = input_.substr(0, length);
    input_.erase(0, answer.body.size());
    return answer;
  }
  // Whether `text` comes.
  bool wait_for(std::string_view text, std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (input_.find(text) == std::string::npos)
      if (!more(end)) return false;
    return true;
  }
  // How long it takes until the stream, or the connection, ends; more than `patience`: it does not.
  std::chrono::milliseconds until_ended(std::chrono::milliseconds patience) {
    const auto begin = Clock::now();
    while (!input_.ends_with("0\r\n\r\n") && more(begin + patience)) {
    }
    if (!closed_ && !input_.ends_with("0\r\n\r\n")) return patience + std::chrono::milliseconds(1);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  }
  [[nodiscard]] const std::string& input() const { return input_; }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  bool more(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (fd_ < 0 || closed_ || left <= 0) return false;
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(left)) != 1) return false;
    char buffer[65536];
    const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) closed_ = true;
    if (size > 0) input_.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  }

  int fd_;
  bool closed_ = false;
  std::string input_;
};

}  // namespace hinomi::attack
