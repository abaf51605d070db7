#include "store/alerts/writer.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "store/alerts/attack_tags.h"
#include "store/alerts/schema.h"
#include "store/alerts/search_text.h"
#include "store/alerts/stored_id.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::stored;
using sqlite::Tx;

constexpr int kCacheKib = 64 * 1024;

template <typename Number>
std::int64_t number(Number value) noexcept {
  return static_cast<std::int64_t>(value);
}

std::string_view name(std::string_view text) noexcept {
  return cut(text, kMaxNameBytes);
}
std::string_view long_text(std::string_view text) noexcept {
  return cut(text, kMaxTextBytes);
}

base::Error contradiction(std::string message) {
  return {.code = base::ErrorCode::usage, .message = "alert store: " + std::move(message), .remedy = {}};
}

// Prepared once; the names say what each does.
struct Statements {
  Statement read_counters, update_alert, find_alert, find_rule, insert_alert, insert_source, link_source,
      insert_rule, insert_rule_text, insert_rule_item, insert_finding, insert_quarantined, trim_quarantine,
      update_state, upsert_checkpoint, read_open, read_latest;
};

constexpr const char* kOpenColumns =
    "SELECT alert.id, group_id, rule.id, rule.rule_set, entity, organisation, site, operated_by, vault, zone,"
    " data_class, realm, first_seen, last_seen, first_received, last_received, count"
    " FROM alert JOIN rule USING (rule) ";

base::Result<Statements> prepare_all(Database& database) {
  Statements made;
  const std::string read_open =
      std::string(kOpenColumns) + "WHERE last_received >= ? ORDER BY last_received DESC, seq DESC LIMIT ?";
  const std::string read_latest = std::string(kOpenColumns) + "WHERE group_id = ? ORDER BY seq DESC LIMIT 1";
  const std::pair<Statement*, std::string_view> all[] = {
      {&made.read_counters, "SELECT version, alerts FROM state"},
      {&made.update_alert,
       "UPDATE alert SET version = ?, count = ?, first_seen = ?, last_seen = ?, first_received = ?,"
       " last_received = ? WHERE id = ? RETURNING seq"},
      {&made.find_alert, "SELECT seq FROM alert WHERE id = ?"},
      {&made.find_rule, "SELECT rule, level FROM rule WHERE id = ? AND rule_set = ?"},
      {&made.insert_alert,
       "INSERT INTO alert (seq, version, opened_version, rule, level, realm, status, count, first_seen,"
       " last_seen, first_received, last_received, entity, entity_search, entity_field, id, group_id,"
       " organisation, site, operated_by, vault, zone, data_class)"
       " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&made.insert_source, "INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING"},
      {&made.link_source,
       "INSERT INTO alert_source SELECT ?1, source FROM source WHERE name = ?2"
       " AND (SELECT count(*) FROM alert_source WHERE seq = ?1) < ?3 ON CONFLICT DO NOTHING"},
      {&made.insert_rule,
       "INSERT INTO rule (id, rule_set, level, title, title_ja, search) VALUES (?,?,?,?,?,?)"
       " ON CONFLICT DO NOTHING RETURNING rule"},
      {&made.insert_rule_text, "INSERT INTO rule_text VALUES (?,?,?,?,?,?,?,?)"},
      {&made.insert_rule_item, "INSERT INTO rule_item VALUES (?,?,?,?)"},
      {&made.insert_finding, "INSERT INTO finding VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"},
      {&made.insert_quarantined,
       "INSERT INTO quarantine (event, batch, record, reason, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"},
      {&made.trim_quarantine,
       "DELETE FROM quarantine WHERE number <= (SELECT max(number) FROM quarantine) - ?"},
      {&made.update_state,
       "UPDATE state SET journal = ?, next_sequence = ?, findings_end = ?, received_at = ?, events = ?,"
       " findings = ?, quarantined = ?, rule_set = ?, alerts = ?, version = ?"},
      {&made.upsert_checkpoint, "REPLACE INTO checkpoint (one, findings_position, state) VALUES (1, ?, ?)"},
      {&made.read_open, read_open},
      {&made.read_latest, read_latest}};
  for (const auto& [statement, sql] : all) {
    auto prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return made;
}

OpenAlert open_alert(const sqlite::Row& row) {
  return {.id = restored_id<AlertId>(row.blob(0)),
          .group = restored_id<GroupId>(row.blob(1)),
          .rule_id = std::string(row.text(2)),
          .rule_set = std::string(row.text(3)),
          .entity = std::string(row.text(4)),
          .labels = {.organisation = static_cast<base::OrganisationId>(row.integer(5)),
                     .site = static_cast<base::SiteId>(row.integer(6)),
                     .operated_by = static_cast<base::OperatorId>(row.integer(7)),
                     .vault = static_cast<base::VaultId>(row.integer(8)),
                     .zone = static_cast<base::Zone>(row.integer(9)),
                     .data_class = static_cast<base::DataClass>(row.integer(10)),
                     .realm = static_cast<base::Realm>(row.integer(11))},
          .first_seen = {row.integer(12)},
          .last_seen = {row.integer(13)},
          .first_received = {row.integer(14)},
          .last_received = {row.integer(15)},
          .count = row.word(16)};
}

}  // namespace

struct Writer::Parts {
  Database database;
  Statements statements;
  // Of the store within the transaction that is under way.
  std::int64_t version = 0;
  std::int64_t alerts = 0;
  std::optional<base::Error> failed;  // the disk did not keep a commit: nothing more is written

  base::Result<void> write(const Commit& batch);
  base::Result<void> read_counters();
  base::Result<void> add_rule(const RuleText& rule);
  base::Result<void> add_rule_items(std::int64_t key, RuleList list, const std::vector<std::string>& items);
  base::Result<void> change_alert(const AlertChange& change);
  base::Result<std::int64_t> open_new(const AlertChange& change);
  base::Result<void> add_sources(std::int64_t seq, const std::vector<std::string>& sources);
  base::Result<void> add_sample(const FindingRef& sample);
  base::Result<void> add_quarantined(const Quarantined& entry);
  base::Result<void> set_state(const Commit& batch);
};

Writer::Writer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

base::Result<Writer> Writer::open(const std::string& path) {
  auto database = Database::open(path, {.access = Database::Access::read_write, .cache_kib = kCacheKib});
  if (!database) return database.error();
  if (auto sound = database->quick_check(); !sound) return sound.error();
  if (auto done = sqlite::migrate(*database, schema()); !done) return done.error();
  auto statements = prepare_all(*database);
  if (!statements) return statements.error();
  return Writer(std::make_unique<Parts>(
      Parts{.database = std::move(*database), .statements = std::move(*statements), .failed = {}}));
}

base::Result<Loaded> Writer::load() {
  auto tx = Tx::begin(parts_->database, Tx::Kind::read);
  if (!tx) return tx.error();
  auto state = parts_->database.prepare(
      "SELECT journal, next_sequence, findings_end, received_at, events, findings, quarantined, rule_set,"
      " version FROM state");
  if (!state) return state.error();
  const auto there = state->step();
  if (!there) return there.error();
  const sqlite::Row row = state->row();
  Loaded loaded{.cursor = {.journal = row.word(0),
                           .next_sequence = row.word(1),
                           .findings_end = row.word(2),
                           .received_at = {row.integer(3)}},
                .totals = {.events = row.word(4), .findings = row.word(5), .quarantined = row.word(6)},
                .rule_set = std::string(row.text(7)),
                .version = row.integer(8),
                .checkpoint = {},
                .open = {}};
  auto checkpoint = parts_->database.prepare("SELECT findings_position, state FROM checkpoint");
  if (!checkpoint) return checkpoint.error();
  const auto saved = checkpoint->step();
  if (!saved) return saved.error();
  if (*saved) {
    const auto bytes = checkpoint->row().blob(1);
    loaded.checkpoint =
        Checkpoint{.state = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                   .findings_position = checkpoint->row().word(0)};
  }
  Statement& open = parts_->statements.read_open;
  open.bind(loaded.cursor.received_at.since_epoch_ns - kAlertOpenNs, number(kMaxOpenAlerts + 1));
  for (;;) {
    const auto more = open.step();
    if (!more) return more.error();
    if (!*more) break;
    loaded.open.push_back(open_alert(open.row()));
  }
  loaded.open_left_out = loaded.open.size() > kMaxOpenAlerts;
  if (loaded.open_left_out) loaded.open.pop_back();
  std::reverse(loaded.open.begin(), loaded.open.end());
  return loaded;
}

base::Result<std::optional<OpenAlert>> Writer::latest_of(const GroupId& group) {
  Statement& latest = parts_->statements.read_latest;
  latest.bind(stored_id(group));
  const auto found = latest.step();
  if (!found) return found.error();
  if (!*found) return std::optional<OpenAlert>{};
  std::optional<OpenAlert> alert = open_alert(latest.row());
  latest.reset();
  return alert;
}

base::Result<std::int64_t> Writer::commit(const Commit& batch) {
  if (parts_->failed) return *parts_->failed;
  auto tx = Tx::begin(parts_->database, Tx::Kind::write);
  if (!tx) return tx.error();
  auto done = parts_->write(batch);
  if (done) done = tx->commit();
  if (done) return parts_->version;
  // What the system's cache holds of it and the disk does not is unknown now; only opening anew, which
  // believes checksums, may go on. (Nothing within the transaction meets a busy file.)
  if (done.error().code == base::ErrorCode::io) parts_->failed = done.error();
  return done.error();
}

base::Result<void> Writer::Parts::write(const Commit& batch) {
  if (auto done = read_counters(); !done) return done;
  for (const RuleText& rule : batch.rules) {
    if (auto done = add_rule(rule); !done) return done;
  }
  for (const AlertChange& change : batch.alerts) {
    if (auto done = change_alert(change); !done) return done;
  }
  for (const FindingRef& sample : batch.samples) {
    if (auto done = add_sample(sample); !done) return done;
  }
  for (const Quarantined& entry : batch.quarantined) {
    if (auto done = add_quarantined(entry); !done) return done;
  }
  return set_state(batch);
}

base::Result<void> Writer::Parts::read_counters() {
  Statement& read = statements.read_counters;
  const auto there = read.step();
  if (!there) return there.error();
  version = read.row().integer(0);
  alerts = read.row().integer(1);
  read.reset();
  return {};
}

base::Result<void> Writer::Parts::add_rule(const RuleText& rule) {
  const std::size_t tags = std::min(rule.tags.size(), kMaxListItems);
  std::string searched;
  for (const std::string* part : {&rule.title, &rule.title_ja, &rule.id}) {
    searched.append(name(*part)).push_back('\n');
  }
  std::set<std::string> tactics;
  std::set<std::string> techniques;
  for (std::size_t i = 0; i < tags; ++i) {
    const std::string_view tag = name(rule.tags[i]);
    searched.append(tag).push_back('\n');
    if (auto tactic = tactic_of(tag)) tactics.insert(*std::move(tactic));
    if (auto technique = technique_of(tag)) {
      techniques.insert(technique->substr(0, technique->find('.')));
      techniques.insert(*std::move(technique));
    }
  }
  Statement& insert = statements.insert_rule;
  insert.bind(name(rule.id), name(rule.set), number(rule.level), name(rule.title), name(rule.title_ja),
              search_form(searched));
  const auto inserted = insert.step();
  if (!inserted) return inserted.error();
  if (!*inserted) return {};  // stored before
  const std::int64_t key = insert.row().integer(0);
  if (auto done = insert.run(); !done) return done;
  Statement& text = statements.insert_rule_text;
  text.bind(key, long_text(rule.description), long_text(rule.description_ja), long_text(rule.advice),
            long_text(rule.advice_ja), name(rule.author), name(rule.status), long_text(rule.yaml));
  if (auto done = text.run(); !done) return done;
  if (auto done = add_rule_items(key, RuleList::tags, rule.tags); !done) return done;
  if (auto done = add_rule_items(key, RuleList::falsepositives, rule.falsepositives); !done) return done;
  if (auto done = add_rule_items(key, RuleList::tactics, {tactics.begin(), tactics.end()}); !done)
    return done;
  return add_rule_items(key, RuleList::techniques, {techniques.begin(), techniques.end()});
}

base::Result<void> Writer::Parts::add_rule_items(std::int64_t key, RuleList list,
                                                 const std::vector<std::string>& items) {
  // Techniques bring those they are part of along.
  const std::size_t limit = list == RuleList::techniques ? 2 * kMaxListItems : kMaxListItems;
  for (std::size_t i = 0; i < std::min(items.size(), limit); ++i) {
    Statement& insert = statements.insert_rule_item;
    insert.bind(key, number(list), number(i), name(items[i]));
    if (auto done = insert.run(); !done) return done;
  }
  return {};
}

base::Result<void> Writer::Parts::change_alert(const AlertChange& change) {
  ++version;
  Statement& update = statements.update_alert;
  update.bind(version, stored(change.count), change.first_seen.since_epoch_ns,
              change.last_seen.since_epoch_ns, change.first_received.since_epoch_ns,
              change.last_received.since_epoch_ns, stored_id(change.id));
  const auto updated = update.step();
  if (!updated) return updated.error();
  std::int64_t seq = 0;
  if (*updated) {
    seq = update.row().integer(0);
    if (auto done = update.run(); !done) return done;
  } else {
    const auto opened = open_new(change);
    if (!opened) return opened.error();
    seq = *opened;
  }
  return add_sources(seq, change.sources);
}

base::Result<std::int64_t> Writer::Parts::open_new(const AlertChange& change) {
  Statement& find = statements.find_rule;
  find.bind(name(change.rule_id), name(change.rule_set));
  const auto found = find.step();
  if (!found) return found.error();
  if (!*found) {
    return contradiction("the rule " + change.rule_id + " of set " + change.rule_set + " has no text");
  }
  const std::int64_t rule = find.row().integer(0);
  const std::int64_t level = find.row().integer(1);
  find.reset();
  ++alerts;
  const base::Labels& labels = change.labels;
  Statement& insert = statements.insert_alert;
  insert.bind(alerts, version, version, rule, level, number(labels.realm), number(Status::fresh),
              stored(change.count));
  insert.bind(change.first_seen.since_epoch_ns, change.last_seen.since_epoch_ns,
              change.first_received.since_epoch_ns, change.last_received.since_epoch_ns);
  insert.bind(name(change.entity), search_form(name(change.entity)), name(change.entity_field),
              stored_id(change.id), stored_id(change.group));
  insert.bind(number(labels.organisation), number(labels.site), number(labels.operated_by),
              number(labels.vault), number(labels.zone), number(labels.data_class));
  if (auto done = insert.run(); !done) return done.error();
  return alerts;
}

base::Result<void> Writer::Parts::add_sources(std::int64_t seq, const std::vector<std::string>& sources) {
  for (std::size_t i = 0; i < std::min(sources.size(), kMaxSourcesPerAlert); ++i) {
    Statement& insert = statements.insert_source;
    insert.bind(name(sources[i]));
    if (auto done = insert.run(); !done) return done;
    Statement& link = statements.link_source;
    link.bind(seq, name(sources[i]), number(kMaxSourcesPerAlert));
    if (auto done = link.run(); !done) return done;
  }
  return {};
}

base::Result<void> Writer::Parts::add_sample(const FindingRef& sample) {
  if (!is_sampled(sample.ordinal)) {
    return contradiction("finding " + std::to_string(sample.ordinal) + " of an alert is none that is kept");
  }
  Statement& find = statements.find_alert;
  find.bind(stored_id(sample.alert));
  const auto found = find.step();
  if (!found) return found.error();
  if (!*found) return contradiction("finding " + sample.id.text() + " belongs to no alert");
  const std::int64_t seq = find.row().integer(0);
  find.reset();
  Statement& insert = statements.insert_finding;
  insert.bind(seq, stored(sample.ordinal), stored_id(sample.id), stored_id(sample.event),
              stored(sample.batch), number(sample.index), stored(sample.findings_position),
              sample.event_time.since_epoch_ns, sample.received.since_epoch_ns);
  return insert.run();
}

base::Result<void> Writer::Parts::add_quarantined(const Quarantined& entry) {
  Statement& insert = statements.insert_quarantined;
  insert.bind(stored_id(entry.event), stored(entry.batch), number(entry.index), name(entry.reason),
              entry.at.since_epoch_ns);
  if (auto done = insert.run(); !done) return done;
  Statement& trim = statements.trim_quarantine;
  trim.bind(number(kMaxQuarantined));
  return trim.run();
}

base::Result<void> Writer::Parts::set_state(const Commit& batch) {
  Statement& update = statements.update_state;
  const Cursor& cursor = batch.cursor;
  update.bind(stored(cursor.journal), stored(cursor.next_sequence), stored(cursor.findings_end),
              cursor.received_at.since_epoch_ns);
  update.bind(stored(batch.totals.events), stored(batch.totals.findings), stored(batch.totals.quarantined));
  update.bind(name(batch.rule_set), alerts, version);
  if (auto done = update.run(); !done) return done;
  if (!batch.checkpoint) return {};
  if (batch.checkpoint->state.size() > kMaxCheckpointBytes) {
    return base::Error{.code = base::ErrorCode::limit_exceeded,
                       .message = "alert store: a checkpoint of " +
                                  std::to_string(batch.checkpoint->state.size()) + " bytes is too large",
                       .remedy = {}};
  }
  Statement& save = statements.upsert_checkpoint;
  save.bind(stored(batch.checkpoint->findings_position),
            std::as_bytes(std::span(batch.checkpoint->state.data(), batch.checkpoint->state.size())));
  return save.run();
}

}  // namespace hinomi::store::alerts
