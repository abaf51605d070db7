// A Hinomi server under test: started as its users start it, looked at from outside (its processes, its API),
// and ended in every way a machine can end it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/http_sender.h"

namespace hinomi::fault {

struct ServerSettings {
  std::string program;  // hinomi
  std::string data;     // folder; made when absent
  std::uint16_t port = 0;
  std::uint16_t syslog_tcp = 0;  // 0 = no such source
  std::uint16_t syslog_udp = 0;
  std::vector<std::string> rules;
  std::vector<std::string> more;         // further words of the command
  std::vector<std::string> environment;  // "NAME=value", added to the little the server needs
  std::vector<std::string> wrapper;      // words before the program: fiu-run …
};

// A free TCP port on the loopback interface, at the time of asking.
[[nodiscard]] std::uint16_t free_port();

class ServerProcess {
 public:
  explicit ServerProcess(ServerSettings settings) : settings_(std::move(settings)) {}
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Starts it and waits until it answers; false (with a reason in problem()) after `patience`.
  [[nodiscard]] bool start(std::chrono::seconds patience = std::chrono::seconds(60));
  // SIGTERM and wait for the end; the exit code, or -1 when it had to be killed.
  int stop();
  [[nodiscard]] bool running();
  [[nodiscard]] bool answers() const;

  // The process of this role ("supervisor", "front", "pipeline", "zygote") now; 0 when there is none.
  [[nodiscard]] pid_t pid_of(std::string_view role) const;
  bool kill(std::string_view role, int signal = 9);
  // Resident memory of all processes, in bytes.
  [[nodiscard]] std::uint64_t resident_bytes() const;

  // The token of the HTTP source "default".
  [[nodiscard]] std::string ingest_token() const;
  // The session's cookie, "name=value"; signs in at first use. Empty when that fails.
  [[nodiscard]] std::string cookie();
  // GET with a session; signs in at first use. nullopt unless the answer is 200.
  [[nodiscard]] std::optional<std::string> get(const std::string& target);
  // Asks the status until `number` of it (see number_in) is `wanted` or the patience is over.
  [[nodiscard]] bool wait_for_caught_up(std::chrono::seconds patience);

  [[nodiscard]] const ServerSettings& settings() const noexcept { return settings_; }
  void set_environment(std::vector<std::string> environment) {
    settings_.environment = std::move(environment);
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string log_path() const { return settings_.data + ".log"; }

 private:
  [[nodiscard]] bool sign_in();
  [[nodiscard]] std::string latest_ticket() const;

  ServerSettings settings_;
  pid_t supervisor_ = 0;
  std::string problem_;
  std::string cookie_;
};

// The number behind "name": in a JSON text, looked for after the first occurrence of `after`.
[[nodiscard]] std::optional<double> number_in(std::string_view json, std::string_view name,
                                              std::string_view after = {});

}  // namespace hinomi::fault
