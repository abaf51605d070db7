#include "work/calendar/deadline.h"

#include <gtest/gtest.h>

#include "work/calendar/calendar_yaml.h"

namespace hinomi::work::calendar {
namespace {

class DeadlineTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto read = CalendarSet::read_folder(HINOMI_SOURCE_DIR "/content/calendars");
    ASSERT_TRUE(read) << (read ? "" : read.error().message);
    set_ = new CalendarSet(std::move(*read));
  }
  static void TearDownTestSuite() { delete set_; }

  static std::string last(const char* calendar, const char* start, Period period, PeriodRule rule) {
    const auto deadline = deadline_of(*set_->find(calendar), *base::parse_rfc3339(start), period, rule);
    return deadline ? format_day(deadline->last) : deadline.error().message;
  }

  static CalendarSet* set_;
};
CalendarSet* DeadlineTest::set_ = nullptr;

TEST_F(DeadlineTest, the_first_day_does_not_count_unless_it_is_whole) {
  const char* morning = "2026-04-01T10:00:00+09:00";
  EXPECT_EQ(last("jp", morning, {30, PeriodUnit::days}, kJapaneseCivilCode), "2026-05-01");
  EXPECT_EQ(last("jp", "2026-04-01T00:00:00+09:00", {30, PeriodUnit::days}, kJapaneseCivilCode),
            "2026-04-30");
  EXPECT_EQ(last("jp", "2026-03-31T23:59:59.999999999+09:00", {30, PeriodUnit::days}, kJapaneseCivilCode),
            "2026-04-30");
}

TEST_F(DeadlineTest, a_free_last_day_moves_on) {
  // Day 5 is Children's Day; the sixth a substitute for Constitution Memorial Day, a Sunday.
  EXPECT_EQ(last("jp", "2026-04-30T10:00:00+09:00", {5, PeriodUnit::days}, kJapaneseCivilCode), "2026-05-07");
  EXPECT_EQ(last("jp", "2026-04-30T10:00:00+09:00", {5, PeriodUnit::days}, kPlainDays), "2026-05-05");
  // The new year is free for offices of the state only.
  EXPECT_EQ(last("jp", "2026-12-20T10:00:00+09:00", {10, PeriodUnit::days}, kJapaneseCivilCode),
            "2026-12-30");
  EXPECT_EQ(last("jp-government", "2026-12-20T10:00:00+09:00", {10, PeriodUnit::days}, kJapaneseCivilCode),
            "2027-01-04");
}

TEST_F(DeadlineTest, personal_information_is_reported_counting_the_day_of_knowledge) {
  // Known on Monday 2026-06-01: 3 to 5 days are Wednesday to Friday, 30 days the last of the month.
  const char* known = "2026-06-01T15:00:00+09:00";
  EXPECT_EQ(last("jp-government", known, {3, PeriodUnit::days}, kJapanesePersonalInformation), "2026-06-03");
  EXPECT_EQ(last("jp-government", known, {5, PeriodUnit::days}, kJapanesePersonalInformation), "2026-06-05");
  EXPECT_EQ(last("jp-government", known, {30, PeriodUnit::days}, kJapanesePersonalInformation), "2026-06-30");
  EXPECT_EQ(last("jp-government", known, {60, PeriodUnit::days}, kJapanesePersonalInformation), "2026-07-30");
  // Day 30 on Saturday 29 August moves to Monday.
  EXPECT_EQ(last("jp-government", "2026-07-31T09:00:00+09:00", {30, PeriodUnit::days},
                 kJapanesePersonalInformation),
            "2026-08-31");
}

TEST_F(DeadlineTest, weeks_months_and_years_end_before_the_corresponding_day) {
  const PeriodRule rule{FirstDay::not_counted, LastDay::as_it_falls};
  EXPECT_EQ(last("jp", "2026-04-01T10:00:00+09:00", {1, PeriodUnit::weeks}, rule), "2026-04-08");
  EXPECT_EQ(last("jp", "2026-01-31T10:00:00+09:00", {1, PeriodUnit::months}, rule), "2026-02-28");
  EXPECT_EQ(last("jp", "2026-01-30T10:00:00+09:00", {1, PeriodUnit::months}, rule), "2026-02-28");
  EXPECT_EQ(last("jp", "2028-01-30T10:00:00+09:00", {1, PeriodUnit::months}, rule), "2028-02-29");
  EXPECT_EQ(last("jp", "2026-04-30T10:00:00+09:00", {6, PeriodUnit::months}, rule), "2026-10-31");
  EXPECT_EQ(last("jp", "2024-02-28T10:00:00+09:00", {1, PeriodUnit::years}, rule), "2025-02-28");
  EXPECT_EQ(last("jp", "2026-12-01T10:00:00+09:00", {1, PeriodUnit::months}, rule), "2027-01-01");
}

TEST_F(DeadlineTest, business_days_are_counted_by_the_calendar) {
  EXPECT_EQ(last("jp", "2026-05-01T10:00:00+09:00", {3, PeriodUnit::business_days}, kPlainDays),
            "2026-05-11");
  EXPECT_EQ(last("jp", "2026-05-01T10:00:00+09:00", {1, PeriodUnit::business_days},
                 {FirstDay::counted, LastDay::as_it_falls}),
            "2026-05-01");
}

TEST_F(DeadlineTest, the_deadline_is_the_midnight_of_the_zone_of_the_calendar) {
  const auto deadline = deadline_of(*set_->find("jp"), *base::parse_rfc3339("2026-04-01T10:00:00+09:00"),
                                    {30, PeriodUnit::days}, kJapaneseCivilCode);
  ASSERT_TRUE(deadline);
  EXPECT_EQ(base::format_rfc3339(deadline->ends, 0), "2026-05-01T15:00:00Z");
  EXPECT_EQ(format_day(deadline->first), "2026-04-02");
  EXPECT_EQ(deadline->nominal, deadline->last);
}

TEST_F(DeadlineTest, refuses_what_it_cannot_count) {
  const Calendar& jp = *set_->find("jp");
  const base::TimeNs start = *base::parse_rfc3339("2026-04-01T10:00:00+09:00");
  EXPECT_FALSE(deadline_of(jp, start, {0, PeriodUnit::days}, kPlainDays));
  EXPECT_FALSE(deadline_of(jp, start, {10'001, PeriodUnit::days}, kPlainDays));
  for (const PeriodUnit unit : {PeriodUnit::weeks, PeriodUnit::months, PeriodUnit::years}) {
    EXPECT_EQ(deadline_of(jp, start, {kMaxPeriodCount, unit}, kPlainDays).error().code,
              base::ErrorCode::limit_exceeded);
  }
  EXPECT_FALSE(
      deadline_of(jp, *base::parse_rfc3339("2005-04-01T10:00:00Z"), {1, PeriodUnit::days}, kPlainDays));
}

}  // namespace
}  // namespace hinomi::work::calendar
