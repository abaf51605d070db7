#include "process/supervisor.h"

#include <sys/wait.h>
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

using Start = std::function<base::Result<os::Subprocess>()>;

Start shell(std::string script) {
  return [script = std::move(script)] {
    return os::Subprocess::start({.path = "/bin/sh",
                                  .arguments = {"-c", script},
                                  .environment = {},
                                  .descriptors = {},
                                  .dies_with_us = true});
  };
}

const Start kWaits = shell("exec sleep 1000");

ChildSpec child(std::string name, Start start) {
  return {.name = std::move(name), .start = std::move(start), .ended = {}, .stuck = {}, .takes_along = ""};
}

// The supervisor blocks signals for its process: each test has one of its own.
int in_process(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body() ? 0 : 1);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void tell_to_stop(int signal = SIGTERM) {
  ::kill(::getpid(), signal);
}

TEST(Supervisor, starts_a_child_again_when_it_ends_and_says_how_it_ended) {
  EXPECT_EQ(in_process([] {
              std::vector<std::string> ends;
              ChildSpec crashing = child("crashing", shell("kill -ABRT $$"));
              crashing.ended = [&](const os::Exit& end) { ends.push_back(text_of(end)); };
              Supervisor supervisor({crashing}, kQuick, [](const std::string&) {});
              const auto result = supervisor.run([] {},
                                                 [&] {
                                                   if (ends.size() >= 3) tell_to_stop();
                                                 });
              return result && ends.size() >= 3 && ends[0] == "signal 6 (Aborted)";
            }),
            0);
}

TEST(Supervisor, takes_along_the_child_that_cannot_go_on_without) {
  EXPECT_EQ(in_process([] {
              int second_starts = 0;
              int second_ends = 0;
              ChildSpec first = child("first", shell("exit 3"));
              first.takes_along = "second";
              ChildSpec second = child("second", [&] {
                ++second_starts;
                return kWaits();
              });
              second.ended = [&](const os::Exit&) { ++second_ends; };
              Supervisor supervisor({first, second}, kQuick, [](const std::string&) {});
              const auto result = supervisor.run([] {},
                                                 [&] {
                                                   if (second_starts >= 3) tell_to_stop();
                                                 });
              return result && second_starts >= 3 && second_ends == 0;
            }),
            0);
}

TEST(Supervisor, ends_a_child_that_is_stuck_or_does_not_stop) {
  EXPECT_EQ(in_process([] {
              int kills = 0;
              int starts = 0;
              SupervisorLimits impatient = kQuick;
              impatient.stop_patience = std::chrono::milliseconds(200);
              ChildSpec stubborn = child("stubborn", [&] {
                ++starts;
                return shell("trap '' TERM; while :; do sleep 1; done")();
              });
              stubborn.ended = [&](const os::Exit& end) { kills += end.signal == SIGKILL ? 1 : 0; };
              stubborn.stuck = [&] { return kills == 0; };
              Supervisor supervisor({stubborn}, impatient, [](const std::string&) {});
              const auto result = supervisor.run([] {},
                                                 [&] {
                                                   if (kills > 0 && starts > 1) tell_to_stop(SIGINT);
                                                 });
              return result && kills == 1;
            }),
            0);
}

TEST(Supervisor, hands_a_hangup_on_and_stops_in_order) {
  EXPECT_EQ(in_process([] {
              std::vector<std::string> log;
              bool hung_up = false;
              bool sent = false;
              Supervisor supervisor({child("first", kWaits), child("second", kWaits)}, kQuick,
                                    [&](const std::string& line) { log.push_back(line); });
              const auto result = supervisor.run([&] { hung_up = true; },
                                                 [&] {
                                                   if (!sent) tell_to_stop(SIGHUP);
                                                   sent = true;
                                                   if (hung_up) tell_to_stop();
                                                 });
              return result && hung_up && log.size() == 5 && log[3].starts_with("first stopped") &&
                     log[4].starts_with("second stopped");
            }),
            0);
}

TEST(Supervisor, says_which_child_could_not_be_started_at_all) {
  EXPECT_EQ(in_process([] {
              Supervisor supervisor({child("absent",
                                           [] {
                                             return os::Subprocess::start({.path = "/absent/program",
                                                                           .arguments = {},
                                                                           .environment = {},
                                                                           .descriptors = {},
                                                                           .dies_with_us = true});
                                           })},
                                    kQuick, [](const std::string&) {});
              return !supervisor.run([] {}, [] {});
            }),
            0);
}

}  // namespace
}  // namespace hinomi::process
