// Reads alerts, findings and rules from the rows of queries. Keeps what it has read of rules, which never
// change once stored. For Reader only.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/alerts/catalogue.h"
#include "store/alerts/schema.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {

// What lists show of a rule.
struct RuleHead {
  std::string id;
  std::string set;
  Level level = Level::medium;
  std::string title;
  std::string title_ja;
  std::vector<std::string> tags;
  std::vector<std::string> tactics;
  std::vector<std::string> techniques;
};

// Columns in the order read_alert() takes them.
inline constexpr const char* kAlertColumns =
    "SELECT alert.seq, alert.version, alert.rule, alert.level, alert.realm, alert.status, alert.count,"
    " alert.first_seen, alert.last_seen, alert.first_received, alert.last_received, alert.entity,"
    " alert.entity_field, alert.id, alert.organisation, alert.site, alert.operated_by, alert.vault, "
    "alert.zone,"
    " alert.data_class FROM alert ";
inline constexpr const char* kFindingColumns =
    "SELECT finding.id, alert.id, ordinal, event, batch, record, findings_position, event_time, received"
    " FROM finding JOIN alert USING (seq) ";

class RowReader {
 public:
  explicit RowReader(sqlite::Database& database) : database_(database) {}

  // Appends those of a statement that begins with kAlertColumns, values bound.
  [[nodiscard]] base::Result<void> read_alerts(sqlite::Statement& statement, std::vector<AlertRow>& rows);
  // Of a statement that begins with kFindingColumns, values bound.
  [[nodiscard]] static base::Result<std::vector<FindingRef>> read_findings(sqlite::Statement& statement);
  // Valid until the next call.
  [[nodiscard]] base::Result<const RuleHead*> rule_head(std::int64_t key);
  [[nodiscard]] base::Result<RuleText> rule_text(std::int64_t key);

 private:
  [[nodiscard]] base::Result<AlertRow> read_alert(const sqlite::Row& row);
  [[nodiscard]] base::Result<std::vector<std::string>> items(std::int64_t key, RuleList list);

  sqlite::Database& database_;
  std::unordered_map<std::int64_t, RuleHead> heads_;
};

}  // namespace hinomi::store::alerts
