// hinomi_fault: ends, starves and misleads a real server, and lets a separate checker judge what is left.
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "fault/scenario.h"

namespace {

using hinomi::fault::Tools;

struct Scenario {
  const char* name;
  const char* what;
  bool (*run)(const Tools&);
  bool in_brief;  // part of ./dev test
};

constexpr std::array kScenarios{
    Scenario{"F1", "any process is killed at random moments under load", hinomi::fault::kill_any_process,
             true},
    Scenario{"F1-large", "restart with a journal of 2 GiB", hinomi::fault::restart_with_large_journal, false},
    Scenario{"F1-records", "killed at random moments while records are written",
             hinomi::fault::kill_while_records_are_written, true},
    Scenario{"F2", "killed at each named point, once and later", hinomi::fault::kill_at_each_point, true},
    Scenario{"F4", "the disk fills up and gets room again", hinomi::fault::disk_full, false},
    Scenario{"F5", "the disk reports errors", hinomi::fault::disk_errors, false},
    Scenario{"F9", "ten times more than it can take", hinomi::fault::overload, true},
    Scenario{"F15", "an event that crashes the pipeline", hinomi::fault::poison_event, true},
};

int usage() {
  std::fputs(
      "usage: hinomi_fault --hinomi PROGRAM --loadgen PROGRAM --checker PROGRAM --record-checker PROGRAM\n"
      "       --rules DIR --scratch DIR [--seed N] [--brief] [SCENARIO…]\n",
      stderr);
  for (const Scenario& scenario : kScenarios)
    std::fprintf(stderr, "  %-10s %s\n", scenario.name, scenario.what);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Tools tools;
  tools.seed = static_cast<std::uint64_t>(::getpid());
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::string* text = word == "--hinomi"           ? &tools.hinomi
                        : word == "--loadgen"        ? &tools.loadgen
                        : word == "--checker"        ? &tools.checker
                        : word == "--record-checker" ? &tools.record_checker
                        : word == "--rules"          ? &tools.rules
                        : word == "--scratch"        ? &tools.scratch
                                                     : nullptr;
    if (word == "--brief") {
      tools.brief = true;
    } else if (word == "--seed" && i + 1 < argc) {
      tools.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (text != nullptr && i + 1 < argc) {
      *text = argv[++i];
    } else if (word.starts_with("--")) {
      return usage();
    } else {
      wanted.push_back(word);
    }
  }
  if (tools.hinomi.empty() || tools.loadgen.empty() || tools.checker.empty() ||
      tools.record_checker.empty() || tools.rules.empty() || tools.scratch.empty())
    return usage();
  std::filesystem::create_directories(tools.scratch);
  std::printf("seed %llu\n", static_cast<unsigned long long>(tools.seed));
  int passed = 0;
  int failed = 0;
  for (const Scenario& scenario : kScenarios) {
    const bool named = std::find(wanted.begin(), wanted.end(), scenario.name) != wanted.end() ||
                       std::find(wanted.begin(), wanted.end(), "all") != wanted.end();
    if (wanted.empty() ? tools.brief && !scenario.in_brief : !named) continue;
    const bool good = scenario.run(tools);
    std::printf("%s %s\n", scenario.name, good ? "passed" : "FAILED");
    ++(good ? passed : failed);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return passed > 0 && failed == 0 ? 0 : 1;
}
