// One-time tickets that sign somebody in: whoever can read what the server printed at its start, or write its
// data folder, may. Only hashes and expiry are kept. Not for sessions, which a ticket begins (sessions.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/secret.h"
#include "base/result.h"
#include "os/clock.h"

namespace hinomi::api {

inline constexpr std::int64_t kTicketLifeNs = 600LL * 1'000'000'000;
inline constexpr std::size_t kMaxTickets = 16;
// Failed tries: this many at once, then one more every kTryEveryNs.
inline constexpr int kTriesAtOnce = 10;
inline constexpr std::int64_t kTryEveryNs = 2LL * 1'000'000'000;

// Makes a ticket, and adds its hash to the file at `path` (DIR/ticket), where a running server finds it.
// Returns its text, which is kept nowhere else. Called by another process than the server.
[[nodiscard]] base::Result<std::string> issue_ticket(const std::string& path, const os::Clock& clock,
                                                     const RandomBytes& random);

enum class TicketVerdict : std::uint8_t { good, bad, throttled };

// On one thread.
class Tickets {
 public:
  Tickets(std::string path, const os::Clock& clock) : path_(std::move(path)), clock_(clock) {}

  // A good ticket is good once: it is gone from the file before this returns. A good one is taken however
  // many bad ones came before, so that nobody can lock the owner out; a bad one is told apart only from
  // being too frequent. (256 random bits are not found by trying.)
  [[nodiscard]] TicketVerdict redeem(std::string_view ticket);

 private:
  [[nodiscard]] bool take_try();

  std::string path_;
  const os::Clock& clock_;
  // Against a writer that puts a used one back, having read the file before it was taken out.
  std::vector<Digest> redeemed_;
  double tries_ = kTriesAtOnce;
  std::chrono::steady_clock::time_point refilled_{};
  bool started_ = false;
};

}  // namespace hinomi::api
