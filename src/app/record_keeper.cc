#include "app/record_keeper.h"

#include <array>

#include "app/content_folder.h"
#include "app/registry.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "govern/hooks.h"
#include "os/random.h"
#include "work/custom_fields.h"

namespace hinomi::app {

base::Result<std::unique_ptr<RecordKeeper>> RecordKeeper::open(Setup setup) {
  std::unique_ptr<RecordKeeper> keeper(new RecordKeeper(std::move(setup)));
  if (auto started = keeper->start(); !started) return started.error();
  return keeper;
}

base::Result<void> RecordKeeper::start() {
  registry_ = make_registry();
  const auto content = content_folder();
  if (!content) return content.error();
  const auto table = content::PermissionTable::load(*content + "/permissions.yaml");
  if (!table) return table.error();
  content::Known known;
  known.permissions = table->names();
  const auto catalogue = content::RoleCatalogue::load(*content, known);
  if (!catalogue) return catalogue.error();
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
  record::Engine::Parts parts;
  parts.database = database_.get();
  parts.registry = &registry_;
  parts.clock = setup_.clock;
  parts.random = os::system_random;
  engine_.emplace(std::move(parts));
  if (auto migrated = engine_->migrate(); !migrated) return migrated;
  govern::add_hooks(*engine_);
  work::add_custom_field_hooks(*engine_);
  grants_.emplace(*engine_, *setup_.clock, govern::bundles_of(*catalogue));
  if (!setup_.demo) return {};
  return add_demo_records(*engine_);
}

base::Result<std::optional<access::Principal>> RecordKeeper::ticket_holder() {
  if (!setup_.demo) return std::optional<access::Principal>();
  access::Principal principal;
  principal.kind = access::PrincipalKind::staff;
  principal.id = demo_person();
  principal.name = "admin";
  principal.proved_at = setup_.clock->now();
  principal.realm = base::Realm::demo;
  auto grants = grants_->grants_of(principal.id);
  if (!grants) return grants.error();
  principal.grants = std::move(*grants);
  return std::optional(std::move(principal));
}

}  // namespace hinomi::app
