#include "app/serve_settings.h"

#include <gtest/gtest.h>

namespace hinomi::app {
namespace {

class ServeSettingsTest : public testing::Test {
 protected:
  ServeSettingsTest() : err_(std::tmpfile()) { console_.err = err_; }
  ~ServeSettingsTest() override { std::fclose(err_); }
  std::optional<ServeSettings> read(const std::vector<std::string>& words) {
    return read_serve_settings(console_, "serve", words);
  }
  std::FILE* err_;
  Console console_;
};

TEST_F(ServeSettingsTest, addresses_are_read_and_said_alike) {
  for (const char* text : {"127.0.0.1:8440", "[::1]:80", "soc.example:65535"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  for (const char* text :
       {"", "8440", ":80", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[::1:80", "a b:80", "127.0.0.1:80x"})
    EXPECT_FALSE(Address::parse(text)) << text;
  EXPECT_TRUE(Address::parse("127.0.0.9:1")->loopback());
  EXPECT_TRUE(Address::parse("[::1]:1")->loopback());
  EXPECT_TRUE(Address::parse("localhost:1")->loopback());
  for (const char* text : {"0.0.0.0:1", "127.example:1", "127.0.0.1.example:1", "127.0.0:1", "[::2]:1"})
    EXPECT_FALSE(Address::parse(text)->loopback()) << text;
}

TEST_F(ServeSettingsTest, words_of_settings_read_back_the_same) {
  const auto settings = read({"--data",
                              "/d",
                              "--listen",
                              "[::1]:9",
                              "--rules",
                              "a",
                              "--rules=b",
                              "--syslog-tcp",
                              "127.0.0.1:514",
                              "--syslog-udp",
                              "0.0.0.0:514",
                              "--follow",
                              "/var/log",
                              "--timestamp-authority",
                              "https://tsa.example/",
                              "--timestamp-certificates",
                              "tsa.pem",
                              "--timestamp-internal",
                              "--proxy",
                              "http://proxy:3128",
                              "--audit-copies",
                              "/copies",
                              "--database-file",
                              "/etc/hinomi/database",
                              "--demo",
                              "--host",
                              "soc.example",
                              "--tls-cert",
                              "c",
                              "--tls-key",
                              "k",
                              "--journal-keep-hours",
                              "0",
                              "--journal-segment-mib",
                              "1"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->browser_address(), "https://[::1]:9");
  const auto again = read(words_of(*settings));
  ASSERT_TRUE(again);
  EXPECT_EQ(words_of(*again), words_of(*settings));
  EXPECT_EQ(again->rules, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(again->timestamp_authority, "https://tsa.example/");
  EXPECT_TRUE(again->timestamp_internal);
  EXPECT_EQ(again->audit_copies, "/copies");
  EXPECT_EQ(again->database_file, "/etc/hinomi/database");
  EXPECT_TRUE(again->demo);
  EXPECT_EQ(again->keep_hours, 0U);
}

TEST_F(ServeSettingsTest, where_the_database_is_does_not_stand_in_the_words_of_other_processes) {
  const auto settings = read({"--data", "/d", "--database", "host=db.example dbname=hinomi"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->database, "host=db.example dbname=hinomi");
  for (const std::string& word : words_of(*settings)) EXPECT_EQ(word.find("db.example"), std::string::npos);
  EXPECT_FALSE(read({"--data", "/d", "--database", "dbname=a", "--database-file", "/f"}));
}

TEST_F(ServeSettingsTest, refuses_what_it_does_not_understand) {
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({"--data", "/d", "--listen", "8440"}));
  EXPECT_FALSE(read({"--data", "/d", "--tls-cert", "c"}));
  EXPECT_FALSE(read({"--data", "/d", "--journal-segment-mib", "0"}));
  EXPECT_FALSE(read({"--data", "/d", "--timestamp-authority", "https://tsa.example/"}));
  EXPECT_FALSE(read({"--data", "/d", "--unknown"}));
  EXPECT_FALSE(read({"--data", "/d", "stray"}));
}

TEST_F(ServeSettingsTest, a_browser_on_this_machine_opens_localhost) {
  EXPECT_EQ(read({"--data", "/d"})->browser_address(), "http://localhost:8440");
}

}  // namespace
}  // namespace hinomi::app
