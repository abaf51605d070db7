// Clients and programs that send to an input under test, and waiting for what follows. For tests only.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "os/socket.h"

namespace hinomi::ingest::live::testing {

// Until `holds` (true), or twenty seconds have passed (false).
inline bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

inline os::SocketAddress any_port() {
  return os::SocketAddress::parse("127.0.0.1:0").value();
}

class Client {
 public:
  Client(const std::string& address, int type) : address_(os::SocketAddress::parse(address).value()) {
    descriptor_ = os::Descriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    connected_ = ::connect(descriptor_.get(), address_.get(), address_.size()) == 0;
  }
  // Blocking; false: the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // What goes out without waiting; 0 when the other side's window is closed.
  std::size_t send_some(std::string_view bytes) {
    const ssize_t sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  // Waits for the other side to close (true), ten seconds at most.
  bool is_closed_by_peer() {
    pollfd waiting{descriptor_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return false;
    char byte = 0;
    return ::recv(descriptor_.get(), &byte, 1, MSG_DONTWAIT) <= 0;
  }
  void close() { descriptor_.reset(); }
  // With a reset instead of an end.
  void abort() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    descriptor_.reset();
  }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string name() const { return os::local_address(descriptor_.get()).value().text(); }

 private:
  os::SocketAddress address_;
  os::Descriptor descriptor_;
  bool connected_ = false;
};

// A program that runs beside the test and ends with it.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) pid_ = -1;
  }
  ~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    wait();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Its exit code; -1 when it was not started or was killed.
  int wait() {
    if (pid_ <= 0) return -1;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

inline std::string find_program(std::string_view name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
    std::string path = std::string(folder) + std::string(name);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

}  // namespace hinomi::ingest::live::testing
