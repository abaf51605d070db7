#include "store/alerts/reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "os/file.h"
#include "store/alerts/filter_sql.h"
#include "store/alerts/overview.h"
#include "store/alerts/row_reader.h"
#include "store/alerts/schema.h"
#include "store/alerts/stored_id.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {
namespace {

using sqlite::Database;
using sqlite::Tx;

constexpr int kCacheKib = 64 * 1024;

struct Directions {
  std::string_view descending;
  std::string_view ascending;
};
// By OrderKey.
constexpr std::array<Directions, kOrderKeys> kOrders{{
    {"ORDER BY alert.seq DESC ", "ORDER BY alert.seq "},
    {"ORDER BY alert.level DESC, alert.seq DESC ", "ORDER BY alert.level, alert.seq DESC "},
    {"ORDER BY first_seen DESC, alert.seq DESC ", "ORDER BY first_seen, alert.seq DESC "},
    {"ORDER BY last_seen DESC, alert.seq DESC ", "ORDER BY last_seen, alert.seq DESC "},
    {"ORDER BY last_received DESC, alert.seq DESC ", "ORDER BY last_received, alert.seq DESC "},
    {"ORDER BY count DESC, alert.seq DESC ", "ORDER BY count, alert.seq DESC "},
    {"ORDER BY entity DESC, alert.seq DESC ", "ORDER BY entity, alert.seq DESC "},
}};

base::Error beyond(std::string_view what, std::uint64_t limit) {
  return {.code = base::ErrorCode::limit_exceeded,
          .message = "alerts: " + std::string(what) + " must be at most " + std::to_string(limit),
          .remedy = "Ask for less at once."};
}

std::int64_t number(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

// One open connection to one file. Never moved: `rows` refers to `database`.
struct Connection {
  explicit Connection(Database opened) : database(std::move(opened)), rows(database) {}

  Database database;
  RowReader rows;
  os::FileIdentity file;
};

// The newest alert that existed at `version`; nullopt without a version.
base::Result<std::optional<std::int64_t>> newest_at(Database& database, std::optional<std::int64_t> version) {
  if (!version) return std::optional<std::int64_t>{};
  // Both grow with each alert opened, so the walk down ends after those opened since.
  auto statement =
      database.prepare("SELECT seq FROM alert WHERE opened_version <= ? ORDER BY seq DESC LIMIT 1");
  if (!statement) return statement.error();
  statement->bind(*version);
  const auto found = statement->step();
  if (!found) return found.error();
  return std::optional<std::int64_t>(*found ? statement->row().integer(0) : 0);
}

base::Result<Where> where_at(Database& database, const Filter& filter) {
  const auto newest = newest_at(database, filter.until_version);
  if (!newest) return newest.error();
  return where_of(filter, *newest);
}

base::Result<std::optional<std::int64_t>> rule_key(Database& database, std::string_view id,
                                                   std::string_view set) {
  auto statement =
      database.prepare(set.empty() ? "SELECT rule FROM rule WHERE id = ? ORDER BY rule DESC LIMIT 1"
                                   : "SELECT rule FROM rule WHERE id = ? AND rule_set = ?");
  if (!statement) return statement.error();
  statement->bind(id);
  if (!set.empty()) statement->bind(set);
  const auto found = statement->step();
  if (!found) return found.error();
  return *found ? std::optional(statement->row().integer(0)) : std::nullopt;
}

base::Result<std::vector<FindingRef>> findings_of(Database& database, const AlertId& alert) {
  auto statement = database.prepare(std::string(kFindingColumns) + "WHERE alert.id = ? ORDER BY ordinal");
  if (!statement) return statement.error();
  statement->bind(stored_id(alert));
  return RowReader::read_findings(*statement);
}

base::Result<std::vector<std::string>> sources_of(Database& database, std::int64_t seq) {
  auto statement = database.prepare(
      "SELECT name FROM alert_source JOIN source USING (source) WHERE seq = ? ORDER BY name");
  if (!statement) return statement.error();
  statement->bind(seq);
  std::vector<std::string> names;
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) return names;
    names.emplace_back(statement->row().text(0));
  }
}

// Only the numbers are sorted, not whole rows. Without indexes the alerts come newest first as they lie, or
// through a heap of one page; the index that counts would have all that pass fetched and sorted.
base::Result<std::vector<std::int64_t>> seqs_of(Database& database, const Where& where, const Order& order,
                                                const Page& page) {
  const Directions& directions = kOrders[static_cast<std::size_t>(order.key)];
  std::string sql = "SELECT alert.seq FROM alert NOT INDEXED " + where.sql() + ' ';
  sql.append(order.descending ? directions.descending : directions.ascending).append("LIMIT ? OFFSET ?");
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  where.bind_to(*statement);
  statement->bind(number(page.limit), number(page.offset));
  std::vector<std::int64_t> seqs;
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) return seqs;
    seqs.push_back(statement->row().integer(0));
  }
}

base::Result<AlertList> list_of(Connection& connection, const Filter& filter, const Order& order,
                                const Page& page) {
  Database& database = connection.database;
  AlertList list;
  const auto version = database.ask("SELECT version FROM state");
  if (!version) return version.error();
  list.version = *version;
  const auto newest = newest_at(database, filter.until_version);
  if (!newest) return newest.error();
  if (*newest) {
    list.max_seq = **newest;
  } else {
    const auto last = database.ask("SELECT alerts FROM state");
    if (!last) return last.error();
    list.max_seq = *last;
  }
  auto where = where_of(filter, *newest);
  if (!where) return where.error();
  auto count = database.prepare("SELECT count(*) FROM alert " + where->sql());
  if (!count) return count.error();
  where->bind_to(*count);
  const auto counted = count->step();
  if (!counted) return counted.error();
  list.total = count->row().word(0);
  if (page.before_seq) {
    where->add("alert.seq < ?");
    where->value(*page.before_seq);
  }
  auto seqs = seqs_of(database, *where, order, page);
  if (!seqs) return seqs.error();
  auto statement = database.prepare(std::string(kAlertColumns) + "WHERE alert.seq = ?");
  if (!statement) return statement.error();
  for (const std::int64_t seq : *seqs) {
    statement->bind(seq);
    if (auto done = connection.rows.read_alerts(*statement, list.items); !done) return done.error();
  }
  return list;
}

base::Result<Progress> progress_of(Database& database) {
  auto statement = database.prepare(
      "SELECT journal, next_sequence, findings_end, received_at, events, findings, quarantined, rule_set,"
      " alerts, version FROM state");
  if (!statement) return statement.error();
  const auto there = statement->step();
  if (!there) return there.error();
  const sqlite::Row row = statement->row();
  return Progress{.cursor = {.journal = row.word(0),
                             .next_sequence = row.word(1),
                             .findings_end = row.word(2),
                             .received_at = {row.integer(3)}},
                  .totals = {.events = row.word(4), .findings = row.word(5), .quarantined = row.word(6)},
                  .rule_set = std::string(row.text(7)),
                  .alerts = row.word(8),
                  .version = row.integer(9)};
}

}  // namespace

struct Reader::Parts {
  std::string path;
  std::unique_ptr<Connection> connection;

  // The connection to the file as it is now; nullptr while there is none with tables in it.
  base::Result<Connection*> connect();

  // What `answer` says of one moment, or a value made of nothing while there is no file.
  template <typename T, typename Answer>
  base::Result<T> of_one_moment(Answer answer) {
    const auto connected = connect();
    if (!connected) return connected.error();
    if (*connected == nullptr) return T{};
    auto tx = Tx::begin((*connected)->database, Tx::Kind::read);
    if (!tx) return tx.error();
    return answer(**connected);
  }
};

base::Result<Connection*> Reader::Parts::connect() {
  const auto info = os::file_info(path);
  if (!info) {
    connection.reset();
    if (info.error().code == base::ErrorCode::not_found) return nullptr;
    return info.error();
  }
  if (connection && connection->file == info->identity) return connection.get();
  connection.reset();
  auto database = Database::open(path, {.access = Database::Access::read_only, .cache_kib = kCacheKib});
  if (!database) {
    if (database.error().code == base::ErrorCode::not_found) return nullptr;
    return database.error();
  }
  const auto version = sqlite::schema_version(*database, schema());
  if (!version) return version.error();
  if (*version < static_cast<std::int64_t>(schema().steps.size())) return nullptr;  // the writer is at it
  connection = std::make_unique<Connection>(std::move(*database));
  connection->file = info->identity;
  return connection.get();
}

Reader::Reader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

base::Result<Reader> Reader::open(const std::string& path) {
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  return Reader(std::move(parts));
}

base::Result<AlertList> Reader::list(const Filter& filter, const Order& order, const Page& page) {
  if (page.limit > kMaxPage) return beyond("limit", kMaxPage);
  if (page.offset > kMaxOffset) return beyond("offset", kMaxOffset);
  return parts_->of_one_moment<AlertList>(
      [&](Connection& connection) { return list_of(connection, filter, order, page); });
}

base::Result<Facets> Reader::facets(const Filter& filter) {
  return parts_->of_one_moment<Facets>([&](Connection& connection) -> base::Result<Facets> {
    const auto where = where_at(connection.database, filter);
    if (!where) return where.error();
    return count_facets(connection.database, connection.rows, *where);
  });
}

base::Result<Histogram> Reader::histogram(const Filter& filter, std::size_t buckets) {
  if (buckets > kMaxBuckets) return beyond("buckets", kMaxBuckets);
  const std::size_t touched = std::max(buckets, kMinBuckets);
  return parts_->of_one_moment<Histogram>([&](Connection& connection) -> base::Result<Histogram> {
    const auto where = where_at(connection.database, filter);
    if (!where) return where.error();
    return count_histogram(connection.database, filter, *where, touched);
  });
}

base::Result<std::optional<AlertDetail>> Reader::detail(const AlertId& id) {
  using Answer = std::optional<AlertDetail>;
  return parts_->of_one_moment<Answer>([&](Connection& connection) -> base::Result<Answer> {
    Database& database = connection.database;
    auto statement = database.prepare(std::string(kAlertColumns) + "WHERE alert.id = ?");
    if (!statement) return statement.error();
    statement->bind(stored_id(id));
    std::vector<AlertRow> rows;
    if (auto done = connection.rows.read_alerts(*statement, rows); !done) return done.error();
    if (rows.empty()) return Answer{};
    AlertRow& alert = rows.front();
    const auto key = rule_key(database, alert.rule_id, alert.rule_set);
    if (!key) return key.error();
    auto rule = connection.rows.rule_text(key->value_or(0));
    if (!rule) return rule.error();
    auto sources = sources_of(database, alert.seq);
    if (!sources) return sources.error();
    auto findings = findings_of(database, id);
    if (!findings) return findings.error();
    return Answer(AlertDetail{.alert = std::move(alert),
                              .rule = std::move(*rule),
                              .sources = std::move(*sources),
                              .findings = std::move(*findings)});
  });
}

base::Result<std::vector<FindingRef>> Reader::findings(const AlertId& alert) {
  return parts_->of_one_moment<std::vector<FindingRef>>(
      [&](Connection& connection) { return findings_of(connection.database, alert); });
}

base::Result<std::optional<FindingRef>> Reader::finding(const FindingId& id) {
  using Answer = std::optional<FindingRef>;
  return parts_->of_one_moment<Answer>([&](Connection& connection) -> base::Result<Answer> {
    auto statement = connection.database.prepare(std::string(kFindingColumns) + "WHERE finding.id = ?");
    if (!statement) return statement.error();
    statement->bind(stored_id(id));
    const auto refs = RowReader::read_findings(*statement);
    if (!refs) return refs.error();
    return refs->empty() ? Answer{} : Answer(refs->front());
  });
}

base::Result<std::optional<RuleText>> Reader::rule(std::string_view id, std::string_view set) {
  using Answer = std::optional<RuleText>;
  return parts_->of_one_moment<Answer>([&](Connection& connection) -> base::Result<Answer> {
    const auto key = rule_key(connection.database, id, set);
    if (!key) return key.error();
    if (!*key) return Answer{};
    auto text = connection.rows.rule_text(**key);
    if (!text) return text.error();
    return Answer(std::move(*text));
  });
}

base::Result<Changes> Reader::changes_since(std::int64_t version, std::size_t limit) {
  if (limit > kMaxPage) return beyond("limit", kMaxPage);
  return parts_->of_one_moment<Changes>([&](Connection& connection) -> base::Result<Changes> {
    const auto now = connection.database.ask("SELECT version FROM state");
    if (!now) return now.error();
    auto statement = connection.database.prepare(std::string(kAlertColumns) +
                                                 "WHERE version > ? ORDER BY version LIMIT ?");
    if (!statement) return statement.error();
    statement->bind(version, number(limit) + 1);
    Changes changes{.items = {}, .version = *now, .more = false};
    if (auto done = connection.rows.read_alerts(*statement, changes.items); !done) return done.error();
    if (changes.items.size() > limit) {
      changes.more = true;
      changes.items.pop_back();
      changes.version = changes.items.empty() ? version : changes.items.back().version;
    }
    return changes;
  });
}

base::Result<std::vector<Quarantined>> Reader::quarantined(std::size_t limit) {
  if (limit > kMaxPage) return beyond("limit", kMaxPage);
  using Answer = std::vector<Quarantined>;
  return parts_->of_one_moment<Answer>([&](Connection& connection) -> base::Result<Answer> {
    auto statement = connection.database.prepare(
        "SELECT event, batch, record, reason, at FROM quarantine ORDER BY number DESC LIMIT ?");
    if (!statement) return statement.error();
    statement->bind(number(limit));
    Answer entries;
    for (;;) {
      const auto more = statement->step();
      if (!more) return more.error();
      if (!*more) return entries;
      const sqlite::Row row = statement->row();
      entries.push_back({.event = restored_id<event::EventId>(row.blob(0)),
                         .batch = row.word(1),
                         .index = static_cast<std::uint32_t>(row.integer(2)),
                         .reason = std::string(row.text(3)),
                         .at = {row.integer(4)}});
    }
  });
}

base::Result<Progress> Reader::progress() {
  return parts_->of_one_moment<Progress>(
      [](Connection& connection) { return progress_of(connection.database); });
}

}  // namespace hinomi::store::alerts
