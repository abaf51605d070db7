#include "api/http/server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>
#include <utility>

#include "api/http/connection.h"
#include "api/http/plain_transport.h"
#include "api/http/tls_transport.h"

namespace hinomi::api::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kScratchBytes = 256 * 1024;
constexpr std::size_t kEvictedAtOnce = 64;
constexpr int kBacklog = 1024;
constexpr rlim_t kOtherDescriptors = 256;               // files, database, wake-ups …
constexpr std::chrono::milliseconds kAcceptPause{100};  // when no descriptor is free

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

base::Error cannot_listen(const Listener& listener, const std::string& why, std::string remedy) {
  return {base::ErrorCode::usage,
          fmt::format("cannot listen on {}:{}: {}", listener.address, listener.port, why),
          std::move(remedy),
          {}};
}

// As many connections as the process may have descriptors for.
std::size_t allowed_connections(std::size_t wanted) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kOtherDescriptors;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  const rlim_t room =
      limit.rlim_cur > 2 * kOtherDescriptors ? limit.rlim_cur - kOtherDescriptors : limit.rlim_cur / 2;
  return std::min<std::size_t>(wanted, room);
}

}  // namespace

class Server::Core final : public ConnectionHost, public std::enable_shared_from_this<Server::Core> {
 public:
  Core(const Limits& limits, Service& service, const os::Clock& clock)
      : limits_(limits),
        service_(service),
        clock_(clock),
        scratch_(kScratchBytes),
        ticker_(io_),
        stop_timer_(io_) {
    limits_.connections = allowed_connections(limits.connections);
  }

  base::Result<void> listen(const Listener& listener);
  void run();
  void stop();
  void post(std::function<void()> work) { asio::dispatch(io_, std::move(work)); }
  void after(std::chrono::milliseconds wait, std::function<void()> work);
  base::Result<void> watch(int descriptor, std::function<void()> on_ready);
  void drop_all();

  Service& service() noexcept override { return service_; }
  const Limits& limits() const noexcept override { return limits_; }
  std::chrono::steady_clock::time_point now() const override { return clock_.steady(); }
  const std::string& date() override;
  bool stopping() const noexcept override { return stopping_; }
  void forget(Connection& connection) override;
  void count_refusal() noexcept override { ++counters.requests_refused; }
  Responder responder(std::weak_ptr<Connection> connection, std::uint64_t request) override;

  std::vector<std::uint16_t> ports;
  ServerCounters counters;

 private:
  struct Acceptor {
    tcp::acceptor socket;
    std::string name;
    std::unique_ptr<TlsContext> tls;  // null: plain
    asio::steady_timer pause;
  };
  struct Watched {
    asio::posix::stream_descriptor descriptor;
    std::function<void()> on_ready;
  };
  class Answer;

  void accept(Acceptor& acceptor);
  void welcome(Acceptor& acceptor, tcp::socket socket);
  void evict();
  void tick();
  void wait_for(Watched& watched);
  void end_if_empty();

  Limits limits_;
  Service& service_;
  const os::Clock& clock_;
  asio::io_context io_{1};
  std::vector<char> scratch_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::vector<std::unique_ptr<Watched>> watched_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  asio::steady_timer ticker_;
  asio::steady_timer stop_timer_;
  bool stopping_ = false;
  std::string date_;
  std::int64_t date_second_ = -1;
};

// Carries a response to its connection, whatever thread it comes from.
class Server::Core::Answer final : public Responder::Target {
 public:
  Answer(std::weak_ptr<Core> core, std::weak_ptr<Connection> connection, std::uint64_t request)
      : core_(std::move(core)), connection_(std::move(connection)), request_(request) {}
  ~Answer() override {
    if (sent_) return;
    Response unanswered;
    unanswered.status = 500;
    unanswered.close = true;
    deliver(std::move(unanswered));
  }
  void send(Response response) override {
    sent_ = true;
    deliver(std::move(response));
  }

 private:
  void deliver(Response response) {
    const auto core = core_.lock();
    if (core == nullptr) return;
    auto carried = std::make_shared<Response>(std::move(response));
    core->post([connection = connection_, request = request_, carried] {
      if (const auto alive = connection.lock()) alive->respond(request, std::move(*carried));
    });
  }

  std::weak_ptr<Core> core_;
  std::weak_ptr<Connection> connection_;
  std::uint64_t request_;
  std::atomic<bool> sent_{false};
};

base::Result<void> Server::Core::listen(const Listener& listener) {
  error_code ec;
  const auto address = asio::ip::make_address(listener.address, ec);
  if (ec) return cannot_listen(listener, "no IP address", "give an address such as 127.0.0.1 or ::1");
  std::unique_ptr<TlsContext> tls;
  if (!listener.certificate.empty() || !listener.key.empty()) {
    auto made = TlsContext::create({listener.certificate, listener.key});
    if (!made) return made.error();
    tls = std::move(*made);
  } else if (!address.is_loopback()) {
    return cannot_listen(listener, "an address that others can reach needs TLS",
                         "give a certificate and its key, or listen on 127.0.0.1");
  }
  tcp::acceptor socket(io_);
  const tcp::endpoint endpoint(address, listener.port);
  socket.open(endpoint.protocol(), ec);
  if (!ec) socket.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && address.is_v6()) socket.set_option(asio::ip::v6_only(true), ec);
  if (!ec) socket.bind(endpoint, ec);
  if (!ec) socket.listen(kBacklog, ec);
  if (ec)
    return cannot_listen(listener, ec.message(), "choose another port, or end the program that holds it");
  const tcp::endpoint bound = socket.local_endpoint(ec);
  ports.push_back(bound.port());
  acceptors_.push_back(std::make_unique<Acceptor>(
      Acceptor{std::move(socket), endpoint_text(bound), std::move(tls), asio::steady_timer(io_)}));
  accept(*acceptors_.back());
  return {};
}

void Server::Core::accept(Acceptor& acceptor) {
  acceptor.socket.async_accept([this, &acceptor](const error_code& ec, tcp::socket socket) {
    if (stopping_) return;
    if (!ec) {
      welcome(acceptor, std::move(socket));
      accept(acceptor);
      return;
    }
    ++counters.turned_away;  // most likely no descriptor is free
    evict();
    acceptor.pause.expires_after(kAcceptPause);
    acceptor.pause.async_wait([this, &acceptor](const error_code& cancelled) {
      if (!cancelled && !stopping_) accept(acceptor);
    });
  });
}

void Server::Core::welcome(Acceptor& acceptor, tcp::socket socket) {
  if (connections_.size() >= limits_.connections) evict();
  if (connections_.size() >= limits_.connections) {
    ++counters.turned_away;
    return;
  }
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (ec) return;
  socket.set_option(tcp::no_delay(true), ec);
  ++counters.accepted;
  auto transport = acceptor.tls ? acceptor.tls->accept(std::move(socket))
                                : make_plain_transport(std::move(socket), scratch_);
  auto connection =
      std::make_shared<Connection>(*this, std::move(transport), endpoint_text(peer), acceptor.name);
  connections_.emplace(connection.get(), connection);
  counters.connections = connections_.size();
  connection->start();
}

// Those that have waited longest for a request make room.
void Server::Core::evict() {
  std::vector<std::shared_ptr<Connection>> waiting;
  for (const auto& [key, connection] : connections_) {
    if (connection->waits()) waiting.push_back(connection);
  }
  const std::size_t count = std::min(kEvictedAtOnce, waiting.size());
  std::partial_sort(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count), waiting.end(),
                    [](const auto& a, const auto& b) { return a->since() < b->since(); });
  for (std::size_t i = 0; i < count; ++i) waiting[i]->close();
  counters.evicted += count;
}

void Server::Core::forget(Connection& connection) {
  connections_.erase(&connection);
  counters.connections = connections_.size();
  if (stopping_) end_if_empty();
}

Responder Server::Core::responder(std::weak_ptr<Connection> connection, std::uint64_t request) {
  return Responder(std::make_shared<Answer>(weak_from_this(), std::move(connection), request));
}

const std::string& Server::Core::date() {
  const std::int64_t second = clock_.now().since_epoch_ns / 1'000'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

void Server::Core::tick() {
  ticker_.expires_after(limits_.tick);
  ticker_.async_wait([this](const error_code& ec) {
    if (ec) return;
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    const auto time = now();
    for (const auto& connection : all) connection->check_time(time);
    tick();
  });
}

void Server::Core::after(std::chrono::milliseconds wait, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(io_, wait);
  timer->async_wait([timer, work = std::move(work)](const error_code& ec) {
    if (!ec) work();
  });
}

base::Result<void> Server::Core::watch(int descriptor, std::function<void()> on_ready) {
  const int own = ::dup(descriptor);
  if (own < 0) return base::Error{base::ErrorCode::io, "cannot watch a descriptor", "", {}};
  watched_.push_back(
      std::make_unique<Watched>(Watched{asio::posix::stream_descriptor(io_, own), std::move(on_ready)}));
  wait_for(*watched_.back());
  return {};
}

void Server::Core::wait_for(Watched& watched) {
  watched.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                [this, &watched](const error_code& ec) {
                                  if (ec || stopping_) return;
                                  watched.on_ready();
                                  wait_for(watched);
                                });
}

void Server::Core::run() {
  tick();
  io_.run();
}

void Server::Core::stop() {
  if (stopping_) return;
  stopping_ = true;
  error_code ignored;
  for (const auto& acceptor : acceptors_) {
    acceptor->socket.close(ignored);
    acceptor->pause.cancel();
  }
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->wind_down();
  stop_timer_.expires_after(limits_.stop);
  stop_timer_.async_wait([this](const error_code& ec) {
    if (!ec) io_.stop();
  });
  end_if_empty();
}

void Server::Core::end_if_empty() {
  if (connections_.empty()) io_.stop();
}

void Server::Core::drop_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->close();
}

base::Result<std::unique_ptr<Server>> Server::create(const std::vector<Listener>& listeners,
                                                     const Limits& limits, Service& service,
                                                     const os::Clock& clock) {
  auto core = std::make_shared<Core>(limits, service, clock);
  for (const Listener& listener : listeners) {
    if (auto listening = core->listen(listener); !listening) return listening.error();
  }
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

Server::Server(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() {
  core_->drop_all();
}
void Server::run() {
  core_->run();
}
void Server::stop() {
  core_->post([core = core_] { core->stop(); });
}
void Server::post(std::function<void()> work) {
  core_->post(std::move(work));
}
Poster Server::poster() const {
  return [weak = std::weak_ptr<Core>(core_)](std::function<void()> work) {
    if (const auto core = weak.lock()) core->post(std::move(work));
  };
}
void Server::after(std::chrono::milliseconds wait, std::function<void()> work) {
  core_->after(wait, std::move(work));
}
base::Result<void> Server::watch(int descriptor, std::function<void()> on_ready) {
  return core_->watch(descriptor, std::move(on_ready));
}
const std::vector<std::uint16_t>& Server::ports() const noexcept {
  return core_->ports;
}
ServerCounters Server::counters() const {
  return core_->counters;
}

}  // namespace hinomi::api::http
