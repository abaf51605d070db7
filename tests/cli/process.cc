#include "process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace hinomi::cli {
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

bool wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

Process::Process(const std::string& folder, const std::vector<std::string>& words,
                 const std::vector<std::string>& environment, const std::string& output)
    : out_path_(output.empty() ? folder + "/process.out" : output), err_path_(folder + "/process.err") {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path_.c_str(), kFlags, 0600);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_path_.c_str(), kFlags, 0600);
  const int failed = ::posix_spawn(&id_, words.front().c_str(), &actions, nullptr, pointers(words).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    ADD_FAILURE() << "cannot start " << words.front();
    id_ = -1;
  }
}

Process::~Process() {
  if (id_ == -1) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void Process::send(int signal_number) const {
  if (id_ != -1) ::kill(id_, signal_number);
}

std::string Process::err_so_far() const {
  return content_of(err_path_);
}

Outcome Process::wait() {
  Outcome outcome;
  int status = 0;
  pid_t ended = 0;
  if (id_ == -1) return outcome;
  const bool in_time = wait_until([&] { return (ended = ::waitpid(id_, &status, WNOHANG)) != 0; });
  if (!in_time) {
    ADD_FAILURE() << "the program did not end";
    ::kill(id_, SIGKILL);
    ::waitpid(id_, &status, 0);
  }
  id_ = -1;
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  if (std::filesystem::is_regular_file(out_path_)) outcome.out = content_of(out_path_);
  outcome.err = content_of(err_path_);
  return outcome;
}

}  // namespace hinomi::cli
