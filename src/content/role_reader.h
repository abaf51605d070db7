// Reads the file of one role. A part of RoleCatalogue, which checks what concerns several roles.
#pragma once

#include <string>

#include "base/result.h"
#include "content/role.h"
#include "content/role_catalogue.h"

namespace hinomi::content {

// The file must be about `code` in `catalogue` and refer only to what is `known`.
[[nodiscard]] base::Result<Role> read_role(const std::string& path, Code code, const std::string& catalogue,
                                           const Known& known);

}  // namespace hinomi::content
