#include "os/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "os/file.h"

namespace hinomi::os {
namespace {

TEST(Interrupt, the_first_signal_only_asks) {
  const Interrupt interrupt;
  EXPECT_FALSE(interrupt.requested());
  ::raise(SIGINT);
  EXPECT_TRUE(interrupt.requested());
}

TEST(Interrupt, a_new_one_starts_unasked_and_handles_terminate_too) {
  {
    const Interrupt first;
    ::raise(SIGTERM);
    EXPECT_TRUE(first.requested());
  }
  const Interrupt second;
  EXPECT_FALSE(second.requested());
}

TEST(Interrupt, former_handlers_come_back) {
  struct sigaction before{};
  ::sigaction(SIGINT, nullptr, &before);
  {
    const Interrupt interrupt;
  }
  struct sigaction after{};
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

using InterruptDeathTest = testing::Test;

TEST(InterruptDeathTest, the_second_signal_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        ::raise(SIGINT);
        ::raise(SIGINT);
        ::_exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptDeathTest, two_at_a_time_are_a_mistake) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        const Interrupt first;
        const Interrupt second;
      },
      "");
}

// The writer end stays open and silent, so that only the signal can end the read.
void read_silent_pipe_until_interrupted() {
  int ends[2] = {};
  if (::pipe(ends) != 0 || ::dup2(ends[0], STDIN_FILENO) < 0) ::_exit(3);
  const Interrupt interrupt;
  const File input = File::standard_input();
  std::thread sender([] { ::kill(::getpid(), SIGINT); });
  std::array<char, 8> into{};
  const auto got = input.read(into, [&] { return interrupt.requested(); });
  sender.join();
  ::_exit(got && *got == 0 ? 0 : 4);
}

TEST(InterruptDeathTest, a_blocking_read_comes_back) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(read_silent_pipe_until_interrupted(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace hinomi::os
