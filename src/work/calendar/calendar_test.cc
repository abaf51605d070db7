#include "work/calendar/calendar.h"

#include <gtest/gtest.h>

#include "work/calendar/calendar_yaml.h"

namespace hinomi::work::calendar {
namespace {

constexpr std::string_view kPlant = R"(
calendar: plant
name: { en: Plant, ja: 工場 }
zone: Asia/Tokyo
hours: { mon-fri: "08:00-12:00 13:00-17:00", sat: 08:00-12:00, holiday: closed }
shifts:
  - { id: first, name: { en: First, ja: 1直 }, days: mon-sun, hours: 06:45-15:00, on_holidays: true }
  - { id: second, name: { en: Second, ja: 2直 }, days: mon-sun, hours: 15:00-23:15, on_holidays: true }
  - { id: third, name: { en: Third, ja: 3直 }, days: mon-fri, hours: 23:15-06:45 }
holidays:
  - { name: { en: Founding day, ja: 創立記念日 }, fixed: 06-01 }
closures:
  - { name: { en: Summer shutdown, ja: 夏季休業 }, days: 2026-08-12..2026-08-16 }
)";

base::TimeNs time(const char* text) {
  return *base::parse_rfc3339(text);
}
Day day(const char* text) {
  return *parse_day(text);
}

CalendarSet set_of(std::string_view text) {
  CalendarSet set;
  const auto added = set.add(text);
  EXPECT_TRUE(added) << (added ? "" : added.error().message);
  return set;
}

std::vector<std::string> ids(const std::vector<ShiftTime>& shifts) {
  std::vector<std::string> out;
  for (const ShiftTime& shift : shifts) out.push_back(shift.shift->id);
  return out;
}

TEST(Calendar, hours_depend_on_weekday_holiday_and_closure) {
  const CalendarSet set = set_of(kPlant);
  const Calendar& plant = *set.find("plant");
  EXPECT_EQ(plant.hours(day("2026-11-25")).size(), 2U);
  EXPECT_EQ(plant.hours(day("2026-11-28")).size(), 1U);
  EXPECT_FALSE(plant.is_business_day(day("2026-11-29")));
  EXPECT_FALSE(plant.is_business_day(day("2026-06-01")));
  EXPECT_EQ(plant.holiday(day("2026-06-01"))->names.in(base::Language::ja), "創立記念日");
  EXPECT_FALSE(plant.is_business_day(day("2026-08-13")));
  EXPECT_EQ(plant.closure(day("2026-08-16"))->names.en, "Summer shutdown");
  EXPECT_EQ(plant.closure(day("2026-08-17")), nullptr);
  EXPECT_TRUE(plant.is_open(time("2026-11-25T08:00:00+09:00")));
  EXPECT_FALSE(plant.is_open(time("2026-11-25T12:00:00+09:00")));
  EXPECT_FALSE(plant.is_open(time("2026-11-25T07:59:59.999999999+09:00")));
}

TEST(Calendar, an_organisation_adds_closures) {
  const CalendarSet set = set_of(kPlant);
  const Closure shutdown{day("2026-12-28"), day("2027-01-04"), {"Year end", "年末年始休業"}};
  const auto closed = set.find("plant")->with_closures(std::span(&shutdown, 1));
  ASSERT_TRUE(closed);
  EXPECT_FALSE(closed->is_business_day(day("2026-12-28")));
  EXPECT_TRUE(set.find("plant")->is_business_day(day("2026-12-28")));
  EXPECT_FALSE(closed->is_business_day(day("2026-08-12")));
  const Closure backwards{day("2026-12-28"), day("2026-12-27"), {"x", "x"}};
  EXPECT_FALSE(set.find("plant")->with_closures(std::span(&backwards, 1)));
  const std::vector<Closure> many(kMaxClosures, shutdown);
  EXPECT_EQ(set.find("plant")->with_closures(many).error().code, base::ErrorCode::limit_exceeded);
}

TEST(Calendar, shifts_go_over_midnight_and_know_their_day) {
  const CalendarSet set = set_of(kPlant);
  const Calendar& plant = *set.find("plant");
  EXPECT_EQ(ids(plant.shifts(day("2026-11-25"))), (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(ids(plant.shifts(day("2026-06-01"))), (std::vector<std::string>{"first", "second"}));
  EXPECT_TRUE(plant.shifts(day("2026-08-12")).empty());
  const auto night = plant.shifts_at(time("2026-11-26T02:00:00+09:00"));
  ASSERT_EQ(ids(night), (std::vector<std::string>{"third"}));
  EXPECT_EQ(night[0].day, day("2026-11-25"));
  EXPECT_EQ(night[0].time.end, time("2026-11-26T06:45:00+09:00"));
  EXPECT_EQ(ids(plant.shifts_at(time("2026-11-26T06:45:00+09:00"))), (std::vector<std::string>{"first"}));
  EXPECT_TRUE(plant.shifts_at(time("2026-11-30T02:00:00+09:00")).empty());  // Sunday has no third shift
}

TEST(Calendar, hours_over_midnight_end_where_the_next_begin) {
  const CalendarSet set = set_of(R"(
calendar: night
name: { en: Night, ja: 夜 }
zone: America/New_York
hours: { mon-sun: "22:00-06:00", tue: "05:00-07:00 20:00-04:00" }
)");
  const Calendar& night = *set.find("night");
  EXPECT_EQ(night.open(day("2026-06-01")),
            (std::vector<Interval>{{time("2026-06-02T02:00:00Z"), time("2026-06-02T09:00:00Z")}}));
  EXPECT_EQ(night.open(day("2026-06-02")).size(), 2U);
  // The night of the change in March is an hour shorter, that of November an hour longer.
  const auto hours = [&](const char* text) {
    const Interval interval = night.open(day(text)).at(0);
    return (interval.end.since_epoch_ns - interval.start.since_epoch_ns) / 3'600'000'000'000LL;
  };
  EXPECT_EQ(hours("2026-03-07"), 7);
  EXPECT_EQ(hours("2026-10-31"), 9);
  EXPECT_EQ(hours("2026-06-06"), 8);
}

TEST(Calendar, a_calendar_takes_over_what_it_is_based_on) {
  CalendarSet set = set_of(kPlant);
  ASSERT_TRUE(set.add(R"(
calendar: office
based_on: plant
name: { en: Office, ja: 事務所 }
hours: { sat: closed }
holidays: [ { name: { en: Year end, ja: 年末年始 }, span: 12-29..01-03 } ]
)"));
  const Calendar& office = *set.find("office");
  EXPECT_EQ(office.zone().name(), "Asia/Tokyo");
  EXPECT_EQ(office.hours(day("2026-11-25")).size(), 2U);
  EXPECT_FALSE(office.is_business_day(day("2026-11-28")));
  EXPECT_NE(office.holiday(day("2026-06-01")), nullptr);
  for (const char* free : {"2026-12-29", "2026-12-31", "2027-01-01", "2027-01-03"}) {
    EXPECT_NE(office.holiday(day(free)), nullptr) << free;
  }
  EXPECT_EQ(office.holiday(day("2027-01-04")), nullptr);
  EXPECT_NE(office.closure(day("2026-08-12")), nullptr);
  EXPECT_EQ(office.shifts(day("2026-11-25")).size(), 3U);
}

TEST(Calendar, faults_have_a_place) {
  struct Case {
    const char* text;
    int line;
    const char* says;
  };
  const std::string head = "calendar: x\nname: { en: a, ja: あ }\n";
  const Case cases[] = {
      {"hours: { mon: 9-17 }", 3, "no hours"},
      {"hours: { mon: '' }", 3, "write closed"},
      {"hours: { moon: closed }", 3, "no days"},
      {"hours: { fri-mon: closed }", 3, "no days"},
      {"zone: Mars/Base", 3, "time zone"},
      {"nonsense: 1", 3, "no 'nonsense'"},
      {"based_on: absent", 3, "no calendar 'absent'"},
      {"holidays:\n  - { name: { en: a }, fixed: 01-01 }", 4, "both en and ja"},
      {"holidays:\n  - { name: { en: a, ja: a }, fixed: 02-30 }", 4, "no day of the year"},
      {"holidays:\n  - { name: { en: a, ja: a }, fixed: 02-03, easter: 1 }", 4, "one of"},
      {"holidays:\n  - { name: { en: a, ja: a } }", 4, "one of"},
      {"holidays:\n  - { name: { en: a, ja: a }, nth: first mon 01 }", 4, "no nth weekday"},
      {"holidays: [ { name: { en: a, ja: a }, nth: 6 mon 01 } ]", 0, "no rule"},
      {"holidays: [ { name: { en: a, ja: a }, equinox: vernal } ]", 0, "1980"},
      {"years: { from: 2030, to: 2020 }", 0, "years"},
      {"years: { from: -1 }", 0, "years"},
      {"years: { from: 99999999999 }", 3, "no whole number"},
      {"closures: [ { name: { en: a, ja: a }, days: 2026-01-02..2026-01-01 } ]", 0, "closure"},
      {"shifts: [ { id: A, name: { en: a, ja: a }, days: mon, hours: 09:00-10:00 } ]", 0, "shift 1"},
      {"hours: { mon: \"13:00-17:00 09:00-12:00\" }", 0, "out of order"},
      {"hours: { mon: \"22:00-06:00 23:00-23:30\" }", 0, "out of order"},
      {"substitute: { rule: sometimes, name: { en: a, ja: a } }", 3, "a rule is"},
      {"between: { en: a }", 3, "both en and ja"},
  };
  for (const Case& c : cases) {
    CalendarSet set;
    const auto added = set.add(head + c.text);
    ASSERT_FALSE(added) << c.text;
    EXPECT_NE(added.error().message.find(c.says), std::string::npos) << added.error().message;
    EXPECT_EQ(added.error().where.line, c.line) << c.text;
  }
  CalendarSet set;
  EXPECT_FALSE(set.add(""));
  EXPECT_FALSE(set.add("[1]"));
  EXPECT_FALSE(set.add("calendar: X Y\nname: { en: a, ja: a }"));
  EXPECT_FALSE(set.add("name: { en: a, ja: a }"));
  ASSERT_TRUE(set.add(head));
  EXPECT_EQ(set.add(head).error().code, base::ErrorCode::conflict);
}

TEST(Calendar, lists_are_bounded) {
  std::string text = "calendar: x\nname: { en: a, ja: a }\nholidays:\n";
  for (std::size_t i = 0; i <= kMaxRules; ++i) text += "  - { name: { en: a, ja: a }, fixed: 01-01 }\n";
  CalendarSet set;
  EXPECT_EQ(set.add(text).error().code, base::ErrorCode::limit_exceeded);
  text = "calendar: x\nname: { en: a, ja: a }\nholidays:\n";
  for (int i = 0; i < 100; ++i) text += "  - { name: { en: a, ja: a }, span: 01-01..03-01 }\n";
  EXPECT_EQ(set.add(text).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(
      set.add("calendar: x\nname: { en: a, ja: a }\n"
              "holidays: [ { name: { en: a, ja: a }, span: 01-01..03-04 } ]"));
  CalendarSpec spec;
  spec.id = "x";
  spec.names = {"a", "a"};
  spec.laws.resize(kMaxLaws + 1);
  EXPECT_EQ(Calendar::make(spec).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(set.add(std::string(kMaxCalendarBytes + 1, '#')));
}

}  // namespace
}  // namespace hinomi::work::calendar
