// Followed files and a real server that is killed.
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "cli/process.h"
#include "senders/sender_support.h"

namespace hinomi::senders {
namespace {

constexpr int kLines = 20'000;
constexpr int kPieces = 200;
constexpr int kFewPieces = 8;

class FollowServerTest : public ServerTest {
 protected:
  // Lines of one piece, the last one without its end: that comes with the next piece.
  void write_piece(int piece) {
    constexpr int kEach = kLines / kPieces;
    std::string text = piece == 0 ? "" : "\n";
    for (int i = 1; i <= kEach; ++i) {
      text += "line of a growing file: grow-" + std::to_string(piece * kEach + i) + "-end";
      if (i < kEach) text += '\n';
    }
    // A rotation now and then, at the end of a line.
    if (piece % 40 == 20) {
      std::ofstream(root_ / "logs/app.log", std::ios::app) << "\n";
      text.erase(0, 1);
      for (int k = 9; k > 0; --k) {
        const std::string from = root_ / "logs/app.log." + std::to_string(k);
        if (std::filesystem::exists(from))
          std::filesystem::rename(from, root_ / "logs/app.log." + std::to_string(k + 1));
      }
      std::filesystem::rename(root_ / "logs/app.log", root_ / "logs/app.log.1");
    }
    if (piece == kPieces - 1) text += '\n';
    std::ofstream(root_ / "logs/app.log", std::ios::app) << text << std::flush;
  }
};

TEST_F(FollowServerTest, a_front_that_is_killed_while_it_follows_a_growing_file_stores_each_line_once) {
  std::filesystem::create_directories(root_ / "logs");
  start({"--follow", root_ / "logs"});
  int kills = 0;
  for (int piece = 0; piece < kPieces; ++piece) {
    write_piece(piece);
    if (piece % 25 != 12) continue;
    // In the middle of it: some of this piece may be read, written or acknowledged, or not.
    ASSERT_TRUE(wait_for([&] { return server_->pid_of("front") != 0; }));
    EXPECT_TRUE(server_->kill("front", SIGKILL));
    ++kills;
    if (piece % 50 == 12) {
      EXPECT_TRUE(wait_for([&] { return server_->answers(); }));
    }
  }
  EXPECT_EQ(kills, 8);
  EXPECT_TRUE(wait_for([&] { return journal_sequence().value_or(0) >= kLines; }));
  EXPECT_TRUE(wait_for([&] { return figure("follow", "lag_bytes") == 0; }));
  stop();
  expect_each_once("follow", "grow", kLines);
}

TEST_F(FollowServerTest, ends_between_write_and_acknowledgement_store_each_line_once) {
  std::filesystem::create_directories(root_ / "logs");
  for (const char* point : {"journal.after_write:4", "journal.after_sync:4", "follow.before_deliver:4"}) {
    std::filesystem::remove_all(root_ / "logs");
    std::filesystem::remove_all(root_ / "data");
    std::filesystem::create_directories(root_ / "logs");
    start({"--follow", root_ / "logs"}, {std::string("HINOMI_FAULT_POINT=") + point});
    const pid_t first_front = server_->pid_of("front");
    // Piece by piece, so that there is a delivery for each.
    for (int piece = 0; piece < kFewPieces; ++piece) {
      write_piece(piece);
      const double whole = (piece + 1) * (kLines / kPieces) - 1;
      EXPECT_TRUE(wait_for([&] { return journal_sequence().value_or(0) >= whole; })) << point << piece;
    }
    EXPECT_NE(server_->pid_of("front"), first_front) << point;
    stop();
    std::ofstream(root_ / "logs/app.log", std::ios::app) << "\n";
    start({"--follow", root_ / "logs"});
    EXPECT_TRUE(wait_for([&] { return journal_sequence().value_or(0) >= kLines / kPieces * kFewPieces; }));
    stop();
    expect_each_once("follow", "grow", kLines / kPieces * kFewPieces);
  }
}

TEST_F(FollowServerTest, event_logs_that_are_dropped_into_a_folder_raise_the_same_findings_as_a_scan) {
  const std::string corpus = HINOMI_SOURCE_DIR "/../shared/data/evtx/mitre/TA0002-Execution";
  if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "SKIPPED: ../shared/data/evtx/mitre is not there";
  const std::string summary_path = root_ / "summary.json";
  cli::Process scan(root_.path(),
                    {HINOMI_PROGRAM, "scan", "--no-cache", "--rules", settings_.rules.front(), "--format",
                     "ndjson", "--summary", summary_path, corpus},
                    {"LC_ALL=C.UTF-8"});
  ASSERT_EQ(scan.wait().code, 0);
  std::string summary = content_of(summary_path);
  std::erase(summary, ' ');
  const double events = fault::number_in(summary, "events").value_or(0);
  const double findings = fault::number_in(summary, "findings").value_or(0);
  ASSERT_GT(findings, 100);
  std::filesystem::create_directories(root_ / "drop");
  start({"--follow", root_ / "drop"});
  std::filesystem::copy(corpus, root_ / "drop", std::filesystem::copy_options::recursive);
  EXPECT_TRUE(wait_for_events("follow", events));
  EXPECT_TRUE(server_->wait_for_caught_up(std::chrono::seconds(60)));
  const auto status = server_->get("/api/v1/status");
  ASSERT_TRUE(status);
  EXPECT_EQ(fault::number_in(*status, "findings", "\"pipeline\""), findings) << *status;
  EXPECT_GT(fault::number_in(*status, "alerts", "\"pipeline\""), 0);
  EXPECT_EQ(figure("follow", "events"), events);
  stop();
  // A restart shows nothing twice.
  start({"--follow", root_ / "drop"});
  // What comes now is parsed after whatever would be parsed again.
  std::filesystem::copy(
      corpus + "/T1047-Windows Management Instrumentation/ID1-WMIexec process execution.evtx",
      root_ / "drop/marker.evtx");
  EXPECT_TRUE(wait_for_events("follow", 1));
  EXPECT_EQ(figure("follow", "events"), 1);
  stop();
  const std::vector<Stored> all = journal();
  EXPECT_EQ(static_cast<double>(all.size()), events + 1);
  for (const Stored& event : all) {
    ASSERT_EQ(event.framing, "1");
    ASSERT_TRUE(event.text.starts_with('{'));
  }
}

}  // namespace
}  // namespace hinomi::senders
