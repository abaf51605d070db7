#include "work/schedule/job.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace hinomi::work::schedule {
namespace {

using std::chrono::nanoseconds;

base::Error conflict(std::string_view what, std::string_view remedy = {}) {
  return {base::ErrorCode::conflict, "job: " + std::string(what), std::string(remedy)};
}

base::TimeNs later(base::TimeNs time, nanoseconds by) noexcept {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (time.since_epoch_ns > kMost - by.count()) return {kMost};
  return {time.since_epoch_ns + by.count()};
}

std::string safe(std::string_view text, std::size_t bytes) {
  return std::string(base::cut_to_bytes(base::visible(base::cut_to_bytes(text, bytes)), bytes));
}

bool is_policy(const RetryPolicy& retry) noexcept {
  return retry.attempts >= 1 && retry.attempts <= kMaxAttempts && retry.lease >= kMinLease &&
         retry.lease <= kMaxLease && retry.first_delay.count() >= 0 && retry.longest_delay <= kMaxDelay &&
         retry.first_delay <= retry.longest_delay;
}

bool holds(const Job& job, const Lease& lease, base::TimeNs now) {
  return job.state == JobState::running && job.lease && job.lease->token == lease.token &&
         job.lease->server == lease.server && now < job.lease->until;
}
base::Result<void> need_lease(const Job& job, const Lease& lease, base::TimeNs now) {
  if (holds(job, lease, now)) return {};
  return conflict("the lease of " + safe(lease.server, kMaxServerBytes) + " was lost",
                  "stop the work and write nothing; another server goes on");
}

void end(Job& job, JobState state, base::TimeNs now) {
  job.state = state;
  job.finished = now;
  job.lease.reset();
}

void queue_again(Job& job, base::TimeNs not_before) {
  job.state = JobState::queued;
  job.lease.reset();
  job.not_before = not_before;
}

// An attempt ended without success.
void attempt_failed(Job& job, std::string_view error, bool again, std::uint64_t random, base::TimeNs now) {
  job.error = safe(error, kMaxErrorBytes);
  if (job.cancel_requested) return end(job, JobState::cancelled, now);
  if (!again || job.attempts >= job.retry.attempts) return end(job, JobState::failed, now);
  queue_again(job, later(now, retry_delay(job.retry, job.attempts, random)));
}

}  // namespace

void append(JobLog& log, base::TimeNs time, std::string_view text) {
  if (log.lines.size() >= kMaxLogLines) {
    log.lines.pop_front();
    ++log.dropped;
  }
  log.lines.push_back({time, safe(text, kMaxLogLineBytes)});
}

base::Result<Job> make_job(const RetryPolicy& retry, base::TimeNs now) {
  if (!is_policy(retry)) {
    return base::Error{base::ErrorCode::usage, "job: attempts, delays or lease out of bounds",
                       "use 1 to 100 attempts, delays up to a week, a lease of a second to a day"};
  }
  Job job;
  job.retry = retry;
  job.created = now;
  job.not_before = now;
  return job;
}

base::Result<void> check(const Job& job) {
  const bool running = job.state == JobState::running;
  const bool log_fits = job.log.lines.size() <= kMaxLogLines &&
                        std::all_of(job.log.lines.begin(), job.log.lines.end(),
                                    [](const LogLine& line) { return line.text.size() <= kMaxLogLineBytes; });
  const bool attempts_fit = job.attempts >= 0 && job.attempts <= job.retry.attempts &&
                            job.claims >= static_cast<std::uint64_t>(job.attempts);
  const bool lease_fits = running == job.lease.has_value() && (!running || job.attempts >= 1) &&
                          (!job.lease || job.lease->token == job.claims);
  const bool end_fits = is_over(job.state) || job.finished == base::TimeNs{};
  const Progress& progress = job.progress;
  const bool progress_fits = std::isfinite(progress.rate_sum) && std::isfinite(progress.rate_weight) &&
                             progress.rate_sum >= 0 && progress.rate_weight >= 0 &&
                             progress.measured_done <= progress.done;
  const bool cancel_fits = !job.cancel_requested || running || is_over(job.state);
  if (is_policy(job.retry) && attempts_fit && lease_fits && end_fits && cancel_fits && progress_fits &&
      log_fits && job.resume.size() <= kMaxResumeBytes && job.error.size() <= kMaxErrorBytes) {
    return {};
  }
  return base::Error{base::ErrorCode::invalid_input, "job: what is stored is no job", "restore the store"};
}

base::Result<Lease> claim(Job& job, std::string_view server, base::TimeNs now) {
  if (server.empty() || server.size() > kMaxServerBytes) {
    return base::Error{base::ErrorCode::usage, "job: a server without a name",
                       "give it one of up to 200 bytes"};
  }
  if (job.state != JobState::queued) return conflict("it is not queued", "take another");
  if (now < job.not_before) {
    return base::Error{base::ErrorCode::unavailable, "job: its time has not come", "take another"};
  }
  job.state = JobState::running;
  ++job.attempts;
  ++job.claims;
  job.started = now;
  job.error.clear();
  Lease lease{std::string(server), job.claims, later(now, job.retry.lease)};
  job.lease = lease;
  // What lies behind the place to go on from is done again.
  job.progress.done = job.resume.empty() ? 0 : job.resume_done;
  begin_attempt(job.progress, now);
  return lease;
}

base::Result<Orders> report(Job& job, const Lease& lease, const Report& what, base::TimeNs now) {
  if (const auto held = need_lease(job, lease, now); !held) return held.error();
  if (what.resume && what.resume->size() > kMaxResumeBytes) {
    return base::Error{base::ErrorCode::limit_exceeded, "job: a place to go on from of more than 64 KiB",
                       "store it elsewhere, and its name here"};
  }
  Lease renewed = job.lease.value_or(lease);
  renewed.until = std::max(renewed.until, later(now, job.retry.lease));
  job.lease = renewed;
  advance(job.progress, what.done, what.total, now);
  if (what.resume) {
    job.resume = *what.resume;
    job.resume_done = job.progress.done;
  }
  for (const std::string& line : what.log) append(job.log, now, line);
  return Orders{job.cancel_requested, renewed.until};
}

base::Result<void> finish(Job& job, const Lease& lease, base::TimeNs now) {
  if (const auto held = need_lease(job, lease, now); !held) return held;
  advance(job.progress, std::max(job.progress.done, job.progress.total), job.progress.total, now);
  job.error.clear();
  job.resume.clear();
  end(job, JobState::done, now);
  return {};
}

base::Result<void> give_up(Job& job, const Lease& lease, std::string_view error, bool again,
                           std::uint64_t random, base::TimeNs now) {
  if (const auto held = need_lease(job, lease, now); !held) return held;
  attempt_failed(job, error, again, random, now);
  return {};
}

base::Result<void> stop(Job& job, const Lease& lease, base::TimeNs now) {
  if (const auto held = need_lease(job, lease, now); !held) return held;
  if (!job.cancel_requested) return conflict("nobody asked it to stop", "release it, or give up");
  end(job, JobState::cancelled, now);
  return {};
}

base::Result<void> release(Job& job, const Lease& lease, base::TimeNs now) {
  if (const auto held = need_lease(job, lease, now); !held) return held;
  --job.attempts;
  if (job.cancel_requested) {
    end(job, JobState::cancelled, now);
  } else {
    queue_again(job, now);
  }
  return {};
}

base::Result<bool> request_cancel(Job& job, base::TimeNs now) {
  if (is_over(job.state)) return conflict("it is over", "there is nothing to cancel");
  if (job.cancel_requested) return false;
  job.cancel_requested = true;
  if (job.state == JobState::queued) end(job, JobState::cancelled, now);
  return true;
}

base::Result<void> restart(Job& job, base::TimeNs now) {
  if (job.state != JobState::failed && job.state != JobState::cancelled) {
    return conflict("only what failed or was cancelled is tried again", "make a new job");
  }
  queue_again(job, now);
  job.finished = {};
  job.attempts = 0;
  job.cancel_requested = false;
  return {};
}

bool expire(Job& job, std::uint64_t random, base::TimeNs now) {
  if (job.state != JobState::running || !job.lease || now < job.lease->until) return false;
  const std::string error = "the server " + job.lease->server + " was not heard of any more";
  append(job.log, now, error);
  attempt_failed(job, error, true, random, now);
  return true;
}

nanoseconds retry_delay(const RetryPolicy& retry, int attempts, std::uint64_t random) {
  nanoseconds delay = retry.first_delay;
  for (int i = 1; i < attempts && delay < retry.longest_delay; ++i) delay *= 2;
  delay = std::min(delay, retry.longest_delay);
  const auto half = static_cast<std::uint64_t>(delay.count()) / 2;
  return delay - nanoseconds(static_cast<std::int64_t>(random % (half + 1)));
}

}  // namespace hinomi::work::schedule
