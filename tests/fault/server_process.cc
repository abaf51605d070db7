#include "fault/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace hinomi::fault {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);
constexpr std::string_view kTicketMark = "/login#ticket=";

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string words;  // of its command line, separated by blanks
};

std::vector<ProcessEntry> all_processes() {
  std::vector<ProcessEntry> entries;
  for (const auto& folder : std::filesystem::directory_iterator("/proc")) {
    const std::string name = folder.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = content_of("/proc/" + name + "/stat");
    const std::size_t after_name = stat.rfind(')');
    if (after_name == std::string::npos) continue;
    std::istringstream rest(stat.substr(after_name + 1));
    char state = 0;
    ProcessEntry entry;
    if (!(rest >> state >> entry.parent) || state == 'Z') continue;
    entry.pid = static_cast<pid_t>(std::stol(name));
    entry.words = content_of("/proc/" + name + "/cmdline");
    std::replace(entry.words.begin(), entry.words.end(), '\0', ' ');
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::uint64_t resident_of(pid_t pid) {
  std::istringstream words(content_of("/proc/" + std::to_string(pid) + "/statm"));
  std::uint64_t total = 0, resident = 0;
  words >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  std::uint16_t port = 0;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    port = ntohs(address.sin_port);
  ::close(socket);
  return port;
}

std::optional<double> number_in(std::string_view json, std::string_view name, std::string_view after) {
  const std::size_t from = after.empty() ? 0 : json.find(after);
  if (from == std::string_view::npos) return std::nullopt;
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t at = json.find(key, from);
  if (at == std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(json.data() + at + key.size(), json.data() + json.size(), value);
  return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

ServerProcess::~ServerProcess() {
  if (supervisor_ != 0) stop();
}

bool ServerProcess::start(std::chrono::seconds patience) {
  std::vector<std::string> words = settings_.wrapper;
  words.insert(words.end(), {settings_.program, "serve", "--data", settings_.data, "--listen",
                             "127.0.0.1:" + std::to_string(settings_.port)});
  for (const std::string& folder : settings_.rules) words.insert(words.end(), {"--rules", folder});
  if (settings_.syslog_tcp != 0)
    words.insert(words.end(), {"--syslog-tcp", "127.0.0.1:" + std::to_string(settings_.syslog_tcp)});
  if (settings_.syslog_udp != 0)
    words.insert(words.end(), {"--syslog-udp", "127.0.0.1:" + std::to_string(settings_.syslog_udp)});
  words.insert(words.end(), settings_.more.begin(), settings_.more.end());
  std::vector<std::string> environment = settings_.environment;
  environment.insert(environment.end(), {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/tmp"});

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_path().c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int failed = ::posix_spawnp(&supervisor_, words.front().c_str(), &actions, nullptr,
                                    pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    supervisor_ = 0;
    problem_ = "cannot start " + words.front();
    return false;
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (!running()) {
      problem_ = "it ended at once, see " + log_path();
      return false;
    }
    if (answers()) return true;
    std::this_thread::sleep_for(kPause);
  }
  problem_ = "it did not answer in time, see " + log_path();
  return false;
}

bool ServerProcess::running() {
  if (supervisor_ == 0) return false;
  int status = 0;
  if (::waitpid(supervisor_, &status, WNOHANG) == 0) return true;
  supervisor_ = 0;
  return false;
}

int ServerProcess::stop() {
  if (supervisor_ == 0) return -1;
  ::kill(supervisor_, SIGTERM);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int status = 0;
  while (::waitpid(supervisor_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ::kill(supervisor_, SIGKILL);
      ::waitpid(supervisor_, &status, 0);
      break;
    }
    std::this_thread::sleep_for(kPause);
  }
  supervisor_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool ServerProcess::answers() const {
  load::HttpSender http("127.0.0.1", settings_.port, 1000);
  return http.request("GET", "/healthz", {}, {}).status == 200;
}

pid_t ServerProcess::pid_of(std::string_view role) const {
  // A wrapper such as fiu-run may stand between us and the supervisor.
  const std::vector<ProcessEntry> entries = all_processes();
  pid_t supervisor = supervisor_;
  for (const ProcessEntry& entry : entries) {
    if (entry.parent == supervisor_ &&
        entry.words.find(" serve --data " + settings_.data) != std::string::npos)
      supervisor = entry.pid;
  }
  if (role == "supervisor") return supervisor;
  const std::string word = " " + std::string(role) + " ";
  for (const ProcessEntry& entry : entries) {
    if (entry.parent == supervisor && entry.words.find(word) != std::string::npos) return entry.pid;
  }
  return 0;
}

bool ServerProcess::kill(std::string_view role, int signal) {
  const pid_t pid = pid_of(role);
  if (pid == 0) return false;
  if (::kill(pid, signal) != 0) return false;
  if (pid == supervisor_ && signal == SIGKILL) {
    ::waitpid(supervisor_, nullptr, 0);
    supervisor_ = 0;
  }
  return true;
}

std::uint64_t ServerProcess::resident_bytes() const {
  const std::vector<ProcessEntry> entries = all_processes();
  std::uint64_t total = 0;
  std::vector<pid_t> family{supervisor_};
  for (std::size_t i = 0; i < family.size(); ++i) {
    total += resident_of(family[i]);
    for (const ProcessEntry& entry : entries) {
      if (entry.parent == family[i]) family.push_back(entry.pid);
    }
  }
  return total;
}

std::string ServerProcess::ingest_token() const {
  std::string token = content_of(settings_.data + "/ingest-token");
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  return token;
}

std::string ServerProcess::latest_ticket() const {
  const std::string log = content_of(log_path());
  const std::size_t at = log.rfind(kTicketMark);
  if (at == std::string::npos) return {};
  const std::size_t start = at + kTicketMark.size();
  return log.substr(start, log.find_first_of(" \r\n\x1b", start) - start);
}

bool ServerProcess::sign_in() {
  const std::string ticket = latest_ticket();
  const int socket = load::connect_tcp("127.0.0.1", settings_.port, 1000);
  if (ticket.empty() || socket < 0) return false;
  const std::string place = "127.0.0.1:" + std::to_string(settings_.port);
  const std::string body = R"({"ticket":")" + ticket + R"("})";
  const std::string request = "POST /api/v1/session HTTP/1.1\r\nHost: " + place + "\r\nOrigin: http://" +
                              place +
                              "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body;
  std::string answer;
  char block[4096];
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < end) {
      const ssize_t got = ::recv(socket, block, sizeof block, 0);
      if (got > 0) answer.append(block, static_cast<std::size_t>(got));
      if (got == 0 || answer.find("\r\n\r\n") != std::string::npos) break;
      if (got < 0 && errno != EAGAIN) break;
      if (got < 0) std::this_thread::sleep_for(kPause);
    }
  }
  ::close(socket);
  std::string lower = answer;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t at = lower.find("set-cookie: ");
  if (at == std::string::npos) return false;
  const std::size_t start = at + std::string_view("set-cookie: ").size();
  cookie_ = answer.substr(start, answer.find_first_of(";\r", start) - start);
  return true;
}

std::string ServerProcess::cookie() {
  if (cookie_.empty() && !sign_in()) return {};
  return cookie_;
}

std::optional<std::string> ServerProcess::get(const std::string& target) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (cookie_.empty() && !sign_in()) return std::nullopt;
    load::HttpSender http("127.0.0.1", settings_.port);
    load::HttpAnswer answer = http.request("GET", target, {{"Cookie", cookie_}}, {});
    if (answer.status == 200) return std::move(answer.body);
    if (answer.status != 401) return std::nullopt;
    cookie_.clear();
  }
  return std::nullopt;
}

bool ServerProcess::wait_for_caught_up(std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    const auto status = get("/api/v1/status");
    if (status && number_in(*status, "lag_events", "\"pipeline\"") == 0.0 &&
        status->find("\"state\":\"live\"") != std::string::npos)
      return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

}  // namespace hinomi::fault
