// A log over a fresh database, with what tests ask of it. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/log.h"
#include "audit/tables.h"
#include "os/random.h"
#include "record/testing/ships.h"
#include "store/sql/testing/fresh_database.h"
#include "trust/audit_leaf.h"

namespace hinomi::audit {

class LogBook {
 public:
  explicit LogBook(store::sql::Database& database)
      : database_(database),
        registry_({record::testing::ship_entity()}),
        log_({.random = os::system_random, .registry = &registry_}) {
    const auto migrated = store::sql::migrate(database_, migrations());
    EXPECT_TRUE(migrated) << migrated.error().message;
  }

  [[nodiscard]] Log& log() { return log_; }
  [[nodiscard]] record::AuditEntry entry(std::uint32_t organisation, const std::string& action) const {
    record::AuditEntry entry;
    entry.organisation = static_cast<base::OrganisationId>(organisation);
    entry.at = {1'795'593'600'000'000'000};
    entry.via = "system";
    entry.action = action;
    entry.entity = "ship";
    entry.details = R"({"name":["a","b"]})";
    return entry;
  }
  base::Result<void> append(const record::AuditEntry& entry) {
    return store::sql::in_transaction(
        database_, store::sql::Connection::Kind::write,
        [&](store::sql::Connection& connection) { return log_.append(connection, entry); });
  }
  base::Result<void> append(std::uint32_t organisation, const std::string& action) {
    return append(entry(organisation, action));
  }
  void write_refusals(base::TimeNs now) {
    for (const Refusal& refusal : log_.refusals().take(now)) {
      const auto written = store::sql::in_transaction(
          database_, store::sql::Connection::Kind::write,
          [&](store::sql::Connection& connection) { return log_.append(connection, refusal); });
      EXPECT_TRUE(written) << written.error().message;
    }
  }

  [[nodiscard]] std::vector<LeafRow> rows(std::uint32_t organisation) const {
    std::vector<LeafRow> rows;
    const auto read = store::sql::in_transaction(
        database_, store::sql::Connection::Kind::read,
        [&](store::sql::Connection& connection) -> base::Result<void> {
          auto found = leaves(connection, {.organisation = static_cast<base::OrganisationId>(organisation),
                                           .limit = 100'000});
          if (!found) return found.error();
          rows = std::move(*found);
          return {};
        });
    EXPECT_TRUE(read) << read.error().message;
    return rows;
  }
  [[nodiscard]] std::vector<trust::AuditEntry> entries(std::uint32_t organisation) const {
    std::vector<trust::AuditEntry> entries;
    for (const LeafRow& row : rows(organisation)) {
      const auto parsed = trust::parse_leaf(row.leaf);
      EXPECT_TRUE(parsed) << parsed.error().message;
      if (parsed) entries.push_back(*parsed);
    }
    return entries;
  }
  // What check() finds, without copies of checkpoints.
  [[nodiscard]] std::vector<std::string> problems() const {
    const auto report = check(database_, {});
    EXPECT_TRUE(report) << report.error().message;
    return report ? report->problems : std::vector<std::string>{"not checked"};
  }
  void run(const std::string& sql) const {
    const auto lease = database_.lease(store::sql::Connection::Kind::write);
    ASSERT_TRUE(lease) << lease.error().message;
    const auto done = (*lease)->run_script(sql);
    EXPECT_TRUE(done) << done.error().message;
  }

 private:
  store::sql::Database& database_;
  schema::Registry registry_;
  Log log_;
};

}  // namespace hinomi::audit
