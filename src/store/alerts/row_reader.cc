#include "store/alerts/row_reader.h"

#include <algorithm>
#include <utility>

#include "store/alerts/stored_id.h"

namespace hinomi::store::alerts {
namespace {

constexpr std::size_t kMaxHeads = 20'000;  // kept in memory

// A file may be damaged: what is no value of the enum reads as its first.
template <typename Enum>
Enum enumerator(std::int64_t stored, std::size_t count) noexcept {
  return stored >= 0 && stored < static_cast<std::int64_t>(count) ? static_cast<Enum>(stored) : Enum{};
}

constexpr std::size_t kZones = 3;
constexpr std::size_t kDataClasses = 4;

base::Error missing_rule(const sqlite::Database& database, std::int64_t key) {
  return {.code = base::ErrorCode::invalid_input,
          .message = database.path() + ": rule " + std::to_string(key) + " of an alert is missing",
          .remedy = "The file is damaged: keep a copy of it for examination and move it away."};
}

}  // namespace

base::Result<std::vector<std::string>> RowReader::items(std::int64_t key, RuleList list) {
  auto statement =
      database_.prepare("SELECT value FROM rule_item WHERE rule = ? AND list = ? ORDER BY place");
  if (!statement) return statement.error();
  statement->bind(key, static_cast<std::int64_t>(list));
  std::vector<std::string> values;
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) return values;
    values.emplace_back(statement->row().text(0));
  }
}

base::Result<const RuleHead*> RowReader::rule_head(std::int64_t key) {
  if (const auto known = heads_.find(key); known != heads_.end()) return &known->second;
  auto statement = database_.prepare("SELECT id, rule_set, level, title, title_ja FROM rule WHERE rule = ?");
  if (!statement) return statement.error();
  statement->bind(key);
  const auto found = statement->step();
  if (!found) return found.error();
  if (!*found) return missing_rule(database_, key);
  const sqlite::Row row = statement->row();
  RuleHead head{.id = std::string(row.text(0)),
                .set = std::string(row.text(1)),
                .level = enumerator<Level>(row.integer(2), kLevels),
                .title = std::string(row.text(3)),
                .title_ja = std::string(row.text(4)),
                .tags = {},
                .tactics = {},
                .techniques = {}};
  const std::pair<RuleList, std::vector<std::string>*> lists[] = {{RuleList::tags, &head.tags},
                                                                  {RuleList::tactics, &head.tactics},
                                                                  {RuleList::techniques, &head.techniques}};
  for (const auto& [list, into] : lists) {
    auto values = items(key, list);
    if (!values) return values.error();
    *into = std::move(*values);
  }
  if (heads_.size() >= kMaxHeads) heads_.clear();
  return &heads_.emplace(key, std::move(head)).first->second;
}

base::Result<RuleText> RowReader::rule_text(std::int64_t key) {
  const auto known = rule_head(key);
  if (!known) return known.error();
  const RuleHead& head = **known;
  auto statement = database_.prepare(
      "SELECT description, description_ja, advice, advice_ja, author, status, yaml FROM rule_text"
      " WHERE rule = ?");
  if (!statement) return statement.error();
  statement->bind(key);
  const auto found = statement->step();
  if (!found) return found.error();
  if (!*found) return missing_rule(database_, key);
  auto falsepositives = items(key, RuleList::falsepositives);
  if (!falsepositives) return falsepositives.error();
  const sqlite::Row row = statement->row();
  return RuleText{.id = head.id,
                  .set = head.set,
                  .level = head.level,
                  .title = head.title,
                  .title_ja = head.title_ja,
                  .description = std::string(row.text(0)),
                  .description_ja = std::string(row.text(1)),
                  .advice = std::string(row.text(2)),
                  .advice_ja = std::string(row.text(3)),
                  .author = std::string(row.text(4)),
                  .status = std::string(row.text(5)),
                  .tags = head.tags,
                  .falsepositives = std::move(*falsepositives),
                  .yaml = std::string(row.text(6))};
}

base::Result<AlertRow> RowReader::read_alert(const sqlite::Row& row) {
  const auto head = rule_head(row.integer(2));
  if (!head) return head.error();
  const RuleHead& rule = **head;
  return AlertRow{.id = restored_id<AlertId>(row.blob(13)),
                  .seq = row.integer(0),
                  .version = row.integer(1),
                  .rule_id = rule.id,
                  .rule_set = rule.set,
                  .level = enumerator<Level>(row.integer(3), kLevels),
                  .title = rule.title,
                  .title_ja = rule.title_ja,
                  .tags = rule.tags,
                  .entity = std::string(row.text(11)),
                  .entity_field = std::string(row.text(12)),
                  .labels = {.organisation = static_cast<base::OrganisationId>(row.integer(14)),
                             .site = static_cast<base::SiteId>(row.integer(15)),
                             .operated_by = static_cast<base::OperatorId>(row.integer(16)),
                             .vault = static_cast<base::VaultId>(row.integer(17)),
                             .zone = enumerator<base::Zone>(row.integer(18), kZones),
                             .data_class = enumerator<base::DataClass>(row.integer(19), kDataClasses),
                             .realm = enumerator<base::Realm>(row.integer(4), kRealms)},
                  .status = enumerator<Status>(row.integer(5), kStatuses),
                  .first_seen = {row.integer(7)},
                  .last_seen = {row.integer(8)},
                  .first_received = {row.integer(9)},
                  .last_received = {row.integer(10)},
                  .count = row.word(6)};
}

base::Result<void> RowReader::read_alerts(sqlite::Statement& statement, std::vector<AlertRow>& rows) {
  for (;;) {
    const auto more = statement.step();
    if (!more) return more.error();
    if (!*more) return {};
    auto row = read_alert(statement.row());
    if (!row) return row.error();
    rows.push_back(std::move(*row));
  }
}

base::Result<std::vector<FindingRef>> RowReader::read_findings(sqlite::Statement& statement) {
  std::vector<FindingRef> refs;
  for (;;) {
    const auto more = statement.step();
    if (!more) return more.error();
    if (!*more) return refs;
    const sqlite::Row row = statement.row();
    refs.push_back({.id = restored_id<FindingId>(row.blob(0)),
                    .alert = restored_id<AlertId>(row.blob(1)),
                    .ordinal = row.word(2),
                    .event = restored_id<event::EventId>(row.blob(3)),
                    .batch = row.word(4),
                    .index = static_cast<std::uint32_t>(row.integer(5)),
                    .findings_position = row.word(6),
                    .event_time = {row.integer(7)},
                    .received = {row.integer(8)}});
  }
}

}  // namespace hinomi::store::alerts
