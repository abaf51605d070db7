// A real PostgreSQL server for the tests of one program: made in a scratch folder when it is first asked for,
// stopped and removed when the program ends, also by a failure. For tests only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/file.h"
#include "os/subprocess.h"

namespace hinomi::store::sql {

class PostgresServer {
 public:
  // Empty: it can be started. It cannot where its programs are missing, or nobody but root is there to run
  // them.
  [[nodiscard]] static std::string why_missing();
  // The server of this program. Ends the program when it does not start.
  [[nodiscard]] static PostgresServer& get();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Connection strings: through the unix socket, and over TCP on 127.0.0.1.
  [[nodiscard]] std::string socket_address(std::string_view database) const;
  [[nodiscard]] std::string tcp_address(std::string_view database) const;

  // As superuser, through a connection of its own.
  void run(const std::string& sql) const { run_in("postgres", sql); }
  void run_in(std::string_view database, const std::string& sql) const;
  // An empty database, and what becomes of it afterwards: emptied, it serves again, which is quicker than a
  // new one.
  [[nodiscard]] std::string take_database();
  void give_back_database(const std::string& name);
  // Stops it as a crash would and starts it again.
  void crash_and_restart();

 private:
  PostgresServer();
  void start();
  [[nodiscard]] bool answers() const;

  std::string folder_;
  os::Descriptor lock_;  // on the folder, while this program lives
  std::string password_;
  int port_ = 0;
  int made_ = 0;
  std::vector<std::string> unused_;
  std::optional<os::Subprocess> process_;
};

}  // namespace hinomi::store::sql
