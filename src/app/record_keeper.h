// The records of a server: their database, the engine over it, and what people may do. Put together once, by
// the front. Not for events, findings and alerts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/record_routes.h"
#include "app/data_folder.h"
#include "app/work_keeper.h"
#include "audit/keeper.h"
#include "audit/keys.h"
#include "audit/log.h"
#include "base/result.h"
#include "content/bundle_table.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "content/service_catalogue.h"
#include "govern/grants.h"
#include "record/engine.h"
#include "schema/entity.h"
#include "store/blobs/blobs.h"
#include "store/sql/database.h"
#include "trust/timestamp.h"
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
    std::string audit_copies;         // a further folder for copies of checkpoints; empty: none
    std::string timestamp_authority;  // its address; empty: none
    std::string timestamp_certificates;
  };
  // Opens the database, brings its tables to this version, opens or makes the keys, and puts the demo company
  // in where it is wanted and not there yet.
  [[nodiscard]] static base::Result<std::unique_ptr<RecordKeeper>> open(Setup setup);

  [[nodiscard]] record::Engine& engine() noexcept { return *engine_; }
  [[nodiscard]] store::blobs::BlobStore& blobs() noexcept { return *blobs_; }
  [[nodiscard]] govern::GrantBook& grants() noexcept { return *grants_; }
  // What stands on the records. Jobs run from start_work() on.
  [[nodiscard]] api::records::WorkParts work() { return work_->parts(); }
  void start_work() { work_->start(); }
  [[nodiscard]] store::sql::Database& database() noexcept { return *database_; }
  [[nodiscard]] vault::Vaults& vaults() noexcept { return *vaults_; }
  // What the roles are; lives as long as this.
  [[nodiscard]] api::records::RoleContent roles() const noexcept {
    return {.roles = &*catalogue_, .services = &*services_, .permissions = &*permissions_};
  }
  [[nodiscard]] audit::Keeper& audit() noexcept { return *audit_keeper_; }
  [[nodiscard]] audit::Log& audit_log() noexcept { return *audit_log_; }
  [[nodiscard]] audit::Keys& keys() noexcept { return *keys_; }

 private:
  explicit RecordKeeper(Setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] base::Result<void> start();
  [[nodiscard]] base::Result<void> load_content();
  [[nodiscard]] base::Result<void> open_audit();
  // What the engine of every database of records needs beside its tables.
  void prepare(record::Engine& engine);
  [[nodiscard]] base::Result<void> open_vaults();
  [[nodiscard]] base::Result<void> add_demo();

  Setup setup_;
  schema::Registry registry_;
  std::unique_ptr<store::blobs::BlobStore> blobs_;
  std::unique_ptr<store::sql::Database> database_;
  std::optional<content::PermissionTable> permissions_;
  std::optional<content::BundleTable> bundles_;
  std::optional<content::RoleCatalogue> catalogue_;
  std::optional<content::ServiceCatalogue> services_;
  std::optional<audit::Keys> keys_;
  std::optional<audit::Log> audit_log_;
  std::unique_ptr<audit::Keeper> audit_keeper_;
  std::optional<record::Engine> engine_;
  std::optional<govern::GrantBook> grants_;
  std::unique_ptr<WorkKeeper> work_;
  std::unique_ptr<vault::Vaults> vaults_;
};

// The certificates (PEM) that may stand at the root of a time-stamp.
[[nodiscard]] base::Result<trust::TimestampTrust> read_timestamp_trust(const std::string& path);
// Those of every authority that ever stamped for this folder, for exports: `path` (empty: none) is added to
// them. Empty: there never was one.
[[nodiscard]] base::Result<std::vector<std::string>> remember_authorities(const DataFolder& folder,
                                                                          const std::string& path);

// The organisation of the demo company with its sites, people, posts and assignments; nothing where an
// organisation is there already.
[[nodiscard]] base::Result<void> add_demo_records(record::Engine& engine);
// The same beside the organisations that are there, for a server in real use: without the person who holds
// every role, who would hold them for the whole group.
[[nodiscard]] base::Result<void> add_demo_company(record::Engine& engine);
// The person of the demo who holds every role.
[[nodiscard]] base::RecordId demo_person() noexcept;

}  // namespace hinomi::app
