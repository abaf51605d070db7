#include "parse/syslog/time_stamp.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

TimePolicy seen_at(std::string_view reference, int zone_offset_minutes = 0) {
  return {.reference = base::parse_rfc3339(reference), .zone_offset_minutes = zone_offset_minutes};
}
std::string shown(const TimeStamp& stamp) {
  return std::to_string(stamp.length) + " " + (stamp.time ? base::format_rfc3339(*stamp.time, 3) : "none");
}

TEST(BsdTime, takes_the_latest_year_not_more_than_a_day_ahead) {
  EXPECT_EQ(shown(take_bsd("Nov 23 07:00:39 host", seen_at("2026-11-23T08:00:00Z"))),
            "15 2026-11-23T07:00:39.000Z");
  EXPECT_EQ(shown(take_bsd("Nov 24 07:00:39", seen_at("2026-11-23T08:00:00Z"))),
            "15 2026-11-24T07:00:39.000Z");
  EXPECT_EQ(shown(take_bsd("Nov 25 07:00:39", seen_at("2026-11-23T08:00:00Z"))),
            "15 2025-11-25T07:00:39.000Z");
  EXPECT_EQ(shown(take_bsd("Jan  1 00:10:00", seen_at("2026-12-31T23:59:00Z"))),
            "15 2027-01-01T00:10:00.000Z");
  EXPECT_EQ(shown(take_bsd("Dec 31 23:59:59", seen_at("2026-01-01T00:00:10Z"))),
            "15 2025-12-31T23:59:59.000Z");
  EXPECT_EQ(shown(take_bsd("Feb 29 12:00:00", seen_at("2026-11-23T00:00:00Z"))),
            "15 2024-02-29T12:00:00.000Z");
}

TEST(BsdTime, is_local_time_of_the_given_zone) {
  EXPECT_EQ(shown(take_bsd("Nov  3 07:00:39", seen_at("2026-11-23T00:00:00Z", 9 * 60))),
            "15 2026-11-02T22:00:39.000Z");
}

TEST(BsdTime, may_have_a_year_and_a_fraction) {
  EXPECT_EQ(shown(take_bsd("Nov  3 2019 07:00:39.5: x", {})), "22 2019-11-03T07:00:39.500Z");
  EXPECT_EQ(shown(take_bsd("Nov 3 07:00:39 x", seen_at("2026-11-23T00:00:00Z"))),
            "14 2026-11-03T07:00:39.000Z");
}

TEST(BsdTime, is_recognised_without_a_reference_but_gives_no_time) {
  EXPECT_EQ(shown(take_bsd("Nov 23 07:00:39 host", {})), "15 none");
}

TEST(BsdTime, refuses_what_is_no_date) {
  for (const char* text : {"Nov 31 07:00:39", "Nox 23 07:00:39", "Nov 23 24:00:39", "Nov 23 07:60:39",
                           "Nov 23", "", "Nov 00 07:00:39"}) {
    EXPECT_EQ(take_bsd(text, seen_at("2026-11-23T00:00:00Z")).length, 0U) << text;
  }
}

TEST(Rfc3339Time, keeps_its_own_zone) {
  EXPECT_EQ(shown(take_rfc3339("2026-11-23T07:00:39.123456+09:00 host", {})), "32 2026-11-22T22:00:39.123Z");
  EXPECT_EQ(shown(take_rfc3339("2026-11-23T07:00:39Z", seen_at("2026-11-23T00:00:00Z", 540))),
            "20 2026-11-23T07:00:39.000Z");
}

TEST(Rfc3339Time, without_a_zone_is_local_time) {
  EXPECT_EQ(shown(take_rfc3339("2026-11-23 07:00:39,5 x", {.reference = {}, .zone_offset_minutes = 60})),
            "21 2026-11-23T06:00:39.500Z");
}

TEST(Rfc3339Time, refuses_what_is_no_date) {
  for (const char* text :
       {"2026-13-23T07:00:39Z", "2026-11-23", "20261123T070039Z", "2026-11-23T07:00:39Zx", ""}) {
    EXPECT_EQ(take_rfc3339(text, {}).length, 0U) << text;
  }
}

TEST(AccessLogTime, has_a_zone) {
  EXPECT_EQ(shown(take_access_log("10/Oct/2000:13:55:36 -0700] x")), "26 2000-10-10T20:55:36.000Z");
  EXPECT_EQ(take_access_log("10/Oct/2000:13:55:36 0700").length, 0U);
  EXPECT_EQ(take_access_log("32/Oct/2000:13:55:36 +0700").length, 0U);
}

}  // namespace
}  // namespace hinomi::parse::syslog
