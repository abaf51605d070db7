// The live pipeline on files, ended by SIGKILL at its fault points and started again.
#include "flow/live_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "flow/testing/live_support.h"
#include "os/fault_point.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::flow {
namespace {

using testing::MemoryJournal;
using testing::Outcome;

constexpr int kDone = 0;
constexpr int kWentWrong = 3;

class LiveStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(rules_folder_);
    std::vector<detect::RuleFile> files = testing::own_rules();
    for (detect::RuleFile& file : testing::busy_rules()) files.push_back(std::move(file));
    const std::string rules = testing::store_rules(rules_folder_, files);
    const std::string other_rules = testing::store_rules(rules_folder_, testing::own_rules("windows"));
    write_journal(testing::demo_journal(1, rules, other_rules));
  }

  void write_journal(const MemoryJournal& journal) {
    std::filesystem::create_directories(folder_ / "journal");
    os::ManualClock clock;
    store::journal::WriterOptions options;
    options.segment_bytes = 1 << 20;
    auto writer = store::journal::Writer::open(disk_, clock, folder_ / "journal", options);
    ASSERT_TRUE(writer);
    for (const MemoryJournal::Batch& batch : journal.batches()) {
      clock.set(batch.received);
      store::journal::NewBatch added;
      added.head.source_id = batch.source_id;
      added.head.source = batch.source;
      added.head.framing = static_cast<std::uint8_t>(batch.framing);
      const std::vector<std::string_view> records(batch.records.begin(), batch.records.end());
      added.records = records;
      ASSERT_TRUE(writer->add(added));
    }
    const auto end = writer->commit();
    ASSERT_TRUE(end);
    journal_end_ = end->packed();
  }

  base::Result<std::unique_ptr<LiveStore>> open(const std::string& name, process::LiveState& state,
                                                std::function<void(const std::string&)> log = {}) {
    LivePipelineOptions options;
    if (log) options.log = std::move(log);
    options.rules.rules_folder = rules_folder_;
    options.rules.mappings_folder = HINOMI_SOURCE_DIR "/content/mappings";
    options.max_step_events = 400;
    options.checkpoint_events = 1000;
    state.journal_end = journal_end_;
    std::filesystem::create_directories(folder_ / (name + "/findings"));
    return LiveStore::open({.journal = folder_ / "journal",
                            .findings = folder_ / (name + "/findings"),
                            .alerts = folder_ / (name + "/alerts.db"),
                            .quarantine = folder_ / "quarantine"},
                           {.disk = &disk_, .clock = &clock_, .state = &state}, options);
  }
  // Everything there is. False after an error.
  bool drain(const std::string& name) {
    process::LiveState state;
    auto store = open(name, state);
    if (!store) return false;
    base::Result<bool> stepped = true;
    while (stepped && *stepped) stepped = (*store)->pipeline().step();
    return stepped && (*store)->pipeline().commit();
  }
  // The same in a process of its own that ends at a fault point; its exit code, or -1 when it was killed.
  int drain_until(const std::string& name, const std::string& fault_point) {
    const pid_t child = ::fork();
    if (child == 0) {
      const bool armed = os::arm_fault_point(fault_point);
      ::_exit(armed && drain(name) ? kDone : kWentWrong);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Outcome outcome(const std::string& name) {
    Outcome result = testing::read_alerts(folder_ / (name + "/alerts.db"));
    store::journal::Reader reader(disk_, folder_ / (name + "/findings"));
    const auto end = store::journal::Position::unpack(result.progress.cursor.findings_end);
    for (;;) {
      const auto batch = reader.next(end);
      EXPECT_TRUE(batch);
      if (!batch || *batch == nullptr) break;
      for (const store::journal::Record& record : (*batch)->records)
        result.findings.push_back(std::to_string((*batch)->position.packed()) + " " +
                                  std::string(record.raw));
    }
    EXPECT_EQ(reader.damage_count(), 0U);
    return result;
  }

  os::ScratchFolder folder_;
  std::string rules_folder_ = folder_ / "rules";
  os::PosixDisk disk_;
  os::SystemClock clock_;
  std::uint64_t journal_end_ = 0;
};

TEST_F(LiveStoreTest, ended_at_any_fault_point_it_goes_on_and_shows_everything_once) {
  ASSERT_TRUE(drain("whole"));
  const Outcome whole = outcome("whole");
  ASSERT_GT(whole.findings.size(), 100U);
  for (const std::string point :
       {"pipeline.findings_written", "pipeline.before_commit", "pipeline.after_commit", "pipeline.checkpoint",
        "journal.after_write", "journal.before_sync"}) {
    const std::string name = "ended_" + point;
    // Each life gets a little further: the point is passed once, twice, … before the end comes.
    int lives = 0;
    int ended = -1;
    for (; ended != kDone && lives < 40; ++lives) {
      ended = drain_until(name, point + ":" + std::to_string(1 + lives));
      ASSERT_NE(ended, kWentWrong) << point;
    }
    EXPECT_GT(lives, 1) << point << " was never passed";
    EXPECT_EQ(ended, kDone) << point;
    const Outcome result = outcome(name);
    ASSERT_EQ(result.findings, whole.findings) << point;
    ASSERT_EQ(result.alerts, whole.alerts) << point;
    ASSERT_EQ(result.progress.totals, whole.progress.totals) << point;
  }
}

TEST_F(LiveStoreTest, an_event_appended_while_it_runs_becomes_an_alert_at_once) {
  // Nothing but the rules first.
  std::filesystem::remove_all(folder_ / "journal");
  const std::string rules = testing::store_rules(rules_folder_, testing::busy_rules());
  std::filesystem::create_directories(folder_ / "journal");
  auto writer = store::journal::Writer::open(disk_, clock_, folder_ / "journal", {});
  ASSERT_TRUE(writer);
  process::LiveState state;
  auto wakeup = process::Wakeup::create();
  auto front = process::Wakeup::create();
  ASSERT_TRUE(wakeup && front);
  const auto append = [&](std::string_view record, ingest::live::Framing framing) {
    store::journal::NewBatch batch;
    batch.head.source = "test";
    batch.head.framing = static_cast<std::uint8_t>(framing);
    batch.records = std::span(&record, 1);
    ASSERT_TRUE(writer->add(batch));
    const auto end = writer->commit();
    ASSERT_TRUE(end);
    state.journal_end = end->packed();
    wakeup->wake();
  };
  append(rule_set_record(rules), ingest::live::Framing::control);
  std::filesystem::create_directories(folder_ / "live/findings");
  std::atomic<bool> stop = false;
  LivePipelineOptions options;
  options.rules.rules_folder = rules_folder_;
  options.rules.mappings_folder = HINOMI_SOURCE_DIR "/content/mappings";
  auto store = LiveStore::open({.journal = folder_ / "journal",
                                .findings = folder_ / "live/findings",
                                .alerts = folder_ / "live/alerts.db",
                                .quarantine = folder_ / "quarantine"},
                               {.disk = &disk_,
                                .clock = &clock_,
                                .state = &state,
                                .wakeup = &*wakeup,
                                .wake_front = [&] { front->wake(); },
                                .stop = [&] { return stop.load(); }},
                               options);
  ASSERT_TRUE(store);
  std::thread running([&] { EXPECT_TRUE((*store)->run()); });
  std::vector<double> latencies;  // ms
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const auto begin = clock_.steady();
    append(
        R"({"event":{"dataset":"dns.log"},"dns":{"question":{"name":"a.example"}},"source":{"ip":"192.0.2.)" +
            std::to_string(i) + "\"}}",
        ingest::live::Framing::line);
    while (state.alerts < i && front->wait(10'000)) {
    }
    EXPECT_EQ(state.alerts, i);
    latencies.push_back(std::chrono::duration<double, std::milli>(clock_.steady() - begin).count());
  }
  stop = true;
  wakeup->wake();
  running.join();
  std::ranges::sort(latencies);
  // From before the append; nothing fails on it, since other work of the machine counts too.
  RecordProperty("median_latency_ms", std::to_string(latencies[latencies.size() / 2]));
  EXPECT_EQ(testing::read_alerts(folder_ / "live/alerts.db").alerts.size(), 20U);
}

TEST_F(LiveStoreTest, damage_of_the_journal_is_counted_once_told_and_passed_over) {
  // A flipped bit in the middle of the first segment.
  const std::string segment = folder_ / ("journal/" + store::journal::segment_name(1));
  std::string bytes = *os::read_file(segment);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  ASSERT_TRUE(os::replace_file(segment, bytes));
  std::vector<std::string> lines;
  process::LiveState state;
  for (const std::string name : {"first", "again"}) {
    auto store = open(name, state, [&](const std::string& line) { lines.push_back(line); });
    ASSERT_TRUE(store);
    base::Result<bool> stepped = true;
    while (stepped && *stepped) stepped = (*store)->pipeline().step();
    ASSERT_TRUE(stepped);
    EXPECT_EQ(state.journal_damages, 1U);
    EXPECT_GT(state.journal_damaged_bytes, 0U);
    EXPECT_EQ(state.pipeline_position, journal_end_) << "it goes on behind it";
  }
  const auto told = std::ranges::count_if(
      lines, [](const std::string& line) { return line.starts_with("the journal is damaged: "); });
  EXPECT_EQ(told, 1);
}

TEST_F(LiveStoreTest, a_quarantined_event_is_passed_over_and_recorded) {
  std::filesystem::create_directories(folder_ / "q");
  folder_.write("quarantine", "50\tsignal 6 (Aborted)\nnot a line\n60\tsignal 11");
  ASSERT_TRUE(drain("q"));
  auto reader = store::alerts::Reader::open(folder_ / "q/alerts.db");
  ASSERT_TRUE(reader);
  const auto quarantined = reader->quarantined(10);
  ASSERT_TRUE(quarantined);
  ASSERT_EQ(quarantined->size(), 1U) << "a line that was not written to its end does not count";
  EXPECT_EQ(quarantined->front().event.parts().sequence, 50U);
  EXPECT_EQ(quarantined->front().reason, "signal 6 (Aborted)");
}

}  // namespace
}  // namespace hinomi::flow
