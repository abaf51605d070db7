#include "app/record_keeper.h"

#include <array>
#include <cstdlib>

#include "app/content_folder.h"
#include "app/known_names.h"
#include "app/registry.h"
#include "govern/hooks.h"
#include "os/file.h"
#include "os/random.h"
#include "work/custom_fields.h"

namespace hinomi::app {

base::Result<std::unique_ptr<RecordKeeper>> RecordKeeper::open(Setup setup) {
  std::unique_ptr<RecordKeeper> keeper(new RecordKeeper(std::move(setup)));
  if (auto started = keeper->start(); !started) return started.error();
  return keeper;
}

base::Result<void> RecordKeeper::load_content() {
  const auto folder = content_folder();
  if (!folder) return folder.error();
  auto permissions = content::PermissionTable::load(*folder + "/permissions.yaml");
  if (!permissions) return permissions.error();
  const auto known = known_names(registry_, *permissions, *folder);
  if (!known) return known.error();
  auto catalogue = content::RoleCatalogue::load(*folder, *known);
  if (!catalogue) return catalogue.error();
  auto services = content::ServiceCatalogue::load(*folder + "/catalogues/itu-t-x1060.yaml", *catalogue);
  if (!services) return services.error();
  auto bundles = content::BundleTable::load(*folder + "/bundles.yaml", permissions->names());
  if (!bundles) return bundles.error();
  bundles_ = std::move(*bundles);
  permissions_ = std::move(*permissions);
  catalogue_ = std::move(*catalogue);
  services_ = std::move(*services);
  return {};
}

void RecordKeeper::prepare(record::Engine& engine) {
  govern::add_hooks(engine);
  work::add_custom_field_hooks(engine);
}

base::Result<void> RecordKeeper::start() {
  registry_ = make_registry();
  if (auto loaded = load_content(); !loaded) return loaded;
  auto opened = setup_.database.empty() ? store::sql::open_sqlite({.path = setup_.folder.records()})
                                        : store::sql::open_postgres({.address = setup_.database});
  if (!opened) return opened.error();
  database_ = std::move(*opened);
  store::blobs::FolderOptions files;
  files.folder = setup_.folder.blobs();
  files.clock = setup_.clock;
  files.random = os::system_random;
  auto blobs = store::blobs::open_folder(std::move(files));
  if (!blobs) return blobs.error();
  blobs_ = std::move(*blobs);
  if (auto audited = open_audit(); !audited) return audited;
  record::Engine::Parts parts;
  parts.database = database_.get();
  parts.registry = &registry_;
  parts.clock = setup_.clock;
  parts.random = os::system_random;
  parts.audit = &*audit_log_;
  engine_.emplace(std::move(parts));
  if (auto migrated = engine_->migrate(); !migrated) return migrated;
  prepare(*engine_);
  if (auto opened_vaults = open_vaults(); !opened_vaults) return opened_vaults;
  grants_.emplace(*engine_, *setup_.clock, govern::bundles_of(*catalogue_, *bundles_));
  const auto folder = content_folder();
  if (!folder) return folder.error();
  auto work = WorkKeeper::open({.engine = &*engine_,
                                .grants = &*grants_,
                                .clock = setup_.clock,
                                .content_folder = *folder,
                                .log = setup_.log});
  if (!work) return work.error();
  work_ = std::move(*work);
  if (setup_.demo)
    if (auto added = add_demo(); !added) return added;
  audit_keeper_->run_in_background();
  return {};
}

// Another server of the same database may do it at this moment. In a file there is one writer only, which
// must not be waited for by itself.
base::Result<void> RecordKeeper::add_demo() {
  if (database_->dialect() == store::sql::Dialect::sqlite) return add_demo_records(*engine_);
  return store::sql::in_transaction(*database_, store::sql::Connection::Kind::write,
                                    [&](store::sql::Connection& connection) -> base::Result<void> {
                                      if (auto locked = connection.lock_name("demo"); !locked) return locked;
                                      return add_demo_records(*engine_);
                                    });
}

base::Result<void> RecordKeeper::open_audit() {
  if (auto migrated = store::sql::migrate(*database_, audit::migrations()); !migrated) return migrated;
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  auto keys = audit::Keys::open({.database = database_.get(),
                                 .folder = setup_.folder.keys(),
                                 .credentials = credentials == nullptr ? "" : credentials,
                                 .clock = setup_.clock,
                                 .random = os::system_random});
  if (!keys) return keys.error();
  keys_.emplace(std::move(*keys));
  audit_log_.emplace(audit::Log::Parts{.random = os::system_random, .registry = &registry_});
  std::shared_ptr<const trust::TimestampTrust> trust;
  if (!setup_.timestamp_authority.empty()) {
    auto read = read_timestamp_trust(setup_.timestamp_certificates);
    if (!read) return read.error();
    trust = std::make_shared<const trust::TimestampTrust>(std::move(*read));
  }
  auto keeper = audit::Keeper::open({.database = database_.get(),
                                     .log = &*audit_log_,
                                     .keys = &*keys_,
                                     .clock = setup_.clock,
                                     .folder = setup_.folder.audit(),
                                     .outside = setup_.audit_copies,
                                     .authority = setup_.timestamp_authority,
                                     .trust = std::move(trust),
                                     .say = setup_.log});
  if (!keeper) return keeper.error();
  audit_keeper_ = std::move(*keeper);
  return {};
}

base::Result<trust::TimestampTrust> read_timestamp_trust(const std::string& path) {
  const auto pem = os::read_file(path, trust::kMaxCertificateFileBytes);
  if (!pem) return pem.error();
  return trust::TimestampTrust::from_pem(*pem);
}

base::Result<std::vector<std::string>> remember_authorities(const DataFolder& folder,
                                                            const std::string& path) {
  const std::string kept = folder.audit() + "/authorities.pem";
  auto known = os::read_file(kept, trust::kMaxCertificateFileBytes);
  if (!known && known.error().code != base::ErrorCode::not_found) return known.error();
  std::string all = known ? std::move(*known) : std::string();
  if (!path.empty()) {
    auto pem = os::read_file(path, trust::kMaxCertificateFileBytes);
    if (!pem) return pem.error();
    if (!pem->ends_with('\n')) *pem += '\n';
    if (all.find(*pem) == std::string::npos) {
      all += *pem;
      if (auto written = os::replace_file(kept, all); !written) return written.error();
    }
  }
  std::vector<std::string> certificates;
  if (!all.empty()) certificates.push_back(std::move(all));
  return certificates;
}

}  // namespace hinomi::app
