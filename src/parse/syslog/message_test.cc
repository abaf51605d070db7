#include "parse/syslog/message.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

struct Parsed {
  std::optional<Message> message;
  Pairs structured;
};

class SyslogMessage : public testing::Test {
 protected:
  Parsed parse(std::string_view line) {
    Parsed parsed;
    const TimePolicy policy{.reference = base::parse_rfc3339("2026-11-23T08:00:00Z"),
                            .zone_offset_minutes = 0};
    parsed.message = parse_message(line, policy, arena_, parsed.structured);
    return parsed;
  }
  base::Arena arena_;
};

TEST_F(SyslogMessage, of_rfc5424_has_structured_data) {
  const auto [message, structured] = parse(
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
      "[exampleSDID@32473 iut=\"3\" eventSource=\"App\\\"l\\]i\\\\c\\n\"][e@1] \xEF\xBB\xBF"
      "An event");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->form, MessageForm::rfc5424);
  EXPECT_EQ(message->facility, 20);
  EXPECT_EQ(message->severity, 5);
  EXPECT_EQ(base::format_rfc3339(*message->time, 3), "2003-10-11T22:14:15.003Z");
  EXPECT_EQ(message->host, "mymachine.example.com");
  EXPECT_EQ(message->program, "evntslog");
  EXPECT_EQ(message->process_id, "");
  EXPECT_EQ(message->message_id, "ID47");
  EXPECT_EQ(message->text, "An event");
  EXPECT_EQ(structured,
            (Pairs{{"exampleSDID@32473.iut", "3"}, {"exampleSDID@32473.eventSource", "App\"l]i\\c\\n"}}));
}

TEST_F(SyslogMessage, of_rfc5424_may_be_nothing_but_nil) {
  const auto [message, structured] = parse("<34>1 - - - - - -");
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->time);
  EXPECT_EQ(message->text, "");
  EXPECT_TRUE(structured.empty());
}

TEST_F(SyslogMessage, of_rfc5424_keeps_broken_structured_data_as_text) {
  const auto [message, structured] = parse("<34>1 - h p 1 - [a b=\"c\"][x y=\"un");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "[a b=\"c\"][x y=\"un");
  EXPECT_TRUE(structured.empty());
}

TEST_F(SyslogMessage, of_rfc3164_has_host_and_tag) {
  const auto message = parse("<34>Oct 11 22:14:15 mymachine su(pam_unix)[230]: 'su root' failed").message;
  ASSERT_TRUE(message);
  EXPECT_EQ(message->form, MessageForm::rfc3164);
  EXPECT_EQ(message->host, "mymachine");
  EXPECT_EQ(message->program, "su(pam_unix)");
  EXPECT_EQ(message->process_id, "230");
  EXPECT_EQ(message->text, "'su root' failed");
  EXPECT_EQ(base::format_rfc3339(*message->time, 0), "2026-10-11T22:14:15Z");
}

TEST_F(SyslogMessage, needs_no_priority) {
  const auto message = parse("Nov 23 07:00:39 web1 CRON[99]: (root) CMD (x)").message;
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->facility);
  EXPECT_EQ(message->program, "CRON");
  EXPECT_EQ(message->text, "(root) CMD (x)");
}

TEST_F(SyslogMessage, with_rfc3339_time_is_that_of_rsyslog_files) {
  const auto message =
      parse("2026-11-23T07:00:39.123456+00:00 host sshd[812]: Failed password for root from 192.0.2.1")
          .message;
  ASSERT_TRUE(message);
  EXPECT_EQ(message->form, MessageForm::rfc3339);
  EXPECT_EQ(message->host, "host");
  EXPECT_EQ(message->program, "sshd");
  EXPECT_EQ(message->process_id, "812");
  EXPECT_EQ(message->text, "Failed password for root from 192.0.2.1");
  EXPECT_EQ(base::format_rfc3339(*message->time, 6), "2026-11-23T07:00:39.123456Z");
  EXPECT_EQ(parse("<13>2026-11-23T07:00:39Z host prog: x").message->program, "prog");
}

TEST_F(SyslogMessage, may_lack_host_or_tag) {
  EXPECT_EQ(parse("Nov 23 07:00:39 sshd[1]: x").message->program, "sshd");
  EXPECT_EQ(parse("Nov 23 07:00:39 sshd[1]: x").message->host, "");
  EXPECT_EQ(parse("Nov 23 07:00:39 host last message repeated 2 times").message->text,
            "last message repeated 2 times");
  EXPECT_EQ(parse("<13>no time at all").message->text, "no time at all");
}

TEST_F(SyslogMessage, of_cisco_ios_has_a_sequence_number) {
  const auto message =
      parse("<189>29: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured from console").message;
  ASSERT_TRUE(message);
  EXPECT_EQ(message->program, "%SYS-5-CONFIG_I");
  EXPECT_EQ(message->text, "Configured from console");
  EXPECT_TRUE(message->time);
}

TEST_F(SyslogMessage, refuses_other_text) {
  for (const char* line : {"", "hello world", "<999>x", "<>x", "<12", "{\"a\":1}", "2026-11-23 something"}) {
    EXPECT_FALSE(parse(line).message) << line;
  }
}

TEST(SyslogNames, follow_the_standard) {
  EXPECT_EQ(facility_name(10), "authpriv");
  EXPECT_EQ(facility_name(23), "local7");
  EXPECT_EQ(facility_name(24), "");
  EXPECT_EQ(severity_name(3), "err");
}

}  // namespace
}  // namespace hinomi::parse::syslog
