// Measures the running server from outside, as its users meet it: `hinomi serve` with all SigmaHQ rules, and
// a load generator of its own that sends about 700 bytes an event over HTTP. Prints a table in Markdown. What
// it needs of the machine is what it measures: generator and server share it.
//
//   live_bench DATA SCRATCH [seconds] [events/s]     DATA = the folder of public test data; 300 seconds for a
//   release
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "alert_listener.h"
#include "bench_support.h"
#include "fault/scenario.h"
#include "load/event_mix.h"

namespace {

using namespace hinomi;
using namespace std::chrono_literals;

constexpr std::uint64_t kProbeRate = 20'000;  // events a second while alerts are timed
constexpr std::uint64_t kProbeBatch = 200;
constexpr std::uint64_t kProbeEvery = 500;
constexpr std::uint32_t kProbeConnections = 4;
constexpr std::uint64_t kOverloadBatch = 10'000;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "live_bench: %s\n", why.c_str());
  std::exit(2);
}

void row(const std::string& what, double value, const char* unit) {
  std::printf("| %s | %.4g | %s |\n", what.c_str(), value, unit);
  std::fflush(stdout);
}

double number_of(const std::string& json, const char* name, const char* after = "") {
  return fault::number_in(json, name, after).value_or(-1);
}

// Processor time of a process so far, in seconds.
double processor_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream words(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) words >> skipped;
  double user = 0;
  double system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Bench {
  fault::Tools tools;
  std::vector<std::string> rules;

  [[nodiscard]] fault::ServerSettings settings(const std::string& name) const {
    fault::ServerSettings made;
    made.program = tools.hinomi;
    made.data = fault::fresh_folder(tools, name);
    made.port = fault::free_port();
    made.rules = rules;
    made.rules.push_back(tools.rules);
    made.environment = {"HINOMI_CONTENT=" HINOMI_SOURCE_DIR "/content"};
    return made;
  }
};

void start(fault::ServerProcess& server) {
  if (!server.start(120s)) stop("the server: " + server.problem());
  if (!server.wait_for_caught_up(120s)) stop("the server did not get ready");
}

std::vector<std::string> load_words(const fault::ServerProcess& server, const std::string& ledger,
                                    std::vector<std::string> more) {
  std::filesystem::remove(ledger);
  std::vector<std::string> words{
      "--port", std::to_string(server.settings().port), "--token", server.ingest_token(), "--ledger", ledger,
      "--mix"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Watches the server's memory until the load is over.
std::uint64_t most_memory(const fault::ServerProcess& server, fault::Load& load) {
  std::uint64_t most = 0;
  while (load.running()) {
    most = std::max(most, server.resident_bytes());
    std::this_thread::sleep_for(200ms);
  }
  return most;
}

// Rows that every phase with load has.
void report_load(const std::string& phase, fault::ServerProcess& server, const std::string& output,
                 std::uint64_t memory) {
  const std::string status = server.get("/api/v1/status").value_or("");
  row(phase + ": acknowledged", number_of(output, "events_per_second"), "events/s");
  row(phase + ": longest wait for an answer", number_of(output, "longest_wait_ms"), "ms");
  row(phase + ": answers 429 or 503", number_of(output, "refused"), "");
  row(phase + ": pipeline behind at the end", number_of(status, "lag_events", "\"pipeline\""), "events");
  row(phase + ": memory of all processes, at most", static_cast<double>(memory) / (1 << 20), "MiB");
  const auto begun = std::chrono::steady_clock::now();
  const bool caught_up = server.wait_for_caught_up(600s);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  row(phase + ": pipeline caught up after", caught_up ? took : -1, "s");
}

void measure_rate(const Bench& bench, std::uint64_t seconds, std::uint64_t rate) {
  fault::ServerProcess server(bench.settings("rate"));
  start(server);
  const std::string ledger = bench.tools.scratch + "/rate.ledger";
  const pid_t front = server.pid_of("front");
  const pid_t pipeline = server.pid_of("pipeline");
  const double front_before = processor_seconds(front);
  const double pipeline_before = processor_seconds(pipeline);
  fault::Load load(bench.tools,
                   load_words(server, ledger,
                              {"--seconds", std::to_string(seconds), "--rate", std::to_string(rate),
                               "--connections", "4", "--batch", "500", "--match-every", "10000"}));
  const std::uint64_t memory = most_memory(server, load);
  if (load.wait() != 0) stop("the load was not acknowledged: " + load.output());
  const std::string phase = fmt::format("{} events/s offered for {} s", rate, seconds);
  report_load(phase, server, load.output(), memory);
  const double events = number_of(load.output(), "acknowledged");
  row(phase + ": processor time of the front", (processor_seconds(front) - front_before) / events * 1e6,
      "us/event");
  row(phase + ": processor time of the pipeline",
      (processor_seconds(pipeline) - pipeline_before) / events * 1e6, "us/event");
  const std::string status = server.get("/api/v1/status").value_or("");
  row(phase + ": findings", number_of(status, "findings", "\"pipeline\""), "");
  row(phase + ": fsync, 99 of 100", number_of(status, "fsync_ms_p99"), "ms");
  if (server.stop() != 0) stop("the server did not stop");
  std::filesystem::remove_all(server.settings().data);
}

// When the k-th marked event of a sender was acknowledged, from the ledger's lines.
std::vector<std::int64_t> acknowledgements(const std::string& ledger, std::uint32_t sender) {
  std::vector<std::int64_t> times;
  std::ifstream file(ledger);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    char kind = 0;
    std::uint64_t of = 0;
    std::uint64_t batch = 0;
    std::uint64_t count = 0;
    int duplicate = 0;
    std::int64_t at = 0;
    if (!(words >> kind >> of >> batch >> count >> duplicate >> at) || kind != 'A' || of != sender) continue;
    for (std::uint64_t i = batch * kProbeBatch; i < batch * kProbeBatch + count; ++i) {
      if (i % kProbeEvery == 0) times.push_back(at);
    }
  }
  return times;
}

void measure_delay(const Bench& bench, std::uint64_t seconds) {
  fault::ServerProcess server(bench.settings("delay"));
  start(server);
  const std::string ledger = bench.tools.scratch + "/delay.ledger";
  perf::AlertListener listener(server);
  std::this_thread::sleep_for(1s);
  fault::Load load(bench.tools,
                   load_words(server, ledger,
                              {"--seconds", std::to_string(seconds), "--rate", std::to_string(kProbeRate),
                               "--connections", std::to_string(kProbeConnections), "--batch",
                               std::to_string(kProbeBatch), "--match-every", std::to_string(kProbeEvery)}));
  if (load.wait() != 0) stop("the load was not acknowledged: " + load.output());
  if (!server.wait_for_caught_up(120s)) stop("the pipeline did not catch up");
  std::this_thread::sleep_for(2s);
  listener.stop();
  if (!listener.sound()) stop("the stream of alerts broke off");
  std::vector<double> delays;
  std::uint64_t unseen = 0;
  for (std::uint32_t sender = 0; sender < kProbeConnections; ++sender) {
    const auto times = acknowledgements(ledger, sender);
    const auto found = listener.shown().find(load::host_of_marked(sender));
    if (found == listener.shown().end()) {
      unseen += times.size();
      continue;
    }
    for (std::size_t k = 0; k < times.size(); ++k) {
      const auto first = std::find_if(found->second.begin(), found->second.end(),
                                      [&](const perf::Shown& shown) { return shown.count > k; });
      if (first == found->second.end()) {
        ++unseen;
      } else {
        delays.push_back(std::max(0.0, static_cast<double>(first->at_ns - times[k]) / 1e6));
      }
    }
  }
  if (delays.empty()) stop("no alert arrived");
  std::sort(delays.begin(), delays.end());
  const std::string phase =
      fmt::format("acknowledgement to alert in the browser, at {} events/s", kProbeRate);
  row(phase + ": marked events", static_cast<double>(delays.size()), "");
  row(phase + ": not shown", static_cast<double>(unseen), "");
  row(phase + ", half", delays[delays.size() / 2], "ms");
  row(phase + ", 99 of 100", delays[delays.size() * 99 / 100], "ms");
  row(phase + ", all", delays.back(), "ms");
  if (server.stop() != 0) stop("the server did not stop");
  std::filesystem::remove_all(server.settings().data);
}

// As much as 32 connections can offer; refused batches are offered again at once.
void measure_overload(const Bench& bench, std::uint64_t seconds) {
  fault::ServerProcess server(bench.settings("overload"));
  start(server);
  const std::string ledger = bench.tools.scratch + "/overload.ledger";
  fault::Load load(bench.tools, load_words(server, ledger,
                                           {"--seconds", std::to_string(seconds), "--connections", "32",
                                            "--batch", std::to_string(kOverloadBatch), "--match-every",
                                            "10000", "--giving-up-after", "600", "--retry-pause-ms", "1"}));
  const std::uint64_t memory = most_memory(server, load);
  if (load.wait() != 0) stop("the load was not acknowledged: " + load.output());
  const std::string phase = fmt::format("32 connections without a pause for {} s", seconds);
  const double offered = number_of(load.output(), "acknowledged") +
                         number_of(load.output(), "refused") * static_cast<double>(kOverloadBatch);
  row(phase + ": offered", offered / number_of(load.output(), "seconds"), "events/s");
  report_load(phase, server, load.output(), memory);
  if (server.stop() != 0) stop("the server did not stop");
  const fault::Ran checked = fault::run(
      bench.tools.scratch, {bench.tools.checker, "--data", server.settings().data, "--ledger", ledger});
  row(phase + ": acknowledged events that the journal holds", number_of(checked.output, "acknowledged"), "");
  row(phase + ": problems found by the ledger's check", number_of(checked.output, "problems"), "");
  if (checked.code != 0) stop("the ledger and the journal differ: " + checked.output);
  std::filesystem::remove_all(server.settings().data);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) stop("usage: live_bench DATA SCRATCH [seconds] [events/s]");
  const std::string data = argv[1];
  const std::uint64_t seconds = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 30;
  const std::uint64_t rate = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 50'000;
  if (!std::filesystem::is_directory(data + "/sigma")) stop("the public test data is not at " + data);
  if (seconds == 0 || rate == 0) stop("seconds and events/s must be positive");
  Bench bench;
  bench.tools.hinomi = HINOMI_PROGRAM;
  bench.tools.loadgen = HINOMI_LOADGEN;
  bench.tools.checker = HINOMI_CHECKER;
  bench.tools.rules = HINOMI_SOURCE_DIR "/tests/fault/rules";
  bench.tools.scratch = std::filesystem::absolute(std::string(argv[2]) + "/live").string();
  for (const std::string& folder : perf::sigma_rules(data).folders)
    bench.rules.push_back(std::filesystem::absolute(folder).string());
  std::filesystem::create_directories(bench.tools.scratch);
  std::printf("Machine: %s; server and load share it.\n\n| what | figure | unit |\n|---|---|---|\n",
              perf::machine().c_str());
  measure_rate(bench, seconds, rate);
  measure_delay(bench, std::min<std::uint64_t>(seconds, 60));
  measure_overload(bench, std::min<std::uint64_t>(seconds, 30));
  std::filesystem::remove_all(bench.tools.scratch);
  return 0;
}
