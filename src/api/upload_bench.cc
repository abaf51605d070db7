// How many bytes of NDJSON a second one core takes: the line cutter alone, and a whole server over loopback
// with an intake that only counts. cpu_mb_per_s is by the CPU time of the io thread alone.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "api/ndjson.h"
#include "api/secret.h"
#include "api/server.h"
#include "os/clock.h"

namespace hinomi::api {
namespace {

constexpr std::size_t kBodyBytes = 8 << 20;
constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::string_view kToken = "token";

std::string body_of(std::size_t line_bytes) {
  std::string body;
  std::uint64_t i = 0;
  while (body.size() + line_bytes < kBodyBytes) {
    std::string line = "{\"n\":" + std::to_string(++i) + ",\"m\":\"";
    line.resize(line_bytes - 3, 'x');
    body += line + "\"}\n";
  }
  return body;
}

void cut_lines(benchmark::State& state) {
  const std::string body = body_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    LineCutter cutter(LineLimits{});
    for (std::size_t at = 0; at < body.size(); at += kPieceBytes) {
      benchmark::DoNotOptimize(cutter.feed(std::string_view(body).substr(at, kPieceBytes)));
    }
    benchmark::DoNotOptimize(cutter.finish());
    benchmark::DoNotOptimize(cutter.take().size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(cut_lines)->Arg(200)->Arg(500);

class CountingIntake final : public ingest::live::Intake {
 public:
  void offer(ingest::live::Delivery delivery, Done done) override {
    events += delivery.events.size();
    ingest::live::Receipt receipt;
    receipt.admission = ingest::live::Admission::stored;
    receipt.count = delivery.events.size();
    done(receipt);
  }
  ingest::live::Receipt deliver(ingest::live::Delivery, bool) override { return {}; }
  std::string resume(ingest::live::SourceId, std::string_view) override { return {}; }
  std::atomic<std::uint64_t> events{0};
};

class BenchServer {
 public:
  BenchServer() {
    char name[] = "/tmp/hinomi_bench.XXXXXX";
    folder_ = ::mkdtemp(name);
    source_.name = "s";
    Options options;
    options.listeners.push_back({});
    options.data_folder = folder_;
    options.sources = {{&source_, sha256(kToken)}};
    Services services;
    services.intake = &intake_;
    services.clock = &clock_;
    services.random = [](std::span<std::byte> into) {
      std::ifstream file("/dev/urandom", std::ios::binary);
      file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
      return file.good();
    };
    services.status = [](Status&) {};
    services.open_alerts = [this] { return store::alerts::Reader::open(folder_ + "/alerts.db"); };
    services.read_event = [](std::uint64_t, std::uint32_t) {
      return base::Result<std::optional<RawEvent>>(std::nullopt);
    };
    services.read_finding = [](std::uint64_t) {
      return base::Result<std::optional<std::string>>(std::nullopt);
    };
    auto made = Server::create(std::move(options), std::move(services));
    if (!made) return;
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~BenchServer() {
    if (thread_.joinable()) {
      server_->stop();
      thread_.join();
    }
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] int connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->ports()[0]);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
  }
  [[nodiscard]] std::string head(std::size_t bytes) const {
    return "POST /api/v1/events?source=s HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->ports()[0]) +
           "\r\nAuthorization: Bearer " + std::string(kToken) +
           "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }
  [[nodiscard]] double cpu_seconds() {
    clockid_t id{};
    timespec time{};
    pthread_getcpuclockid(thread_.native_handle(), &id);
    clock_gettime(id, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }

 private:
  std::string folder_;
  os::SystemClock clock_;
  ingest::live::SourceInfo source_;
  CountingIntake intake_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

bool send_and_check(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  char answer[4096];
  const ssize_t size = ::recv(fd, answer, sizeof answer, 0);
  return size > 12 && std::string_view(answer, 12) == "HTTP/1.1 200";
}

void upload(benchmark::State& state) {
  const std::string body = body_of(static_cast<std::size_t>(state.range(0)));
  BenchServer server;
  const int fd = server.connect();
  const std::string request = server.head(body.size()) + body;
  const double before = server.cpu_seconds();
  for (auto _ : state) {
    if (!send_and_check(fd, request)) state.SkipWithError("an upload was refused");
  }
  const double spent = server.cpu_seconds() - before;
  ::close(fd);
  const auto bytes = static_cast<double>(state.iterations() * body.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["cpu_mb_per_s"] = bytes / 1e6 / spent;
}
BENCHMARK(upload)->Arg(200)->Arg(500)->UseRealTime();

}  // namespace
}  // namespace hinomi::api
