// What the server refuses to whoever asks (nobody, the wrong origin, without the right, too often) as lines
// of its log: of each kind at each route some at once and one a second, and not too many of all; the others
// are counted. Records that were hidden or refused to somebody stand in the audit log beside this. Not for
// requests that are malformed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/http/service.h"
#include "os/clock.h"

namespace hinomi::api {

// Safe from any thread; outlives the server's answers by being shared.
class RefusalLog {
 public:
  static constexpr double kOfOneKind = 20;  // lines at once; afterwards one a second
  static constexpr double kOfAll = 500;     // … afterwards 50 a second
  static constexpr std::size_t kMaxKinds = 2000;

  RefusalLog(const os::Clock& clock, std::function<void(std::string_view)> log)
      : clock_(clock), log_(std::move(log)) {}

  // Who asked for what; nothing of it is a secret.
  struct Asked {
    std::string method;
    std::string route;  // its pattern; empty: there is none
    std::string path;
    std::string peer;
  };
  // A line where the answer is a refusal.
  void note(const Asked& asked, const http::Response& response);

 private:
  const os::Clock& clock_;
  const std::function<void(std::string_view)> log_;
  std::mutex mutex_;  // of what is below
  struct Bucket {
    double left = 0;
    std::chrono::steady_clock::time_point at{};
    [[nodiscard]] bool take(double most, double a_second, std::chrono::steady_clock::time_point now);
  };
  Bucket all_{kOfAll};
  std::map<std::string, Bucket, std::less<>> kinds_;
  std::uint64_t more_ = 0;
};

// The responder, looked at on the way.
[[nodiscard]] http::Responder noting(http::Responder respond, std::shared_ptr<RefusalLog> log,
                                     RefusalLog::Asked asked);

}  // namespace hinomi::api
