// Declarations as JSON: what GET /api/v1/schema answers and schema/entities.json holds, so that screens and
// clients need no code for each entity.
#pragma once

#include <string>

#include "schema/entity.h"

namespace hinomi::schema {

[[nodiscard]] std::string to_json(const Registry& registry, int indent = 0);

}  // namespace hinomi::schema
