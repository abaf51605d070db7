// The records of a server: their database, the engine over it, and what people may do. Put together once, by
// the front. Not for events, findings and alerts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/record_routes.h"
#include "app/data_folder.h"
#include "base/result.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "content/service_catalogue.h"
#include "govern/grants.h"
#include "record/engine.h"
#include "schema/entity.h"
#include "store/sql/database.h"
#include "trust/keys.h"
#include "vault/vaults.h"

namespace hinomi::app {

class RecordKeeper {
 public:
  struct Setup {
    DataFolder folder;
    std::string database;  // connection string of a PostgreSQL server; empty: a file in the data folder
    bool demo = false;
    const os::Clock* clock = nullptr;
    std::function<void(const std::string&)> log;
  };
  // Opens the database, brings its tables to this version, and puts the demo company in where it is wanted
  // and not there yet.
  [[nodiscard]] static base::Result<std::unique_ptr<RecordKeeper>> open(Setup setup);

  [[nodiscard]] record::Engine& engine() noexcept { return *engine_; }
  [[nodiscard]] govern::GrantBook& grants() noexcept { return *grants_; }
  [[nodiscard]] vault::Vaults& vaults() noexcept { return *vaults_; }
  // What the roles are; lives as long as this.
  [[nodiscard]] api::records::RoleContent roles() const noexcept {
    return {.roles = &*catalogue_, .services = &*services_, .permissions = &*permissions_};
  }
  // Who holds a session that was begun with a ticket: the first person of the demo company.
  [[nodiscard]] base::Result<std::optional<access::Principal>> ticket_holder();

 private:
  explicit RecordKeeper(Setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] base::Result<void> start();
  [[nodiscard]] base::Result<void> load_content();
  // What the engine of every database of records needs beside its tables.
  void prepare(record::Engine& engine);
  [[nodiscard]] base::Result<void> open_vaults();

  Setup setup_;
  schema::Registry registry_;
  std::unique_ptr<store::sql::Database> database_;
  std::optional<content::PermissionTable> permissions_;
  std::optional<content::RoleCatalogue> catalogue_;
  std::optional<content::ServiceCatalogue> services_;
  std::optional<record::Engine> engine_;
  std::optional<govern::GrantBook> grants_;
  std::optional<trust::KeyEncryptionKey> vault_key_;
  std::unique_ptr<vault::Vaults> vaults_;
};

// The organisation of the demo company with its sites, people, posts and assignments; nothing where an
// organisation is there already.
[[nodiscard]] base::Result<void> add_demo_records(record::Engine& engine);
// The person of the demo who holds every role.
[[nodiscard]] base::RecordId demo_person() noexcept;

}  // namespace hinomi::app
