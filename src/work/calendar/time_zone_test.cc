#include "work/calendar/time_zone.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <random>

namespace hinomi::work::calendar {
namespace {

std::string at(const char* zone, const char* day, int hour, int minute) {
  return base::format_rfc3339(TimeZone::of(zone)->at(*parse_day(day), hour * 60 + minute), 0);
}

TEST(TimeZone, knows_names_of_places_only) {
  EXPECT_TRUE(TimeZone::of("Asia/Tokyo"));
  EXPECT_TRUE(TimeZone::of("America/Argentina/Buenos_Aires"));
  EXPECT_TRUE(TimeZone::of("UTC"));
  EXPECT_EQ(TimeZone::of("Asia/Tokyo")->name(), "Asia/Tokyo");
  for (const char* bad : {"", "JST", "GMT+9", "Asia/Nowhere", "asia/tokyo", "Etc/Unknown", "Asia/Tokyo ",
                          "../etc", "東京/日本", "SystemV/AST4"}) {
    EXPECT_FALSE(TimeZone::of(bad)) << bad;
  }
  EXPECT_FALSE(TimeZone::of(std::string(1000, 'A') + "/x"));
  EXPECT_EQ(TimeZone().name(), "UTC");
}

TEST(TimeZone, tells_the_time_on_the_wall) {
  const TimeZone tokyo = *TimeZone::of("Asia/Tokyo");
  const LocalTime local = tokyo.local(*base::parse_rfc3339("2026-11-24T15:00:00.000000001Z"));
  EXPECT_EQ(format_day(local.day), "2026-11-25");
  EXPECT_EQ(local.since_midnight_ns, 1);
  EXPECT_EQ(at("Asia/Tokyo", "2026-11-25", 9, 0), "2026-11-25T00:00:00Z");
  EXPECT_EQ(at("Asia/Tokyo", "2026-11-25", 33, 0), "2026-11-26T00:00:00Z");
  EXPECT_EQ(format_day(tokyo.local_day(*base::parse_rfc3339("1969-12-31T14:59:59.999999999Z"))),
            "1969-12-31");
}

TEST(TimeZone, skipped_times_move_on_and_repeated_times_are_the_first) {
  EXPECT_EQ(at("America/New_York", "2026-03-08", 2, 30), "2026-03-08T07:30:00Z");  // 03:30 EDT
  EXPECT_EQ(at("America/New_York", "2026-03-08", 3, 30), "2026-03-08T07:30:00Z");
  EXPECT_EQ(at("America/New_York", "2026-11-01", 1, 30), "2026-11-01T05:30:00Z");  // EDT
  EXPECT_EQ(at("America/New_York", "2026-11-01", 2, 0), "2026-11-01T07:00:00Z");
  EXPECT_EQ(at("America/Sao_Paulo", "2018-11-04", 0, 0), "2018-11-04T03:00:00Z");     // midnight was skipped
  EXPECT_EQ(at("Pacific/Apia", "2011-12-30", 12, 0), "2011-12-30T22:00:00Z");         // the whole day was
  EXPECT_EQ(at("Australia/Lord_Howe", "2026-10-04", 2, 15), "2026-10-03T15:45:00Z");  // half an hour
}

TEST(TimeZone, what_is_not_skipped_comes_back) {
  std::mt19937_64 random(140);
  for (const char* name : {"Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC",
                           "Asia/Kathmandu", "America/St_Johns"}) {
    const TimeZone zone = *TimeZone::of(name);
    for (int i = 0; i < 400; ++i) {
      const Day day{static_cast<int>(random() % 30'000)};
      const int minute = static_cast<int>(random() % 1440);
      const base::TimeNs time = zone.at(day, minute);
      const LocalTime local = zone.local(time);
      const std::int64_t shown = local.day.number * 1440LL + local.since_midnight_ns / 60'000'000'000LL;
      const std::int64_t asked = day.number * 1440LL + minute;
      EXPECT_TRUE(shown == asked || (shown > asked && shown - asked <= 120)) << name;
      EXPECT_TRUE(shown == asked ||
                  zone.at(local.day, static_cast<int>(shown - local.day.number * 1440LL)) == time);
    }
  }
}

TEST(TimeZone, every_name_that_is_offered_is_one) {
  const std::vector<std::string> names = time_zone_names();
  EXPECT_GT(names.size(), 300U);
  for (const std::string& name : names) EXPECT_TRUE(TimeZone::of(name)) << name;
  for (const std::string_view wanted : {"Asia/Tokyo", "UTC", "Europe/Vienna", "America/New_York"})
    EXPECT_NE(std::find(names.begin(), names.end(), wanted), names.end()) << wanted;
}

}  // namespace
}  // namespace hinomi::work::calendar
