#include "os/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace hinomi::os {
namespace {

SocketAddress loopback() {
  return SocketAddress::parse("127.0.0.1:0").value();
}

TEST(SocketAddress, reads_and_writes_both_families) {
  for (const char* text : {"127.0.0.1:514", "0.0.0.0:0", "[::1]:6514", "[2001:db8::1]:65535"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(SocketAddress::parse("[::ffff:192.0.2.1]:514").value().text(), "192.0.2.1:514");
}

TEST(SocketAddress, refuses_what_is_no_number) {
  for (const char* text :
       {"", ":514", "localhost:514", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:514", "[::1]",
        "127.0.0.1:51x", "127.0.0.1:-1", "1.2.3:4", "[]:1", "[127.0.0.1]:5"}) {
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  }
}

TEST(SocketAddress, knows_loopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(SocketAddress::parse(text).value().is_loopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "192.0.2.1:1", "[::]:1", "[::ffff:10.0.0.1]:1", "128.0.0.1:1"}) {
    EXPECT_FALSE(SocketAddress::parse(text).value().is_loopback()) << text;
  }
}

TEST(Socket, a_taken_port_is_refused_with_a_remedy) {
  const auto first = listen_tcp(loopback());
  ASSERT_TRUE(first);
  const auto second = listen_tcp(local_address(first->get()).value());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().remedy.find("port"), std::string::npos);
}

TEST(Socket, accepts_and_says_who_it_is) {
  const auto listener = listen_tcp(loopback());
  ASSERT_TRUE(listener);
  EXPECT_EQ(accept_tcp(listener->get()).outcome, AcceptOutcome::none_waiting);
  const auto address = local_address(listener->get());
  ASSERT_TRUE(address);
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), address->get(), address->size()), 0);
  const Accepted accepted = accept_tcp(listener->get());
  ASSERT_EQ(accepted.outcome, AcceptOutcome::accepted);
  EXPECT_EQ(accepted.peer.text(), local_address(client.get()).value().text());
}

// Everything sent is either received or counted as lost, to the datagram.
TEST(DatagramSocket, counts_what_the_kernel_threw_away_exactly) {
  DatagramSocket::Options options;
  options.receive_buffer = 4096;
  auto socket = DatagramSocket::open(loopback(), options);
  ASSERT_TRUE(socket);
  EXPECT_GT(socket->receive_buffer(), 0);
  EXPECT_LT(socket->receive_buffer(), 100'000);
  const auto address = local_address(socket->descriptor());
  ASSERT_TRUE(address);
  const Descriptor client(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  constexpr std::uint64_t kRounds = 3;
  constexpr std::uint64_t kSent = 1000;
  std::uint64_t received = 0;
  const std::string text(200, 'x');
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (std::uint64_t i = 0; i < kSent; ++i) {
      ASSERT_EQ(::sendto(client.get(), text.data(), text.size(), 0, address->get(), address->size()), 200);
    }
    while (true) {
      const auto batch = socket->receive();
      ASSERT_TRUE(batch);
      if (batch->empty()) break;
      received += batch->size();
      for (const auto& datagram : *batch) EXPECT_EQ(datagram.bytes, text);
    }
    EXPECT_EQ(received + socket->lost(), round * kSent);
  }
  EXPECT_GT(socket->lost(), 0u);
}

TEST(DatagramSocket, marks_datagrams_that_were_cut) {
  DatagramSocket::Options options;
  options.datagram_bytes = 10;
  auto socket = DatagramSocket::open(loopback(), options);
  ASSERT_TRUE(socket);
  const auto address = local_address(socket->descriptor());
  const Descriptor client(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const std::string_view text : {"0123456789", "0123456789a", ""}) {
    ::sendto(client.get(), text.data(), text.size(), 0, address->get(), address->size());
  }
  const auto batch = socket->receive();
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->size(), 3u);
  EXPECT_FALSE((*batch)[0].cut);
  EXPECT_TRUE((*batch)[1].cut);
  EXPECT_EQ((*batch)[1].bytes, "0123456789");
  EXPECT_EQ((*batch)[2].bytes, "");
}

TEST(Waiter, says_which_descriptor_can_be_read) {
  auto waiter = Waiter::create();
  ASSERT_TRUE(waiter);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor out(ends[0]);
  const Descriptor in(ends[1]);
  ASSERT_TRUE(waiter->add(out.get(), 42));
  EXPECT_TRUE(waiter->wait(0).empty());
  ASSERT_EQ(::write(in.get(), "x", 1), 1);
  const auto marks = waiter->wait(1000);
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0], 42u);
  waiter->remove(out.get());
  EXPECT_TRUE(waiter->wait(0).empty());
}

}  // namespace
}  // namespace hinomi::os
