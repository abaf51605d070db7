// A client of the server's stream of alerts, as the web page is one: notes when which count of findings of
// the marked events' alerts was shown. Not a test of the stream's form.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fault/server_process.h"

namespace hinomi::perf {

struct Shown {
  std::uint64_t count = 0;  // findings of the alert
  std::int64_t at_ns = 0;   // of the steady clock
};

class AlertListener {
 public:
  // Signs in through `server`, which must outlive this, and listens until stop().
  explicit AlertListener(fault::ServerProcess& server);
  ~AlertListener();
  AlertListener(const AlertListener&) = delete;
  AlertListener& operator=(const AlertListener&) = delete;

  void stop();
  // False: the stream could not be opened or broke off.
  [[nodiscard]] bool sound() const noexcept { return sound_; }
  // By the host that the alert is about, in order of time. After stop().
  [[nodiscard]] const std::map<std::string, std::vector<Shown>>& shown() const noexcept { return shown_; }
  [[nodiscard]] std::uint64_t resets() const noexcept { return resets_; }

 private:
  void listen();
  void take_message(std::string_view event, std::string_view data);
  void take_rows(std::string_view json);

  fault::ServerProcess& server_;
  std::string cookie_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> sound_{true};
  std::uint64_t resets_ = 0;
  std::map<std::string, std::vector<Shown>> shown_;
  std::thread thread_;
};

}  // namespace hinomi::perf
