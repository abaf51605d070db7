// The API of this program as it describes itself (schema/openapi.json): that of a server with everything that
// a server can have, which listens nowhere. Not for serving.
#pragma once

#include <string>

#include "base/result.h"
#include "schema/entity.h"

namespace hinomi::app {

// With line breaks, as it is committed. `registry`: of all entities. A service that brings routes is given
// here as well, or its routes are missing from the description.
[[nodiscard]] base::Result<std::string> described_api(const schema::Registry& registry);

}  // namespace hinomi::app
