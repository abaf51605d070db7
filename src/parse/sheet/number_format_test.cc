#include "parse/sheet/number_format.h"

#include <gtest/gtest.h>

namespace hinomi::parse::sheet {
namespace {

std::string shown(double serial, DateForm form, DateSystem system = DateSystem::from_1900) {
  const auto date = date_text(serial, system, form);
  return date ? date->text : "none";
}

TEST(NumberFormat, tells_dates_from_numbers) {
  for (const std::string_view code :
       {"General", "0", "0.00E+00", "#,##0;[Red]-#,##0", "@", "0\"日\"", "\\d0", "0%", "_-* #,##0_-",
        "[$¥-411]#,##0", "\"yyyy\"", "", "[", "\"", "\\"}) {
    EXPECT_EQ(form_of(code), DateForm::none) << code;
  }
  for (const std::string_view code :
       {"yyyy/mm/dd", "m/d", "[$-411]ggge\"年\"m\"月\"d\"日\"", "aaa", "yyyy;@", "mmm"}) {
    EXPECT_EQ(form_of(code), DateForm::date) << code;
  }
  EXPECT_EQ(form_of("yyyy-mm-dd hh:mm:ss"), DateForm::date_and_time);
  EXPECT_EQ(form_of("h:mm AM/PM"), DateForm::time_of_day);
  EXPECT_EQ(form_of("mm:ss.0"), DateForm::time_of_day);
  EXPECT_EQ(form_of("[h]:mm"), DateForm::elapsed);
  EXPECT_EQ(builtin_form(31), DateForm::date) << "the Japanese long date";
  EXPECT_EQ(builtin_form(2), DateForm::none);
}

TEST(NumberFormat, counts_the_leap_day_that_never_was) {
  EXPECT_EQ(shown(1, DateForm::date), "1900-01-01");
  EXPECT_EQ(shown(59, DateForm::date), "1900-02-28");
  EXPECT_EQ(shown(60, DateForm::date), "none");
  EXPECT_EQ(shown(61, DateForm::date), "1900-03-01");
  EXPECT_EQ(shown(2'958'465, DateForm::date), "9999-12-31");
  EXPECT_EQ(shown(2'958'466, DateForm::date), "none");
  EXPECT_EQ(shown(-0.1, DateForm::date), "none");
  EXPECT_EQ(shown(2'957'004, DateForm::date, DateSystem::from_1904), "none");
  EXPECT_EQ(shown(0, DateForm::date, DateSystem::from_1904), "1904-01-01");
}

TEST(NumberFormat, rounds_to_milliseconds) {
  EXPECT_EQ(shown(46349.586805555555, DateForm::date_and_time), "2026-11-23T14:05:00");
  EXPECT_EQ(shown(46349.99999999999, DateForm::date_and_time), "2026-11-24T00:00:00");
  EXPECT_EQ(shown(46349 + 0.001 / 86400, DateForm::date), "2026-11-23T00:00:00.001");
  EXPECT_EQ(shown(0.25, DateForm::time_of_day), "06:00:00");
  EXPECT_EQ(shown(46349.25, DateForm::time_of_day), "2026-11-23T06:00:00") << "a date is never dropped";
  EXPECT_EQ(shown(1.5, DateForm::elapsed), "36:00:00");
}

TEST(NumberFormat, writes_numbers_without_exponent_where_people_expect_none) {
  EXPECT_EQ(number_text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(number_text(100000), "100000");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(1e20), "100000000000000000000");
  EXPECT_EQ(number_text(-1.2345678901234567e19), "-12345678901234567000");
  EXPECT_EQ(number_text(9007199254740991), "9007199254740991");
  EXPECT_EQ(number_text(1234567890123456.5), "1234567890123456.5");
  EXPECT_EQ(number_text(1e15), "1000000000000000");
  EXPECT_EQ(number_text(1e300), "1e+300");
}

}  // namespace
}  // namespace hinomi::parse::sheet
