// The seam to the audit log: what the engine and the API say happened, in the same transaction as what
// happened. Not the log itself (module audit).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/principal.h"
#include "base/labels.h"
#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sql/database.h"

namespace hinomi::record {

struct AuditEntry {
  base::OrganisationId organisation{};
  base::VaultId vault{};
  base::Labels labels;  // what they say beside organisation and vault
  base::TimeNs at{};
  const access::Principal* who = nullptr;
  std::string_view via;
  std::string_view peer;
  std::string action;  // "person.change", "session.begin"
  std::string_view entity;
  std::optional<base::RecordId> record;
  std::int64_t version = 0;
  bool done = true;  // false: refused
  std::string_view reason;
  std::string details;  // JSON
};

class AuditLog {
 public:
  AuditLog() = default;
  virtual ~AuditLog() = default;
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  // Within a write transaction of the connection.
  [[nodiscard]] virtual base::Result<void> append(store::sql::Connection& connection,
                                                  const AuditEntry& entry) = 0;
  // Something was refused. At any time, from any thread; does not wait, and writes it down a moment later, of
  // one principal only so many a minute one by one. `must_exist`: only if the record is there (it was hidden).
  // False: this log takes nothing this way; append() it.
  virtual bool refuse(const AuditEntry& entry, bool must_exist) {
    (void)entry;
    (void)must_exist;
    return false;
  }
};

}  // namespace hinomi::record
