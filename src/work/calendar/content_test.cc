// The calendars that ship with the program, against lists that were made by others.
#include <gtest/gtest.h>

#include "os/file.h"
#include "work/calendar/calendar_yaml.h"

namespace hinomi::work::calendar {
namespace {

const CalendarSet& content() {
  static const CalendarSet set = [] {
    auto read = CalendarSet::read_folder(HINOMI_SOURCE_DIR "/content/calendars");
    EXPECT_TRUE(read) << (read ? "" : read.error().message + " " + std::to_string(read.error().where.line));
    return read ? std::move(*read) : CalendarSet();
  }();
  return set;
}

std::string listed(const Calendar& calendar, int year) {
  std::string out;
  for (const Holiday& holiday : calendar.holidays(*day_of({year, 1, 1}), *day_of({year, 12, 31}))) {
    if (!out.empty()) out += ' ';
    out += format_day(holiday.day).substr(5);
  }
  return out;
}

std::string name(const char* calendar, const char* day) {
  const Holiday* holiday = content().find(calendar)->holiday(*parse_day(day));
  return holiday == nullptr ? "" : holiday->names.ja;
}

struct Year {
  int year;
  const char* days;
};

// Cabinet Office, 「国民の祝日」について (the years announced), and from 2028 on the same law carried on.
TEST(Content, japan_has_the_holidays_of_the_cabinet_office) {
  const Year years[] = {
      {2016,
       "01-01 01-11 02-11 03-20 03-21 04-29 05-03 05-04 05-05 07-18 08-11 09-19 09-22 10-10 11-03 11-23 "
       "12-23"},
      {2017,
       "01-01 01-02 01-09 02-11 03-20 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-23 10-09 11-03 11-23 "
       "12-23"},
      {2018,
       "01-01 01-08 02-11 02-12 03-21 04-29 04-30 05-03 05-04 05-05 07-16 08-11 09-17 09-23 09-24 10-08 "
       "11-03 11-23 12-23 12-24"},
      {2019,
       "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-04 05-05 05-06 07-15 08-11 08-12 09-16 "
       "09-23 10-14 10-22 11-03 11-04 11-23"},
      {2020,
       "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-23 07-24 08-10 09-21 09-22 "
       "11-03 11-23"},
      {2021,
       "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09 09-20 09-23 11-03 "
       "11-23"},
      {2022,
       "01-01 01-10 02-11 02-23 03-21 04-29 05-03 05-04 05-05 07-18 08-11 09-19 09-23 10-10 11-03 11-23"},
      {2023,
       "01-01 01-02 01-09 02-11 02-23 03-21 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-23 10-09 11-03 "
       "11-23"},
      {2024,
       "01-01 01-08 02-11 02-12 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-15 08-11 08-12 09-16 09-22 "
       "09-23 10-14 11-03 11-04 11-23"},
      {2025,
       "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 09-23 10-13 "
       "11-03 11-23 11-24"},
      {2026,
       "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 "
       "11-03 11-23"},
      {2027,
       "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 "
       "11-23"},
      {2028,
       "01-01 01-10 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-22 10-09 11-03 11-23"},
      {2029,
       "01-01 01-08 02-11 02-12 02-23 03-20 04-29 04-30 05-03 05-04 05-05 07-16 08-11 09-17 09-23 09-24 "
       "10-08 11-03 11-23"},
      {2030,
       "01-01 01-14 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-15 08-11 08-12 09-16 09-23 10-14 "
       "11-03 11-04 11-23"},
  };
  for (const Year& year : years) EXPECT_EQ(listed(*content().find("jp"), year.year), year.days) << year.year;
}

TEST(Content, japanese_holidays_have_their_names) {
  EXPECT_EQ(name("jp", "2018-12-24"), "振替休日");
  EXPECT_EQ(name("jp", "2019-04-30"), "国民の休日");
  EXPECT_EQ(name("jp", "2019-05-01"), "天皇の即位の日");
  EXPECT_EQ(name("jp", "2019-05-06"), "振替休日");
  EXPECT_EQ(name("jp", "2019-10-14"), "体育の日");
  EXPECT_EQ(name("jp", "2019-10-22"), "即位礼正殿の儀の行われる日");
  EXPECT_EQ(name("jp", "2019-12-23"), "");
  EXPECT_EQ(name("jp", "2020-07-24"), "スポーツの日");
  EXPECT_EQ(name("jp", "2021-08-09"), "振替休日");
  EXPECT_EQ(name("jp", "2026-05-06"), "振替休日");
  EXPECT_EQ(name("jp", "2026-09-22"), "国民の休日");
  EXPECT_EQ(name("jp", "2026-02-23"), "天皇誕生日");
  EXPECT_EQ(name("jp", "2015-08-11"), "");
}

// National Astronomical Observatory of Japan, 暦要項 and its long-range table of equinoxes.
TEST(Content, equinoxes_fall_on_the_days_of_the_observatory) {
  EXPECT_EQ(equinox_day(Equinox::vernal, 1980), 20);
  EXPECT_EQ(equinox_day(Equinox::autumnal, 1980), 23);
  EXPECT_EQ(equinox_day(Equinox::vernal, 2000), 20);
  EXPECT_EQ(equinox_day(Equinox::autumnal, 2012), 22);
  EXPECT_EQ(equinox_day(Equinox::vernal, 2023), 21);
  EXPECT_EQ(equinox_day(Equinox::vernal, 2092), 19);
  EXPECT_EQ(equinox_day(Equinox::autumnal, 2099), 23);
}

TEST(Content, offices_of_the_japanese_state_close_at_new_year) {
  const Calendar& offices = *content().find("jp-government");
  EXPECT_EQ(name("jp-government", "2026-12-29"), "年末年始の閉庁日");
  EXPECT_EQ(name("jp-government", "2027-01-01"), "元日");
  EXPECT_EQ(name("jp-government", "2027-01-03"), "年末年始の閉庁日");
  // New Year's Day on a Sunday: the substitute stays on the second, whatever the offices do.
  EXPECT_EQ(name("jp-government", "2023-01-02"), "振替休日");
  EXPECT_TRUE(offices.is_business_day(*parse_day("2023-01-04")));
  EXPECT_FALSE(offices.is_business_day(*parse_day("2026-12-26")));
}

// Office of Personnel Management, federal holidays.
TEST(Content, the_united_states_have_their_federal_holidays) {
  const Calendar& us = *content().find("us-federal");
  EXPECT_EQ(listed(us, 2020), "01-01 01-20 02-17 05-25 07-03 07-04 09-07 10-12 11-11 11-26 12-25");
  EXPECT_EQ(listed(us, 2021),
            "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 "
            "12-31");
  EXPECT_EQ(listed(us, 2026), "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25");
}

// European Central Bank, T2 closing days.
TEST(Content, the_euro_area_has_the_closing_days_of_t2) {
  const Calendar& eu = *content().find("eu-target");
  EXPECT_EQ(listed(eu, 2024), "01-01 03-29 04-01 05-01 12-25 12-26");
  EXPECT_EQ(listed(eu, 2026), "01-01 04-03 04-06 05-01 12-25 12-26");
}

TEST(Content, around_the_clock_is_every_day) {
  const Calendar& none = *content().find("none");
  EXPECT_TRUE(none.is_business_day(*parse_day("2026-01-01")));
  EXPECT_TRUE(none.holidays(*parse_day("1900-01-01"), *parse_day("2200-01-01")).empty());
}

// The example of the manual, in both languages.
TEST(Content, the_manual_shows_a_calendar_that_reads) {
  for (const char* language : {"en", "ja"}) {
    const auto page = os::read_file(std::string(HINOMI_SOURCE_DIR "/docs/") + language + "/calendars.md");
    ASSERT_TRUE(page);
    const std::size_t begin = page->find("```yaml\n");
    ASSERT_NE(begin, std::string::npos);
    CalendarSet set = content();
    const auto added =
        set.add(std::string_view(*page).substr(begin + 8, page->find("```", begin + 8) - begin - 8));
    ASSERT_TRUE(added) << added.error().message;
    const Calendar& plant = *set.find("kawasaki-plant");
    EXPECT_FALSE(plant.is_business_day(*parse_day("2026-08-12")));
    EXPECT_FALSE(plant.is_business_day(*parse_day("2026-06-01")));
    EXPECT_FALSE(plant.is_business_day(*parse_day("2026-11-23")));
    EXPECT_EQ(plant.shifts(*parse_day("2026-11-24")).size(), 2U);
  }
}

TEST(Content, what_is_based_on_another_is_read_in_any_order) {
  EXPECT_EQ(content().all().size(), 5U);  // jp-government comes before jp by its name
  EXPECT_FALSE(CalendarSet::read_folder(HINOMI_SOURCE_DIR "/content/absent"));
}

}  // namespace
}  // namespace hinomi::work::calendar
