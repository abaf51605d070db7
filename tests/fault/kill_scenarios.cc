// Processes that are ended at the worst moments: F1, F2, F15 and the start with a large journal.
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "fault/scenario.h"

namespace hinomi::fault {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr double kLongestWaitMs = 5000;  // from a kill to the next acknowledgement, at most

std::vector<std::string> http_load(const ServerProcess& server, const std::string& ledger, int seconds,
                                   int rate) {
  return {"--port",        std::to_string(server.settings().port),
          "--token",       server.ingest_token(),
          "--ledger",      ledger,
          "--seconds",     std::to_string(seconds),
          "--rate",        std::to_string(rate),
          "--batch",       "500",
          "--connections", "4",
          "--match-every", "1000"};
}

std::vector<std::string> tcp_load(const ServerProcess& server, const std::string& ledger, int seconds,
                                  int rate) {
  return {"--port",
          std::to_string(server.settings().syslog_tcp),
          "--tcp",
          "--ledger",
          ledger,
          "--seconds",
          std::to_string(seconds),
          "--rate",
          std::to_string(rate),
          "--batch",
          "100",
          "--connections",
          "2",
          "--match-every",
          "1000",
          "--first-sender",
          "100"};
}

void end_and_judge(const Tools& tools, ServerProcess& server, const std::vector<std::string>& ledgers,
                   Report& report) {
  report.expect(server.wait_for_caught_up(120s), "the pipeline catches up");
  report.expect(server.stop() == 0, "the server stops with exit code 0");
  judge(tools, server.settings().data, ledgers, report);
}

}  // namespace

bool kill_any_process(const Tools& tools) {
  Report report("F1");
  const int kills = tools.brief ? 6 : 100;
  const int rate = tools.brief ? 5000 : 20000;
  std::mt19937_64 random(tools.seed);
  ServerProcess server(server_settings(tools, fresh_folder(tools, "f1")));
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const int seconds = kills * 13 / 10 + 5;
  const std::string ledger = tools.scratch + "/f1.http.ledger";
  const std::string tcp_ledger = tools.scratch + "/f1.tcp.ledger";
  std::filesystem::remove(ledger);
  std::filesystem::remove(tcp_ledger);
  Load http(tools, http_load(server, ledger, seconds, rate));
  Load tcp(tools, tcp_load(server, tcp_ledger, seconds, rate / 10));
  constexpr std::array<const char*, 4> kRoles{"front", "pipeline", "zygote", "supervisor"};
  std::array<int, 4> killed{};
  for (int i = 0; i < kills; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random() % 1801));
    const std::size_t role = random() % kRoles.size();
    killed[role] += server.kill(kRoles[role]) ? 1 : 0;
    if (!server.running()) report.expect(server.start(), "it starts again " + server.problem());
  }
  const int http_code = http.wait();
  report.expect(http_code == 0, "every batch was acknowledged in the end: " + http.output());
  tcp.wait();
  report.say("killed front " + std::to_string(killed[0]) + ", pipeline " + std::to_string(killed[1]) +
             ", zygote " + std::to_string(killed[2]) + ", supervisor " + std::to_string(killed[3]) +
             "; TCP " + tcp.output());
  const double waited = number_in(http.output(), "longest_wait_ms").value_or(1e9);
  report.expect(waited <= kLongestWaitMs,
                "the longest wait for an acknowledgement was " + std::to_string(waited) + " ms");
  end_and_judge(tools, server, {ledger, tcp_ledger}, report);
  return report.passed();
}

namespace {

// A named point of the server, and how long a load takes to come by it twice.
struct KillPoint {
  const char* name;
  int second_pass;  // of a process; the first is 1
  int seconds;      // of load
  bool removes;     // old segments of the journal
};

// Checkpoints come every 10 s, removals need one and come every 5 s.
constexpr std::array kPoints{
    KillPoint{"journal.before_write", 5, 6, false},   KillPoint{"journal.after_write", 5, 6, false},
    KillPoint{"journal.before_sync", 5, 6, false},    KillPoint{"journal.after_sync", 5, 6, false},
    KillPoint{"journal.segment_create", 4, 6, false}, KillPoint{"journal.seal_write", 4, 6, false},
    KillPoint{"journal.seal_done", 4, 6, false},      KillPoint{"front.before_ack", 5, 6, false},
    KillPoint{"pipeline.before_commit", 5, 6, false}, KillPoint{"pipeline.findings_written", 5, 6, false},
    KillPoint{"pipeline.after_commit", 5, 6, false},  KillPoint{"pipeline.checkpoint", 2, 16, false},
    KillPoint{"journal.before_unlink", 2, 36, true},  KillPoint{"journal.after_unlink", 2, 36, true}};

void kill_at(const Tools& tools, const KillPoint& point, int pass, Report& report) {
  const std::string name = std::string(point.name) + ":" + std::to_string(pass);
  ServerSettings settings = server_settings(tools, fresh_folder(tools, "f2"));
  settings.environment = {"HINOMI_FAULT_POINT=" + name};
  settings.more = {"--journal-segment-mib", "1"};
  if (point.removes)
    settings.more.insert(settings.more.end(), {"--journal-keep-mib", "4", "--journal-keep-hours", "0"});
  ServerProcess server(settings);
  const std::string ledger = tools.scratch + "/f2.ledger";
  std::filesystem::remove(ledger);
  // A fault before the first answer is part of the test: the supervisor goes on trying.
  if (!server.start(30s) && !server.running()) return report.expect(false, name + ": " + server.problem());
  const int seconds = tools.brief ? 3 : point.seconds;
  Load http(tools, http_load(server, ledger, seconds, 4000));
  std::this_thread::sleep_for(std::chrono::seconds(seconds - 1));
  // Every process that is started again carries the fault point as well; a start without it ends that.
  server.set_environment({});
  server.stop();
  const Ran killed = run(tools.scratch, {"grep", "-c", "ended: signal 9", server.log_path()});
  report.expect(killed.code == 0, name + " was reached, processes killed there: " + killed.output);
  report.expect(server.start(), name + " the server starts again " + server.problem());
  const int http_code = http.wait();
  report.expect(http_code == 0, name + ": every batch was acknowledged in the end: " + http.output());
  report.expect(server.wait_for_caught_up(60s), name + ": the pipeline catches up");
  server.stop();
  judge(tools, server.settings().data, {ledger}, report,
        point.removes ? std::vector<std::string>{"--may-have-been-removed"} : std::vector<std::string>{});
}

}  // namespace

bool kill_at_each_point(const Tools& tools) {
  Report report("F2");
  for (const KillPoint& point : kPoints) {
    const std::string_view name = point.name;
    if (!tools.brief) {
      kill_at(tools, point, 1, report);
      kill_at(tools, point, point.second_pass, report);
    } else if (name == "journal.after_write" || name == "pipeline.before_commit") {
      kill_at(tools, point, 2, report);
    }
  }
  return report.passed();
}

bool poison_event(const Tools& tools) {
  Report report("F15");
  ServerSettings settings = server_settings(tools, fresh_folder(tools, "f15"));
  settings.environment = {"HINOMI_TEST_POISON=--hinomi-load-match"};
  ServerProcess server(settings);
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const std::string ledger = tools.scratch + "/f15.ledger";
  std::filesystem::remove(ledger);
  // 1,000 events with one poisonous: number 0 of the only sender.
  Load http(tools, {"--port", std::to_string(settings.port), "--token", server.ingest_token(), "--ledger",
                    ledger, "--seconds", "1", "--rate", "1000", "--batch", "500", "--connections", "1",
                    "--match-every", "1000000"});
  const int http_code = http.wait();
  report.expect(http_code == 0, "events are acknowledged: " + http.output());
  report.expect(server.wait_for_caught_up(60s), "the stream goes on behind the poisonous event");
  const auto status = server.get("/api/v1/status");
  report.expect(status && status->find("\"quarantined\":[{") != std::string::npos,
                "the event is shown as quarantined, with its reason");
  report.expect(status && number_in(*status, "restarts", "\"pipeline\"").value_or(0) == 3.0,
                "after three tries");
  report.expect(server.stop() == 0, "the server stops");
  judge(tools, settings.data, {ledger}, report, {"--quarantined", "1"});
  return report.passed();
}

bool restart_with_large_journal(const Tools& tools) {
  Report report("F1-large");
  ServerProcess server(server_settings(tools, fresh_folder(tools, "f1-large")));
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const std::string ledger = tools.scratch + "/f1-large.ledger";
  std::filesystem::remove(ledger);
  const std::uint64_t wanted = tools.brief ? 100ull << 20 : 2ull << 30;
  int round = 0;
  std::uint64_t bytes = 0;
  while (bytes < wanted && ++round < 60) {
    Load http(tools,
              {"--port", std::to_string(server.settings().port), "--token", server.ingest_token(), "--ledger",
               ledger, "--seconds", tools.brief ? "2" : "10", "--batch", "2000", "--connections", "2",
               "--match-every", "100000", "--first-sender", std::to_string(round * 10)});
    if (http.wait() != 0) break;
    const auto status = server.get("/api/v1/status");
    bytes = static_cast<std::uint64_t>(status ? number_in(*status, "bytes", "\"journal\"").value_or(0) : 0);
  }
  report.expect(bytes >= wanted, "the journal holds " + std::to_string(bytes >> 20) + " MiB");
  Load http(tools, {"--port", std::to_string(server.settings().port), "--token", server.ingest_token(),
                    "--ledger", ledger, "--seconds", "12", "--rate", "2000", "--batch", "200",
                    "--connections", "1", "--first-sender", "9000"});
  std::this_thread::sleep_for(3s);
  server.kill("front");
  std::this_thread::sleep_for(4s);
  server.kill("supervisor");
  report.expect(server.start(), "it starts again " + server.problem());
  const int http_code = http.wait();
  report.expect(http_code == 0, "every batch was acknowledged in the end: " + http.output());
  const double waited = number_in(http.output(), "longest_wait_ms").value_or(1e9);
  report.expect(waited <= kLongestWaitMs,
                "first acknowledgement after a restart within " + std::to_string(waited) + " ms");
  end_and_judge(tools, server, {ledger}, report);
  return report.passed();
}

}  // namespace hinomi::fault
