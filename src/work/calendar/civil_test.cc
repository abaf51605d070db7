#include "work/calendar/civil.h"

#include <gtest/gtest.h>

namespace hinomi::work::calendar {
namespace {

TEST(Civil, days_and_dates_are_each_others_inverse) {
  for (int number = -90'000; number < 100'000; number += 37) {
    const YearMonthDay date = date_of({number});
    EXPECT_EQ(day_of(date), Day{number});
  }
  EXPECT_EQ(day_of({1970, 1, 1}), Day{0});
  EXPECT_EQ(day_of({2026, 2, 29}), std::nullopt);
  EXPECT_EQ(day_of({2026, 13, 1}), std::nullopt);
  EXPECT_EQ(day_of({9999, 1, 1}), std::nullopt);
}

TEST(Civil, weekdays_are_right) {
  EXPECT_EQ(weekday_of({0}), Weekday::thursday);
  EXPECT_EQ(weekday_of(*parse_day("2026-11-25")), Weekday::wednesday);
  EXPECT_EQ(weekday_of(*parse_day("1969-12-28")), Weekday::sunday);
}

TEST(Civil, nth_weekdays_are_found_from_both_ends) {
  EXPECT_EQ(nth_weekday(2026, 1, Weekday::monday, 2), parse_day("2026-01-12"));
  EXPECT_EQ(nth_weekday(2026, 5, Weekday::monday, -1), parse_day("2026-05-25"));
  EXPECT_EQ(nth_weekday(2026, 3, Weekday::tuesday, -1), parse_day("2026-03-31"));
  EXPECT_EQ(nth_weekday(2026, 3, Weekday::tuesday, 5), parse_day("2026-03-31"));
  EXPECT_EQ(nth_weekday(2026, 2, Weekday::monday, 5), std::nullopt);
  EXPECT_EQ(nth_weekday(2026, 2, Weekday::monday, 0), std::nullopt);
}

TEST(Civil, easter_is_where_the_churches_have_it) {
  for (const char* day :
       {"1961-04-02", "1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21",
        "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"}) {
    EXPECT_EQ(format_day(easter(date_of(*parse_day(day)).year)), day);
  }
}

TEST(Civil, texts_are_read_exactly) {
  EXPECT_EQ(format_day(*parse_day("2024-02-29")), "2024-02-29");
  for (const char* bad : {"2026-1-01", "2026-01-01 ", "2026/01/01", "", "2026-02-30", "+026-01-01"}) {
    EXPECT_EQ(parse_day(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_minute("00:00"), 0);
  EXPECT_EQ(parse_minute("24:00"), 1440);
  for (const char* bad : {"24:01", "9:00", "09:60", "09-00", "", "0900"})
    EXPECT_EQ(parse_minute(bad), std::nullopt);
  EXPECT_EQ(parse_weekday("sun"), Weekday::sunday);
  EXPECT_EQ(parse_weekday("Sun"), std::nullopt);
}

}  // namespace
}  // namespace hinomi::work::calendar
