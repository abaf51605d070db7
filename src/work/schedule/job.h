// A piece of long work and what can happen to it: queued, running, done, failed, cancelled; attempts with
// growing delays, a lease that several servers contend for, progress, a place to go on from, a short log.
// Plain values and functions of (job, time): whoever stores jobs calls one of them in a transaction and
// writes the job back. Not for running anything.
//
//   queued --claim--> running --finish--> done
//     ^  ^               | |--give_up (final, or no attempt left)--> failed --restart--> queued
//     |  +-release,------+ |--stop, after a cancel request---------> cancelled --restart--> queued
//     +---give_up, expire (an attempt is left)
//   queued --request_cancel--> cancelled
//
// Time is that of the store, so that servers whose clocks differ agree. The holder of a lease proves itself
// by its token: what it writes after the lease was lost is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "work/schedule/progress.h"

namespace hinomi::work::schedule {

inline constexpr int kMaxAttempts = 100;
inline constexpr std::chrono::nanoseconds kMinLease = std::chrono::seconds(1);
inline constexpr std::chrono::nanoseconds kMaxLease = std::chrono::hours(24);
inline constexpr std::chrono::nanoseconds kMaxDelay = std::chrono::hours(24 * 7);
inline constexpr std::size_t kMaxServerBytes = 200;
inline constexpr std::size_t kMaxResumeBytes = 64UL * 1024;
inline constexpr std::size_t kMaxErrorBytes = 2'000;
inline constexpr std::size_t kMaxLogLines = 200;  // the latest are kept
inline constexpr std::size_t kMaxLogLineBytes = 1'000;

enum class JobState : std::uint8_t { queued, running, done, failed, cancelled };

struct RetryPolicy {
  int attempts = 3;                                                   // 1 to kMaxAttempts
  std::chrono::nanoseconds first_delay = std::chrono::seconds(30);    // doubled for each further attempt
  std::chrono::nanoseconds longest_delay = std::chrono::minutes(30);  // up to kMaxDelay
  std::chrono::nanoseconds lease = std::chrono::seconds(60);          // renewed by every report
  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

struct Lease {
  std::string server;       // who has it
  std::uint64_t token = 0;  // one more for each claim of the job
  base::TimeNs until;       // lost from then on
  friend bool operator==(const Lease&, const Lease&) = default;
};

struct LogLine {
  base::TimeNs time;
  std::string text;  // English, safe to show
  friend bool operator==(const LogLine&, const LogLine&) = default;
};

struct JobLog {
  std::deque<LogLine> lines;
  std::uint64_t dropped = 0;  // older ones
  friend bool operator==(const JobLog&, const JobLog&) = default;
};
void append(JobLog& log, base::TimeNs time, std::string_view text);

struct Job {
  JobState state = JobState::queued;
  RetryPolicy retry;
  int attempts = 0;          // begun
  std::uint64_t claims = 0;  // ever; the token of the last lease
  base::TimeNs created;
  base::TimeNs not_before;     // of the next attempt
  base::TimeNs started;        // of the last attempt; 0 before the first
  base::TimeNs finished;       // when done, failed or cancelled; else 0
  std::optional<Lease> lease;  // while running
  bool cancel_requested = false;
  Progress progress;
  std::string resume;             // where the next attempt goes on; empty: from the beginning. Opaque
  std::uint64_t resume_done = 0;  // what was done there
  std::string error;              // why the last attempt ended; empty when done
  JobLog log;
  friend bool operator==(const Job&, const Job&) = default;
};

[[nodiscard]] constexpr bool is_over(JobState state) noexcept {
  return state == JobState::done || state == JobState::failed || state == JobState::cancelled;
}

// Error usage when the policy is out of its bounds.
[[nodiscard]] base::Result<Job> make_job(const RetryPolicy& retry, base::TimeNs now);
// What holds for every job; for what comes out of a store.
[[nodiscard]] base::Result<void> check(const Job& job);

// A server takes the job. Error conflict when it is not queued, unavailable before its time.
[[nodiscard]] base::Result<Lease> claim(Job& job, std::string_view server, base::TimeNs now);

// What the holder of a lease says from time to time; at the latest after a third of the lease.
struct Report {
  std::uint64_t done = 0;
  std::uint64_t total = 0;            // 0: not known
  std::optional<std::string> resume;  // what is behind it need not be done again
  std::vector<std::string> log;
};
struct Orders {
  bool cancel = false;  // stop soon, clean up, call stop()
  base::TimeNs lease_until;
};
// The functions below that take a lease: error conflict when it is no longer held. What it was about is then
// the business of another; the holder stops without writing anything.
[[nodiscard]] base::Result<Orders> report(Job& job, const Lease& lease, const Report& what, base::TimeNs now);
[[nodiscard]] base::Result<void> finish(Job& job, const Lease& lease, base::TimeNs now);
// The attempt failed. `again`: another may succeed. `random` spreads the delays of many jobs.
[[nodiscard]] base::Result<void> give_up(Job& job, const Lease& lease, std::string_view error, bool again,
                                         std::uint64_t random, base::TimeNs now);
// The holder stopped because it was asked to.
[[nodiscard]] base::Result<void> stop(Job& job, const Lease& lease, base::TimeNs now);
// The server is shut down in order: the attempt does not count, another server may go on at once.
[[nodiscard]] base::Result<void> release(Job& job, const Lease& lease, base::TimeNs now);

// Somebody wants it ended. A queued job is cancelled at once, a running one asked to stop; true when that
// changed something. Error conflict when it is over.
[[nodiscard]] base::Result<bool> request_cancel(Job& job, base::TimeNs now);
// Somebody wants a failed or cancelled job tried again: all its attempts, from where it stood.
[[nodiscard]] base::Result<void> restart(Job& job, base::TimeNs now);
// Any server calls this for running jobs whose lease is over: queued again with the delay of a failure, or
// failed, or cancelled where that was asked for. False when there is nothing to do.
[[nodiscard]] bool expire(Job& job, std::uint64_t random, base::TimeNs now);

// Between half of and the whole of first_delay · 2^(attempts - 1), at most longest_delay.
[[nodiscard]] std::chrono::nanoseconds retry_delay(const RetryPolicy& retry, int attempts,
                                                   std::uint64_t random);

}  // namespace hinomi::work::schedule
