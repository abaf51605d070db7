// The schemas that this program keeps in the database of records. Not for applying them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace hinomi::app {

// Name to the newest version that this program knows.
[[nodiscard]] std::map<std::string, std::int64_t> known_schemas();

}  // namespace hinomi::app
