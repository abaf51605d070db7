// The vaults of a server: what their databases and engines need.
#include "app/record_keeper.h"
#include "audit/log.h"
#include "audit/tables.h"
#include "os/random.h"

namespace hinomi::app {

base::Result<void> RecordKeeper::open_vaults() {
  vault::Vaults::Parts parts;
  parts.database = database_.get();
  parts.outside = &*engine_;
  parts.folder = setup_.folder.vaults();
  parts.clock = setup_.clock;
  parts.random = os::system_random;
  parts.keys.push_back(&keys_->key_encryption_key());
  parts.audit = &*audit_log_;
  parts.prepare = [this](record::Engine& engine) { prepare(engine); };
  parts.make_audit = [this](base::VaultId id) -> std::unique_ptr<record::AuditLog> {
    return std::make_unique<audit::Log>(
        audit::Log::Parts{.random = os::system_random, .vault = id, .registry = &registry_});
  };
  parts.migrations = {audit::migrations()};
  parts.forget = [](store::sql::Connection& connection, const base::RecordId& id) {
    return audit::erase_details(connection, id.text());
  };
  parts.log = setup_.log;
  auto opened = vault::Vaults::open(std::move(parts));
  if (!opened) return opened.error();
  vaults_ = std::move(*opened);
  return {};
}

}  // namespace hinomi::app
