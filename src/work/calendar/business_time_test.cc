#include "work/calendar/business_time.h"

#include <gtest/gtest.h>

#include <random>

#include "work/calendar/calendar_yaml.h"

namespace hinomi::work::calendar {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

class BusinessTime : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto read = CalendarSet::read_folder(HINOMI_SOURCE_DIR "/content/calendars");
    ASSERT_TRUE(read) << (read ? "" : read.error().message);
    set_ = new CalendarSet(std::move(*read));
    ASSERT_TRUE(set_->add(R"(
calendar: night
based_on: us-federal
name: { en: Night, ja: 夜 }
hours: { mon-fri: "04:00-04:30 21:00-05:00", sun: "00:00-24:00", holiday: "01:30-02:30" }
closures: [ { name: { en: Shutdown, ja: 休業 }, days: 2026-07-10..2026-07-20 } ]
)"));
    ASSERT_TRUE(set_->add("calendar: never\nname: { en: Never, ja: 無 }"));
  }
  static void TearDownTestSuite() { delete set_; }

  static const Calendar& jp() { return *set_->find("jp"); }
  static std::string add(const char* start, nanoseconds duration) {
    const auto end = add_business_time(jp(), time(start), duration);
    return end ? base::format_rfc3339({end->since_epoch_ns + 9LL * 3'600'000'000'000LL}, 0).substr(0, 16)
               : end.error().message;
  }
  static base::TimeNs time(const char* text) { return *base::parse_rfc3339(text); }
  static Day day(const char* text) { return *parse_day(text); }

  static CalendarSet* set_;
};
CalendarSet* BusinessTime::set_ = nullptr;

TEST_F(BusinessTime, passes_lunch_nights_weekends_and_holidays) {
  // jp: Monday to Friday 09:00-12:00 and 13:00-18:00.
  EXPECT_EQ(add("2026-11-25T10:00:00+09:00", hours(1)), "2026-11-25T11:00");
  EXPECT_EQ(add("2026-11-25T11:30:00+09:00", hours(1)), "2026-11-25T13:30");
  EXPECT_EQ(add("2026-11-25T17:00:00+09:00", hours(1)),
            "2026-11-25T18:00");  // closing time, not next morning
  EXPECT_EQ(add("2026-11-25T17:00:00+09:00", hours(2)), "2026-11-26T10:00");
  EXPECT_EQ(add("2026-11-20T17:00:00+09:00", hours(2)), "2026-11-24T10:00");  // over Labour Thanksgiving Day
  EXPECT_EQ(add("2026-11-22T12:00:00+09:00", minutes(1)), "2026-11-24T09:01");
  EXPECT_EQ(add("2026-04-28T18:00:00+09:00", hours(8 * 3)), "2026-05-07T18:00");
  EXPECT_EQ(add("2026-11-22T12:00:00+09:00", hours(0)), "2026-11-22T12:00");
}

TEST_F(BusinessTime, goes_back_as_well) {
  EXPECT_EQ(add("2026-11-24T10:00:00+09:00", -hours(1)), "2026-11-24T09:00");
  EXPECT_EQ(add("2026-11-24T10:00:00+09:00", -hours(2)), "2026-11-20T17:00");
  EXPECT_EQ(add("2026-11-22T12:00:00+09:00", -minutes(1)), "2026-11-20T17:59");
  EXPECT_EQ(
      *business_time_between(jp(), time("2026-11-24T10:00:00+09:00"), time("2026-11-20T17:00:00+09:00")),
      -hours(2));
}

TEST_F(BusinessTime, next_open_is_now_or_the_next_opening) {
  EXPECT_EQ(*next_open(jp(), time("2026-11-25T10:00:00+09:00")), time("2026-11-25T10:00:00+09:00"));
  EXPECT_EQ(*next_open(jp(), time("2026-11-25T12:00:00+09:00")), time("2026-11-25T13:00:00+09:00"));
  EXPECT_EQ(*next_open(jp(), time("2026-11-20T18:00:00+09:00")), time("2026-11-24T09:00:00+09:00"));
}

TEST_F(BusinessTime, around_the_clock_it_is_elapsed_time) {
  const Calendar& none = *set_->find("none");
  const base::TimeNs start = time("2026-02-28T23:59:59.5Z");
  EXPECT_EQ(add_business_time(none, start, hours(72))->since_epoch_ns,
            start.since_epoch_ns + nanoseconds(hours(72)).count());
  EXPECT_EQ(*business_time_between(none, start, {start.since_epoch_ns + 1}), nanoseconds(1));
}

TEST_F(BusinessTime, what_cannot_be_answered_is_an_error) {
  const Calendar& never = *set_->find("never");
  EXPECT_EQ(add_business_time(never, time("2026-01-01T00:00:00Z"), hours(1)).error().code,
            base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(add_business_time(never, time("2026-01-01T00:00:00Z"), -hours(1)));
  EXPECT_FALSE(next_open(never, time("2026-01-01T00:00:00Z")));
  EXPECT_FALSE(business_day_from(never, day("2026-01-01")));
  EXPECT_FALSE(add_business_time(jp(), time("2099-12-31T00:00:00Z"), hours(100)));
  EXPECT_FALSE(add_business_time(jp(), time("2005-01-01T00:00:00Z"), hours(1)));
  EXPECT_FALSE(add_business_time(jp(), time("2026-01-01T00:00:00Z"), nanoseconds::min()));
  EXPECT_FALSE(add_business_time(jp(), time("2026-01-01T00:00:00Z"), nanoseconds::max()));
  EXPECT_FALSE(business_time_between(jp(), time("2026-01-01T00:00:00Z"), time("2150-01-01T00:00:00Z")));
  EXPECT_FALSE(add_business_days(jp(), day("2026-01-01"), kMaxBusinessDays + 1));
  EXPECT_FALSE(add_business_days(jp(), day("2099-12-31"), 1));
  EXPECT_FALSE(business_days_between(jp(), day("2026-01-01"), day("2100-01-01")));
}

TEST_F(BusinessTime, business_days_are_added_and_counted) {
  EXPECT_EQ(*add_business_days(jp(), day("2026-04-28"), 1), day("2026-04-30"));
  EXPECT_EQ(*add_business_days(jp(), day("2026-04-28"), 3), day("2026-05-07"));
  EXPECT_EQ(*add_business_days(jp(), day("2026-05-05"), 1), day("2026-05-07"));
  EXPECT_EQ(*add_business_days(jp(), day("2026-05-05"), -1), day("2026-05-01"));
  EXPECT_EQ(*add_business_days(jp(), day("2026-05-05"), 0), day("2026-05-05"));
  EXPECT_EQ(*business_days_between(jp(), day("2026-04-28"), day("2026-05-07")), 3);
  EXPECT_EQ(*business_days_between(jp(), day("2026-05-07"), day("2026-04-28")), -3);
  EXPECT_EQ(*business_day_from(jp(), day("2026-05-03")), day("2026-05-07"));
  EXPECT_EQ(*business_day_until(jp(), day("2026-05-03")), day("2026-05-01"));
  EXPECT_EQ(*business_day_of_month(jp(), 2026, 5, 1), day("2026-05-01"));
  EXPECT_EQ(*business_day_of_month(jp(), 2026, 5, 3), day("2026-05-08"));
  EXPECT_EQ(*business_day_of_month(jp(), 2026, 5, -1), day("2026-05-29"));
  EXPECT_EQ(business_day_of_month(jp(), 2026, 5, 30).error().code, base::ErrorCode::not_found);
  EXPECT_FALSE(business_day_of_month(jp(), 2026, 5, 0));
  EXPECT_FALSE(business_day_of_month(jp(), 2026, 13, 1));
}

TEST_F(BusinessTime, days_end_at_midnight_or_with_their_hours) {
  EXPECT_EQ(end_of_day(jp(), day("2026-11-25")), time("2026-11-26T00:00:00+09:00"));
  EXPECT_EQ(*end_of_business(jp(), day("2026-11-25")), time("2026-11-25T18:00:00+09:00"));
  EXPECT_EQ(end_of_business(jp(), day("2026-11-23")).error().code, base::ErrorCode::not_found);
}

// For every calendar, over changes of the clock: what was added lies between; more time never ends earlier;
// later starts never end earlier; and back again is where working time of that length began.
TEST_F(BusinessTime, adding_and_measuring_agree) {
  std::mt19937_64 random(20261125);
  for (const char* id : {"jp", "us-federal", "eu-target", "none", "night", "jp-government"}) {
    const Calendar& calendar = *set_->find(id);
    const std::int64_t first = time("2026-01-01T00:00:00Z").since_epoch_ns;
    for (int round = 0; round < 150; ++round) {
      const base::TimeNs start{first +
                               static_cast<std::int64_t>(random() % (400ULL * 86'400'000'000'000ULL))};
      const auto some = nanoseconds(static_cast<std::int64_t>(random() % 400'000'000'000'000ULL) + 1);
      const auto more = some + nanoseconds(random() % 1'000'000'000'000ULL);
      for (const int sign : {1, -1}) {
        const auto end = add_business_time(calendar, start, some * sign);
        const auto further = add_business_time(calendar, start, more * sign);
        ASSERT_TRUE(end && further) << id;
        EXPECT_EQ(*business_time_between(calendar, start, *end), some * sign) << id;
        EXPECT_EQ(*business_time_between(calendar, *end, start), -some * sign) << id;
        EXPECT_TRUE(sign > 0 ? *end <= *further && start < *end : *further <= *end && *end < start) << id;
        const base::TimeNs later{start.since_epoch_ns +
                                 static_cast<std::int64_t>(random() % 90'000'000'000'000ULL)};
        EXPECT_LE(*end, *add_business_time(calendar, later, some * sign)) << id;
        // The earliest end: a nanosecond before, not all has passed.
        const base::TimeNs before{end->since_epoch_ns - sign};
        EXPECT_EQ(*business_time_between(calendar, start, before), (some - nanoseconds(1)) * sign) << id;
      }
    }
  }
}

TEST_F(BusinessTime, business_days_added_are_business_days_counted) {
  std::mt19937_64 random(143);
  for (const char* id : {"jp", "us-federal", "night", "none"}) {
    const Calendar& calendar = *set_->find(id);
    for (int round = 0; round < 300; ++round) {
      const Day start = day("2020-01-01").plus(static_cast<int>(random() % 4'000));
      const int count = static_cast<int>(random() % 120) - 60;
      const auto end = add_business_days(calendar, start, count);
      ASSERT_TRUE(end);
      EXPECT_EQ(*business_days_between(calendar, start, *end), count) << id << format_day(start);
      EXPECT_TRUE(count == 0 || calendar.is_business_day(*end));
    }
  }
}

TEST_F(BusinessTime, parts_add_up_to_the_whole) {
  std::mt19937_64 random(7);
  const Calendar& night = *set_->find("night");
  const std::int64_t first = time("2026-03-01T00:00:00Z").since_epoch_ns;
  for (int round = 0; round < 200; ++round) {
    std::array<base::TimeNs, 3> times;
    for (base::TimeNs& t : times) {
      t.since_epoch_ns = first + static_cast<std::int64_t>(random() % (300ULL * 86'400'000'000'000ULL));
    }
    EXPECT_EQ(*business_time_between(night, times[0], times[2]),
              *business_time_between(night, times[0], times[1]) +
                  *business_time_between(night, times[1], times[2]));
  }
}

}  // namespace
}  // namespace hinomi::work::calendar
