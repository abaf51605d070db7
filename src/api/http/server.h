// The HTTP/1.1 server: listens, keeps connections within their limits, runs the io thread. Nothing of the
// network library shows here. Not for what requests mean: that is the Service.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http/limits.h"
#include "api/http/service.h"
#include "base/result.h"
#include "os/clock.h"

namespace hinomi::api::http {

struct Listener {
  std::string address = "127.0.0.1";  // an IP address; IPv6 without brackets
  std::uint16_t port = 0;             // 0: any free one
  // Paths of PEM files; both or none. An address other than a loopback one needs them.
  std::string certificate;
  std::string key;
};

struct ServerCounters {
  std::uint64_t accepted = 0;
  std::uint64_t turned_away = 0;  // at the limit of connections, or without a free descriptor
  std::uint64_t evicted = 0;      // closed while waiting for a request, to make room
  std::uint64_t requests_refused = 0;  // by the server itself: malformed, too long, too slow
  std::size_t connections = 0;
};

// Puts work on the io thread of a server from any thread, also when the server may be gone: then the work is
// dropped.
using Poster = std::function<void(std::function<void()>)>;

class Server {
 public:
  // Listens from here on; connections are answered once run() is called.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> create(const std::vector<Listener>& listeners,
                                                                    const Limits& limits, Service& service,
                                                                    const os::Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Until stop(); the calling thread is the io thread.
  void run();
  // From any thread: no new connections, idle ones are closed, answers under way get Limits::stop.
  void stop();
  // From any thread: `work` runs on the io thread, at once if this is it. Dropped after the server's end.
  void post(std::function<void()> work);
  [[nodiscard]] Poster poster() const;
  // The following on the io thread, or before run().
  void after(std::chrono::milliseconds wait, std::function<void()> work);
  // `on_ready` whenever the descriptor is readable; it must then be read. It stays the caller's.
  [[nodiscard]] base::Result<void> watch(int descriptor, std::function<void()> on_ready);
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept;  // of the listeners, in order
  [[nodiscard]] ServerCounters counters() const;

 private:
  class Core;
  explicit Server(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace hinomi::api::http
