// The programs that people really send with, each 10,000 events.
#include <filesystem>

#include "ingest/live/testing/network.h"
#include "senders/sender_support.h"

namespace hinomi::senders {
namespace {

constexpr int kEvents = 10'000;

class SendersTest : public ServerTest {
 protected:
  void SetUp() override {
    settings_.syslog_tcp = fault::free_port();
    settings_.syslog_udp = fault::free_port();
    start();
  }
  std::string tcp_port() const { return std::to_string(settings_.syslog_tcp); }
  std::string udp_port() const { return std::to_string(settings_.syslog_udp); }
};

#define NEEDS(name)                        \
  const std::string name = program(#name); \
  if (name.empty()) GTEST_SKIP() << #name " is not installed: this sender is not tested"

TEST_F(SendersTest, logger_over_tcp_each_event_once) {
  NEEDS(logger);
  const std::string lines = write_lines("logger-tcp", kEvents);
  ASSERT_EQ(run({logger, "--tcp", "-n", "127.0.0.1", "-P", tcp_port(), "--octet-count", "-f", lines}), 0);
  EXPECT_TRUE(wait_for_events("syslog-tcp", kEvents));
  EXPECT_EQ(figure("syslog-tcp", "refused"), 0);
  stop();
  expect_each_once("syslog-tcp", "logger-tcp", kEvents);
}

TEST_F(SendersTest, logger_over_tcp_with_line_feeds_each_event_once) {
  NEEDS(logger);
  const std::string lines = write_lines("logger-lf", kEvents);
  ASSERT_EQ(run({logger, "--tcp", "-n", "127.0.0.1", "-P", tcp_port(), "--rfc3164", "-f", lines}), 0);
  EXPECT_TRUE(wait_for_events("syslog-tcp", kEvents));
  stop();
  expect_each_once("syslog-tcp", "logger-lf", kEvents);
}

TEST_F(SendersTest, logger_over_udp_each_event_is_stored_once_or_counted) {
  NEEDS(logger);
  const std::string lines = write_lines("logger-udp", kEvents);
  ASSERT_EQ(run({logger, "--udp", "-n", "127.0.0.1", "-P", udp_port(), "-f", lines}), 0);
  // The kernel tells what it threw away with the next datagram that it keeps.
  ASSERT_EQ(run({logger, "--udp", "-n", "127.0.0.1", "-P", udp_port(), "logger-udp-10001-end"}), 0);
  EXPECT_TRUE(wait_for([&] {
    return figure("syslog-udp", "events").value_or(0) + figure("syslog-udp", "dropped").value_or(0) ==
           kEvents + 1;
  }));
  const double stored = figure("syslog-udp", "events").value_or(-1);
  const double dropped = figure("syslog-udp", "dropped").value_or(-1);
  EXPECT_EQ(stored + dropped + figure("syslog-udp", "refused").value_or(-1), kEvents + 1);
  RecordProperty("dropped", static_cast<int>(dropped));
  stop();
  const std::vector<Stored> all = journal();
  std::vector<std::string_view> texts;
  for (const Stored& event : all) texts.push_back(event.text);
  EXPECT_EQ(static_cast<double>(texts.size()), stored);
  for (const auto& [number, times] : numbers_in(texts, "logger-udp")) {
    EXPECT_GE(number, 1);
    EXPECT_EQ(times, 1) << number;
  }
}

TEST_F(SendersTest, rsyslog_over_tcp_each_event_once) {
  NEEDS(rsyslogd);
  const std::string lines = write_lines("rsyslog", kEvents);
  std::filesystem::create_directories(root_ / "spool");
  const std::string configuration = root_.write(
      "rsyslog.conf",
      "global(workDirectory=\"" + root_ / "spool" + "\")\n" + "module(load=\"imfile\" mode=\"inotify\")\n" +
          "input(type=\"imfile\" File=\"" + lines + "\" Tag=\"test:\" Facility=\"authpriv\")\n" +
          "action(type=\"omfwd\" Target=\"127.0.0.1\" Port=\"" + tcp_port() +
          "\" Protocol=\"tcp\" TCP_Framing=\"octet-counted\" Template=\"RSYSLOG_SyslogProtocol23Format\"\n"
          "  action.resumeRetryCount=\"-1\" queue.type=\"linkedList\" queue.size=\"20000\")\n");
  {
    const ingest::live::testing::Program daemon(
        {rsyslogd, "-n", "-f", configuration, "-i", root_ / "rsyslog.pid"});
    EXPECT_TRUE(wait_for_events("syslog-tcp", kEvents));
  }
  stop();
  expect_each_once("syslog-tcp", "rsyslog", kEvents);
}

TEST_F(SendersTest, curl_each_event_once_and_a_repeated_batch_is_a_duplicate) {
  NEEDS(curl);
  std::string events;
  for (int i = 1; i <= kEvents; ++i)
    events += R"({"EventID":1,"CommandLine":"curl-)" + std::to_string(i) + "-end\"}\n";
  const std::string body = root_.write("events.ndjson", events);
  const std::string answer = root_ / "answer";
  const std::vector<std::string> words = {
      curl,
      "-sS",
      "-f",
      "-X",
      "POST",
      "--data-binary",
      "@" + body,
      "-o",
      answer,
      "-H",
      "Authorization: Bearer " + server_->ingest_token(),
      "-H",
      "Idempotency-Key: batch-1",
      "-H",
      "Content-Type: application/x-ndjson",
      "http://127.0.0.1:" + std::to_string(settings_.port) + "/api/v1/events?source=default"};
  ASSERT_EQ(run(words), 0);
  const std::string first = content_of(answer);
  EXPECT_EQ(fault::number_in(first, "accepted"), kEvents) << first;
  EXPECT_NE(first.find("\"duplicate\":false"), std::string::npos) << first;
  ASSERT_EQ(run(words), 0);
  const std::string second = content_of(answer);
  EXPECT_NE(second.find("\"duplicate\":true"), std::string::npos) << second;
  EXPECT_EQ(second.substr(second.find("\"first_id\"")), first.substr(first.find("\"first_id\"")));
  std::vector<std::string> wrong = words;
  for (std::string& word : wrong) {
    if (word.starts_with("Authorization: ")) word = "Authorization: Bearer nonsense";
  }
  EXPECT_EQ(run(wrong), 22);  // curl's word for an answer that is an error
  stop();
  expect_each_once("default", "curl", kEvents);
}

}  // namespace
}  // namespace hinomi::senders
