// The whole API server on a free loopback port, with an alert store of its own and an intake that a test
// steers. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/testing/raw_client.h"
#include "api/secret.h"
#include "api/server.h"
#include "api/tickets.h"
#include "os/clock.h"
#include "os/testing/scratch_folder.h"
#include "process/live_state.h"
#include "store/alerts/alerts_test_support.h"
#include "store/alerts/writer.h"

namespace hinomi::api {

// Real randomness, as the program passes it.
inline bool random_bytes(std::span<std::byte> into) {
  std::ifstream file("/dev/urandom", std::ios::binary);
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  return file.good();
}

// Remembers what was delivered and answers from a thread of its own, as the journal does.
class SteeredIntake final : public ingest::live::Intake {
 public:
  using Delivery = ingest::live::Delivery;
  using Receipt = ingest::live::Receipt;

  SteeredIntake() : thread_([this] { run(); }) {}
  ~SteeredIntake() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void offer(Delivery delivery, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back({std::move(delivery), std::move(done)});
    }
    changed_.notify_all();
  }
  Receipt deliver(Delivery, bool) override { return {}; }
  std::string resume(ingest::live::SourceId, std::string_view) override { return {}; }

  // The next answers, one a delivery; afterwards everything is stored.
  void answer_with(std::vector<ingest::live::Admission> admissions) {
    const std::lock_guard lock(mutex_);
    next_ = {admissions.begin(), admissions.end()};
  }
  std::vector<Delivery> delivered() {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      auto [delivery, done] = std::move(queue_.front());
      queue_.pop_front();
      Receipt receipt;
      receipt.admission = ingest::live::Admission::stored;
      if (!next_.empty()) {
        receipt.admission = next_.front();
        next_.pop_front();
      }
      receipt.count = delivery.events.size();
      receipt.first = {.high = 7, .low = sequence_};
      sequence_ += receipt.count;
      receipt.last = {.high = 7, .low = sequence_ - 1};
      delivered_.push_back(std::move(delivery));
      lock.unlock();
      done(receipt);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Delivery, Done>> queue_;
  std::deque<ingest::live::Admission> next_;
  std::vector<Delivery> delivered_;
  std::uint64_t sequence_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

inline constexpr std::string_view kSourceToken = "a-token-of-the-proxy";

class ApiFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto writer = store::alerts::Writer::open(folder_ / "alerts.db");
    ASSERT_TRUE(writer) << writer.error().message;
    writer_.emplace(std::move(*writer));
    auto wakeup = process::Wakeup::create();
    ASSERT_TRUE(wakeup);
    wakeup_.emplace(std::move(*wakeup));
    source_.name = "proxy";
    source_.kind = "http";
  }
  void TearDown() override { stop(); }

  void start(http::Limits limits = {}, std::span<const Asset> assets = {}) {
    Options options;
    options.listeners.push_back({});
    options.names = {"soc.example.jp"};
    options.data_folder = folder_.path();
    options.sources = {{&source_, sha256(kSourceToken)}};
    options.assets = assets;
    options.limits = limits;
    Services services;
    services.intake = &intake_;
    services.clock = &clock_;
    services.random = random_bytes;
    services.status = [this](Status& status) {
      status.version = "test";
      status.healthy = healthy_;
      status.pipeline.unparsed = 7;
    };
    services.alerts_changed = &*wakeup_;
    services.open_alerts = [path = folder_ / "alerts.db"] { return store::alerts::Reader::open(path); };
    services.read_event = [this](std::uint64_t, std::uint32_t) {
      return store_error_ ? base::Result<std::optional<RawEvent>>(*store_error_) : event_;
    };
    services.read_finding = [this](std::uint64_t) {
      return store_error_ ? base::Result<std::optional<std::string>>(*store_error_) : record_;
    };
    add_services(services);
    auto made = Server::create(std::move(options), std::move(services));
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }
  // What a test of more than alerts and events needs.
  virtual void add_services(Services& /*services*/) {}
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->ports()[0]; }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] std::string origin() const { return "http://" + host(); }

  // A request with the right Host, further fields ("A: b\r\n"), and a body where there is one.
  [[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                    std::string_view fields = {}, std::string_view body = {}) const {
    std::string text(method);
    text.append(" ")
        .append(target)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host())
        .append("\r\n")
        .append(fields);
    if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text.append("\r\n").append(body);
  }
  http::RawResponse ask(const std::string& text) {
    http::RawClient client(port());
    client.send(text);
    const auto response = client.receive(!text.starts_with("HEAD "));
    if (!response) ADD_FAILURE() << "no answer to " << text.substr(0, 200);
    return response.value_or(http::RawResponse{});
  }
  http::RawResponse get(std::string_view target) { return ask(request("GET", target, cookie_)); }
  std::string ticket() {
    const auto issued = issue_ticket(folder_ / "ticket", clock_, random_bytes);
    if (!issued) ADD_FAILURE() << issued.error().message;
    return issued ? *issued : std::string();
  }
  http::RawResponse redeem(std::string_view ticket, std::string_view more = {}) {
    return ask(request("POST", "/api/v1/session",
                       "Content-Type: application/json\r\nOrigin: " + origin() + "\r\n" + std::string(more),
                       "{\"ticket\":\"" + std::string(ticket) + "\"}"));
  }
  // Signs in; get() is then of this session.
  void sign_in() {
    const http::RawResponse response = redeem(ticket());
    ASSERT_EQ(response.status, 204) << response.body;
    const std::string set = response.field("Set-Cookie");
    cookie_ = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  }
  [[nodiscard]] std::string upload(std::string_view body, std::string_view fields = {}) const {
    return request("POST", "/api/v1/events?source=proxy",
                   "Authorization: Bearer " + std::string(kSourceToken) + "\r\n" + std::string(fields), body);
  }

  os::ScratchFolder folder_;
  os::SystemClock clock_;
  ingest::live::SourceInfo source_;
  SteeredIntake intake_;
  std::optional<store::alerts::Writer> writer_;
  std::optional<process::Wakeup> wakeup_;
  std::atomic<bool> healthy_{true};
  std::optional<RawEvent> event_;
  std::optional<std::string> record_;
  std::optional<base::Error> store_error_;  // of the journal and of the findings log
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::string cookie_;
};

}  // namespace hinomi::api
