// A small HTTP/1.1 client for load and fault tests: one connection, one request at a time, keep-alive. Not
// for use in the product.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hinomi::load {

struct HttpAnswer {
  int status = 0;  // 0: no answer came (refused, reset, timed out)
  std::string body;
  int retry_after_s = 0;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

class HttpSender {
 public:
  HttpSender(std::string host, std::uint16_t port, int timeout_ms = 10'000)
      : host_(std::move(host)), port_(port), timeout_ms_(timeout_ms) {}
  ~HttpSender();
  HttpSender(const HttpSender&) = delete;
  HttpSender& operator=(const HttpSender&) = delete;

  // Connects when there is no connection. An answer with "Connection: close" or an error ends it.
  [[nodiscard]] HttpAnswer request(std::string_view method, std::string_view target,
                                   const HttpHeaders& headers, std::string_view body);
  void disconnect() noexcept;

 private:
  [[nodiscard]] bool connect();
  [[nodiscard]] bool send_all(std::string_view bytes) const;
  [[nodiscard]] HttpAnswer read_answer();
  [[nodiscard]] bool read_more();

  std::string host_;
  std::uint16_t port_;
  int timeout_ms_;
  int socket_ = -1;
  std::string received_;
};

// A connected TCP socket to host:port, or -1.
[[nodiscard]] int connect_tcp(const std::string& host, std::uint16_t port, int timeout_ms);

}  // namespace hinomi::load
