#include "parse/syslog/audit.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

class Audit : public testing::Test {
 protected:
  std::optional<AuditRecord> parse(std::string_view text) {
    pairs_.clear();
    return parse_audit(text, arena_, pairs_);
  }
  std::string value(std::string_view name) const {
    for (const auto& pair : pairs_) {
      if (pair.name == name) return std::string(pair.value);
    }
    return "(absent)";
  }
  base::Arena arena_;
  Pairs pairs_;
};

TEST_F(Audit, reads_a_system_call) {
  const auto record = parse(
      "type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e syscall=59 success=yes a0=55aa "
      "exe=\"/usr/bin/curl\" "
      "comm=\"curl\" key=\"net work\"");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->type, "SYSCALL");
  EXPECT_EQ(record->serial, "456");
  EXPECT_EQ(base::format_rfc3339(*record->time, 3), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(value("a0"), "55aa");
  EXPECT_EQ(value("exe"), "/usr/bin/curl");
  EXPECT_EQ(value("key"), "net work");
  EXPECT_EQ(value("SYSCALL"), "execve");
}

TEST_F(Audit, keeps_the_interpretations_of_the_enriched_form) {
  ASSERT_TRUE(
      parse("node=web1 type=SYSCALL msg=audit(1.000:2): arch=c000003e syscall=59 uid=0\x1D"
            "ARCH=x86_64 SYSCALL=execve UID=\"root\""));
  EXPECT_EQ(value("SYSCALL"), "execve");
  EXPECT_EQ(value("UID"), "root");
  EXPECT_EQ(value("uid"), "0");
}

TEST_F(Audit, decodes_hexadecimal_texts_only_where_they_occur) {
  ASSERT_TRUE(parse("type=EXECVE msg=audit(1.000:2): argc=3 a0=\"sh\" a1=2D63 a2=6563686F20224122 a3_len=4"));
  EXPECT_EQ(value("a1"), "-c");
  EXPECT_EQ(value("a2"), "echo \"A\"");
  EXPECT_EQ(value("argc"), "3");
  ASSERT_TRUE(parse("type=PROCTITLE msg=audit(1.000:2): proctitle=2F62696E2F7368002D63006C7300"));
  EXPECT_EQ(value("proctitle"), "/bin/sh -c ls");
  ASSERT_TRUE(parse("type=SYSCALL msg=audit(1.000:2): a0=2D63 comm=(null) exe=abc"));
  EXPECT_EQ(value("a0"), "2D63");
  EXPECT_EQ(value("comm"), "(null)");
  EXPECT_EQ(value("exe"), "abc");
}

TEST_F(Audit, opens_the_message_of_user_space) {
  ASSERT_TRUE(
      parse("type=USER_LOGIN msg=audit(1.000:2): pid=1 uid=0 msg='op=login acct=\"root\" "
            "exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.1 terminal=ssh res=failed'"));
  EXPECT_EQ(value("acct"), "root");
  EXPECT_EQ(value("res"), "failed");
  EXPECT_EQ(value("pid"), "1");
}

TEST_F(Audit, reads_what_the_kernel_writes_itself) {
  const auto record =
      parse("audit: type=1400 audit(1700000000.123:456): apparmor=\"DENIED\" operation=\"open\"");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->type, "AVC");
  EXPECT_EQ(value("apparmor"), "DENIED");
}

TEST_F(Audit, joins_the_parts_of_a_long_argument_under_one_name) {
  ASSERT_TRUE(parse("type=EXECVE msg=audit(1.000:2): a1_len=8 a1[0]=6162 a1[1]=6364"));
  EXPECT_EQ(pairs_, (Pairs{{"a1_len", "8"}, {"a1", "ab"}, {"a1", "cd"}}));
}

TEST_F(Audit, refuses_other_text) {
  for (const char* text :
       {"", "type=SYSCALL", "type=SYSCALL msg=audit(x.1:2): a=1", "msg=audit(1.000:2): a=1",
        "type=A msg=audit(1.0002): a", "type=A msg=audit(1.1:2", "hello type=A msg=audit(1.000:2):"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

}  // namespace
}  // namespace hinomi::parse::syslog
