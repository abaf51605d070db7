#include "app/known_names.h"

#include "content/screens.h"

namespace hinomi::app {

base::Result<content::Known> known_names(const schema::Registry& registry,
                                         const content::PermissionTable& permissions,
                                         const std::string& content_folder) {
  auto screens = content::load_screens(content_folder + "/screens.yaml");
  if (!screens) return screens.error();
  content::Known known;
  for (const schema::Entity& entity : registry.all()) {
    known.entities.emplace(entity.name);
    for (const schema::Action& action : entity.actions)
      known.actions.insert(std::string(entity.name) + "." + std::string(action.name));
  }
  known.screens = std::move(*screens);
  known.permissions = permissions.names();
  return known;
}

}  // namespace hinomi::app
