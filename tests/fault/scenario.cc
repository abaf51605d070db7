#include "fault/scenario.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hinomi::fault {
namespace {

pid_t start(const std::vector<std::string>& words, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  pid_t pid = 0;
  const int failed =
      ::posix_spawnp(&pid, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? pid : 0;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

void Report::say(const std::string& line) const {
  std::printf("%s: %s\n", name_.c_str(), line.c_str());
  std::fflush(stdout);
}

void Report::expect(bool holds, const std::string& what) {
  if (!holds) ++failures_;
  say((holds ? "yes: " : "NO: ") + what);
}

Load::Load(const Tools& tools, std::vector<std::string> words) {
  static int number = 0;
  path_ = tools.scratch + "/load-" + std::to_string(number++) + ".out";
  words.insert(words.begin(), tools.loadgen);
  pid_ = start(words, path_);
}

Load::~Load() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Load::running() {
  int status = 0;
  if (pid_ == 0) return false;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  pid_ = 0;
  code_ = code_of(status);
  output_ = content_of(path_);
  return false;
}

int Load::wait() {
  if (pid_ != 0) {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    code_ = code_of(status);
    output_ = content_of(path_);
  }
  return code_;
}

Ran run(const std::string& scratch, std::vector<std::string> words) {
  const std::string path = scratch + "/run.out";
  const pid_t pid = start(words, path);
  if (pid == 0) return {};
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {code_of(status), content_of(path)};
}

void judge(const Tools& tools, const std::string& data, const std::vector<std::string>& ledgers,
           Report& report, const std::vector<std::string>& more) {
  std::vector<std::string> words{tools.checker, "--data", data};
  for (const std::string& ledger : ledgers) words.insert(words.end(), {"--ledger", ledger});
  words.insert(words.end(), more.begin(), more.end());
  const Ran checked = run(tools.scratch, words);
  report.expect(checked.code == 0, "ledger, journal, findings and alerts agree: " + checked.output);
}

std::string fresh_folder(const Tools& tools, const std::string& name) {
  const std::string folder = tools.scratch + "/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::remove(folder + ".log");
  std::filesystem::create_directories(folder);
  return folder;
}

ServerSettings server_settings(const Tools& tools, const std::string& data) {
  ServerSettings settings;
  settings.program = tools.hinomi;
  settings.data = data;
  settings.port = free_port();
  settings.syslog_tcp = free_port();
  settings.rules = {tools.rules};
  return settings;
}

}  // namespace hinomi::fault
