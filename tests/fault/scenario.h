// What the fault scenarios share: where things are, a load that runs beside, and the verdict of the ledger
// checker.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fault/server_process.h"

namespace hinomi::fault {

struct Tools {
  std::string hinomi;  // programs
  std::string loadgen;
  std::string checker;
  std::string record_checker;
  std::string rules;    // tests/fault/rules
  std::string scratch;  // folder for data; emptied by each scenario that uses it
  std::uint64_t seed = 0;
  bool brief = false;  // the short form of ./dev test
};

// A scenario says what it saw, line by line, and whether all of it was as it must be.
class Report {
 public:
  explicit Report(std::string name) : name_(std::move(name)) {}
  void say(const std::string& line) const;
  // Says what was expected; a false one fails the scenario.
  void expect(bool holds, const std::string& what);
  [[nodiscard]] bool passed() const noexcept { return failures_ == 0; }

 private:
  std::string name_;
  int failures_ = 0;
};

// The load generator as a process of its own.
class Load {
 public:
  Load(const Tools& tools, std::vector<std::string> words);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  [[nodiscard]] bool running();
  // Waits for its end; its last line of JSON is in output().
  int wait();
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  std::string path_;
  pid_t pid_ = 0;
  int code_ = -1;
  std::string output_;
};

// A program and what it wrote to standard output; for short runs.
struct Ran {
  int code = -1;
  std::string output;
};
[[nodiscard]] Ran run(const std::string& scratch, std::vector<std::string> words);

// Lets the separate checker judge the data folder against the ledgers, and reports what it says.
void judge(const Tools& tools, const std::string& data, const std::vector<std::string>& ledgers,
           Report& report, const std::vector<std::string>& more = {});

// An empty folder below the scratch folder.
[[nodiscard]] std::string fresh_folder(const Tools& tools, const std::string& name);
[[nodiscard]] ServerSettings server_settings(const Tools& tools, const std::string& data);

// Each returns true when it passed.
bool kill_any_process(const Tools& tools);    // F1
bool kill_at_each_point(const Tools& tools);  // F2
bool kill_while_records_are_written(const Tools& tools);
bool poison_event(const Tools& tools);  // F15
bool overload(const Tools& tools);      // F9
bool disk_full(const Tools& tools);     // F4
bool disk_errors(const Tools& tools);   // F5
bool restart_with_large_journal(const Tools& tools);

}  // namespace hinomi::fault
