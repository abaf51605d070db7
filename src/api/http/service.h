// What the HTTP server asks of the program behind it: what to do with a request whose head has come, and,
// when the body is there, its answer. Not for anything about connections (server.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "api/http/message.h"

namespace hinomi::api::http {

// Takes a body piece by piece, as it comes from the connection. A response ends the request at once.
class BodySink {
 public:
  BodySink() = default;
  virtual ~BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;

  [[nodiscard]] virtual std::optional<Response> take(std::string_view piece) = 0;
};

// Where an answer goes. Copies are the same answer; only the first response counts. Safe from any thread,
// also when the client or the server is gone. When the last copy goes unused, the client gets a 500.
class Responder {
 public:
  class Target {
   public:
    Target() = default;
    virtual ~Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual void send(Response response) = 0;
  };

  explicit Responder(std::shared_ptr<Target> target) : target_(std::move(target)) {}
  void operator()(Response response) const { target_->send(std::move(response)); }

 private:
  std::shared_ptr<Target> target_;
};

// Runs on the io thread and must not block; it may keep the responder for later.
using Handler = std::function<void(Request&, Responder)>;

// What is to become of a request, decided by its head.
struct Plan {
  std::optional<Response> refusal;  // answer with this; the body is not read
  std::uint64_t body_limit = 0;     // bytes; a longer one is answered with 413
  std::shared_ptr<BodySink> sink;   // takes the body; null: it comes to the handler in Request::body
  Handler handler;                  // when the body is complete
};

class Service {
 public:
  Service() = default;
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] virtual Plan plan(const Request& head) = 0;
  // The answer to what the server refuses by itself (malformed, too long, too slow).
  [[nodiscard]] virtual Response refuse(int status, std::string_view reason) = 0;
  // Sees every answer before it is sent: the place for fields that all of them carry.
  virtual void prepare(Response& response) = 0;
};

}  // namespace hinomi::api::http
