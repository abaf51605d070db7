// A log with its keys and keeper on a fresh database, in a folder as a server has it. For tests only.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "../cli/process.h"
#include "audit/check.h"
#include "audit/exporter.h"
#include "audit/keeper.h"
#include "audit/keys.h"
#include "audit/testing/log_book.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::audit {

class KeptLog {
 public:
  explicit KeptLog(store::sql::Database& database, std::string authority = {},
                   std::shared_ptr<const trust::TimestampTrust> trust = {})
      : database_(database), book_(database), authority_(std::move(authority)), trust_(std::move(trust)) {
    open();
  }

  void open() {
    auto keys = Keys::open(setup());
    ASSERT_TRUE(keys) << keys.error().message;
    keys_ = std::make_unique<Keys>(std::move(*keys));
    auto keeper = Keeper::open({.database = &database_,
                                .log = &book_.log(),
                                .keys = keys_.get(),
                                .clock = &clock_,
                                .folder = folder_ / "audit",
                                .outside = folder_ / "outside",
                                .authority = authority_,
                                .trust = trust_,
                                .say = [this](const std::string& line) { said_.push_back(line); }});
    ASSERT_TRUE(keeper) << keeper.error().message;
    keeper_ = std::move(*keeper);
  }
  void close() { keeper_.reset(); }

  [[nodiscard]] Keys::Setup setup() const {
    return {.database = &database_,
            .folder = folder_ / "keys",
            .credentials = {},
            .clock = &clock_,
            .random = os::system_random};
  }
  void append(int count, std::uint32_t organisation = 1) {
    for (int i = 0; i < count; ++i) {
      const auto appended = book_.append(organisation, "test." + std::to_string(i));
      ASSERT_TRUE(appended) << appended.error().message;
    }
  }
  // A minute goes by.
  void pass(std::chrono::seconds time = kCheckpointEach) {
    clock_.advance(time);
    keeper_->step();
  }
  [[nodiscard]] std::vector<CheckpointRow> checkpoints(std::uint32_t organisation = 1) const {
    std::vector<CheckpointRow> rows;
    const auto read = store::sql::in_transaction(
        database_, store::sql::Connection::Kind::read,
        [&](store::sql::Connection& connection) -> base::Result<void> {
          auto found =
              audit::checkpoints(connection, static_cast<base::OrganisationId>(organisation), 0, 10'000);
          if (!found) return found.error();
          rows = std::move(*found);
          return {};
        });
    EXPECT_TRUE(read) << read.error().message;
    return rows;
  }
  [[nodiscard]] std::vector<std::string> problems() const {
    const auto report = check(database_, {.copies = {copies()}});
    EXPECT_TRUE(report) << report.error().message;
    return report ? report->problems : std::vector<std::string>{"not checked"};
  }
  [[nodiscard]] std::string copies() const { return folder_ / "audit/checkpoints"; }
  [[nodiscard]] std::string anchors() const { return folder_ / "audit/anchors"; }
  [[nodiscard]] std::string copy() const { return copies() + "/1.checkpoints"; }

  // Exports organisation 1 and lets hinomi-verify judge it: its exit code and what it says.
  [[nodiscard]] cli::Outcome verified(std::vector<std::string> arguments = {},
                                      std::vector<std::string> certificates = {}) {
    const std::string out = folder_ / ("export-" + std::to_string(++exports_));
    const auto written = export_log(database_, *keys_,
                                    {.organisation = base::OrganisationId{1},
                                     .made = clock_.now(),
                                     .folder = out,
                                     .certificates = std::move(certificates),
                                     .show_details = {}});
    EXPECT_TRUE(written) << written.error().message;
    std::vector<std::string> words{HINOMI_VERIFY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.push_back(out);
    const os::ScratchFolder outputs;
    cli::Process process(outputs.path(), words, {"LC_ALL=C"});
    cli::Outcome outcome = process.wait();
    outcome.out += outcome.err;
    return outcome;
  }
  [[nodiscard]] std::string write_file(const std::string& name, const std::string& text) {
    return folder_.write(name, text);
  }

  store::sql::Database& database_;
  os::ScratchFolder folder_;
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};
  LogBook book_;
  std::string authority_;
  std::shared_ptr<const trust::TimestampTrust> trust_;
  std::vector<std::string> said_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<Keeper> keeper_;
  int exports_ = 0;
};

}  // namespace hinomi::audit
