#include "store/alerts/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "os/testing/scratch_folder.h"
#include "store/alerts/alerts_test_support.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {
namespace {

class AlertReader : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_ / "alerts.db"; }
  void commit(const Commit& batch) {
    if (!writer_) {
      auto opened = Writer::open(path());
      ASSERT_TRUE(opened) << opened.error().message;
      writer_ = std::make_unique<Writer>(std::move(*opened));
    }
    const auto version = writer_->commit(batch);
    ASSERT_TRUE(version) << version.error().message;
  }
  Reader open() {
    auto opened = Reader::open(path());
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  os::ScratchFolder folder_;
  std::unique_ptr<Writer> writer_;
};

AlertList list(Reader& reader, const Filter& filter, const Order& order, const Page& page) {
  auto found = reader.list(filter, order, page);
  EXPECT_TRUE(found) << found.error().message;
  return found ? std::move(*found) : AlertList{};
}

Commit few(std::size_t count) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::high, {"attack.execution"})};
  for (std::uint64_t i = 0; i < count; ++i) batch.alerts.push_back(alert_change(i, "r1"));
  return batch;
}

std::vector<std::int64_t> seqs(const AlertList& found) {
  std::vector<std::int64_t> out;
  for (const AlertRow& row : found.items) out.push_back(row.seq);
  return out;
}

TEST_F(AlertReader, answers_as_an_empty_store_until_the_file_is_there) {
  Reader reader = open();
  const auto expect_empty = [&] {
    EXPECT_EQ(list(reader, {}, {}, {}).total, 0U);
    EXPECT_EQ(list(reader, {}, {}, {}).version, 0);
    EXPECT_TRUE(reader.facets({})->rule.empty());
    EXPECT_TRUE(reader.histogram({}, 60)->buckets.empty());
    EXPECT_FALSE(*reader.detail(alert_id(0)));
    EXPECT_FALSE(*reader.finding(finding_id(0, 1)));
    EXPECT_FALSE(*reader.rule("r1", ""));
    EXPECT_TRUE(reader.changes_since(0, 10)->items.empty());
    EXPECT_TRUE(reader.quarantined(10)->empty());
    EXPECT_EQ(*reader.progress(), Progress{});
  };
  expect_empty();
  folder_.write("alerts.db", "");  // made, but without tables yet
  expect_empty();
  commit(few(3));
  EXPECT_EQ(list(reader, {}, {}, {}).total, 3U);
}

TEST_F(AlertReader, a_folder_that_is_missing_is_no_error_either) {
  auto reader = Reader::open(folder_ / "not/there/alerts.db");
  ASSERT_TRUE(reader);
  EXPECT_EQ(list(*reader, {}, {}, {}).total, 0U);
}

TEST_F(AlertReader, follows_when_the_file_is_replaced) {
  commit(few(3));
  Reader reader = open();
  EXPECT_EQ(list(reader, {}, {}, {}).total, 3U);
  writer_.reset();
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::rename(path() + suffix, path() + ".old" + suffix);
  EXPECT_EQ(list(reader, {}, {}, {}).total, 0U);
  Commit other = few(1);
  other.rules[0].title = "of the new file";
  commit(other);
  const AlertList found = list(reader, {}, {}, {});
  ASSERT_EQ(found.total, 1U);
  EXPECT_EQ(found.items[0].title, "of the new file");
}

TEST_F(AlertReader, cannot_write) {
  commit(few(1));
  auto database = sqlite::Database::open(path(), {.access = sqlite::Database::Access::read_only});
  ASSERT_TRUE(database);
  EXPECT_FALSE(database->run("DELETE FROM alert"));
}

TEST_F(AlertReader, pages_by_offset_and_by_seq_give_each_alert_once) {
  commit(many_alerts(50'000));
  Reader reader = open();
  Filter filter;
  filter.realms = {base::Realm::demo};
  filter.levels = {Level::critical, Level::low};
  std::vector<std::int64_t> by_offset;
  Page page;
  for (AlertList part = list(reader, filter, {}, page); !part.items.empty();
       part = list(reader, filter, {}, page)) {
    EXPECT_EQ(part.max_seq, 50'000);
    for (const std::int64_t seq : seqs(part)) by_offset.push_back(seq);
    page.offset += part.items.size();
    EXPECT_GE(part.total, by_offset.size());
  }
  std::vector<std::int64_t> by_seq;
  page = {};
  for (AlertList part = list(reader, filter, {}, page); !part.items.empty();
       part = list(reader, filter, {}, page)) {
    EXPECT_EQ(part.total, by_offset.size());
    for (const std::int64_t seq : seqs(part)) by_seq.push_back(seq);
    page.before_seq = by_seq.back();
  }
  EXPECT_EQ(by_offset, by_seq);
  EXPECT_TRUE(std::is_sorted(by_seq.rbegin(), by_seq.rend()));
  EXPECT_EQ(std::set(by_seq.begin(), by_seq.end()).size(), by_seq.size());
  EXPECT_GT(by_seq.size(), 5'000U);
}

TEST_F(AlertReader, pages_of_one_version_stay_in_step_while_alerts_come_and_change) {
  Commit batch = many_alerts(1000);
  commit(batch);
  Reader reader = open();
  for (const OrderKey key : {OrderKey::opened, OrderKey::level}) {
    const Order order{.key = key, .descending = true};
    const AlertList whole = list(reader, {}, order, {.limit = kMaxPage});
    Filter filter;
    filter.until_version = whole.version;
    std::vector<std::int64_t> paged;
    Page page{.limit = 100};
    for (std::uint64_t round = 0; round < 10; ++round) {
      const AlertList part = list(reader, filter, order, page);
      EXPECT_EQ(part.total, whole.total);
      EXPECT_EQ(part.max_seq, whole.max_seq);
      for (const std::int64_t seq : seqs(part)) paged.push_back(seq);
      page.offset += 100;
      // Two are opened and two shown ones change before the next page is asked for.
      Commit change;
      const std::uint64_t next = 1000 + static_cast<std::uint64_t>(key == OrderKey::level) * 500 + 2 * round;
      change.alerts = {many_alert(next, batch.rules), many_alert(next + 1, batch.rules), batch.alerts[round],
                       batch.alerts[990 - round]};
      change.alerts[2].count += 1'000'000;
      commit(change);
    }
    std::vector<std::int64_t> expected = seqs(whole);
    expected.resize(1000);
    EXPECT_EQ(paged, expected);
  }
}

TEST_F(AlertReader, an_older_version_shows_what_existed_then) {
  commit(few(2));
  Commit more = few(4);
  more.alerts.erase(more.alerts.begin(), more.alerts.begin() + 2);
  more.alerts.push_back(alert_change(0, "r1"));
  commit(more);
  Reader reader = open();
  const std::size_t existed[] = {0, 1, 2, 3, 4, 4};
  for (std::size_t version = 0; version < std::size(existed); ++version) {
    Filter filter;
    filter.until_version = static_cast<std::int64_t>(version);
    const AlertList found = list(reader, filter, {}, {});
    EXPECT_EQ(found.total, existed[version]) << version;
    EXPECT_EQ(found.max_seq, static_cast<std::int64_t>(existed[version]));
    EXPECT_EQ(found.version, 5);
    EXPECT_EQ(reader.facets(filter)->status[0], existed[version]);
  }
}

TEST_F(AlertReader, orders_by_every_key_with_the_newest_first_among_equals) {
  Commit batch;
  batch.rules = {rule_text("r1", Level::high, {}), rule_text("r2", Level::low, {})};
  const auto add = [&](std::string_view rule, std::string_view entity, std::uint64_t count, int last) {
    AlertChange change = alert_change(batch.alerts.size(), rule, entity);
    change.count = count;
    change.last_seen = {kTestStart + last};
    change.last_received = {kTestStart + last};
    batch.alerts.push_back(change);
  };
  add("r1", "b", 5, 30);
  add("r2", "a", 5, 20);
  add("r1", "c", 7, 30);
  add("r2", "a", 1, 10);
  commit(batch);
  Reader reader = open();
  const auto by = [&](OrderKey key, bool descending) {
    return seqs(list(reader, {}, {.key = key, .descending = descending}, {}));
  };
  using Seqs = std::vector<std::int64_t>;
  EXPECT_EQ(by(OrderKey::opened, true), (Seqs{4, 3, 2, 1}));
  EXPECT_EQ(by(OrderKey::opened, false), (Seqs{1, 2, 3, 4}));
  EXPECT_EQ(by(OrderKey::level, true), (Seqs{3, 1, 4, 2}));
  EXPECT_EQ(by(OrderKey::level, false), (Seqs{4, 2, 3, 1}));
  EXPECT_EQ(by(OrderKey::first_seen, true), (Seqs{4, 3, 2, 1}));
  EXPECT_EQ(by(OrderKey::last_seen, true), (Seqs{3, 1, 2, 4}));
  EXPECT_EQ(by(OrderKey::last_received, false), (Seqs{4, 2, 3, 1}));
  EXPECT_EQ(by(OrderKey::count, true), (Seqs{3, 2, 1, 4}));
  EXPECT_EQ(by(OrderKey::entity, false), (Seqs{4, 2, 1, 3}));
  EXPECT_EQ(parse_order_key("last_seen"), OrderKey::last_seen);
  EXPECT_EQ(parse_order_key("seq; DROP"), std::nullopt);
}

TEST_F(AlertReader, a_row_shows_what_was_written) {
  Commit batch = few(1);
  batch.rules[0].title_ja = "題名";
  AlertChange& change = batch.alerts[0];
  change.labels = {.organisation = base::OrganisationId{7},
                   .site = base::SiteId{8},
                   .operated_by = base::OperatorId{9},
                   .vault = base::VaultId{10},
                   .zone = base::Zone::ot,
                   .data_class = base::DataClass::personal,
                   .realm = base::Realm::exercise};
  change.first_seen = {-1};
  change.last_seen = {2};
  change.first_received = {3};
  change.last_received = {4};
  change.count = std::uint64_t{1} << 63;
  commit(batch);
  Reader reader = open();
  EXPECT_EQ(list(reader, {}, {}, {}).items[0], (AlertRow{.id = alert_id(0),
                                                         .seq = 1,
                                                         .version = 1,
                                                         .rule_id = "r1",
                                                         .rule_set = "set-1",
                                                         .level = Level::high,
                                                         .title = "Title of r1",
                                                         .title_ja = "題名",
                                                         .tags = {"attack.execution"},
                                                         .entity = "host",
                                                         .entity_field = "host.name",
                                                         .labels = change.labels,
                                                         .status = Status::fresh,
                                                         .first_seen = {-1},
                                                         .last_seen = {2},
                                                         .first_received = {3},
                                                         .last_received = {4},
                                                         .count = std::uint64_t{1} << 63}));
}

TEST_F(AlertReader, pages_beyond_their_limits_are_refused) {
  commit(few(2));
  Reader reader = open();
  EXPECT_EQ(list(reader, {}, {}, {.limit = kMaxPage}).items.size(), 2U);
  EXPECT_EQ(list(reader, {}, {}, {.limit = 0}).total, 2U);
  EXPECT_TRUE(list(reader, {}, {}, {.offset = kMaxOffset}).items.empty());
  EXPECT_EQ(reader.list({}, {}, {.limit = kMaxPage + 1}).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(reader.list({}, {}, {.offset = kMaxOffset + 1}).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(reader.changes_since(0, kMaxPage + 1));
  EXPECT_FALSE(reader.quarantined(kMaxPage + 1));
}

TEST_F(AlertReader, changes_are_told_in_order_and_go_on_where_they_were_cut) {
  commit(few(5));
  Commit change;
  change.alerts = {alert_change(1, "r1"), alert_change(3, "r1")};
  commit(change);
  Reader reader = open();
  const auto first = reader.changes_since(0, 3);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->items.size(), 3U);
  EXPECT_EQ(first->items[0].seq, 1);
  EXPECT_EQ(first->version, 5);  // of alert 5, the third of those that did not change again
  const auto rest = reader.changes_since(first->version, 3);
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->more);
  ASSERT_EQ(rest->items.size(), 2U);
  EXPECT_EQ(rest->items[0].id, alert_id(1));
  EXPECT_EQ(rest->items[1].id, alert_id(3));
  EXPECT_EQ(rest->version, 7);
  EXPECT_TRUE(reader.changes_since(7, 3)->items.empty());
  EXPECT_EQ(reader.changes_since(7, 3)->version, 7);
  EXPECT_EQ(reader.changes_since(2, 0)->version, 2);
}

TEST_F(AlertReader, detail_holds_the_rule_as_it_read_then_and_the_findings_by_ordinal) {
  Commit batch = few(2);
  batch.rules[0].description = "first";
  batch.rules[0].falsepositives = {"one", "two"};
  batch.samples = {sample(1, 100), sample(1, 1), sample(0, 1)};
  commit(batch);
  Commit later;
  later.rules = batch.rules;
  later.rules[0].set = "set-2";
  later.rules[0].description = "second";
  commit(later);
  Reader reader = open();
  const auto detail = reader.detail(alert_id(1));
  ASSERT_TRUE(detail && *detail);
  EXPECT_EQ((*detail)->rule, batch.rules[0]);
  EXPECT_EQ((*detail)->findings, (std::vector<FindingRef>{sample(1, 1), sample(1, 100)}));
  EXPECT_EQ(reader.finding(finding_id(1, 100))->value(), sample(1, 100));
  EXPECT_FALSE(*reader.finding(finding_id(1, 2)));
  EXPECT_EQ(reader.rule("r1", "")->value(), later.rules[0]);
  EXPECT_EQ(reader.rule("r1", "set-1")->value(), batch.rules[0]);
  EXPECT_FALSE(*reader.rule("r1", "set-3"));
  EXPECT_FALSE(*reader.rule("r2", ""));
  EXPECT_FALSE(*reader.detail(alert_id(9)));
}

TEST_F(AlertReader, progress_is_that_of_the_last_commit) {
  Commit batch = few(3);
  batch.cursor = {.journal = 1, .next_sequence = 2, .findings_end = 3, .received_at = {4}};
  batch.totals = {.events = 5, .findings = 6, .quarantined = 7};
  batch.rule_set = "set-1";
  commit(batch);
  Reader reader = open();
  EXPECT_EQ(
      *reader.progress(),
      (Progress{
          .cursor = batch.cursor, .totals = batch.totals, .rule_set = "set-1", .alerts = 3, .version = 3}));
}

TEST_F(AlertReader, an_error_leaves_it_usable) {
  commit(few(2));
  Reader reader = open();
  Filter filter;
  filter.text = std::string(kMaxFilterTextBytes + 1, 'x');
  EXPECT_FALSE(reader.facets(filter));
  EXPECT_EQ(list(reader, {}, {}, {}).total, 2U);
  // Nothing of the failed answer holds the write-ahead log back.
  commit(few(2));
  EXPECT_EQ(list(reader, {}, {}, {}).version, 4);
}

}  // namespace
}  // namespace hinomi::store::alerts
