// Every name that the content of roles may refer to: what this program has. Not for who may do what.
#pragma once

#include <string>

#include "base/result.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "schema/entity.h"

namespace hinomi::app {

// Entities and their actions ("person.retire") as declared, screens as content/screens.yaml lists them.
[[nodiscard]] base::Result<content::Known> known_names(const schema::Registry& registry,
                                                       const content::PermissionTable& permissions,
                                                       const std::string& content_folder);

}  // namespace hinomi::app
