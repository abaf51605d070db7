#include "ingest/live/syslog_udp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ingest/live/testing/memory_intake.h"
#include "ingest/live/testing/network.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::ingest::live {
namespace {

using namespace std::string_view_literals;
using testing::Client;
using testing::eventually;
using Texts = std::vector<std::string>;

class SyslogUdp : public ::testing::Test {
 protected:
  void start(SyslogUdpOptions options = {}) {
    options.listen = testing::any_port();
    input = make_syslog_udp(source, intake, clock, options);
    ASSERT_TRUE(input->start());
    address = input->statistics().address;
  }
  InputStatistics now() const { return input->statistics(); }

  SourceInfo source{.id = SourceId{8}, .name = "lab", .kind = "syslog_udp", .address = {}, .labels = {}};
  os::SystemClock clock;
  testing::MemoryIntake intake;
  std::unique_ptr<Input> input;
  std::string address;
};

// A17 for datagrams.
TEST_F(SyslogUdp, a_datagram_is_one_event_whatever_bytes_it_holds) {
  start();
  Client client(address, SOCK_DGRAM);
  ASSERT_TRUE(client.send("<13>a\n<13>b\r\n\0<13>c\n"sv));
  ASSERT_TRUE(client.send("\n\0"sv));
  ASSERT_TRUE(client.send("5 <13>x"));
  ASSERT_TRUE(intake.wait_for_events(2));
  input->stop();
  EXPECT_EQ(intake.events(), (Texts{std::string("<13>a\n<13>b\r\n\0<13>c"sv), "5 <13>x"}));
  EXPECT_EQ(intake.deliveries().front().peer, client.name());
  EXPECT_EQ(intake.deliveries().front().listener, address);
  EXPECT_EQ(now().events, 2u);
  EXPECT_GT(now().receive_buffer, 0u);
}

TEST_F(SyslogUdp, counts_datagrams_that_are_longer_than_its_limit) {
  SyslogUdpOptions options;
  options.socket.datagram_bytes = 100;
  start(options);
  Client client(address, SOCK_DGRAM);
  ASSERT_TRUE(client.send("<13>" + std::string(96, 'x')));
  ASSERT_TRUE(client.send("<13>" + std::string(97, 'y')));
  ASSERT_TRUE(intake.wait_for_events(2));
  EXPECT_EQ(now().cut, 1u);
  const Texts events = intake.events();
  EXPECT_TRUE(std::ranges::all_of(events, [](const std::string& event) { return event.size() == 100; }));
}

// F9: sent = stored + thrown away by the kernel + refused by the intake, exactly.
TEST_F(SyslogUdp, every_datagram_is_stored_or_counted_as_lost) {
  SyslogUdpOptions options;
  options.socket.receive_buffer = 16 * 1024;
  start(options);
  intake.hold(2);
  Client client(address, SOCK_DGRAM);
  constexpr std::uint64_t kSent = 20'000;
  const std::string message = "<13>" + std::string(300, 'x');
  for (std::uint64_t i = 0; i < kSent; ++i) ASSERT_TRUE(client.send(message));
  ASSERT_TRUE(eventually([&] { return now().refused > 0; }));
  intake.release();
  input->stop();
  EXPECT_EQ(now().events, intake.event_count());
  EXPECT_EQ(now().events + now().dropped + now().refused, kSent);
  EXPECT_GT(now().events, 0u);
  EXPECT_GT(now().dropped, 0u);
}

TEST_F(SyslogUdp, delivers_what_the_kernel_holds_when_stopped) {
  start();
  Client client(address, SOCK_DGRAM);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(client.send("<13>event"));
  input->stop();
  EXPECT_EQ(intake.event_count(), 500u);
  EXPECT_EQ(now().dropped, 0u);
}

TEST_F(SyslogUdp, takes_or_counts_every_event_of_logger) {
  const std::string logger = testing::find_program("logger");
  if (logger.empty()) GTEST_SKIP() << "no logger here";
  start();
  const os::ScratchFolder root;
  constexpr std::size_t kMany = 10'000;
  std::string lines;
  for (std::size_t i = 0; i < kMany; ++i) lines += "event " + std::to_string(i) + '\n';
  const std::string file = root.write("lines", lines);
  const std::string port = address.substr(address.rfind(':') + 1);
  testing::Program program({logger, "--udp", "--server", "127.0.0.1", "--port", port, "--file", file});
  EXPECT_EQ(program.wait(), 0);
  input->stop();
  EXPECT_EQ(intake.event_count() + now().dropped, kMany);
  std::set<std::string> distinct;
  for (const std::string& event : intake.events()) distinct.insert(event.substr(event.rfind("event ")));
  EXPECT_EQ(distinct.size(), intake.event_count());
  RecordProperty("stored", static_cast<int>(intake.event_count()));
}

}  // namespace
}  // namespace hinomi::ingest::live
