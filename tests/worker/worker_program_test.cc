// The zygote as a program: what the supervisor starts is what parses.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "os/subprocess.h"
#include "os/sanitized.h"
#include "process/live_state.h"
#include "worker/parser_client.h"

namespace hinomi::worker {
namespace {

constexpr std::chrono::milliseconds kLong{20'000};

class WorkerProgram : public testing::Test {
 protected:
  void SetUp() override {
    if (os::kSanitized) GTEST_SKIP() << "the program would put a sanitizer into its sandbox";
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_end_ = os::Descriptor(ends[0]);
    zygote_end_ = os::Descriptor(ends[1]);
  }

  base::Result<os::Subprocess> start() {
    return os::Subprocess::start(
        {.path = HINOMI_WORKER_PROGRAM,
         .arguments = {"zygote", "--control-fd", "3", "--state-fd", "4"},
         .environment = {},
         .descriptors = {{2, 2}, {zygote_end_.get(), 3}, {state_->descriptor(), 4}}});
  }
  Verdict parse_line(ParserClient& client) {
    const auto input = SealedInput::of_bytes("one line\n");
    return client.parse(*input, {}, [](const ParsedRecord& record) { return record.text == "one line"; });
  }

  base::Result<process::SharedState> state_ = process::SharedState::create();
  os::Descriptor client_end_;
  os::Descriptor zygote_end_;
};

TEST_F(WorkerProgram, parses_and_says_what_its_sandbox_is_made_of) {
  auto zygote = start();
  ASSERT_TRUE(zygote) << zygote.error().message;
  ParserClient client(std::move(client_end_));
  const Verdict verdict = parse_line(client);
  EXPECT_EQ(verdict.outcome, Outcome::complete) << verdict.reason;
  EXPECT_EQ(verdict.level, (*state_)->sandbox);
  EXPECT_EQ((*state_)->zygote_pid, static_cast<std::uint32_t>(zygote->pid()));
  EXPECT_EQ((*state_)->files_parsed, 1U);
}

TEST_F(WorkerProgram, another_zygote_takes_over_the_socket_of_one_that_died) {
  auto first = start();
  ASSERT_TRUE(first);
  ParserClient client(std::move(client_end_));
  EXPECT_EQ(parse_line(client).outcome, Outcome::complete);
  first->signal(SIGKILL);
  ASSERT_TRUE(first->wait(kLong));
  auto second = start();
  ASSERT_TRUE(second);
  EXPECT_EQ(parse_line(client).outcome, Outcome::complete);
  EXPECT_EQ((*state_)->zygote_pid, static_cast<std::uint32_t>(second->pid()));
}

TEST_F(WorkerProgram, ends_when_nobody_can_ask_any_more) {
  auto zygote = start();
  ASSERT_TRUE(zygote);
  zygote_end_.reset();
  {
    ParserClient client(std::move(client_end_));
    EXPECT_EQ(parse_line(client).outcome, Outcome::complete);
  }
  const auto exit = zygote->wait(kLong);
  ASSERT_TRUE(exit && exit->has_value());
  EXPECT_TRUE((*exit)->ok());
}

TEST_F(WorkerProgram, refuses_arguments_that_it_does_not_know) {
  using Arguments = std::vector<std::string>;
  for (const Arguments& arguments : {Arguments{}, Arguments{"serve"}, Arguments{"zygote"},
                                     Arguments{"zygote", "--control-fd", "99", "--state-fd", "4"},
                                     Arguments{"zygote", "--control-fd", "0x1", "--state-fd", "0"}}) {
    auto started = os::Subprocess::start({.path = HINOMI_WORKER_PROGRAM, .arguments = arguments});
    ASSERT_TRUE(started);
    const auto exit = started->wait(kLong);
    ASSERT_TRUE(exit && exit->has_value());
    EXPECT_EQ((*exit)->code, 2);
  }
}

}  // namespace
}  // namespace hinomi::worker
