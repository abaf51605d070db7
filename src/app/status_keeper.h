// Gathers what the status page shows, on a thread of its own, so that nobody who asks has to wait for a disk.
// Not for judging: it only counts.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "api/status.h"
#include "app/live_sources.h"
#include "ingest/live/committer.h"
#include "os/clock.h"
#include "process/live_state.h"
#include "store/alerts/reader.h"

namespace hinomi::app {

class StatusKeeper {
 public:
  struct Parts {
    ingest::live::Committer* committer = nullptr;
    LiveSources* sources = nullptr;
    const process::LiveState* state = nullptr;
    const os::Clock* clock = nullptr;
    std::string alerts_file;
    bool demo = false;
  };
  explicit StatusKeeper(Parts parts);
  ~StatusKeeper();
  StatusKeeper(const StatusKeeper&) = delete;
  StatusKeeper& operator=(const StatusKeeper&) = delete;

  // The latest figures. Does not block.
  void fill(api::Status& status) const;

 private:
  void run();
  void gather();
  void gather_pipeline(api::Status& status);
  void gather_sources(api::Status& status, double seconds);
  void gather_quarantine(api::Status& status);
  [[nodiscard]] api::Status::Sandbox sandbox() const;

  Parts parts_;
  store::alerts::Reader alerts_;
  std::map<std::string, std::uint64_t> events_before_;
  std::uint64_t quarantined_before_ = ~std::uint64_t{0};
  std::vector<api::QuarantinedEvent> quarantined_;
  std::chrono::steady_clock::time_point gathered_at_{};

  mutable std::mutex mutex_;  // guards status_ and stopping_
  std::condition_variable stop_called_;
  api::Status status_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hinomi::app
