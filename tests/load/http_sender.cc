#include "load/http_sender.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>

namespace hinomi::load {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kMaxAnswerBytes = 64 << 20;

bool wait_for(int socket, short events, int timeout_ms) {
  pollfd waiting{.fd = socket, .events = events, .revents = 0};
  return ::poll(&waiting, 1, timeout_ms) > 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// The value of a header in "Name: value\r\n" lines; empty without it. `head` is in lower case.
std::string_view header(std::string_view head, std::string_view name) {
  const std::string wanted = "\r\n" + std::string(name) + ":";
  const std::size_t at = head.find(wanted);
  if (at == std::string_view::npos) return {};
  std::string_view value = head.substr(at + wanted.size());
  value = value.substr(0, value.find("\r\n"));
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  return value;
}

std::size_t number(std::string_view text, int base = 10) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

int connect_tcp(const std::string& host, std::uint16_t port, int timeout_ms) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return -1;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return -1;
  const int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    int error = 0;
    socklen_t size = sizeof error;
    const bool open = errno == EINPROGRESS && wait_for(socket, POLLOUT, timeout_ms) &&
                      ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    if (!open) {
      ::close(socket);
      return -1;
    }
  }
  return socket;
}

HttpSender::~HttpSender() {
  disconnect();
}

void HttpSender::disconnect() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  received_.clear();
}

bool HttpSender::connect() {
  if (socket_ < 0) socket_ = connect_tcp(host_, port_, timeout_ms_);
  return socket_ >= 0;
}

bool HttpSender::send_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !wait_for(socket_, POLLOUT, timeout_ms_)) {
      return false;
    }
  }
  return true;
}

bool HttpSender::read_more() {
  if (received_.size() > kMaxAnswerBytes) return false;
  const std::size_t had = received_.size();
  received_.resize(had + kReadBytes);
  for (;;) {
    const ssize_t got = ::recv(socket_, received_.data() + had, kReadBytes, 0);
    if (got > 0) {
      received_.resize(had + static_cast<std::size_t>(got));
      return true;
    }
    if (got == 0 || errno != EAGAIN || !wait_for(socket_, POLLIN, timeout_ms_)) break;
  }
  received_.resize(had);
  return false;
}

HttpAnswer HttpSender::read_answer() {
  std::size_t head_end = 0;
  while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return {};
  }
  const std::string head = lower(std::string_view(received_).substr(0, head_end + 2));
  std::size_t at = head_end + 4;
  HttpAnswer answer;
  answer.status = static_cast<int>(number(std::string_view(head).substr(head.find(' ') + 1, 3)));
  answer.retry_after_s = static_cast<int>(number(header(head, "retry-after")));
  if (header(head, "transfer-encoding") == "chunked") {
    for (;;) {
      std::size_t line_end = 0;
      while ((line_end = received_.find("\r\n", at)) == std::string::npos) {
        if (!read_more()) return {};
      }
      const std::size_t size = number(std::string_view(received_).substr(at, line_end - at), 16);
      at = line_end + 2;
      while (received_.size() < at + size + 2) {
        if (!read_more()) return {};
      }
      answer.body.append(received_, at, size);
      at += size + 2;
      if (size == 0) break;
    }
  } else {
    const std::size_t size = number(header(head, "content-length"));
    while (received_.size() < at + size) {
      if (!read_more()) return {};
    }
    answer.body = received_.substr(at, size);
    at += size;
  }
  received_.erase(0, at);
  if (header(head, "connection") == "close") disconnect();
  return answer;
}

HttpAnswer HttpSender::request(std::string_view method, std::string_view target, const HttpHeaders& headers,
                               std::string_view body) {
  if (!connect()) return {};
  std::string head;
  head.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  head += host_ + ":" + std::to_string(port_) + "\r\n";
  for (const auto& [name, value] : headers) head.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || method != "GET") head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  head += "\r\n";
  if (!send_all(head) || !send_all(body)) {
    // A refusal may have come before the body was sent.
    HttpAnswer early = read_answer();
    disconnect();
    return early;
  }
  HttpAnswer answer = read_answer();
  if (answer.status == 0) disconnect();
  return answer;
}

}  // namespace hinomi::load
