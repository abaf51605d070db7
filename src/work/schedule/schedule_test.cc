#include "work/schedule/schedule.h"

#include <gtest/gtest.h>

#include <random>

#include "work/calendar/business_time.h"
#include "work/calendar/calendar_yaml.h"
#include "work/schedule/schedule_text.h"

namespace hinomi::work::schedule {
namespace {

using calendar::Calendar;
using calendar::CalendarSet;
using calendar::Day;
using calendar::TimeZone;

const CalendarSet& content() {
  static const CalendarSet set = std::move(*CalendarSet::read_folder(HINOMI_SOURCE_DIR "/content/calendars"));
  return set;
}

Schedule schedule(std::string_view text, const char* zone = "Asia/Tokyo") {
  auto parsed = parse_schedule(text, *TimeZone::of(zone));
  EXPECT_TRUE(parsed) << text << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Schedule{};
}

// The next runs, as UTC to the minute.
std::vector<std::string> runs(const Schedule& when, const char* from, std::size_t count,
                              const Calendar* calendar = nullptr) {
  std::vector<std::string> out;
  base::TimeNs time = *base::parse_rfc3339(from);
  while (out.size() < count) {
    const auto next = next_after(when, calendar, time);
    if (!next) return {next.error().message};
    if (!*next) break;
    time = **next;
    out.push_back(base::format_rfc3339(time, 0).substr(0, 16));
  }
  return out;
}
using Runs = std::vector<std::string>;

TEST(Schedule, daily_runs_at_its_times_in_its_zone) {
  EXPECT_EQ(runs(schedule("daily at 09:00,17:30"), "2026-11-25T00:00:00Z", 3),
            (Runs{"2026-11-25T08:30", "2026-11-26T00:00", "2026-11-26T08:30"}));
  EXPECT_EQ(runs(schedule("daily at 09:00"), "2026-11-24T23:59:59.999999999Z", 1),
            (Runs{"2026-11-25T00:00"}));
  EXPECT_EQ(runs(schedule("every 3 days at 00:00 from 2026-11-25", "UTC"), "2026-01-01T00:00:00Z", 3),
            (Runs{"2026-11-25T00:00", "2026-11-28T00:00", "2026-12-01T00:00"}));
  EXPECT_EQ(
      runs(schedule("daily at 00:00 from 2026-11-25 until 2026-11-26", "UTC"), "2026-01-01T00:00:00Z", 9),
      (Runs{"2026-11-25T00:00", "2026-11-26T00:00"}));
}

TEST(Schedule, weekly_runs_on_its_days_of_its_weeks) {
  EXPECT_EQ(runs(schedule("weekly mon,thu at 08:30", "UTC"), "2026-11-25T00:00:00Z", 3),
            (Runs{"2026-11-26T08:30", "2026-11-30T08:30", "2026-12-03T08:30"}));
  // Weeks begin on Monday: Sunday 8 belongs to the first week, Monday 9 does not.
  EXPECT_EQ(
      runs(schedule("every 2 weeks mon,sun at 00:00 from 2026-11-04", "UTC"), "2026-11-01T00:00:00Z", 3),
      (Runs{"2026-11-08T00:00", "2026-11-16T00:00", "2026-11-22T00:00"}));
}

TEST(Schedule, monthly_runs_on_days_that_exist) {
  EXPECT_EQ(runs(schedule("monthly day 31 at 12:00", "UTC"), "2026-01-01T00:00:00Z", 3),
            (Runs{"2026-01-31T12:00", "2026-03-31T12:00", "2026-05-31T12:00"}));
  EXPECT_EQ(runs(schedule("monthly day 31 or-last at 12:00", "UTC"), "2026-01-01T00:00:00Z", 3),
            (Runs{"2026-01-31T12:00", "2026-02-28T12:00", "2026-03-31T12:00"}));
  EXPECT_EQ(runs(schedule("monthly day 1,last at 12:00", "UTC"), "2028-02-01T13:00:00Z", 3),
            (Runs{"2028-02-29T12:00", "2028-03-01T12:00", "2028-03-31T12:00"}));
  EXPECT_EQ(runs(schedule("monthly day -3 at 12:00 months 2", "UTC"), "2026-01-01T00:00:00Z", 1),
            (Runs{"2026-02-26T12:00"}));
  EXPECT_EQ(runs(schedule("monthly 2 tue at 10:00", "UTC"), "2026-11-25T00:00:00Z", 2),
            (Runs{"2026-12-08T10:00", "2027-01-12T10:00"}));
  EXPECT_EQ(runs(schedule("monthly last fri at 17:00 months 3,6,9,12", "UTC"), "2026-11-25T00:00:00Z", 2),
            (Runs{"2026-12-25T17:00", "2027-03-26T17:00"}));
  EXPECT_EQ(runs(schedule("monthly 5 mon at 00:00", "UTC"), "2026-11-01T00:00:00Z", 2),
            (Runs{"2026-11-30T00:00", "2027-03-29T00:00"}));
  EXPECT_EQ(runs(schedule("monthly day 29 at 00:00 months 2", "UTC"), "2097-01-01T00:00:00Z", 1),
            (Runs{"2104-02-29T00:00"}));
  EXPECT_EQ(runs(schedule("monthly day 30 at 00:00 months 2", "UTC"), "2026-01-01T00:00:00Z", 1), (Runs{}));
}

TEST(Schedule, business_days_of_the_month_follow_the_calendar) {
  const Calendar* jp = content().find("jp");
  EXPECT_EQ(runs(schedule("monthly business-day 3 at 09:00"), "2026-04-30T00:00:00Z", 2, jp),
            (Runs{"2026-05-08T00:00", "2026-06-03T00:00"}));
  EXPECT_EQ(runs(schedule("monthly business-day last at 15:00"), "2026-05-01T00:00:00Z", 1, jp),
            (Runs{"2026-05-29T06:00"}));
  EXPECT_EQ(next_after(schedule("monthly business-day 3 at 09:00"), nullptr, {}).error().code,
            base::ErrorCode::usage);
}

TEST(Schedule, free_days_are_run_skipped_or_moved) {
  const Calendar* jp = content().find("jp");
  // 2026: Sunday 3 May to Wednesday 6 May are free.
  const char* from = "2026-05-01T12:00:00Z";
  EXPECT_EQ(runs(schedule("daily at 09:00"), from, 2, jp), (Runs{"2026-05-02T00:00", "2026-05-03T00:00"}));
  EXPECT_EQ(runs(schedule("daily at 09:00 free-days skip"), from, 2, jp),
            (Runs{"2026-05-07T00:00", "2026-05-08T00:00"}));
  EXPECT_EQ(runs(schedule("monthly day 5 at 09:00 free-days next"), from, 2, jp),
            (Runs{"2026-05-07T00:00", "2026-06-05T00:00"}));
  EXPECT_EQ(runs(schedule("monthly day 5 at 09:00 free-days previous"), "2026-04-30T12:00:00Z", 2, jp),
            (Runs{"2026-05-01T00:00", "2026-06-05T00:00"}));
  // Monday's run moves onto Thursday, where there is none of its own; it is one run.
  EXPECT_EQ(runs(schedule("weekly mon,thu at 09:00 free-days next"), from, 2, jp),
            (Runs{"2026-05-07T00:00", "2026-05-11T00:00"}));
  // The month is that of the day before it moved.
  EXPECT_EQ(runs(schedule("monthly day 31 at 09:00 months 10 free-days next"), "2026-10-01T00:00:00Z", 1, jp),
            (Runs{"2026-11-02T00:00"}));
}

TEST(Schedule, every_so_many_minutes_is_elapsed_time) {
  EXPECT_EQ(runs(schedule("every 15 minutes"), "2026-11-25T00:00:00Z", 2),
            (Runs{"2026-11-25T00:15", "2026-11-25T00:30"}));
  EXPECT_EQ(runs(schedule("every 90 minutes anchor 2026-11-25T00:05:00Z"), "2026-11-24T22:30:00Z", 3),
            (Runs{"2026-11-24T22:35", "2026-11-25T00:05", "2026-11-25T01:35"}));
  EXPECT_EQ(runs(schedule("every 60 minutes", "America/New_York"), "2026-03-08T06:30:00Z", 2),
            (Runs{"2026-03-08T07:00", "2026-03-08T08:00"}));
}

TEST(Schedule, changes_of_the_clock_neither_lose_nor_repeat_a_run) {
  const char* zone = "America/New_York";
  EXPECT_EQ(runs(schedule("daily at 02:30", zone), "2026-03-07T00:00:00Z", 3),
            (Runs{"2026-03-07T07:30", "2026-03-08T07:30", "2026-03-09T06:30"}));
  EXPECT_EQ(runs(schedule("daily at 02:30,03:30", zone), "2026-03-08T00:00:00Z", 2),
            (Runs{"2026-03-08T07:30", "2026-03-09T06:30"}));
  EXPECT_EQ(runs(schedule("daily at 01:30", zone), "2026-10-31T12:00:00Z", 2),
            (Runs{"2026-11-01T05:30", "2026-11-02T06:30"}));
  // The whole 30th was skipped on Samoa.
  EXPECT_EQ(runs(schedule("daily at 12:00", "Pacific/Apia"), "2011-12-29T12:00:00Z", 2),
            (Runs{"2011-12-29T22:00", "2011-12-30T22:00"}));
}

TEST(Schedule, bounds_are_kept) {
  Schedule good = schedule("daily at 09:00");
  EXPECT_TRUE(check(good));
  const std::vector<When> bad = {EveryMinutes{0, {}},   EveryMinutes{5, {}}, Daily{0},
                                 Daily{1'001},          Weekly{0, 1},        Weekly{255, 1},
                                 MonthlyDay{},          MonthlyDay{{0}},     MonthlyDay{{32}},
                                 MonthlyWeekday{0},     MonthlyWeekday{-2},  MonthlyBusinessDay{0},
                                 MonthlyBusinessDay{24}};
  for (const When& when : bad) {
    Schedule broken = good;
    broken.when = when;
    EXPECT_FALSE(check(broken)) << when.index();
    EXPECT_FALSE(next_after(broken, nullptr, {}));
  }
  for (const std::vector<int>& times : {std::vector<int>{}, {-1}, {1440}, {60, 60}, {90, 60}}) {
    Schedule broken = good;
    broken.times = times;
    EXPECT_FALSE(check(broken));
  }
  for (const std::int64_t extreme : {INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(*next_after(good, nullptr, {extreme}), std::nullopt);
    EXPECT_EQ(*next_after(schedule("every 1 minutes"), nullptr, {extreme}), std::nullopt);
  }
  EXPECT_EQ(next_after(schedule("daily at 09:00 free-days skip"), content().find("jp"),
                       *base::parse_rfc3339("2099-12-31T12:00:00Z"))
                .error()
                .code,
            base::ErrorCode::limit_exceeded);
}

// Random schedules over changes of the clock: runs are after the time asked for, none lies between, asking
// just before a run gives that run, and each is on a day and at a time that the schedule names, or that the
// clock moved.
TEST(Schedule, the_next_run_is_the_first_one) {
  std::mt19937_64 random(19);
  const std::vector<std::string> rules = {"daily at 02:30,14:00",
                                          "every 5 days at 00:00 from 2025-12-30",
                                          "weekly mon-wed,sat at 01:15,02:59",
                                          "monthly day 31 or-last at 23:59",
                                          "monthly last sun at 02:00,03:00",
                                          "monthly 1 sun at 01:30",
                                          "monthly day 8 at 02:30 free-days next",
                                          "weekly sun,mon at 09:00 free-days previous",
                                          "every 47 minutes",
                                          "monthly business-day -2 at 12:00",
                                          "daily at 00:00 months 3,11 free-days skip"};
  const Calendar* us = content().find("us-federal");
  for (const std::string& rule : rules) {
    const Schedule when = schedule(rule, "America/New_York");
    for (int round = 0; round < 60; ++round) {
      const base::TimeNs time{1'767'225'600'000'000'000 +
                              static_cast<std::int64_t>(random() % (400ULL * 86'400'000'000'000ULL))};
      const auto next = next_after(when, us, time);
      ASSERT_TRUE(next && *next) << rule;
      const base::TimeNs run = **next;
      EXPECT_GT(run, time);
      EXPECT_EQ(**next_after(when, us, {run.since_epoch_ns - 1}), run) << rule;
      const base::TimeNs middle{time.since_epoch_ns + (run.since_epoch_ns - time.since_epoch_ns) / 2};
      EXPECT_EQ(**next_after(when, us, middle), middle == run ? **next_after(when, us, run) : run) << rule;
      if (!when.times.empty()) {
        const calendar::LocalTime local = when.zone.local(run);
        const int minute = static_cast<int>(local.since_midnight_ns / 60'000'000'000LL);
        const bool named = std::count(when.times.begin(), when.times.end(), minute) != 0 ||
                           std::count(when.times.begin(), when.times.end(), minute - 60) != 0;
        EXPECT_TRUE(named) << rule;
        EXPECT_TRUE(when.free_days == FreeDays::run || us->is_business_day(local.day)) << rule;
      }
    }
  }
}

}  // namespace
}  // namespace hinomi::work::schedule
