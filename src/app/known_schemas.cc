#include "app/known_schemas.h"

#include "account/migrations.h"
#include "audit/tables.h"
#include "record/migrations.h"
#include "store/sql/migration_files.h"
#include "vault/tables.h"

namespace hinomi::app {

std::map<std::string, std::int64_t> known_schemas() {
  std::map<std::string, std::int64_t> known;
  const auto add = [&](const store::sql::Migrations& migrations) {
    known[std::string(migrations.name)] = static_cast<std::int64_t>(migrations.steps.size());
  };
  add(store::sql::steps_for("records", store::sql::Dialect::sqlite, record::migration_files()).view());
  add(store::sql::steps_for("accounts", store::sql::Dialect::sqlite, account::migration_files()).view());
  add(audit::migrations());
  add(vault::main_migrations());
  return known;
}

}  // namespace hinomi::app
