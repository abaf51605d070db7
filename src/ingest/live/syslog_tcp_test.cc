#include "ingest/live/syslog_tcp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
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

class SyslogTcp : public ::testing::Test {
 protected:
  void start(SyslogTcpOptions options = {}) {
    options.listen = testing::any_port();
    input = make_syslog_tcp(source, intake, clock, options);
    ASSERT_TRUE(input->start());
    address = input->statistics().address;
  }
  Client connect() const { return {address, SOCK_STREAM}; }
  InputStatistics now() const { return input->statistics(); }

  SourceInfo source{.id = SourceId{7}, .name = "lab", .kind = "syslog_tcp", .address = {}, .labels = {}};
  os::SystemClock clock;
  testing::MemoryIntake intake;
  std::unique_ptr<Input> input;
  std::string address;
};

TEST_F(SyslogTcp, delivers_both_framings_with_peer_and_listener) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send("<13>one\n5 <13>a"));
  ASSERT_TRUE(intake.wait_for_events(2));
  EXPECT_EQ(intake.events(), (Texts{"<13>one", "<13>a"}));
  const Delivery first = intake.deliveries().front();
  EXPECT_EQ(first.peer, client.name());
  EXPECT_EQ(first.listener, address);
  EXPECT_EQ(first.framing, Framing::syslog);
  EXPECT_EQ(first.source, &source);
  input->stop();
  EXPECT_EQ(now().events, 2u);
  EXPECT_EQ(now().bytes, 12u);
  EXPECT_GT(now().last_event.since_epoch_ns, 0);
  EXPECT_EQ(now().state, InputState::stopped);
}

TEST_F(SyslogTcp, keeps_the_last_line_of_a_closed_connection) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send("<13>one\n<13>two"));
  client.close();
  ASSERT_TRUE(intake.wait_for_events(2));
  EXPECT_EQ(intake.events(), (Texts{"<13>one", "<13>two"}));
  EXPECT_TRUE(eventually([&] { return now().connections == 0; }));
}

TEST_F(SyslogTcp, the_rest_of_a_broken_connection_is_no_message_and_is_counted) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send("<13>one\n<13>tw"));
  ASSERT_TRUE(intake.wait_for_events(1));
  client.abort();
  ASSERT_TRUE(eventually([&] { return now().connections == 0; }));
  EXPECT_EQ(intake.events(), Texts{"<13>one"});
  EXPECT_EQ(now().refused, 1u);
}

TEST_F(SyslogTcp, closes_a_stream_that_cannot_be_framed_and_keeps_what_was_whole) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send("5 <13>aoops"));
  EXPECT_TRUE(client.is_closed_by_peer());
  ASSERT_TRUE(intake.wait_for_events(1));
  EXPECT_EQ(intake.events(), Texts{"<13>a"});
  EXPECT_EQ(now().framing_errors, 1u);
}

TEST_F(SyslogTcp, cuts_a_message_beyond_the_limit_and_closes) {
  SyslogTcpOptions options;
  options.max_message = 1000;
  start(options);
  Client client = connect();
  client.send("<13>" + std::string(5000, 'x'));
  EXPECT_TRUE(client.is_closed_by_peer());
  ASSERT_TRUE(intake.wait_for_events(1));
  EXPECT_EQ(intake.events()[0].size(), 1000u);
  EXPECT_EQ(now().cut, 1u);
  EXPECT_EQ(now().framing_errors, 1u);
}

TEST_F(SyslogTcp, one_message_may_be_as_long_as_the_limit) {
  start();
  Client client = connect();
  const std::string counted = "<13>" + std::string(kMaxEventBytes - 5, '\n') + "e";
  ASSERT_TRUE(client.send(std::to_string(counted.size()) + ' ' + counted));
  ASSERT_TRUE(client.send(std::to_string(counted.size()) + ' ' + counted));
  ASSERT_TRUE(intake.wait_for_events(2));
  EXPECT_EQ(intake.events()[1], counted);
}

// F9: the window closes while the journal takes nothing, memory stays bounded, and nothing is lost
// afterwards.
TEST_F(SyslogTcp, stops_reading_while_the_intake_has_no_room_and_loses_nothing) {
  start();
  intake.hold(1);
  Client client = connect();
  std::string sent;
  std::size_t number = 0;
  bool closed_window = false;
  std::string pending;
  for (std::size_t idle_turns = 0; !closed_window;) {
    if (pending.empty()) pending = "<13>message " + std::to_string(number++) + std::string(2000, '.') + "\n";
    const std::size_t went = client.send_some(pending);
    sent += pending.substr(0, went);
    pending.erase(0, went);
    if (went == 0) ::poll(nullptr, 0, 1);
    idle_turns = went == 0 ? idle_turns + 1 : 0;
    closed_window = idle_turns > 200;
    ASSERT_LT(sent.size(), 64u << 20);
  }
  EXPECT_EQ(intake.event_count(), 0u);
  EXPECT_TRUE(eventually([&] { return now().lag_bytes > 1 << 20; }));
  EXPECT_LE(now().lag_bytes, 3u << 20);
  intake.release();
  ASSERT_TRUE(client.send(pending));
  sent += pending;
  client.close();
  ASSERT_TRUE(intake.wait_for_events(number));
  std::string stored;
  for (const std::string& event : intake.events()) stored += event + "\n";
  EXPECT_EQ(stored, sent);
}

TEST_F(SyslogTcp, delivers_again_what_the_queue_or_disk_refused) {
  start();
  intake.refuse(3, Admission::disk_full);
  Client client = connect();
  ASSERT_TRUE(client.send("<13>one\n"));
  EXPECT_TRUE(eventually([&] { return now().state == InputState::waiting || intake.event_count() == 1; }));
  ASSERT_TRUE(intake.wait_for_events(1));
  EXPECT_TRUE(eventually([&] { return now().state == InputState::running; }));
  EXPECT_EQ(now().refused, 0u);
}

TEST_F(SyslogTcp, delivers_what_the_kernel_holds_when_stopped) {
  start();
  intake.hold(1000);
  std::deque<Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back().connected());
    ASSERT_TRUE(clients.back().send("<13>a\n<13>b\n<13>c"));
  }
  input->begin_stop();
  intake.release();
  input->stop();
  EXPECT_EQ(intake.event_count(), 60u);
  EXPECT_EQ(now().events, 60u);
  EXPECT_EQ(now().refused, 0u);
}

TEST_F(SyslogTcp, refuses_connections_beyond_the_limit_of_a_peer) {
  SyslogTcpOptions options;
  options.max_per_peer = 3;
  start(options);
  std::deque<Client> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect());
  ASSERT_TRUE(eventually([&] { return now().connections == 3; }));
  EXPECT_TRUE(connect().is_closed_by_peer());
  EXPECT_TRUE(eventually([&] { return now().connections_refused == 1; }));
  clients.pop_back();
  ASSERT_TRUE(eventually([&] { return now().connections == 2; }));
  Client again = connect();
  ASSERT_TRUE(again.send("<13>x\n"));
  EXPECT_TRUE(intake.wait_for_events(1));
}

TEST_F(SyslogTcp, at_the_limit_the_quietest_connection_makes_room) {
  SyslogTcpOptions options;
  options.max_connections = 2;
  options.idle_evictable = std::chrono::seconds{0};
  start(options);
  Client quiet = connect();
  ASSERT_TRUE(eventually([&] { return now().connections == 1; }));
  Client busy = connect();
  ASSERT_TRUE(busy.send("<13>x\n"));
  ASSERT_TRUE(intake.wait_for_events(1));
  Client fresh = connect();
  EXPECT_TRUE(quiet.is_closed_by_peer());
  ASSERT_TRUE(fresh.send("<13>y\n"));
  ASSERT_TRUE(busy.send("<13>z\n"));
  EXPECT_TRUE(intake.wait_for_events(3));
}

TEST_F(SyslogTcp, memory_of_all_connections_is_bounded_by_unfinished_messages_giving_way) {
  SyslogTcpOptions options;
  options.buffer_bytes = 256 * 1024;
  options.unfinished = std::chrono::seconds{0};
  start(options);
  std::deque<Client> clients;
  const std::string half = "<13>" + std::string(100'000, 'x');
  for (int i = 0; i < 8; ++i) {
    clients.push_back(connect());
    clients.back().send(half);
  }
  // Others with little to say are heard all the while.
  Client small = connect();
  ASSERT_TRUE(small.send("<13>small\n"));
  EXPECT_TRUE(intake.wait_for_events(1));
  for (Client& client : clients) client.send("\n");
  EXPECT_TRUE(eventually([&] { return intake.event_count() + now().framing_errors == 9; }));
}

TEST_F(SyslogTcp, says_why_it_cannot_listen) {
  start();
  SyslogTcpOptions options;
  options.listen = os::SocketAddress::parse(address).value();
  const auto second = make_syslog_tcp(source, intake, clock, options);
  EXPECT_FALSE(second->start());
  EXPECT_EQ(second->statistics().state, InputState::failed);
  EXPECT_NE(second->statistics().error.find(address), std::string::npos);
}

// How often each line "event 0" … occurs within the events.
void expect_each_once(const Texts& events, std::size_t count) {
  EXPECT_EQ(events.size(), count);
  std::set<std::string> numbers;
  for (const std::string& event : events) {
    const std::size_t at = event.rfind("event ");
    ASSERT_NE(at, std::string::npos) << event;
    numbers.insert(event.substr(at + 6));
  }
  EXPECT_EQ(numbers.size(), count);
}

constexpr std::size_t kMany = 10'000;
std::string many_lines() {
  std::string lines;
  for (std::size_t i = 0; i < kMany; ++i) lines += "event " + std::to_string(i) + '\n';
  return lines;
}

TEST_F(SyslogTcp, takes_every_event_of_logger) {
  const std::string logger = testing::find_program("logger");
  if (logger.empty()) GTEST_SKIP() << "no logger here";
  start();
  const os::ScratchFolder root;
  const std::string file = root.write("lines", many_lines());
  const std::string port = address.substr(address.rfind(':') + 1);
  testing::Program plain({logger, "--tcp", "--server", "127.0.0.1", "--port", port, "--file", file});
  EXPECT_EQ(plain.wait(), 0);
  ASSERT_TRUE(intake.wait_for_events(kMany));
  expect_each_once(intake.events(), kMany);
  testing::Program counted({logger, "--tcp", "--octet-count", "--rfc5424", "--server", "127.0.0.1", "--port",
                            port, "--file", file});
  EXPECT_EQ(counted.wait(), 0);
  ASSERT_TRUE(intake.wait_for_events(2 * kMany));
  const Texts all = intake.events();
  expect_each_once(Texts(all.begin() + kMany, all.end()), kMany);
  EXPECT_EQ(now().framing_errors, 0u);
}

TEST_F(SyslogTcp, takes_every_event_of_rsyslog) {
  const std::string rsyslog = testing::find_program("rsyslogd");
  if (rsyslog.empty()) GTEST_SKIP() << "no rsyslogd here";
  start();
  const os::ScratchFolder root;
  const std::string lines = root.write("lines", many_lines());
  const std::string port = address.substr(address.rfind(':') + 1);
  for (const std::string framing : {"octet-counted", "traditional"}) {
    const std::size_t before = intake.event_count();
    const std::string folder = root / ("state-" + framing);
    std::filesystem::create_directory(folder);
    const std::string config =
        root.write(framing + ".conf", "global(workDirectory=\"" + folder +
                                          "\")\n"
                                          "module(load=\"imfile\" mode=\"polling\" pollingInterval=\"1\")\n"
                                          "input(type=\"imfile\" file=\"" +
                                          lines +
                                          "\" tag=\"test\" persistStateInterval=\"0\")\n"
                                          "action(type=\"omfwd\" target=\"127.0.0.1\" port=\"" +
                                          port + "\" protocol=\"tcp\" tcp_framing=\"" + framing +
                                          "\" template=\"RSYSLOG_SyslogProtocol23Format\")\n");
    testing::Program program({rsyslog, "-n", "-f", config, "-i", root / (framing + ".pid")});
    ASSERT_TRUE(intake.wait_for_events(before + kMany)) << framing << ": " << intake.event_count() - before;
    const Texts all = intake.events();
    expect_each_once(Texts(all.begin() + static_cast<std::ptrdiff_t>(before), all.end()), kMany);
  }
}

}  // namespace
}  // namespace hinomi::ingest::live
