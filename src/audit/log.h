// The audit log of the running server: entries become leaves of their organisation's tree in the transaction
// of what they are about. Not for checkpoints and anchors (keeper.h) and not for reading (tables.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "audit/refusals.h"
#include "audit/tables.h"
#include "base/labels.h"
#include "base/result.h"
#include "os/random.h"
#include "record/audit.h"
#include "schema/entity.h"
#include "store/sql/database.h"
#include "trust/audit_leaf.h"

namespace hinomi::audit {

class Log final : public record::AuditLog {
 public:
  struct Parts {
    os::RandomBytes random;  // of salts; safe from several threads
    // The vault whose database this is; a log takes no entry of another one, so that nothing of a vault ever
    // stands outside it.
    base::VaultId vault{};
    // To find the organisation of a record that was refused to somebody; nullptr: it is said with the entry.
    const schema::Registry* registry = nullptr;
  };
  explicit Log(Parts parts) : parts_(std::move(parts)) {}

  // Two servers on one database append one after the other. A hostile text is made to fit and never refuses
  // an entry; what does is the database, or an entry of another vault (usage).
  [[nodiscard]] base::Result<void> append(store::sql::Connection& connection,
                                          const record::AuditEntry& entry) override;
  // A log of a vault takes none: nobody but members gets as far as being refused there.
  bool refuse(const record::AuditEntry& entry, bool must_exist) override {
    if (parts_.vault != base::VaultId{}) return false;
    refusals_.note(entry, must_exist);
    return true;
  }

  // Appends those that are about something that is there.
  [[nodiscard]] base::Result<void> append(store::sql::Connection& connection, const Refusal& refusal);
  [[nodiscard]] Refusals& refusals() noexcept { return refusals_; }
  // How many entries this program has appended; some may have been rolled back.
  [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }

 private:
  Parts parts_;
  Refusals refusals_;
  std::atomic<std::uint64_t> appended_{0};
};

// The entry as it stands in the leaf, without index and details.
[[nodiscard]] trust::AuditEntry leaf_entry(const record::AuditEntry& entry);
// What a row is looked for by, from its leaf.
void set_columns(const trust::AuditEntry& leaf, LeafRow& row);

}  // namespace hinomi::audit
