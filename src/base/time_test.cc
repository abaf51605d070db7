#include "base/time.h"

#include <gtest/gtest.h>

namespace hinomi::base {
namespace {

TEST(Time, formats_and_reads_back_the_same_instant) {
  for (const char* text : {"1970-01-01T00:00:00.000000000Z", "2026-11-23T07:00:39.123456789Z",
                           "1969-12-31T23:59:59.999999999Z", "2000-02-29T12:00:00.000000001Z"}) {
    const auto time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_rfc3339(*time), text);
  }
}

TEST(Time, reads_zones_and_loose_forms) {
  const auto utc = parse_rfc3339("2026-04-17T05:24:53.5Z");
  ASSERT_TRUE(utc);
  for (const char* text :
       {"2026-04-17T14:24:53.5+09:00", "2026-04-17 05:24:53,500", "2026-04-17 14:24:53.50+0900",
        "2026-04-16T21:24:53.5-08:00", "2026/04/17 05:24:53.5000000000999"}) {
    EXPECT_EQ(parse_rfc3339(text), utc) << text;
  }
}

TEST(Time, rejects_what_is_no_time) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
                           "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+9"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, converts_filetime_and_refuses_its_far_ends) {
  EXPECT_EQ(from_filetime(116'444'736'000'000'000ULL), TimeNs{0});
  EXPECT_FALSE(from_filetime(0));
  EXPECT_FALSE(from_filetime(~0ULL));
}

TEST(Time, knows_iso_weeks_at_year_ends) {
  EXPECT_EQ(iso_week(*parse_rfc3339("2021-01-03")), 53);
  EXPECT_EQ(iso_week(*parse_rfc3339("2021-01-04")), 1);
  EXPECT_EQ(iso_week(*parse_rfc3339("2024-12-30")), 1);
}

}  // namespace
}  // namespace hinomi::base
