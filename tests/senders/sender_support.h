// A server for one test of senders, and what its journal holds in the end. Not for tests that load or starve a
// server (fault/).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fault/server_process.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::senders {

class ServerTest : public ::testing::Test {
 protected:
  ServerTest();

  // With `more` words of the command; also starts again what was stopped.
  void start(const std::vector<std::string>& more = {}, const std::vector<std::string>& environment = {});
  void stop();

  // A figure of a source as the API tells it now, nullopt while there is no answer.
  std::optional<double> figure(const std::string& source, const std::string& name);
  std::optional<double> journal_sequence();
  bool wait_for(const std::function<bool()>& holds, int seconds = 120) const;
  bool wait_for_events(const std::string& source, double count) {
    return wait_for([&] { return figure(source, "events").value_or(0) >= count; });
  }

  struct Stored {
    std::string source;
    std::string framing;  // "0" …: as in the journal
    std::string text;
  };
  // Every event, in the order of the journal; the server must have been stopped.
  std::vector<Stored> journal() const;
  // Every event of `source` holds exactly one name "<prefix>-<number>-end", each from 1 to `count` once.
  void expect_each_once(const std::string& source, const std::string& prefix, int count) const;
  // So many lines of text, each with its name.
  std::string write_lines(const std::string& prefix, int count) const;

  const os::ScratchFolder root_;
  fault::ServerSettings settings_;
  std::unique_ptr<fault::ServerProcess> server_;
};

// Runs a program to its end; its exit code, -1 when it could not be run.
int run(std::vector<std::string> words);
// Where a program lies, "" when it is not installed.
std::string program(const std::string& name);
// How often each number of "<prefix>-<number>-end" stands in the texts.
std::map<int, int> numbers_in(const std::vector<std::string_view>& texts, const std::string& prefix);
std::string content_of(const std::string& path);

}  // namespace hinomi::senders
