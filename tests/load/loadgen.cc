// hinomi_loadgen: sends events over HTTP with batch ids, or over TCP, at a given rate or as fast as it is
// let, and keeps a ledger. A batch without an answer is sent again under the same id until it is
// acknowledged.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "load/event_maker.h"
#include "load/event_mix.h"
#include "load/http_sender.h"
#include "load/ledger.h"

namespace {

using hinomi::load::EventMaker;
using hinomi::load::EventMix;
using hinomi::load::HttpAnswer;
using hinomi::load::HttpSender;
using hinomi::load::LedgerWriter;
using Clock = std::chrono::steady_clock;

constexpr const char* kUsage =
    "usage: hinomi_loadgen --port N --ledger FILE (--token TOKEN [--source NAME] | --tcp) [--connections N] "
    "[--batch N]\n"
    "       [--rate EVENTS_A_SECOND_IN_ALL] [--seconds N] [--match-every N] [--bytes N] [--first-sender N] "
    "[--giving-up-after S]\n"
    "       [--retry-pause-ms N] [--mix]\n"
    "Prints one line of JSON at the end. Exit code 1: a batch was never acknowledged.\n";

struct Settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string token;
  std::string source = "default";
  std::string ledger;
  bool tcp = false;
  bool mix = false;  // events of EventMix
  std::uint32_t connections = 2;
  std::uint64_t batch = 1000;
  std::uint64_t rate = 0;  // 0 = as fast as possible
  std::uint64_t seconds = 10;
  std::uint64_t match_every = 1000;
  std::uint64_t bytes = 700;
  std::uint32_t first_sender = 0;
  std::uint64_t giving_up_after = 60;  // seconds without an answer to one batch
  std::uint64_t retry_pause_ms = 20;
};

struct Totals {
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<std::uint64_t> retries{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> abandoned{0};
  std::atomic<std::int64_t> longest_wait_ns{0};
};

bool read_number(const char* text, std::uint64_t& value) {
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, value);
  return read.ec == std::errc{} && read.ptr == end;
}

bool read_settings(int argc, char** argv, Settings& settings) {
  std::uint64_t port = 0, connections = settings.connections, first_sender = 0;
  const std::map<std::string, std::uint64_t*> numbers{{"--port", &port},
                                                      {"--connections", &connections},
                                                      {"--batch", &settings.batch},
                                                      {"--rate", &settings.rate},
                                                      {"--seconds", &settings.seconds},
                                                      {"--match-every", &settings.match_every},
                                                      {"--bytes", &settings.bytes},
                                                      {"--first-sender", &first_sender},
                                                      {"--retry-pause-ms", &settings.retry_pause_ms},
                                                      {"--giving-up-after", &settings.giving_up_after}};
  const std::map<std::string, std::string*> texts{{"--token", &settings.token},
                                                  {"--ledger", &settings.ledger},
                                                  {"--source", &settings.source},
                                                  {"--host", &settings.host}};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--tcp") {
      settings.tcp = true;
      continue;
    }
    if (word == "--mix") {
      settings.mix = true;
      continue;
    }
    if (i + 1 >= argc) return false;
    const auto number = numbers.find(word);
    const auto text = texts.find(word);
    if (number != numbers.end()) {
      if (!read_number(argv[++i], *number->second)) return false;
    } else if (text != texts.end()) {
      *text->second = argv[++i];
    } else {
      return false;
    }
  }
  settings.port = static_cast<std::uint16_t>(port);
  settings.connections = static_cast<std::uint32_t>(connections);
  settings.first_sender = static_cast<std::uint32_t>(first_sender);
  return port > 0 && port < 65536 && connections > 0 && settings.batch > 0 && !settings.ledger.empty() &&
         (settings.tcp || !settings.token.empty());
}

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

// One connection's worth of load.
class Sender {
 public:
  Sender(const Settings& settings, std::uint32_t sender, LedgerWriter& ledger, Totals& totals)
      : settings_(settings),
        sender_(sender),
        ledger_(ledger),
        totals_(totals),
        maker_({.sender = sender, .match_every = settings.match_every, .bytes = settings.bytes}),
        mix_({.sender = sender, .match_every = settings.match_every, .bytes = settings.bytes}),
        http_(settings.host, settings.port) {}
  ~Sender() {
    if (tcp_ >= 0) ::close(tcp_);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void run() {
    const auto start = Clock::now();
    const auto end = start + std::chrono::seconds(settings_.seconds);
    for (std::uint64_t batch = 0; Clock::now() < end; ++batch) {
      make(batch);
      if (settings_.tcp) {
        send_over_tcp(batch, end);
      } else if (!send_over_http(batch)) {
        ++totals_.abandoned;
        return;
      }
      pace(start, batch + 1);
    }
    if (tcp_ >= 0) ::shutdown(tcp_, SHUT_WR);
  }

 private:
  void make(std::uint64_t batch) {
    body_.clear();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t time = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    for (std::uint64_t i = 0; i < settings_.batch; ++i) {
      const std::uint64_t number = batch * settings_.batch + i;
      settings_.mix ? mix_.append(body_, number, time) : maker_.append(body_, number, time);
      body_ += '\n';
    }
  }

  void pace(Clock::time_point start, std::uint64_t batches) const {
    if (settings_.rate == 0) return;
    const double due = static_cast<double>(batches * settings_.batch) * settings_.connections /
                       static_cast<double>(settings_.rate);
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due)));
  }

  bool send_over_http(std::uint64_t batch) {
    const std::string token = fmt::format("load-{}-{}", sender_, batch);
    const auto begun = Clock::now();
    const auto limit = begun + std::chrono::seconds(settings_.giving_up_after);
    while (Clock::now() < limit) {
      ledger_.sending(sender_, batch, {batch * settings_.batch, settings_.batch});
      const HttpAnswer answer = http_.request("POST", "/api/v1/events?source=" + settings_.source,
                                              {{"Authorization", "Bearer " + settings_.token},
                                               {"Idempotency-Key", token},
                                               {"Content-Type", "application/x-ndjson"}},
                                              body_);
      if (answer.status == 200) {
        const bool duplicate = answer.body.find("\"duplicate\":true") != std::string::npos;
        ledger_.acknowledged(sender_, batch, settings_.batch, duplicate, steady_ns());
        totals_.acknowledged += settings_.batch;
        note_wait((Clock::now() - begun).count());
        return true;
      }
      if (answer.status != 0) {
        ledger_.refused(sender_, batch, answer.status);
        ++totals_.refused;
        if (answer.status != 429 && answer.status != 503) return false;
      }
      ++totals_.retries;
      std::this_thread::sleep_for(std::chrono::milliseconds(settings_.retry_pause_ms));
    }
    return false;
  }

  void note_wait(std::int64_t ns) {
    std::int64_t longest = totals_.longest_wait_ns;
    while (ns > longest && !totals_.longest_wait_ns.compare_exchange_weak(longest, ns)) {
    }
  }

  // What was written to a connection that broke is not sent again: TCP syslog knows no acknowledgement.
  void send_over_tcp(std::uint64_t batch, Clock::time_point end) {
    while (tcp_ < 0 && Clock::now() < end) {
      tcp_ = hinomi::load::connect_tcp(settings_.host, settings_.port, 1000);
      if (tcp_ < 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::string_view rest = body_;
    while (!rest.empty() && tcp_ >= 0) {
      const ssize_t sent = ::send(tcp_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        rest.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      pollfd waiting{.fd = tcp_, .events = POLLOUT, .revents = 0};
      if (errno == EAGAIN && ::poll(&waiting, 1, 30'000) > 0) continue;
      ::close(tcp_);
      tcp_ = -1;
      ++totals_.retries;
    }
    if (rest.empty()) {
      ledger_.written(sender_, {batch * settings_.batch, settings_.batch});
      totals_.written += settings_.batch;
    }
  }

  const Settings& settings_;
  std::uint32_t sender_;
  LedgerWriter& ledger_;
  Totals& totals_;
  EventMaker maker_;
  EventMix mix_;
  HttpSender http_;
  int tcp_ = -1;
  std::string body_;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings(argc, argv, settings)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  LedgerWriter ledger(settings.ledger);
  Totals totals;
  const auto start = Clock::now();
  std::vector<std::unique_ptr<Sender>> senders;
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < settings.connections; ++i) {
    senders.push_back(std::make_unique<Sender>(settings, settings.first_sender + i, ledger, totals));
    threads.emplace_back([&sender = *senders.back()] { sender.run(); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  fmt::print(
      "{{\"acknowledged\":{},\"written\":{},\"retries\":{},\"refused\":{},\"abandoned\":{},\"seconds\":{:.3f}"
      ","
      "\"events_per_second\":{:.0f},\"longest_wait_ms\":{}}}\n",
      totals.acknowledged.load(), totals.written.load(), totals.retries.load(), totals.refused.load(),
      totals.abandoned.load(), seconds,
      static_cast<double>(totals.acknowledged.load() + totals.written.load()) / seconds,
      totals.longest_wait_ns.load() / 1'000'000);
  return totals.abandoned > 0 ? 1 : 0;
}
