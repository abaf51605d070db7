// One client's connection: reads a request, has it answered, and goes on to the next, within the limits. On
// the io thread only. Not for use outside this module.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/limits.h"
#include "api/http/message.h"
#include "api/http/request_parser.h"
#include "api/http/service.h"
#include "api/http/transport.h"

namespace hinomi::api::http {

class Connection;

// What connections need of their server.
class ConnectionHost {
 public:
  ConnectionHost() = default;
  virtual ~ConnectionHost() = default;
  ConnectionHost(const ConnectionHost&) = delete;
  ConnectionHost& operator=(const ConnectionHost&) = delete;

  [[nodiscard]] virtual Service& service() noexcept = 0;
  [[nodiscard]] virtual const Limits& limits() const noexcept = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  [[nodiscard]] virtual const std::string& date() = 0;  // of the Date field
  [[nodiscard]] virtual bool stopping() const noexcept = 0;
  virtual void forget(Connection& connection) = 0;
  virtual void count_refusal() noexcept = 0;
  // The way back to a connection from any thread.
  [[nodiscard]] virtual Responder responder(std::weak_ptr<Connection> connection, std::uint64_t request) = 0;
};

class Connection final : public TransportUser,
                         public std::enable_shared_from_this<Connection>,
                         private BodyTarget {
 public:
  Connection(ConnectionHost& host, std::unique_ptr<Transport> transport, std::string peer,
             std::string listener);
  ~Connection() override;

  void start();
  // The answer to request number `request`; a late or second one is dropped.
  void respond(std::uint64_t request, Response response);
  // Ends it if it is over its time.
  void check_time(std::chrono::steady_clock::time_point now);
  // Ends it at once where it waits for a request, otherwise after the answer under way.
  void wind_down();
  void close();
  // Waits for a request, or for the rest of its head.
  [[nodiscard]] bool waits() const noexcept { return phase_ == Phase::head; }
  [[nodiscard]] std::chrono::steady_clock::time_point since() const noexcept { return since_; }

 private:
  enum class Phase : std::uint8_t { opening, head, body, handling, writing, streaming, lingering, closed };
  using Time = std::chrono::steady_clock::time_point;

  void on_open(bool ok) override;
  void on_read(std::string_view bytes) override;
  void on_written(bool ok) override;
  bool on_body(std::string_view piece) override;

  void enter(Phase phase);
  void read_more();
  void consume();  // input_, as far as it goes
  [[nodiscard]] std::size_t consume_some(std::string_view bytes);
  [[nodiscard]] std::size_t consume_head(std::string_view bytes);
  [[nodiscard]] std::size_t consume_body(std::string_view bytes);
  void begin_request(std::string_view head);
  void handle();
  void refuse(int status, std::string_view reason);
  void send(Response response);
  void write_next();
  void finish_response();
  void linger();
  void begin_stream();
  void write_stream();

  ConnectionHost& host_;
  std::unique_ptr<Transport> transport_;
  std::string peer_;
  std::string listener_;
  Phase phase_ = Phase::opening;
  Time since_{};     // when the phase began
  Time activity_{};  // when a byte came or went
  bool reading_ = false;
  bool writing_ = false;

  std::string input_;        // came, not yet used
  std::size_t scanned_ = 0;  // of input_, for the end of a head

  std::uint64_t number_ = 0;  // of the request
  std::unique_ptr<RequestParser> parser_;
  Request request_;
  Plan plan_;
  std::uint64_t body_bytes_ = 0;
  std::optional<Response> body_refusal_;
  bool keep_alive_ = false;
  bool head_only_ = false;  // HEAD

  std::string head_;
  Response response_;
  bool response_pending_ = false;  // waits until the 100 Continue is written
  std::string_view to_write_;      // of the body, not yet handed to the transport
  std::uint64_t source_left_ = 0;  // of the response's source, not yet in to_write_
  EventStream* stream_ = nullptr;
  std::shared_ptr<const std::string> streamed_;  // being written
  std::uint64_t lingered_ = 0;
};

}  // namespace hinomi::api::http
