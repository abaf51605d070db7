// More than the server can take: F9.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "fault/scenario.h"

namespace hinomi::fault {

using namespace std::chrono_literals;

bool overload(const Tools& tools) {
  Report report("F9");
  constexpr std::uint64_t kMemoryLimit = 1'200ull << 20;
  ServerSettings settings = server_settings(tools, fresh_folder(tools, "f9"));
  ServerProcess server(settings);
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const std::string seconds = tools.brief ? "5" : "120";
  const std::string ledger = tools.scratch + "/f9.ledger";
  std::filesystem::remove(ledger);
  // As fast as 32 connections are let, with large batches, beside a steady small sender: the fair share.
  Load flood(tools, {"--port", std::to_string(settings.port), "--token", server.ingest_token(), "--ledger",
                     ledger, "--seconds", seconds, "--batch", "10000", "--connections", "32", "--match-every",
                     "10000", "--giving-up-after", "600"});
  Load steady(tools, {"--port", std::to_string(settings.port), "--token", server.ingest_token(), "--ledger",
                      ledger, "--seconds", seconds, "--batch", "10", "--rate", "100", "--connections", "1",
                      "--first-sender", "500", "--match-every", "1000"});
  std::uint64_t most = 0;
  while (flood.running()) {
    most = std::max(most, server.resident_bytes());
    std::this_thread::sleep_for(200ms);
  }
  const int flood_code = flood.wait();
  report.expect(flood_code == 0, "the flood got its answers: " + flood.output());
  const int steady_code = steady.wait();
  report.expect(steady_code == 0, "the steady sender got its answers: " + steady.output());
  report.expect(most <= kMemoryLimit,
                "memory of all processes stayed at " + std::to_string(most >> 20) + " MiB");
  report.expect(server.wait_for_caught_up(tools.brief ? 60s : 600s), "the pipeline catches up");
  report.expect(server.stop() == 0, "the server stops");
  judge(tools, settings.data, {ledger}, report);
  return report.passed();
}

}  // namespace hinomi::fault
