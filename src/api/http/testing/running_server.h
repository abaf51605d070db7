// An HTTP server on a free loopback port with its io thread, for one test. The service is given by functions.
// For tests only.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/http/server.h"
#include "api/http/testing/raw_client.h"
#include "os/clock.h"

namespace hinomi::api::http {

// Answers every path with what came; what a test wants else, it sets before the server runs.
class EchoService final : public Service {
 public:
  std::uint64_t body_limit = 1 << 20;
  Handler handler = [](Request& request, const Responder& respond) {
    Response response;
    response.body =
        std::string(name_of(request.method)) + " " + request.path + "?" + request.query + " " + request.body;
    respond(std::move(response));
  };
  std::function<std::optional<Response>(const Request&)> refusal = [](const Request&) {
    return std::nullopt;
  };
  std::atomic<int> requests{0};

  Plan plan(const Request& head) override {
    ++requests;
    Plan plan;
    plan.refusal = refusal(head);
    plan.body_limit = body_limit;
    plan.handler = handler;
    return plan;
  }
  Response refuse(int status, std::string_view reason) override {
    Response response;
    response.status = status;
    response.body = reason;
    return response;
  }
  void prepare(Response& response) override { response.with("X-Prepared", "yes"); }
};

class RunningServer {
 public:
  explicit RunningServer(Service& service, const Limits& limits = {}, Listener listener = {}) {
    auto made = Server::create({listener}, limits, service, clock_);
    if (!made) {
      ADD_FAILURE() << made.error().message;
      return;
    }
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~RunningServer() { stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->ports()[0]; }
  [[nodiscard]] Server& operator*() const { return *server_; }
  Server* operator->() const { return server_.get(); }
  void drop() { server_.reset(); }

 private:
  os::SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace hinomi::api::http
