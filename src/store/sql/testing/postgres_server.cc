#include "store/sql/testing/postgres_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "os/random.h"

namespace hinomi::store::sql {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersions = "/usr/lib/postgresql";
constexpr const char* kSetPriv = "/usr/bin/setpriv";
constexpr const char* kUser = "postgres";
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPause{20};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "The PostgreSQL server of the tests: %s\n", why.c_str());
  std::abort();
}

// The folder of the newest version's programs; empty: not installed.
std::string programs() {
  std::error_code ignored;
  std::string found;
  int newest = 0;
  for (const auto& entry : fs::directory_iterator(kVersions, ignored)) {
    const std::string name = entry.path().filename();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version <= newest || !fs::exists(entry.path() / "bin/initdb", ignored)) continue;
    newest = version;
    found = entry.path() / "bin";
  }
  return found;
}

bool is_root() {
  return ::geteuid() == 0;
}

// The server refuses to run as root.
os::Program as_server_user(const std::string& program, std::vector<std::string> arguments) {
  os::Program started{.path = program, .arguments = std::move(arguments)};
  if (is_root()) {
    std::vector<std::string> all = {std::string("--reuid=") + kUser,
                                    std::string("--regid=") + kUser,
                                    "--init-groups",
                                    "--pdeathsig=SIGQUIT",
                                    "--",
                                    program};
    all.insert(all.end(), started.arguments.begin(), started.arguments.end());
    started.path = kSetPriv;
    started.arguments = std::move(all);
  }
  started.environment = {"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC"};
  return started;
}

int free_port() {
  const os::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no free port");
  }
  return ntohs(address.sin_port);
}

void give_to_server_user(const std::string& path) {
  if (!is_root()) return;
  const passwd* user = ::getpwnam(kUser);
  if (user == nullptr || ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) give_up("chown " + path);
}

constexpr std::string_view kFolderName = "hinomi-pg.";

// Folders of programs that were killed: nobody holds the lock on them any more.
void remove_left_over() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
    const fs::path& path = entry.path();
    if (!path.filename().string().starts_with(kFolderName) || !fs::exists(path / "data/PG_VERSION", ignored))
      continue;
    const os::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.valid() && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(path, ignored);
  }
}

}  // namespace

std::string PostgresServer::why_missing() {
  if (programs().empty()) {
    return "PostgreSQL is not installed, so half of the contract is not tested; ./dev setup installs it";
  }
  if (is_root() && (::getpwnam(kUser) == nullptr || !fs::exists(kSetPriv))) {
    return "PostgreSQL does not run as root, and there is no user postgres or no setpriv";
  }
  return {};
}

PostgresServer& PostgresServer::get() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() : password_(os::random_text(os::system_random, 20)) {
  remove_left_over();
  std::string name =
      fs::temp_directory_path() / (std::string(kFolderName) + "XXXXXX");  // a socket's path must be short
  if (::mkdtemp(name.data()) == nullptr) give_up("no scratch folder");
  folder_ = name;
  lock_ = os::Descriptor(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_.valid() || ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) give_up("no lock on " + folder_);
  const std::string password_file = folder_ + "/password";
  std::ofstream(password_file) << password_ << '\n';
  give_to_server_user(folder_);
  give_to_server_user(password_file);
  auto made = os::Subprocess::start(as_server_user(
      programs() + "/initdb", {"-D", folder_ + "/data", "-U", "hinomi", "--encoding=UTF8", "--locale=C.UTF-8",
                               "--auth=scram-sha-256", "--pwfile=" + password_file, "--no-sync"}));
  if (!made) give_up(made.error().message);
  const auto ended = made->wait(kPatience);
  if (!ended || !*ended || !(*ended)->ok()) give_up("initdb failed");
  port_ = free_port();
  start();
}

void PostgresServer::start() {
  auto started = os::Subprocess::start(as_server_user(
      programs() + "/postgres", {"-D", folder_ + "/data", "-k", folder_, "-p", std::to_string(port_), "-c",
                                 "listen_addresses=127.0.0.1", "-c", "shared_buffers=16MB", "-c",
                                 "max_connections=60", "-c", "logging_collector=off"}));
  if (!started) give_up(started.error().message);
  process_ = std::move(*started);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!answers()) {
    const auto ended = process_->wait(kPause);
    if (!ended || *ended || std::chrono::steady_clock::now() > deadline) give_up("it does not start");
  }
}

PostgresServer::~PostgresServer() {
  if (process_) {
    process_->signal(SIGQUIT);
    static_cast<void>(process_->wait(kPatience));
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool PostgresServer::answers() const {
  return ::PQping(socket_address("postgres").c_str()) == PQPING_OK;
}

std::string PostgresServer::socket_address(std::string_view database) const {
  return "host=" + folder_ + " port=" + std::to_string(port_) + " user=hinomi password=" + password_ +
         " dbname=" + std::string(database);
}

std::string PostgresServer::tcp_address(std::string_view database) const {
  return "host=127.0.0.1 port=" + std::to_string(port_) + " user=hinomi password=" + password_ +
         " dbname=" + std::string(database);
}

void PostgresServer::run_in(std::string_view database, const std::string& sql) const {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(::PQconnectdb(socket_address(database).c_str()),
                                                              &::PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(::PQexec(connection.get(), sql.c_str()),
                                                              &::PQclear);
  const auto status = ::PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up(::PQerrorMessage(connection.get()));
}

std::string PostgresServer::take_database() {
  if (!unused_.empty()) {
    std::string name = std::move(unused_.back());
    unused_.pop_back();
    return name;
  }
  std::string name = "fresh_" + std::to_string(++made_);
  run("CREATE DATABASE " + name);
  return name;
}

void PostgresServer::give_back_database(const std::string& name) {
  run_in(name,
         "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
         "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  run_in(name, "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  unused_.push_back(name);
}

void PostgresServer::crash_and_restart() {
  if (process_) {
    process_->signal(SIGQUIT);
    static_cast<void>(process_->wait(kPatience));
  }
  start();
}

}  // namespace hinomi::store::sql
