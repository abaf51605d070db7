#include "store/alerts/writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <memory>

#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "store/alerts/alerts_test_support.h"
#include "store/alerts/reader.h"
#include "store/alerts/schema.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {
namespace {

class AlertWriter : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    writer_.reset();
    auto opened = Writer::open(path());
    ASSERT_TRUE(opened) << opened.error().message;
    writer_ = std::make_unique<Writer>(std::move(*opened));
  }
  [[nodiscard]] std::string path() const { return folder_ / "alerts.db"; }
  std::int64_t commit(const Commit& batch) {
    const auto version = writer_->commit(batch);
    EXPECT_TRUE(version) << version.error().message;
    return version ? *version : -1;
  }
  Loaded load() {
    auto loaded = writer_->load();
    EXPECT_TRUE(loaded);
    return loaded ? std::move(*loaded) : Loaded{};
  }
  Reader reader() {
    auto opened = Reader::open(path());
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  os::ScratchFolder folder_;
  std::unique_ptr<Writer> writer_;
};

Commit one_alert(std::uint64_t number) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::high, {})};
  batch.alerts = {alert_change(number, "r1")};
  return batch;
}

TEST_F(AlertWriter, a_new_store_is_empty_and_readable_by_its_owner_only) {
  const Loaded loaded = load();
  EXPECT_EQ(loaded.cursor, Cursor{});
  EXPECT_FALSE(loaded.checkpoint);
  EXPECT_TRUE(loaded.open.empty());
  EXPECT_EQ(loaded.version, 0);
  commit(one_alert(1));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info{};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(AlertWriter, what_was_committed_is_there_after_opening_anew) {
  Commit batch = one_alert(1);
  batch.cursor = {.journal = ~std::uint64_t{0},
                  .next_sequence = 77,
                  .findings_end = std::uint64_t{3} << 32 | 5,
                  .received_at = {kTestStart}};
  batch.totals = {.events = 1'000'000, .findings = 12, .quarantined = 1};
  batch.rule_set = "set-1";
  batch.checkpoint = Checkpoint{.state = std::string("state\0of it", 11), .findings_position = 9};
  commit(batch);
  open();
  const Loaded loaded = load();
  EXPECT_EQ(loaded.cursor, batch.cursor);
  EXPECT_EQ(loaded.totals, batch.totals);
  EXPECT_EQ(loaded.rule_set, "set-1");
  EXPECT_EQ(loaded.checkpoint, batch.checkpoint);
  EXPECT_EQ(loaded.version, 1);
}

TEST_F(AlertWriter, a_commit_without_a_checkpoint_leaves_the_stored_one) {
  Commit batch;
  batch.checkpoint = Checkpoint{.state = "first", .findings_position = 1};
  commit(batch);
  batch.checkpoint.reset();
  commit(batch);
  EXPECT_EQ(load().checkpoint->state, "first");
  batch.checkpoint = Checkpoint{.state = "", .findings_position = 2};
  commit(batch);
  EXPECT_EQ(load().checkpoint, batch.checkpoint);
}

TEST_F(AlertWriter, each_changed_alert_gets_a_version_of_its_own) {
  Commit batch = one_alert(1);
  batch.alerts.push_back(alert_change(2, "r1"));
  EXPECT_EQ(commit(batch), 2);
  batch.alerts.pop_back();
  EXPECT_EQ(commit(batch), 3);
  batch.alerts.clear();
  EXPECT_EQ(commit(batch), 3);
  const auto changes = reader().changes_since(0, 10);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->items.size(), 2U);
  EXPECT_EQ(changes->items[0].id, alert_id(2));
  EXPECT_EQ(changes->items[0].version, 2);
  EXPECT_EQ(changes->items[1].id, alert_id(1));
  EXPECT_EQ(changes->items[1].version, 3);
}

TEST_F(AlertWriter, a_change_needs_only_what_can_change) {
  Commit batch = one_alert(1);
  batch.alerts[0].sources = {"a"};
  commit(batch);
  const auto before = reader().detail(alert_id(1));
  ASSERT_TRUE(before && *before);
  AlertChange change;
  change.id = alert_id(1);
  change.first_seen = {kTestStart - 5};
  change.last_seen = {kTestStart + 5};
  change.first_received = {kTestStart + 6};
  change.last_received = {kTestStart + 7};
  change.count = 1'000'000'000'000;
  change.sources = {"b", "a"};
  Commit second;
  second.alerts = {change};
  commit(second);
  const auto after = reader().detail(alert_id(1));
  ASSERT_TRUE(after && *after);
  AlertRow expected = (*before)->alert;
  expected.version = 2;
  expected.first_seen = change.first_seen;
  expected.last_seen = change.last_seen;
  expected.first_received = change.first_received;
  expected.last_received = change.last_received;
  expected.count = change.count;
  EXPECT_EQ((*after)->alert, expected);
  EXPECT_EQ((*after)->sources, (std::vector<std::string>{"a", "b"}));
}

TEST_F(AlertWriter, a_batch_that_contradicts_itself_leaves_nothing) {
  commit(one_alert(1));
  Commit no_text = one_alert(2);
  no_text.rules.clear();
  no_text.alerts[0].rule_set = "set-2";
  no_text.alerts.insert(no_text.alerts.begin(), alert_change(1, ""));
  no_text.cursor.journal = 99;
  Commit no_alert = one_alert(2);
  no_alert.samples = {sample(3, 1)};
  Commit not_kept = one_alert(2);
  not_kept.samples = {sample(2, 51)};
  for (const Commit* batch : {&no_text, &no_alert, &not_kept}) {
    const auto version = writer_->commit(*batch);
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, base::ErrorCode::usage);
    const Loaded loaded = load();
    EXPECT_EQ(loaded.version, 1);
    EXPECT_EQ(loaded.cursor, Cursor{});
    EXPECT_EQ(loaded.open.size(), 1U);
  }
  EXPECT_EQ(commit(one_alert(2)), 2);
  EXPECT_EQ(reader().list({}, {}, {})->items.front().seq, 2);
}

TEST_F(AlertWriter, a_checkpoint_beyond_its_limit_is_refused) {
  Commit batch;
  batch.checkpoint = Checkpoint{.state = std::string(kMaxCheckpointBytes + 1, 'x'), .findings_position = 0};
  const auto version = writer_->commit(batch);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, base::ErrorCode::limit_exceeded);
}

TEST_F(AlertWriter, loads_the_alerts_that_may_still_take_findings) {
  Commit batch = one_alert(0);
  batch.alerts.clear();
  const std::int64_t now = kTestStart + 100 * kAlertOpenNs;
  const std::int64_t ages[] = {0, kAlertOpenNs, kAlertOpenNs + 1, 5};
  for (std::uint64_t i = 0; i < 4; ++i) {
    AlertChange change = alert_change(i, "r1", "host-" + std::to_string(i));
    change.last_received = {now - ages[i]};
    change.labels = {.organisation = base::OrganisationId{4'000'000'000},
                     .site = base::SiteId{2},
                     .operated_by = base::OperatorId{3},
                     .vault = base::VaultId{4},
                     .zone = base::Zone::cloud,
                     .data_class = base::DataClass::sealed,
                     .realm = base::Realm::replay};
    batch.alerts.push_back(change);
  }
  batch.cursor.received_at = {now};
  commit(batch);
  const Loaded loaded = load();
  ASSERT_EQ(loaded.open.size(), 3U);
  EXPECT_FALSE(loaded.open_left_out);
  EXPECT_EQ(loaded.open[0].id, alert_id(1));
  EXPECT_EQ(loaded.open[1].id, alert_id(3));
  EXPECT_EQ(loaded.open[2].id, alert_id(0));
  const AlertChange& written = batch.alerts[1];
  EXPECT_EQ(loaded.open[0], (OpenAlert{.id = written.id,
                                       .group = written.group,
                                       .rule_id = "r1",
                                       .rule_set = "set-1",
                                       .entity = "host-1",
                                       .labels = written.labels,
                                       .first_seen = written.first_seen,
                                       .last_seen = written.last_seen,
                                       .first_received = written.first_received,
                                       .last_received = written.last_received,
                                       .count = 1}));
  const auto old = writer_->latest_of(group_id(2));
  ASSERT_TRUE(old && *old);
  EXPECT_EQ((*old)->entity, "host-2");
  const auto none = writer_->latest_of(group_id(9));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(AlertWriter, the_latest_alert_of_a_group_is_the_one_opened_last) {
  Commit batch = one_alert(1);
  batch.alerts.push_back(alert_change(2, "r1"));
  batch.alerts[1].group = batch.alerts[0].group;
  commit(batch);
  const auto latest = writer_->latest_of(batch.alerts[0].group);
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->id, alert_id(2));
}

TEST_F(AlertWriter, keeps_at_most_a_hundred_samples_of_an_alert) {
  Commit batch = one_alert(1);
  std::size_t kept = 0;
  for (std::uint64_t ordinal = 0; ordinal <= 100'000; ++ordinal) {
    if (!is_sampled(ordinal)) continue;
    ++kept;
    batch.samples.push_back(sample(1, ordinal));
  }
  EXPECT_EQ(kept, 60U);  // 50, and 100 to 51,200
  for (std::uint64_t ordinal = 102'400; ordinal != 0; ordinal *= 2) {
    if (is_sampled(ordinal)) ++kept;
  }
  EXPECT_LE(kept, kMaxSamples);
  EXPECT_FALSE(is_sampled(0));
  EXPECT_FALSE(is_sampled(~std::uint64_t{0}));
  commit(batch);
  commit(batch);  // the same once more changes nothing
  EXPECT_EQ(*reader().findings(alert_id(1)), batch.samples);
}

TEST_F(AlertWriter, texts_and_lists_beyond_their_limits_are_cut) {
  Commit batch = one_alert(1);
  RuleText& rule = batch.rules[0];
  rule.title = std::string(kMaxNameBytes - 1, 't') + "感染";
  rule.yaml = std::string(kMaxTextBytes + 100, 'y');
  rule.tags.assign(kMaxListItems + 5, "attack.t1059.001");
  batch.alerts[0].entity = std::string(1'000'000, 'e');
  for (std::size_t i = 0; i < kMaxSourcesPerAlert + 5; ++i) {
    batch.alerts[0].sources.push_back("source-" + std::to_string(i));
  }
  commit(batch);
  batch.alerts[0].sources = {"one more"};
  commit(batch);
  const auto detail = reader().detail(alert_id(1));
  ASSERT_TRUE(detail && *detail);
  EXPECT_EQ((*detail)->alert.title, std::string(kMaxNameBytes - 1, 't'));
  EXPECT_EQ((*detail)->alert.entity.size(), kMaxNameBytes);
  EXPECT_EQ((*detail)->alert.tags.size(), kMaxListItems);
  EXPECT_EQ((*detail)->rule.yaml.size(), kMaxTextBytes);
  EXPECT_EQ((*detail)->sources.size(), kMaxSourcesPerAlert);
}

TEST_F(AlertWriter, hostile_texts_come_back_as_they_were) {
  const std::string hostile[] = {"",
                                 "'; DROP TABLE alert; --",
                                 "\"x\" % _ \\ ?1 :a @b",
                                 std::string("nul\0in it", 9),
                                 "\xFF\xC3\x28 malformed",
                                 "\u202e right to left",
                                 "<script>alert(1)</script>",
                                 "線を\nまたぐ\r\t",
                                 "🦊 \xED\xA0\x80"};
  std::uint64_t number = 0;
  for (const std::string& text : hostile) {
    ++number;
    Commit batch;
    RuleText rule = rule_text("id" + text, Level::low, {text, text});
    rule.set = "set" + text;
    rule.title = rule.title_ja = rule.description = rule.description_ja = rule.advice = rule.advice_ja =
        rule.author = rule.status = rule.yaml = text;
    rule.falsepositives = {text};
    AlertChange change = alert_change(number, rule.id, text);
    change.rule_set = rule.set;
    change.entity_field = text;
    change.sources = {text};
    batch.rules = {rule};
    batch.alerts = {change};
    batch.rule_set = text;
    batch.quarantined = {
        {.event = {.high = 1, .low = number}, .batch = 2, .index = 3, .reason = text, .at = {4}}};
    commit(batch);
    Reader read = reader();
    const auto detail = read.detail(change.id);
    ASSERT_TRUE(detail && *detail);
    EXPECT_EQ((*detail)->rule, rule);
    EXPECT_EQ((*detail)->alert.entity, text);
    EXPECT_EQ((*detail)->alert.entity_field, text);
    EXPECT_EQ((*detail)->sources, std::vector{text});
    EXPECT_EQ(read.progress()->rule_set, text);
    EXPECT_EQ(read.quarantined(1)->front(), batch.quarantined[0]);
    Filter filter;
    filter.entities = {text};
    filter.sources = {text};
    filter.rules = {rule.id};
    EXPECT_EQ(read.list(filter, {}, {})->total, 1U);
    EXPECT_EQ(read.rule(rule.id, rule.set)->value(), rule);
  }
}

TEST_F(AlertWriter, a_rule_text_once_stored_stays) {
  commit(one_alert(1));
  Commit again = one_alert(1);
  again.rules[0].title = "another title under the same set";
  commit(again);
  EXPECT_EQ(reader().rule("r1", "set-1")->value().title, "Title of r1");
}

TEST_F(AlertWriter, quarantine_keeps_the_newest_entries) {
  Commit batch;
  for (std::uint64_t i = 0; i < kMaxQuarantined + 3; ++i) {
    batch.quarantined.push_back({.event = {.high = 0, .low = i}, .batch = i, .reason = "crash", .at = {1}});
  }
  commit(batch);
  commit(batch);  // the last ones are known already, the first three come anew
  auto database = sqlite::Database::open(path(), {.access = sqlite::Database::Access::read_only});
  ASSERT_TRUE(database);
  EXPECT_EQ(*database->ask("SELECT count(*) FROM quarantine"), static_cast<std::int64_t>(kMaxQuarantined));
}

TEST_F(AlertWriter, a_store_of_a_newer_version_is_refused) {
  writer_.reset();
  {
    auto database = sqlite::Database::open(path(), {.access = sqlite::Database::Access::read_write});
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("PRAGMA user_version = 4711"));
  }
  const auto writer = Writer::open(path());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, base::ErrorCode::unsupported);
  EXPECT_NE(writer.error().message.find("4711"), std::string::npos);
  const auto progress = reader().progress();
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().code, base::ErrorCode::unsupported);
}

TEST_F(AlertWriter, a_file_of_something_else_is_refused_and_left_alone) {
  const std::string text = folder_.write("text.db", std::string(5000, 'x'));
  const auto no_database = Writer::open(text);
  ASSERT_FALSE(no_database);
  EXPECT_EQ(no_database.error().code, base::ErrorCode::invalid_input);
  EXPECT_EQ(*os::read_file(text), std::string(5000, 'x'));
  const std::string other = folder_ / "other.db";
  {
    auto database = sqlite::Database::open(other, {.access = sqlite::Database::Access::read_write});
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("CREATE TABLE theirs (x)"));
  }
  const auto not_ours = Writer::open(other);
  ASSERT_FALSE(not_ours);
  EXPECT_EQ(not_ours.error().code, base::ErrorCode::invalid_input);
  for (const std::string& file : {text, other}) {
    auto reader = Reader::open(file);
    ASSERT_TRUE(reader);
    const auto answer = reader->progress();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::ErrorCode::invalid_input);
  }
}

TEST_F(AlertWriter, a_damaged_file_is_named) {
  commit(many_alerts(2000));
  writer_.reset();
  std::string bytes = *os::read_file(path());
  ASSERT_GT(bytes.size(), 100'000U);
  constexpr std::size_t kPage = 4096;
  for (std::size_t page = 5; page * kPage + 200 < bytes.size(); page += 3) {
    bytes.replace(page * kPage, 200, std::string(200, '\xA5'));
  }
  std::ofstream(path(), std::ios::binary) << bytes;
  const auto writer = Writer::open(path());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, base::ErrorCode::invalid_input);
  EXPECT_NE(writer.error().message.find(path()), std::string::npos);
  EXPECT_FALSE(writer.error().remedy.empty());
  // The reader says so too, or answers; it does not end the process.
  const auto facets = reader().facets({});
  if (!facets) {
    EXPECT_EQ(facets.error().code, base::ErrorCode::invalid_input);
  }
}

// While it lives, no file of this process grows beyond `bytes`: writing there fails as a broken disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(AlertWriter, after_the_disk_failed_nothing_is_written_until_it_is_opened_anew) {
  commit(one_alert(1));
  {
    const FileSizeLimit broken(200'000);
    const auto failed = writer_->commit(many_alerts(2000));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::ErrorCode::io) << failed.error().message;
  }
  EXPECT_FALSE(writer_->commit(one_alert(2)));
  open();
  EXPECT_EQ(load().version, 1);
  EXPECT_EQ(commit(one_alert(2)), 2);
}

TEST_F(AlertWriter, the_schema_is_sound_after_much_was_written) {
  commit(many_alerts(3000));
  commit(many_alerts(3000));
  auto database = sqlite::Database::open(path(), {.access = sqlite::Database::Access::read_only});
  ASSERT_TRUE(database);
  EXPECT_TRUE(database->quick_check());
  EXPECT_EQ(*database->ask("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  EXPECT_EQ(*database->ask("SELECT count(*) FROM alert WHERE opened_version = seq"), 3000);
}

}  // namespace
}  // namespace hinomi::store::alerts
