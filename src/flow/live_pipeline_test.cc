#include "flow/live_pipeline.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <tuple>

#include "flow/testing/live_support.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::flow {
namespace {

using testing::MemoryFindings;
using testing::MemoryFindingsFile;
using testing::MemoryJournal;
using testing::MemorySource;
using testing::Outcome;
using testing::Random;

constexpr std::uint64_t kPoisonSequence = 700;

class LivePipelineTest : public ::testing::Test {
 protected:
  // How a run is cut and interrupted; 0 = not at all.
  struct Cuts {
    std::uint64_t seed = 0;
    std::uint64_t max_step_events = 50'000;
    std::uint64_t checkpoint_events = 1'000'000;
    std::uint64_t restart_one_in = 0;  // steps
    std::uint64_t fail_one_in = 0;     // starts, in the middle of a commit
  };

  void SetUp() override {
    std::filesystem::create_directories(rules_folder_);
    std::vector<detect::RuleFile> files = testing::own_rules();
    for (detect::RuleFile& file : testing::busy_rules()) files.push_back(std::move(file));
    all_rules_ = testing::store_rules(rules_folder_, files);
    windows_rules_ = testing::store_rules(rules_folder_, testing::own_rules("windows"));
  }

  LivePipelineOptions options(const Cuts& cuts) const {
    LivePipelineOptions options;
    options.rules.rules_folder = rules_folder_;
    options.rules.mappings_folder = HINOMI_SOURCE_DIR "/content/mappings";
    options.rules.hash_seed = cuts.seed;
    options.correlation.hash_seed = cuts.seed;
    options.max_step_events = cuts.max_step_events;
    options.checkpoint_events = cuts.checkpoint_events;
    options.quarantine[kPoisonSequence] = "ended the pipeline";
    options.log = [this](const std::string& line) { log_.push_back(line); };
    return options;
  }

  struct Running {
    std::unique_ptr<MemorySource> source;
    std::unique_ptr<MemoryFindings> findings;
    std::unique_ptr<store::alerts::Writer> catalogue;
    std::unique_ptr<LivePipeline> pipeline;
  };
  Running start(const std::string& database, MemoryFindingsFile& file, const Cuts& cuts) {
    Running running;
    running.source = std::make_unique<MemorySource>(journal_);
    auto catalogue = store::alerts::Writer::open(database);
    EXPECT_TRUE(catalogue);
    running.catalogue = std::make_unique<store::alerts::Writer>(std::move(*catalogue));
    auto loaded = running.catalogue->load();
    EXPECT_TRUE(loaded);
    file.truncate(loaded->cursor.findings_end);
    running.findings = std::make_unique<MemoryFindings>(file);
    auto pipeline = LivePipeline::create({.journal = running.source.get(),
                                          .findings = running.findings.get(),
                                          .catalogue = running.catalogue.get(),
                                          .clock = &clock_,
                                          .state = &state_},
                                         std::move(*loaded), 0, options(cuts));
    EXPECT_TRUE(pipeline) << pipeline.error().message;
    running.pipeline = std::move(*pipeline);
    return running;
  }

  Outcome run(const Cuts& cuts) {
    Random random(cuts.seed);
    const std::string database = folder_ / ("alerts" + std::to_string(runs_++) + ".db");
    MemoryFindingsFile file;
    state_.journal_end = 0;
    Running running = start(database, file, cuts);
    for (bool more = true; more || state_.journal_end < journal_.end();) {
      const std::uint64_t batches = cuts.seed == 0 ? journal_.batches().size() : 1 + random.below(40);
      state_.journal_end = std::min(journal_.end(), state_.journal_end + batches * MemoryJournal::kStride);
      clock_.advance(std::chrono::milliseconds(random.below(200)));
      if (cuts.fail_one_in > 0 && running.findings->fail_after == 0 && random.below(cuts.fail_one_in) == 0)
        running.findings->fail_after = 1 + static_cast<int>(random.below(3));
      auto stepped = running.pipeline->step();
      const bool is_interrupted = cuts.restart_one_in > 0 && random.below(cuts.restart_one_in) == 0;
      if (!stepped || is_interrupted) {
        ++restarts_;
        running = {};
        running = start(database, file, cuts);
        more = true;
        continue;
      }
      more = *stepped;
    }
    running.findings->fail_after = 0;
    EXPECT_TRUE(running.pipeline->commit());
    running = {};
    Outcome outcome = testing::read_alerts(database);
    outcome.findings = std::move(file.records);
    return outcome;
  }

  os::ScratchFolder folder_;
  std::string rules_folder_ = folder_ / "rules";
  std::string all_rules_;
  std::string windows_rules_;
  MemoryJournal journal_;
  os::ManualClock clock_;
  process::LiveState state_;
  mutable std::vector<std::string> log_;
  int runs_ = 0;
  int restarts_ = 0;
};

TEST_F(LivePipelineTest, the_same_journal_gives_the_same_however_it_is_cut_and_interrupted) {
  journal_ = testing::demo_journal(3, all_rules_, windows_rules_);
  const Outcome whole = run({});
  ASSERT_GT(whole.findings.size(), 500U);
  ASSERT_GT(whole.alerts.size(), 10U);
  EXPECT_EQ(whole.progress.totals.quarantined, 1U);
  EXPECT_EQ(whole.progress.cursor.next_sequence, journal_.sequence());
  const auto correlated = std::ranges::count_if(whole.findings, [](const std::string& finding) {
    return finding.find("\"correlation\"") != std::string::npos;
  });
  EXPECT_GT(correlated, 50) << "correlations hardly ever fire: the comparison says little";
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Random random(seed);
    const Outcome cut = run({.seed = seed,
                             .max_step_events = 20 + random.below(1500),
                             .checkpoint_events = 100 + random.below(3000),
                             .restart_one_in = 4 + random.below(20),
                             .fail_one_in = 10});
    ASSERT_EQ(cut.alerts, whole.alerts) << "seed " << seed;
    ASSERT_EQ(cut.progress.totals, whole.progress.totals) << "seed " << seed;
    ASSERT_EQ(cut.progress.cursor, whole.progress.cursor) << "seed " << seed;
  }
  EXPECT_GT(restarts_, 10);
}

TEST_F(LivePipelineTest, a_correlation_counts_on_across_a_change_of_other_rules) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr base::TimeNs kStart{1'776'000'000 * kSecond};
  const auto rule = [](const std::string& name, const std::string& value) {
    return detect::RuleFile{name + ".yml",
                            "title: " + name + "\nname: " + name +
                                "\nlogsource: {product: windows}\ndetection:\n  s: {EventID: " + value +
                                "}\n  condition: s\n"};
  };
  const auto correlation = [](const std::string& name, const std::string& rules) {
    return detect::RuleFile{name + ".yml", "title: " + name + "\nname: " + name +
                                               "\ncorrelation:\n  type: event_count\n  rules: [" + rules +
                                               "]\n  group-by: [Computer]\n  timespan: 10m\n"
                                               "  condition: {gte: 4}\n"};
  };
  const std::vector<std::vector<detect::RuleFile>> sets = {
      {rule("failed", "4625"), rule("logon", "4624"), correlation("guessing", "failed"),
       correlation("busy", "logon")},
      {rule("added", "4720"), rule("failed", "4625"), rule("logon", "[4624, 4648]"),
       correlation("busy", "logon"), correlation("guessing", "failed")}};
  std::int64_t second = 0;
  for (const std::vector<detect::RuleFile>& files : sets) {
    journal_.add_control(rule_set_record(testing::store_rules(rules_folder_, files)),
                         {kStart.since_epoch_ns + second * kSecond});
    MemoryJournal::Batch batch;
    for (const std::string id : {"4625", "4624", "4625", "4624"}) {
      batch.received = {kStart.since_epoch_ns + ++second * kSecond};
      batch.records.push_back(R"({"Channel":"Security","EventID":)" + id +
                              R"(,"Computer":"pc-1","@timestamp":")" + base::format_rfc3339(batch.received) +
                              "\"}");
    }
    journal_.add(std::move(batch));
  }
  journal_.add_control(std::string(kTimeRecord), {kStart.since_epoch_ns + 700 * kSecond});
  const Outcome outcome = run({});
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_NE(outcome.findings[0].find("guessing"), std::string::npos) << outcome.findings[0];
  ASSERT_EQ(log_.size(), 1U);
  EXPECT_NE(log_[0].find("1 of 2 correlations are as before"), std::string::npos) << log_[0];
  EXPECT_NE(log_[0].find("begin anew: 'busy'"), std::string::npos) << log_[0];
}

}  // namespace
}  // namespace hinomi::flow
