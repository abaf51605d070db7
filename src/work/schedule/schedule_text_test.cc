#include "work/schedule/schedule_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "os/file.h"

namespace hinomi::work::schedule {
namespace {

base::Result<Schedule> parsed(std::string_view text) {
  return parse_schedule(text, calendar::TimeZone());
}

TEST(ScheduleText, what_is_written_reads_back) {
  for (const char* text :
       {"daily at 09:00", "every 3 days at 06:00,18:30 from 2026-04-01", "weekly mon,thu at 08:30",
        "every 2 weeks fri at 16:00 from 2026-04-03 until 2027-03-31", "every 15 minutes",
        "every 90 minutes anchor 2026-01-01T00:05:00.000000000Z", "monthly day 1,15 at 09:00",
        "monthly day last at 18:00", "monthly day 31 or-last at 18:00", "monthly day -2 at 18:00",
        "monthly 2 tue at 10:00", "monthly last fri at 17:00 months 3,6,9,12",
        "monthly business-day 3 at 09:00 months 4 free-days next", "monthly business-day last at 15:00",
        "daily at 00:00 free-days skip", "daily at 00:00 free-days previous"}) {
    const auto schedule = parsed(text);
    ASSERT_TRUE(schedule) << text << ": " << schedule.error().message;
    EXPECT_EQ(format_schedule(*schedule), text);
  }
}

// The lines of the manual, in two columns, in both languages.
TEST(ScheduleText, the_manual_shows_schedules_that_read) {
  for (const char* language : {"en", "ja"}) {
    const auto page = os::read_file(std::string(HINOMI_SOURCE_DIR "/docs/") + language + "/calendars.md");
    ASSERT_TRUE(page);
    const std::size_t begin = page->find("```text\n") + 8;
    std::istringstream lines(page->substr(begin, page->find("```", begin) - begin));
    int read = 0;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t gap = std::min(line.find("  "), line.size());
      for (const std::string& text : {line.substr(0, gap), line.substr(gap)}) {
        if (text.find_first_not_of(' ') == std::string::npos) continue;
        EXPECT_TRUE(parsed(text)) << text;
        ++read;
      }
    }
    EXPECT_EQ(read, 12);
  }
}

TEST(ScheduleText, loose_forms_are_put_in_order) {
  EXPECT_EQ(format_schedule(*parsed("  daily  at 17:00,09:00 ")), "daily at 09:00,17:00");
  EXPECT_EQ(format_schedule(*parsed("weekly mon-wed,fri at 09:00 until 2027-01-01 months 1")),
            "weekly mon,tue,wed,fri at 09:00 months 1 until 2027-01-01");
  EXPECT_EQ(format_schedule(*parsed("every 1 days at 09:00")), "daily at 09:00");
}

TEST(ScheduleText, says_which_word_is_wrong) {
  struct Case {
    const char* text;
    const char* says;
  };
  for (const Case& c :
       {Case{"", "its end"}, Case{"hourly", "'hourly'"}, Case{"daily 09:00", "'09:00'"},
        Case{"daily at 9:00", "'9:00'"}, Case{"daily at", "its end"}, Case{"weekly moon at 09:00", "'moon'"},
        Case{"weekly at 09:00", "'at'"}, Case{"every 5 hours", "'hours'"}, Case{"every x minutes", "'x'"},
        Case{"monthly day one at 09:00", "'one'"}, Case{"daily at 09:00 months 13", "'13'"},
        Case{"daily at 09:00 free-days maybe", "'maybe'"}, Case{"daily at 09:00 and", "'and'"},
        Case{"daily at 09:00 from 2026-02-30", "'2026-02-30'"}, Case{"daily at \x1b", "\\x1b"}}) {
    const auto schedule = parsed(c.text);
    ASSERT_FALSE(schedule) << c.text;
    EXPECT_NE(schedule.error().message.find(c.says), std::string::npos) << schedule.error().message;
  }
  EXPECT_FALSE(parsed("every 0 minutes"));
  EXPECT_FALSE(parsed("daily at 09:00,09:00"));
  EXPECT_FALSE(parsed("daily at 24:00"));
  EXPECT_FALSE(parsed("every 5 minutes free-days skip"));
  EXPECT_FALSE(parsed("daily at 09:00 from 2026-02-02 until 2026-02-01"));
  EXPECT_EQ(parsed(std::string(600, ' ')).error().code, base::ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace hinomi::work::schedule
