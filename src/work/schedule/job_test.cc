#include "work/schedule/job.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace hinomi::work::schedule {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

const base::TimeNs kStart{1'800'000'000'000'000'000};
base::TimeNs after(nanoseconds duration) {
  return {kStart.since_epoch_ns + duration.count()};
}

Job made(const RetryPolicy& retry = {}) {
  return *make_job(retry, kStart);
}

TEST(Job, runs_to_its_end) {
  Job job = made();
  const Lease lease = *claim(job, "a", kStart);
  EXPECT_EQ(job.state, JobState::running);
  EXPECT_EQ(job.attempts, 1);
  const auto orders = report(job, lease, {.done = 10, .total = 100, .resume = "page 1", .log = {"began"}},
                             after(seconds(10)));
  ASSERT_TRUE(orders);
  EXPECT_FALSE(orders->cancel);
  EXPECT_EQ(orders->lease_until, after(seconds(70)));
  ASSERT_TRUE(finish(job, lease, after(seconds(20))));
  EXPECT_EQ(job.state, JobState::done);
  EXPECT_EQ(job.finished, after(seconds(20)));
  EXPECT_EQ(job.progress.done, 100U);
  EXPECT_TRUE(check(job));
  EXPECT_EQ(claim(job, "a", after(seconds(30))).error().code, base::ErrorCode::conflict);
  EXPECT_EQ(finish(job, lease, after(seconds(30))).error().code, base::ErrorCode::conflict);
}

TEST(Job, a_failure_is_tried_again_later_and_goes_on_where_it_stood) {
  Job job = made({.attempts = 2, .first_delay = seconds(30)});
  Lease lease = *claim(job, "a", kStart);
  ASSERT_TRUE(report(job, lease, {.done = 40, .total = 100, .resume = "40", .log = {}}, after(seconds(1))));
  ASSERT_TRUE(report(job, lease, {.done = 55, .total = 100, .resume = {}, .log = {}}, after(seconds(2))));
  ASSERT_TRUE(give_up(job, lease, "disk\nfull", true, 0, after(seconds(2))));
  EXPECT_EQ(job.state, JobState::queued);
  EXPECT_EQ(job.error, "disk\\nfull");
  EXPECT_EQ(job.not_before, after(seconds(32)));
  EXPECT_EQ(claim(job, "b", after(seconds(31))).error().code, base::ErrorCode::unavailable);
  lease = *claim(job, "b", after(seconds(32)));
  EXPECT_EQ(job.resume, "40");
  EXPECT_EQ(job.progress.done, 40U);
  ASSERT_TRUE(give_up(job, lease, "again", true, 0, after(seconds(33))));
  EXPECT_EQ(job.state, JobState::failed);
  ASSERT_TRUE(restart(job, after(seconds(40))));
  EXPECT_EQ(job.attempts, 0);
  EXPECT_EQ(job.resume, "40");
  EXPECT_TRUE(check(job));
  EXPECT_TRUE(claim(job, "c", after(seconds(40))));
}

TEST(Job, what_cannot_succeed_is_not_tried_again) {
  Job job = made();
  const Lease lease = *claim(job, "a", kStart);
  ASSERT_TRUE(give_up(job, lease, "no such file", false, 0, after(seconds(1))));
  EXPECT_EQ(job.state, JobState::failed);
}

TEST(Job, a_queued_job_is_cancelled_at_once_and_a_running_one_is_asked) {
  Job queued = made();
  EXPECT_TRUE(*request_cancel(queued, after(seconds(1))));
  EXPECT_EQ(queued.state, JobState::cancelled);
  EXPECT_EQ(request_cancel(queued, after(seconds(1))).error().code, base::ErrorCode::conflict);

  Job running = made();
  const Lease lease = *claim(running, "a", kStart);
  EXPECT_EQ(stop(running, lease, after(seconds(1))).error().code, base::ErrorCode::conflict);
  EXPECT_TRUE(*request_cancel(running, after(seconds(1))));
  EXPECT_FALSE(*request_cancel(running, after(seconds(1))));
  EXPECT_EQ(running.state, JobState::running);
  EXPECT_TRUE(report(running, lease, {}, after(seconds(2)))->cancel);
  ASSERT_TRUE(stop(running, lease, after(seconds(3))));
  EXPECT_EQ(running.state, JobState::cancelled);
  EXPECT_TRUE(check(running));
}

TEST(Job, a_cancelled_job_is_not_tried_again_when_its_attempt_fails_or_its_server_dies) {
  Job job = made();
  const Lease lease = *claim(job, "a", kStart);
  ASSERT_TRUE(request_cancel(job, after(seconds(1))));
  Job dead = job;
  ASSERT_TRUE(give_up(job, lease, "interrupted", true, 0, after(seconds(2))));
  EXPECT_EQ(job.state, JobState::cancelled);
  EXPECT_TRUE(expire(dead, 0, after(minutes(5))));
  EXPECT_EQ(dead.state, JobState::cancelled);
}

TEST(Job, a_lost_lease_queues_the_job_and_refuses_its_old_holder) {
  Job job = made();
  const Lease old = *claim(job, "a", kStart);
  EXPECT_FALSE(expire(job, 0, after(seconds(59))));
  EXPECT_TRUE(expire(job, 0, after(seconds(60))));
  EXPECT_EQ(job.state, JobState::queued);
  EXPECT_FALSE(expire(job, 0, after(seconds(60))));
  EXPECT_NE(job.error.find("server a"), std::string::npos);
  const Lease next = *claim(job, "a", after(minutes(2)));  // the same server, started anew
  EXPECT_NE(next.token, old.token);
  const auto refused =
      report(job, old, {.done = 99, .total = 99, .resume = "x", .log = {"x"}}, after(minutes(2)));
  EXPECT_EQ(refused.error().code, base::ErrorCode::conflict);
  EXPECT_FALSE(finish(job, old, after(minutes(2))));
  EXPECT_FALSE(give_up(job, old, "x", true, 0, after(minutes(2))));
  EXPECT_FALSE(release(job, old, after(minutes(2))));
  EXPECT_EQ(job.progress.done, 0U);
  EXPECT_TRUE(finish(job, next, after(minutes(2))));
}

TEST(Job, who_reports_too_late_has_lost_the_lease_even_before_somebody_took_it) {
  Job job = made();
  const Lease lease = *claim(job, "a", kStart);
  EXPECT_FALSE(report(job, lease, {}, after(seconds(60))));
  EXPECT_EQ(job.state, JobState::running);
}

TEST(Job, a_server_that_shuts_down_gives_the_job_back_without_loss) {
  Job job = made({.attempts = 1});
  const Lease lease = *claim(job, "a", kStart);
  ASSERT_TRUE(report(job, lease, {.done = 5, .total = 9, .resume = "5", .log = {}}, after(seconds(1))));
  ASSERT_TRUE(release(job, lease, after(seconds(2))));
  EXPECT_EQ(job.attempts, 0);
  EXPECT_TRUE(claim(job, "b", after(seconds(2))));
  EXPECT_EQ(job.progress.done, 5U);
}

TEST(Job, delays_double_up_to_the_longest_and_are_spread) {
  const RetryPolicy retry{.attempts = 100, .first_delay = seconds(10), .longest_delay = seconds(100)};
  EXPECT_EQ(retry_delay(retry, 1, 0), seconds(10));
  EXPECT_EQ(retry_delay(retry, 2, 0), seconds(20));
  EXPECT_EQ(retry_delay(retry, 4, 0), seconds(80));
  EXPECT_EQ(retry_delay(retry, 5, 0), seconds(100));
  EXPECT_EQ(retry_delay(retry, 100, 0), seconds(100));
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000; ++i) {
    const nanoseconds delay = retry_delay(retry, 3, random());
    EXPECT_TRUE(delay >= seconds(20) && delay <= seconds(40));
  }
  EXPECT_EQ(retry_delay({.first_delay = nanoseconds(0)}, 3, 7), nanoseconds(0));
}

TEST(Job, logs_and_texts_are_bounded_and_safe_to_show) {
  Job job = made();
  const Lease lease = *claim(job, "a", kStart);
  std::vector<std::string> lines(kMaxLogLines + 50, std::string(5'000, 'x'));
  lines.back() = "\x1b[31mred";
  ASSERT_TRUE(report(job, lease, {.done = 0, .total = 0, .resume = {}, .log = lines}, after(seconds(1))));
  EXPECT_EQ(job.log.lines.size(), kMaxLogLines);
  EXPECT_EQ(job.log.dropped, 50U);
  EXPECT_EQ(job.log.lines.back().text, "\\x1b[31mred");
  EXPECT_EQ(job.log.lines.front().text.size(), kMaxLogLineBytes);
  const auto large =
      report(job, lease, {.done = 1, .total = 0, .resume = std::string(kMaxResumeBytes + 1, 'x'), .log = {}},
             after(seconds(1)));
  EXPECT_EQ(large.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(job.progress.done, 0U);
  EXPECT_FALSE(claim(job, std::string(300, 's'), kStart));
  EXPECT_FALSE(claim(job, "", kStart));
}

TEST(Job, policies_out_of_bounds_are_refused) {
  EXPECT_FALSE(make_job({.attempts = 0}, kStart));
  EXPECT_FALSE(make_job({.attempts = kMaxAttempts + 1}, kStart));
  EXPECT_FALSE(make_job({.lease = nanoseconds(1)}, kStart));
  EXPECT_FALSE(make_job({.first_delay = -seconds(1)}, kStart));
  EXPECT_FALSE(make_job({.longest_delay = kMaxDelay + seconds(1)}, kStart));
  EXPECT_FALSE(make_job({.first_delay = minutes(60)}, kStart));  // longer than the longest
}

TEST(Job, what_a_store_cannot_have_written_is_found) {
  Job job = made();
  static_cast<void>(claim(job, "a", kStart));
  const std::array<void (*)(Job&), 8> breaks = {
      [](Job& j) { j.lease.reset(); },
      [](Job& j) { j.state = JobState::queued; },
      [](Job& j) { j.attempts = 99; },
      [](Job& j) { j.claims = 0; },
      [](Job& j) { j.finished = kStart; },
      [](Job& j) { j.progress.rate_sum = std::nan(""); },
      [](Job& j) { j.resume.assign(70'000, 'x'); },
      [](Job& j) { j.log.lines.resize(kMaxLogLines + 1); },
  };
  EXPECT_TRUE(check(job));
  for (const auto& broken : breaks) {
    Job copy = job;
    broken(copy);
    EXPECT_FALSE(check(copy));
  }
}

// Three servers, of which each may sleep, and somebody who cancels and restarts, in any order: at every
// moment at most one of the leases that were given out is good; what holds for jobs holds; nothing that is
// over moves by itself; and once people leave it alone, the job comes to an end.
TEST(Job, any_order_of_events_keeps_one_holder_and_comes_to_an_end) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    Job job = made({.attempts = 1 + static_cast<int>(random() % 4), .first_delay = seconds(5)});
    std::array<std::optional<Lease>, 3> held;
    base::TimeNs now = kStart;
    for (int step = 0; step < 200; ++step) {
      now.since_epoch_ns += static_cast<std::int64_t>(random() % 20) * seconds(1) / nanoseconds(1);
      const JobState before = job.state;
      const std::size_t who = random() % held.size();
      std::optional<Lease>& mine = held[who];
      const bool good = mine && job.lease == *mine && now < job.lease->until;
      bool accepted = false;
      const unsigned what = static_cast<unsigned>(random() % 8);
      if (what == 0) {
        const auto lease = claim(job, "server " + std::to_string(who), now);
        if (lease) mine = *lease;
        EXPECT_EQ(lease.has_value(), before == JobState::queued && now >= job.not_before);
      } else if (what == 1) {
        const bool expired = expire(job, random(), now);
        EXPECT_TRUE(!expired || before == JobState::running);
      } else if (what == 2 && step < 150) {
        EXPECT_EQ(request_cancel(job, now).has_value(), !is_over(before));
      } else if (what == 3 && step < 150) {
        EXPECT_EQ(restart(job, now).has_value(), before == JobState::failed || before == JobState::cancelled);
      } else if (mine && what >= 4) {
        const bool cancel = job.cancel_requested;
        if (what == 4) accepted = report(job, *mine, {random() % 100, 100, "x", {"l"}}, now).has_value();
        if (what == 5) accepted = give_up(job, *mine, "e", random() % 4 != 0, random(), now).has_value();
        if (what == 6) accepted = finish(job, *mine, now).has_value();
        if (what == 7) accepted = stop(job, *mine, now).has_value();
        EXPECT_EQ(accepted, good && (what != 7 || cancel)) << seed << " " << step;
        if (accepted && what == 4) mine = job.lease;
      }
      ASSERT_TRUE(check(job)) << seed << " " << step << " " << what;
      ASSERT_TRUE(!is_over(before) || what == 3 || job.state == before);
    }
    for (int turn = 0; turn < 10 && !is_over(job.state); ++turn) {
      now.since_epoch_ns += nanoseconds(minutes(40)).count();
      static_cast<void>(expire(job, 0, now));
      static_cast<void>(claim(job, "last", now));
    }
    EXPECT_TRUE(is_over(job.state)) << seed;
  }
}

}  // namespace
}  // namespace hinomi::work::schedule
