#include "parse/syslog/key_value.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

class KeyValues : public testing::Test {
 protected:
  Pairs parse(std::string_view text) {
    Pairs pairs;
    parse_key_values(text, arena_, pairs);
    return pairs;
  }
  base::Arena arena_;
};

TEST_F(KeyValues, are_found_inside_text) {
  EXPECT_EQ(parse("[UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.1 DPT=22"),
            (Pairs{{"IN", "eth0"}, {"OUT", ""}, {"SRC", "192.0.2.1"}, {"DPT", "22"}}));
  EXPECT_EQ(parse("pam_unix(sshd:auth): authentication failure; logname= rhost=192.0.2.1  user=root"),
            (Pairs{{"logname", ""}, {"rhost", "192.0.2.1"}, {"user", "root"}}));
}

TEST_F(KeyValues, may_be_quoted) {
  EXPECT_EQ(parse("action=\"Add\" cfgpath=\"firewall.policy\",msg=\"a \\\"b\\\" c\" x=1"),
            (Pairs{{"action", "Add"}, {"cfgpath", "firewall.policy"}, {"msg", "a \"b\" c"}, {"x", "1"}}));
  EXPECT_EQ(parse("a=\"no end"), (Pairs{{"a", "no end"}}));
}

TEST_F(KeyValues, begin_at_a_word) {
  EXPECT_EQ(parse("/x?a=1 5=6 ==y http://h/?q=1"), Pairs{});
  EXPECT_EQ(parse("(a=1) [b=2]"), (Pairs{{"a", "1)"}, {"b", "2]"}}));
}

TEST_F(KeyValues, are_limited_in_number) {
  std::string text;
  for (std::size_t i = 0; i < kMaxPairs + 10; ++i) text += "a=1 ";
  EXPECT_EQ(parse(text).size(), kMaxPairs);
  EXPECT_TRUE(parse(std::string(kMaxNameBytes + 1, 'n') + "=1").empty());
}

TEST(Sudo, separates_its_values_with_semicolons) {
  Pairs pairs;
  EXPECT_TRUE(
      parse_sudo("   alice : TTY=pts/0 ; PWD=/home/a b ; USER=#-1 ; COMMAND=/bin/sh -c a ; b=1", pairs));
  EXPECT_EQ(pairs, (Pairs{{"invoking_user", "alice"},
                          {"TTY", "pts/0"},
                          {"PWD", "/home/a b"},
                          {"USER", "#-1"},
                          {"COMMAND", "/bin/sh -c a ; b=1"}}));
  EXPECT_FALSE(parse_sudo("pam_unix(sudo:session): session opened for user root", pairs));
}

}  // namespace
}  // namespace hinomi::parse::syslog
