// Records that are written while processes are killed: F1-records.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

#include "fault/record_writers.h"
#include "fault/scenario.h"

namespace hinomi::fault {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 90s;  // without one acknowledgement

// False when nothing was acknowledged for too long.
bool wait_for(const RecordWriters& writers, std::uint64_t acknowledged) {
  std::uint64_t last = writers.acknowledged();
  auto since = Clock::now();
  while (writers.acknowledged() < acknowledged && writers.running()) {
    std::this_thread::sleep_for(1ms);
    if (writers.acknowledged() != last) {
      last = writers.acknowledged();
      since = Clock::now();
    }
    if (Clock::now() - since > kPatience) return false;
  }
  return true;
}

}  // namespace

bool kill_while_records_are_written(const Tools& tools) {
  Report report("F1-records");
  const int kills = tools.brief ? 8 : 50;
  const std::uint64_t writes = tools.brief ? 1500 : 10'000;
  std::mt19937_64 random(tools.seed);
  ServerSettings settings = server_settings(tools, fresh_folder(tools, "f1-records"));
  settings.syslog_tcp = 0;
  const std::string copies = fresh_folder(tools, "f1-records-copies");
  settings.more = {"--audit-copies", copies};
  ServerProcess server(settings);
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const std::string token = first_start(server, {"person.read", "person.create", "person.change"});
  report.expect(!token.empty(), "it is set up over HTTP");
  if (!report.passed()) return false;
  const std::string ledger = tools.scratch + "/f1-records.ledger";
  const auto begun = Clock::now();
  RecordWriters writers({.port = settings.port,
                         .token = token,
                         .ledger = ledger,
                         .writers = 6,
                         .writes = writes,
                         .seed = tools.seed});
  constexpr std::array<const char*, 2> kRoles{"front", "supervisor"};
  std::array<int, 2> killed{};
  for (int i = 0; i < kills && report.passed(); ++i) {
    // Anywhere in its own part of the run, so that all of them fall into it.
    const std::uint64_t part = writes / static_cast<std::uint64_t>(kills);
    const std::uint64_t at = static_cast<std::uint64_t>(i) * part + random() % (part * 9 / 10);
    if (!wait_for(writers, at)) report.expect(false, "writes go on after kill " + std::to_string(i));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    const std::size_t role = random() % kRoles.size();
    if (writers.running() && server.kill(kRoles[role])) ++killed[role];
    if (!server.running()) report.expect(server.start(), "it starts again " + server.problem());
  }
  report.expect(wait_for(writers, writes), "every request is answered in the end");
  if (!report.passed()) writers.give_up();
  writers.wait();
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  report.expect(killed[0] + killed[1] == kills, "killed the front " + std::to_string(killed[0]) +
                                                    " times and all processes " + std::to_string(killed[1]) +
                                                    " times in " + std::to_string(seconds) + " s");
  report.expect(writers.problem().empty(), "every answer is as it must be " + writers.problem());
  report.expect(server.stop() == 0, "the server stops with exit code 0");
  const Ran checked =
      run(tools.scratch, {tools.record_checker, "--data", settings.data, "--ledger", ledger, "--copies",
                          settings.data + "/audit/checkpoints", "--copies", copies});
  report.expect(checked.code == 0, "ledger, records, histories and audit log agree: " + checked.output);
  const Ran audited =
      run(tools.scratch, {tools.hinomi, "audit", "check", "--data", settings.data, "--copies", copies});
  report.expect(audited.code == 0, "hinomi audit check: " + audited.output);
  return report.passed();
}

}  // namespace hinomi::fault
