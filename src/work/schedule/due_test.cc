#include "work/schedule/due.h"

#include <gtest/gtest.h>

#include <random>

#include "work/schedule/schedule_text.h"

namespace hinomi::work::schedule {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

Schedule schedule(std::string_view text) {
  return *parse_schedule(text, *calendar::TimeZone::of("Asia/Tokyo"));
}
base::TimeNs time(const char* text) {
  return *base::parse_rfc3339(text);
}
Due due(std::string_view rule, const char* from, const char* now, const MissedPolicy& policy) {
  return *due_runs(schedule(rule), nullptr, time(from), time(now), policy);
}
std::vector<std::string> shown(const std::vector<base::TimeNs>& runs) {
  std::vector<std::string> out;
  for (const base::TimeNs run : runs) out.push_back(base::format_rfc3339(run, 0).substr(0, 16));
  return out;
}
using Runs = std::vector<std::string>;

TEST(DueRuns, a_run_on_time_is_due_once) {
  const MissedPolicy policy{.kind = Missed::skip};
  const Due first = due("daily at 09:00", "2026-11-24T23:59:30Z", "2026-11-25T00:00:10Z", policy);
  EXPECT_EQ(shown(first.runs), (Runs{"2026-11-25T00:00"}));
  EXPECT_EQ(first.missed, 0U);
  EXPECT_EQ(first.next, time("2026-11-26T00:00:00Z"));
  const auto again = due_runs(schedule("daily at 09:00"), nullptr, first.handled_until,
                              {first.handled_until.since_epoch_ns + 1}, policy);
  EXPECT_TRUE(again->runs.empty());
}

TEST(DueRuns, after_a_long_sleep_the_policy_decides) {
  const char* from = "2026-11-20T03:00:00Z";
  const char* now = "2026-11-25T03:00:00Z";  // five runs were missed, the last three hours ago
  const Due skipped = due("daily at 09:00", from, now, {.kind = Missed::skip});
  EXPECT_TRUE(skipped.runs.empty());
  EXPECT_EQ(skipped.missed, 5U);
  const Due late = due("daily at 09:00", from, now, {.kind = Missed::skip, .on_time = hours(4)});
  EXPECT_EQ(shown(late.runs), (Runs{"2026-11-25T00:00"}));
  const Due once = due("daily at 09:00", from, now, {.kind = Missed::once});
  EXPECT_EQ(shown(once.runs), (Runs{"2026-11-25T00:00"}));
  EXPECT_EQ(once.missed, 4U);
  const Due all = due("daily at 09:00", from, now, {.kind = Missed::all});
  EXPECT_EQ(all.runs.size(), 5U);
  EXPECT_EQ(all.missed, 0U);
  const Due some = due("daily at 09:00", from, now, {.kind = Missed::all, .max_runs = 2});
  EXPECT_EQ(shown(some.runs), (Runs{"2026-11-24T00:00", "2026-11-25T00:00"}));
  EXPECT_EQ(some.missed, 3U);
}

TEST(DueRuns, years_of_minutes_are_counted_not_listed) {
  const Due due_now =
      due("every 1 minutes", "2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z", {.kind = Missed::once});
  EXPECT_EQ(shown(due_now.runs), (Runs{"2026-01-01T00:00"}));
  EXPECT_EQ(due_now.missed + 1, 3'653ULL * 1'440);
  EXPECT_FALSE(due_now.more_missed);
}

TEST(DueRuns, years_of_days_are_given_up_and_it_is_said) {
  const Due due_now =
      due("daily at 09:00", "2000-01-01T00:00:00Z", "2026-01-01T00:00:00Z", {.kind = Missed::once});
  EXPECT_EQ(shown(due_now.runs), (Runs{"2026-01-01T00:00"}));
  EXPECT_TRUE(due_now.more_missed);
  EXPECT_EQ(due_now.handled_until, time("2026-01-01T00:00:00Z"));
}

TEST(DueRuns, a_clock_that_went_back_repeats_nothing) {
  const Due due_now =
      due("every 5 minutes", "2026-11-25T12:00:00Z", "2026-11-25T11:00:00Z", {.kind = Missed::all});
  EXPECT_TRUE(due_now.runs.empty());
  EXPECT_EQ(due_now.handled_until, time("2026-11-25T12:00:00Z"));
  EXPECT_EQ(due_now.next, time("2026-11-25T12:05:00Z"));
}

TEST(DueRuns, what_never_comes_has_no_next) {
  const Due due_now =
      due("daily at 09:00 until 2026-11-01", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z", {});
  EXPECT_TRUE(due_now.runs.empty());
  EXPECT_EQ(due_now.next, std::nullopt);
}

TEST(DueRuns, bounds_are_kept) {
  EXPECT_FALSE(due_runs(schedule("daily at 09:00"), nullptr, {}, {}, {.max_runs = 0}));
  EXPECT_FALSE(due_runs(schedule("daily at 09:00"), nullptr, {}, {}, {.max_runs = kMaxRunsAtOnce + 1}));
  EXPECT_FALSE(due_runs(schedule("daily at 09:00"), nullptr, {}, {}, {.on_time = nanoseconds(-1)}));
  for (const std::string_view rule : {"daily at 09:00", "every 1 minutes", "every 500000 minutes"}) {
    EXPECT_TRUE(due_runs(schedule(rule), nullptr, {INT64_MIN}, {INT64_MAX}, {}));
    EXPECT_TRUE(due_runs(schedule(rule), nullptr, {INT64_MAX}, {INT64_MIN}, {}));
    EXPECT_TRUE(due_runs(schedule(rule), nullptr, {INT64_MIN}, {INT64_MIN}, {.kind = Missed::skip}));
  }
}

// However often somebody asks, at whatever moments: each run is either started or counted as missed, once.
TEST(DueRuns, asking_often_or_seldom_accounts_for_every_run_once) {
  std::mt19937_64 random(50);
  for (const std::string_view rule : {"daily at 09:00,13:00", "every 37 minutes", "weekly mon at 00:00"}) {
    const Schedule when = schedule(rule);
    for (const Missed kind : {Missed::skip, Missed::once, Missed::all}) {
      for (int round = 0; round < 20; ++round) {
        const base::TimeNs start = time("2026-01-01T00:00:00Z");
        base::TimeNs handled = start;
        base::TimeNs last_run = start;
        std::uint64_t accounted = 0;
        for (int i = 0; i < 30; ++i) {
          const base::TimeNs now{handled.since_epoch_ns +
                                 static_cast<std::int64_t>(random() % (2ULL * 86'400'000'000'000ULL))};
          const Due some = *due_runs(when, nullptr, handled, now, {.kind = kind, .max_runs = 3});
          for (const base::TimeNs run : some.runs) {
            EXPECT_LT(last_run, run);
            EXPECT_LE(run, now);
            last_run = run;
          }
          accounted += some.runs.size() + some.missed;
          handled = some.handled_until;
        }
        std::uint64_t there = 0;
        for (auto next = *next_after(when, nullptr, start); next && *next <= handled;
             next = *next_after(when, nullptr, *next)) {
          ++there;
        }
        EXPECT_EQ(accounted, there) << rule;
      }
    }
  }
}

}  // namespace
}  // namespace hinomi::work::schedule
