#include "os/subprocess.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <array>
#include <csignal>

namespace hinomi::os {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  std::string rest() {
    write.reset();
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::read(read.get(), buffer.data(), buffer.size())) > 0)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
  }
  Descriptor read;
  Descriptor write;
};

Program shell(const std::string& script) {
  return {.path = "/bin/sh", .arguments = {"-c", script}, .environment = {}, .descriptors = {}};
}

TEST(Subprocess, arguments_arrive_as_they_are) {
  Pipe out;
  Program program{.path = "/usr/bin/printf",
                  .arguments = {"[%s]", "$HOME; `id`", "a b", ""},
                  .environment = {},
                  .descriptors = {{out.write.get(), 1}}};
  auto started = Subprocess::start(program);
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(out.rest(), "[$HOME; `id`][a b][]");
  const auto exit = started->wait(kLong);
  ASSERT_TRUE(exit && exit->has_value());
  EXPECT_TRUE((*exit)->ok());
}

TEST(Subprocess, the_environment_is_only_what_was_given) {
  Pipe out;
  Program program{.path = "/usr/bin/env",
                  .arguments = {},
                  .environment = {"TZ=UTC"},
                  .descriptors = {{out.write.get(), 1}}};
  auto started = Subprocess::start(program);
  ASSERT_TRUE(started);
  EXPECT_EQ(out.rest(), "TZ=UTC\n");
}

TEST(Subprocess, only_named_descriptors_are_open) {
  const Descriptor zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const Descriptor low(::fcntl(zero.get(), F_DUPFD, 40));  // neither of these closes itself on exec
  const Descriptor high(::fcntl(zero.get(), F_DUPFD, 600));
  ASSERT_EQ(low.get(), 40);
  ASSERT_EQ(high.get(), 600);
  Pipe out;
  Program program = shell(
      "for n in 0 1 2 3 4 5 6 7 8 40 256 257 258 259 600; do [ -e /proc/$$/fd/$n ] && printf '%s ' $n; done");
  program.descriptors = {{out.write.get(), 1}, {out.write.get(), 7}};
  auto started = Subprocess::start(program);
  ASSERT_TRUE(started);
  EXPECT_EQ(out.rest(), "0 1 2 7 ");
}

TEST(Subprocess, descriptors_may_change_places) {
  Pipe first;
  Pipe second;
  Program program = shell("echo one >&3; echo two >&4");
  const int low = ::fcntl(first.write.get(), F_DUPFD_CLOEXEC, 3);
  const Descriptor keep(low);
  program.descriptors = {{second.write.get(), 4}, {low, 3}};
  auto started = Subprocess::start(program);
  ASSERT_TRUE(started);
  ASSERT_TRUE(started->wait(kLong));
  EXPECT_EQ(second.rest(), "two\n");
  // `keep` still holds the writing end, so only what is there is read.
  std::array<char, 16> buffer{};
  EXPECT_EQ(::read(first.read.get(), buffer.data(), buffer.size()), 4);
}

TEST(Subprocess, tells_exit_code_and_signal) {
  auto coded = Subprocess::start(shell("exit 7"));
  ASSERT_TRUE(coded);
  EXPECT_EQ(**coded->wait(kLong), (Exit{.code = 7, .signal = 0}));
  EXPECT_EQ(**coded->wait(milliseconds(0)), (Exit{.code = 7, .signal = 0}));
  auto killed = Subprocess::start(shell("kill -TERM $$"));
  ASSERT_TRUE(killed);
  EXPECT_EQ(**killed->wait(kLong), (Exit{.code = 0, .signal = SIGTERM}));
}

TEST(Subprocess, a_missing_program_is_an_error) {
  const auto started = Subprocess::start({.path = "/nonexistent/program"});
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("/nonexistent/program"), std::string::npos);
}

TEST(Subprocess, refuses_the_same_number_twice) {
  Program program = shell("true");
  program.descriptors = {{0, 5}, {1, 5}};
  EXPECT_FALSE(Subprocess::start(program));
}

TEST(Subprocess, is_killed_with_its_owner) {
  Pipe alive;
  {
    Program program{.path = "/usr/bin/sleep",
                    .arguments = {"1000"},
                    .environment = {},
                    .descriptors = {{alive.write.get(), 1}}};
    auto started = Subprocess::start(program);
    ASSERT_TRUE(started);
    EXPECT_FALSE(started->wait(milliseconds(0))->has_value());
  }
  EXPECT_EQ(alive.rest(), "");  // ends only when nobody holds the writing end
}

TEST(Subprocess, can_be_left_to_another_collector) {
  auto started = Subprocess::start(shell("exit 3"));
  ASSERT_TRUE(started);
  const pid_t pid = started->release();
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST(Subprocess, can_be_signalled) {
  auto started = Subprocess::start({.path = "/usr/bin/sleep", .arguments = {"1000"}});
  ASSERT_TRUE(started);
  started->signal(SIGKILL);
  EXPECT_EQ((*started->wait(kLong))->signal, SIGKILL);
  EXPECT_FALSE(send_signal(started->pidfd(), SIGKILL));
}

}  // namespace
}  // namespace hinomi::os
