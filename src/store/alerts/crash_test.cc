// The store with its writer in another process: killed in the middle, and read from while it writes.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <vector>

#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "store/alerts/alerts_test_support.h"
#include "store/alerts/reader.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {
namespace {

constexpr std::uint64_t kAlertsPerCommit = 20;

// Commit number i (from 1): opens one alert, and gives this and the kAlertsPerCommit before it the count i;
// one sample; the cursor and all else say i too.
Commit numbered(std::uint64_t i) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::high, {})};
  for (std::uint64_t k = i > kAlertsPerCommit ? i - kAlertsPerCommit : 1; k <= i; ++k) {
    batch.alerts.push_back(alert_change(k, "r1"));
    batch.alerts.back().count = i;
  }
  batch.samples = {sample(i, 1)};
  batch.cursor = {.journal = i, .next_sequence = i, .findings_end = i, .received_at = {kTestStart}};
  batch.totals = {.events = i, .findings = i, .quarantined = i};
  batch.checkpoint =
      Checkpoint{.state = std::string(10'000, 'x') + std::to_string(i), .findings_position = i};
  batch.quarantined = {{.event = {.high = 0, .low = i}, .batch = i, .reason = "crash"}};
  return batch;
}

// A process that, once started, commits from where the store is, for ever or `count` times, and writes a byte
// after each. Made before this process opens the file: connections do not survive a fork.
class WriterProcess {
 public:
  WriterProcess(const std::string& path, std::uint64_t count) {
    int to_parent[2];
    int to_child[2];
    EXPECT_EQ(::pipe(to_parent), 0);
    EXPECT_EQ(::pipe(to_child), 0);
    acknowledged_ = os::Descriptor(to_parent[0]);
    start_ = os::Descriptor(to_child[1]);
    const os::Descriptor acknowledge(to_parent[1]);
    const os::Descriptor wait(to_child[0]);
    pid_ = ::fork();
    if (pid_ == 0) run(path, count, wait.get(), acknowledge.get());
  }
  ~WriterProcess() { kill(); }
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  void start() { EXPECT_EQ(::write(start_.get(), "s", 1), 1); }
  // Waits for one more commit; false when the process has ended.
  bool wait_for_commit() {
    char byte = 0;
    if (::read(acknowledged_.get(), &byte, 1) != 1) return false;
    ++commits_;
    return true;
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    while (wait_for_commit()) {
    }
  }
  [[nodiscard]] std::uint64_t commits() const { return commits_; }

 private:
  [[noreturn]] static void run(const std::string& path, std::uint64_t count, int in, int out) {
    char byte = 0;
    if (::read(in, &byte, 1) != 1) ::_exit(5);
    auto writer = Writer::open(path);
    if (!writer) ::_exit(1);
    const auto loaded = writer->load();
    if (!loaded) ::_exit(2);
    for (std::uint64_t i = loaded->cursor.journal + 1; count-- > 0; ++i) {
      if (!writer->commit(numbered(i))) ::_exit(3);
      if (::write(out, "c", 1) != 1) ::_exit(4);
    }
    ::_exit(0);
  }

  os::Descriptor acknowledged_;
  os::Descriptor start_;
  pid_t pid_ = 0;
  std::uint64_t commits_ = 0;
};

// Everything in the store is what the commits 1 … n left, n being its cursor.
void expect_prefix(const std::string& path, std::uint64_t n) {
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  const Commit last = numbered(n);
  const auto progress = reader->progress();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->cursor, last.cursor);
  EXPECT_EQ(progress->totals, last.totals);
  EXPECT_EQ(progress->alerts, n);
  const auto list = reader->list({}, {}, {});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->total, n);
  EXPECT_EQ(list->max_seq, static_cast<std::int64_t>(n));
  EXPECT_EQ(list->version, progress->version);
  for (std::size_t k = 0; k < list->items.size() && k <= kAlertsPerCommit; ++k) {
    EXPECT_EQ(list->items[k].count, n);
    EXPECT_EQ(list->items[k].id, alert_id(n - k));
  }
  if (list->items.size() > kAlertsPerCommit + 1) {
    EXPECT_EQ(list->items[kAlertsPerCommit + 1].count, n - 1);
  }
  EXPECT_EQ(*reader->finding(finding_id(n, 1)), sample(n, 1));
  EXPECT_FALSE(*reader->finding(finding_id(n + 1, 1)));
  EXPECT_EQ(reader->quarantined(1)->front().batch, n);
}

TEST(AlertStoreCrash, a_killed_writer_leaves_a_whole_number_of_commits_and_all_that_were_acknowledged) {
  const os::ScratchFolder folder;
  const std::string path = folder / "alerts.db";
  std::uint64_t acknowledged = 0;
  for (std::uint64_t round = 0; round < 12; ++round) {
    WriterProcess process(path, ~std::uint64_t{0});
    process.start();
    for (std::uint64_t i = 0; i < 1 + round * 7 % 20; ++i) ASSERT_TRUE(process.wait_for_commit());
    process.kill();
    acknowledged += process.commits();
    std::uint64_t reached = 0;
    {
      // Read before any writer has repaired anything.
      auto reader = Reader::open(path);
      ASSERT_TRUE(reader) << reader.error().message;
      reached = reader->progress()->cursor.journal;
      expect_prefix(path, reached);
    }
    EXPECT_GE(reached, acknowledged);
    EXPECT_LE(reached, acknowledged + 1);  // done, but killed before it could say so
    acknowledged = reached;
    auto writer = Writer::open(path);
    ASSERT_TRUE(writer) << writer.error().message;
    const auto loaded = writer->load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->cursor.journal, reached);
    EXPECT_EQ(loaded->checkpoint, numbered(reached).checkpoint);
    expect_prefix(path, reached);
  }
  EXPECT_GT(acknowledged, 60U);
}

TEST(AlertStoreCrash, a_reader_in_another_process_sees_whole_commits_only) {
  const os::ScratchFolder folder;
  const std::string path = folder / "alerts.db";
  WriterProcess process(path, 300);
  process.start();
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  std::int64_t version = 0;
  std::uint64_t looks = 0;
  while (process.wait_for_commit()) {
    const auto list = reader->list({}, {}, {});
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_GE(list->total, process.commits());
    ASSERT_EQ(list->items.front().seq, list->max_seq);
    ASSERT_EQ(list->items.front().version, list->version);
    for (std::size_t k = 0; k < list->items.size() && k <= kAlertsPerCommit; ++k) {
      ASSERT_EQ(list->items[k].count, list->total);
    }
    const auto changes = reader->changes_since(version, kMaxPage);
    ASSERT_TRUE(changes) << changes.error().message;
    ASSERT_GE(changes->version, version);
    for (const AlertRow& row : changes->items) ASSERT_GT(row.version, version);
    version = changes->version;
    const auto facets = reader->facets({});
    ASSERT_TRUE(facets) << facets.error().message;
    ASSERT_EQ(facets->level[3], facets->status[0]);
    ++looks;
  }
  EXPECT_EQ(looks, 300U);
  expect_prefix(path, 300);
}

TEST(AlertStoreCrash, a_reader_that_stays_open_goes_on_after_the_writer_was_killed_and_started_anew) {
  const os::ScratchFolder folder;
  const std::string path = folder / "alerts.db";
  std::vector<std::unique_ptr<WriterProcess>> processes;
  for (int i = 0; i < 5; ++i) processes.push_back(std::make_unique<WriterProcess>(path, ~std::uint64_t{0}));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  std::uint64_t before = 0;
  for (const auto& process : processes) {
    process->start();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(process->wait_for_commit());
      ASSERT_TRUE(reader->list({}, {}, {}));
    }
    process->kill();
    const auto progress = reader->progress();
    ASSERT_TRUE(progress) << progress.error().message;
    EXPECT_GT(progress->cursor.journal, before);
    EXPECT_EQ(progress->alerts, progress->cursor.journal);
    before = progress->cursor.journal;
  }
}

TEST(AlertStoreCrash, a_torn_end_of_the_write_ahead_log_costs_only_what_was_not_committed) {
  const os::ScratchFolder folder;
  const std::string path = folder / "alerts.db";
  WriterProcess process(path, ~std::uint64_t{0});
  process.start();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(process.wait_for_commit());
  process.kill();
  const std::string wal = *os::read_file(path + "-wal");
  const std::string main = *os::read_file(path);
  std::uint64_t last = 0;
  for (std::size_t cut = 0; cut <= 20; ++cut) {
    const os::ScratchFolder copy;
    copy.write("alerts.db", main);
    copy.write("alerts.db-wal", wal.substr(0, wal.size() * cut / 20));
    auto writer = Writer::open(copy / "alerts.db");
    ASSERT_TRUE(writer) << writer.error().message;
    const auto loaded = writer->load();
    ASSERT_TRUE(loaded);
    EXPECT_GE(loaded->cursor.journal, last);
    last = loaded->cursor.journal;
    if (last > 0) expect_prefix(copy / "alerts.db", last);
  }
  EXPECT_GE(last, 10U);
}

}  // namespace
}  // namespace hinomi::store::alerts
