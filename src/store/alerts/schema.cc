#include "store/alerts/schema.h"

namespace hinomi::store::alerts {
namespace {

// Times are ns since 1970 (base/time.h); ids are 16 bytes, highest first; journal and log positions are
// unsigned and only compared for equality.
//
// alert: what a list filters and sorts by stands in front, what it seldom needs behind. Titles, tags and
// levels belong to the rule, of which there are few: filters on them look at its row, not at each alert.
constexpr const char* kStep1 = R"sql(
CREATE TABLE state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  journal INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL,
  findings_end INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  events INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  rule_set TEXT NOT NULL,
  alerts INTEGER NOT NULL,   -- seq of the alert opened last
  version INTEGER NOT NULL   -- of the last change of an alert
) STRICT;
INSERT INTO state VALUES (1, 0, 0, 0, 0, 0, 0, 0, '', 0, 0);

CREATE TABLE checkpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  findings_position INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;

CREATE TABLE rule (
  rule INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  rule_set TEXT NOT NULL,
  level INTEGER NOT NULL,
  title TEXT NOT NULL,
  title_ja TEXT NOT NULL,
  search TEXT NOT NULL,
  UNIQUE (id, rule_set)
) STRICT;
CREATE TABLE rule_text (
  rule INTEGER PRIMARY KEY REFERENCES rule,
  description TEXT NOT NULL,
  description_ja TEXT NOT NULL,
  advice TEXT NOT NULL,
  advice_ja TEXT NOT NULL,
  author TEXT NOT NULL,
  status TEXT NOT NULL,
  yaml TEXT NOT NULL
) STRICT;
CREATE TABLE rule_item (
  rule INTEGER NOT NULL REFERENCES rule,
  list INTEGER NOT NULL,
  place INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (rule, list, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_item_value ON rule_item (list, value);

CREATE TABLE alert (
  seq INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  opened_version INTEGER NOT NULL,
  rule INTEGER NOT NULL REFERENCES rule,
  level INTEGER NOT NULL,
  realm INTEGER NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  first_received INTEGER NOT NULL,
  last_received INTEGER NOT NULL,
  entity TEXT NOT NULL,
  entity_search TEXT NOT NULL,
  entity_field TEXT NOT NULL,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  group_id BLOB NOT NULL CHECK (length(group_id) = 16),
  organisation INTEGER NOT NULL,
  site INTEGER NOT NULL,
  operated_by INTEGER NOT NULL,
  vault INTEGER NOT NULL,
  zone INTEGER NOT NULL,
  data_class INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX alert_version ON alert (version);
CREATE INDEX alert_group ON alert (group_id);
CREATE INDEX alert_last_received ON alert (last_received);
-- Answers counts and histograms without the table.
CREATE INDEX alert_filter ON alert (realm, first_received, level, rule, status);

CREATE TABLE source (
  source INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE alert_source (
  seq INTEGER NOT NULL REFERENCES alert,
  source INTEGER NOT NULL REFERENCES source,
  PRIMARY KEY (seq, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_source_source ON alert_source (source, seq);

CREATE TABLE finding (
  seq INTEGER NOT NULL REFERENCES alert,
  ordinal INTEGER NOT NULL,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  event BLOB NOT NULL CHECK (length(event) = 16),
  batch INTEGER NOT NULL,
  record INTEGER NOT NULL,
  findings_position INTEGER NOT NULL,
  event_time INTEGER NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (seq, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  number INTEGER PRIMARY KEY,
  event BLOB NOT NULL UNIQUE CHECK (length(event) = 16),
  batch INTEGER NOT NULL,
  record INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
)sql";

constexpr const char* kSteps[] = {kStep1};
constexpr std::int32_t kApplicationId = 0x486E6D61;  // "Hnma"
constexpr sqlite::Schema kSchema{"alert store", kApplicationId, kSteps};

}  // namespace

const sqlite::Schema& schema() noexcept {
  return kSchema;
}

}  // namespace hinomi::store::alerts
