#include "app/record_keeper.h"

#include <array>

#include "app/content_folder.h"
#include "app/known_names.h"
#include "app/registry.h"
#include "govern/hooks.h"
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
  record::Engine::Parts parts;
  parts.database = database_.get();
  parts.registry = &registry_;
  parts.clock = setup_.clock;
  parts.random = os::system_random;
  engine_.emplace(std::move(parts));
  if (auto migrated = engine_->migrate(); !migrated) return migrated;
  prepare(*engine_);
  if (auto opened_vaults = open_vaults(); !opened_vaults) return opened_vaults;
  grants_.emplace(*engine_, *setup_.clock, govern::bundles_of(*catalogue_));
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
