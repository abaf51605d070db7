// People who write records through the HTTP API and do not rest until each request was answered: without an
// answer the same request goes out again, with the same idempotency key.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fault/record_ledger.h"
#include "fault/server_process.h"
#include "load/http_sender.h"

namespace hinomi::fault {

// The first start over HTTP with the secret in the server's log, and a token for scripts; empty when that
// fails.
[[nodiscard]] std::string first_start(ServerProcess& server, std::vector<std::string> scopes);

class RecordWriters {
 public:
  struct Settings {
    std::uint16_t port = 0;
    std::string token;
    std::string ledger;  // file
    int writers = 6;
    std::uint64_t writes = 0;  // acknowledged ones, after which they end; 0: until stop()
    std::uint64_t seed = 0;
  };
  explicit RecordWriters(Settings settings);
  ~RecordWriters();
  RecordWriters(const RecordWriters&) = delete;
  RecordWriters& operator=(const RecordWriters&) = delete;

  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return acknowledged_; }
  [[nodiscard]] bool running() const noexcept { return left_ > 0; }
  // Ends them at once, also one whose request has no answer yet.
  void give_up() noexcept { given_up_ = true; }
  // No new request; those that wait for an answer still get it.
  void stop() noexcept { stopped_ = true; }
  void wait();
  // The first answer that none should have given; empty: there was none.
  [[nodiscard]] std::string problem();

 private:
  struct Known {
    std::string id;
    std::int64_t version = 0;
  };
  class Writer;
  [[nodiscard]] bool done() const noexcept {
    return stopped_ || given_up_ || (settings_.writes > 0 && acknowledged_ >= settings_.writes);
  }
  void wrong(const std::string& text);
  [[nodiscard]] Known shared();
  void make_shared(const Known& known);

  const Settings settings_;
  RecordLedgerWriter ledger_;
  std::atomic<std::uint64_t> acknowledged_ = 0;
  std::atomic<int> left_ = 0;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> given_up_ = false;
  std::mutex mutex_;  // of the two below
  std::string problem_;
  Known shared_;  // one record that all of them change
  std::vector<std::thread> threads_;
};

}  // namespace hinomi::fault
