#include "ingest/live/retried_input.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <mutex>

#include "ingest/live/syslog_tcp.h"
#include "ingest/live/syslog_udp.h"
#include "ingest/live/testing/memory_intake.h"
#include "ingest/live/testing/network.h"

namespace hinomi::ingest::live {
namespace {

using testing::Client;
using testing::eventually;

class RetriedInputs : public ::testing::Test {
 protected:
  // Another program's socket, at a free port.
  os::SocketAddress occupy(int type) {
    const os::SocketAddress any = testing::any_port();
    other_ = os::Descriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(other_.get(), any.get(), any.size()), 0);
    EXPECT_TRUE(type != SOCK_STREAM || ::listen(other_.get(), 1) == 0);
    return os::local_address(other_.get()).value();
  }
  void start(const MakeInput& make, std::chrono::milliseconds wait = std::chrono::milliseconds(5)) {
    RetryOptions options;
    options.first_wait = options.longest_wait = wait;
    options.log = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(line);
    };
    input_ = make_retried(source_, [this, make] { return ++tries_, make(); }, options);
    EXPECT_TRUE(input_->start());
  }
  MakeInput tcp_at(const os::SocketAddress& address) {
    SyslogTcpOptions options;
    options.listen = address;
    return [this, options] { return make_syslog_tcp(source_, intake_, clock_, options); };
  }
  std::vector<std::string> log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  SourceInfo source_{.id = SourceId{7}, .name = "lab", .kind = "syslog_tcp", .address = {}, .labels = {}};
  os::SystemClock clock_;
  testing::MemoryIntake intake_;
  os::Descriptor other_;
  std::atomic<int> tries_ = 0;
  std::mutex mutex_;  // guards log_
  std::vector<std::string> log_;
  std::unique_ptr<Input> input_;
};

TEST_F(RetriedInputs, one_whose_port_is_in_use_says_so_and_starts_when_it_is_free) {
  const os::SocketAddress address = occupy(SOCK_STREAM);
  start(tcp_at(address));
  EXPECT_EQ(input_->statistics().state, InputState::failed);
  EXPECT_NE(input_->statistics().error.find("in use"), std::string::npos) << input_->statistics().error;
  EXPECT_TRUE(eventually([&] { return tries_ > 4; }));
  EXPECT_EQ(input_->statistics().state, InputState::failed);
  EXPECT_EQ(log().size(), 1U) << "one line, however often it is tried";
  other_.reset();
  EXPECT_TRUE(eventually([&] { return input_->statistics().state == InputState::running; }));
  Client client(address.text(), SOCK_STREAM);
  EXPECT_TRUE(client.send("<13>one\n"));
  EXPECT_TRUE(intake_.wait_for_events(1));
  input_->stop();
  EXPECT_EQ(input_->statistics().state, InputState::stopped);
  ASSERT_EQ(log().size(), 2U);
  EXPECT_EQ(log()[1], "lab: started");
}

TEST_F(RetriedInputs, datagrams_likewise) {
  const os::SocketAddress address = occupy(SOCK_DGRAM);
  SyslogUdpOptions options;
  options.listen = address;
  start([this, options] { return make_syslog_udp(source_, intake_, clock_, options); });
  EXPECT_EQ(input_->statistics().state, InputState::failed);
  other_.reset();
  EXPECT_TRUE(eventually([&] { return input_->statistics().state == InputState::running; }));
}

TEST_F(RetriedInputs, one_that_starts_at_once_is_made_once) {
  start(tcp_at(testing::any_port()));
  EXPECT_EQ(input_->statistics().state, InputState::running);
  input_->stop();
  EXPECT_EQ(tries_, 1);
  EXPECT_TRUE(log().empty());
}

TEST_F(RetriedInputs, stopping_does_not_wait_for_the_next_try) {
  start(tcp_at(occupy(SOCK_STREAM)), std::chrono::hours(1));
  input_->stop();
  EXPECT_EQ(input_->statistics().state, InputState::failed);
  EXPECT_EQ(tries_, 1);
}

}  // namespace
}  // namespace hinomi::ingest::live
