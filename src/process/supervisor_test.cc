#include "process/supervisor.h"

#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hinomi::process {
namespace {

constexpr SupervisorLimits kQuick{.first_wait = std::chrono::milliseconds(1),
                                  .longest_wait = std::chrono::milliseconds(20),
                                  .good_after = std::chrono::seconds(10),
                                  .stop_patience = std::chrono::seconds(2)};

// A child that does `body` in a process of its own.
std::function<base::Result<pid_t>()> child_that(void (*body)()) {
  return [body]() -> base::Result<pid_t> {
    const pid_t pid = ::fork();
    if (pid == 0) {
      body();
      ::_exit(0);
    }
    return pid;
  };
}

void wait_for_signal() {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::pause();
}

void ignore_terminate() {
  std::signal(SIGTERM, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (;;) ::pause();
}

// Runs a supervisor until `enough`, then tells it to stop. In a child process: it blocks signals.
int in_process(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Supervisor, starts_a_child_again_when_it_ends_and_says_how_it_ended) {
  EXPECT_EQ(in_process([] {
              std::vector<std::string> ends;
              Supervisor supervisor({{.name = "crashing",
                                      .start = child_that([] { std::abort(); }),
                                      .ended = [&](const ChildEnd& end) { ends.push_back(end.text()); },
                                      .stuck = {},
                                      .takes_along = ""}},
                                    kQuick, [](const std::string&) {});
              const auto result = supervisor.run([] {},
                                                 [&] {
                                                   if (ends.size() >= 3) ::kill(::getpid(), SIGTERM);
                                                 });
              return result && ends.size() >= 3 && ends[0] == "signal 6 (Aborted)" ? 0 : 1;
            }),
            0);
}

TEST(Supervisor, takes_along_the_child_that_cannot_go_on_without) {
  EXPECT_EQ(in_process([] {
              int first_starts = 0;
              int second_starts = 0;
              int second_ends = 0;
              const auto counted = [](int& count, void (*body)()) {
                return [&count, body]() {
                  ++count;
                  return child_that(body)();
                };
              };
              Supervisor supervisor({{.name = "first",
                                      .start = counted(first_starts, [] {}),
                                      .ended = {},
                                      .stuck = {},
                                      .takes_along = "second"},
                                     {.name = "second",
                                      .start = counted(second_starts, wait_for_signal),
                                      .ended = [&](const ChildEnd&) { ++second_ends; },
                                      .stuck = {},
                                      .takes_along = ""}},
                                    kQuick, [](const std::string&) {});
              const auto result = supervisor.run([] {},
                                                 [&] {
                                                   if (second_starts >= 3) ::kill(::getpid(), SIGTERM);
                                                 });
              return result && first_starts >= 3 && second_ends == 0 ? 0 : 1;
            }),
            0);
}

TEST(Supervisor, ends_a_child_that_is_stuck_or_does_not_stop) {
  EXPECT_EQ(
      in_process([] {
        int kills = 0;
        int starts = 0;
        SupervisorLimits impatient = kQuick;
        impatient.stop_patience = std::chrono::seconds(0);
        Supervisor supervisor(
            {{.name = "stubborn",
              .start =
                  [&starts]() {
                    ++starts;
                    return child_that(ignore_terminate)();
                  },
              .ended = [&](const ChildEnd& end) { kills += end.by_signal && end.code == SIGKILL ? 1 : 0; },
              .stuck = [&] { return kills == 0; },
              .takes_along = ""}},
            impatient, [](const std::string&) {});
        const auto result = supervisor.run([] {},
                                           [&] {
                                             if (kills > 0 && starts > 1) ::kill(::getpid(), SIGINT);
                                           });
        return result && kills == 1 ? 0 : 1;
      }),
      0);
}

TEST(Supervisor, hands_a_hangup_on_and_stops_in_order) {
  EXPECT_EQ(in_process([] {
              std::vector<std::string> log;
              bool hung_up = false;
              Supervisor supervisor({{.name = "first",
                                      .start = child_that(wait_for_signal),
                                      .ended = {},
                                      .stuck = {},
                                      .takes_along = ""},
                                     {.name = "second",
                                      .start = child_that(wait_for_signal),
                                      .ended = {},
                                      .stuck = {},
                                      .takes_along = ""}},
                                    kQuick, [&](const std::string& line) { log.push_back(line); });
              bool sent = false;
              const auto result = supervisor.run([&] { hung_up = true; },
                                                 [&] {
                                                   if (!sent) ::kill(::getpid(), SIGHUP);
                                                   sent = true;
                                                   if (hung_up) ::kill(::getpid(), SIGTERM);
                                                 });
              const bool order = log.size() == 5 && log[3].starts_with("first stopped") &&
                                 log[4].starts_with("second stopped");
              return result && hung_up && order ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace hinomi::process
