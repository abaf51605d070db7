// What the audit logs of a database hold at one moment. Not for judging them (audit/check.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "base/result.h"
#include "store/sql/database.h"

namespace hinomi::backup {

[[nodiscard]] base::Result<std::vector<LogState>> log_states(store::sql::Connection& connection);
// Names and versions of the schemas of a database.
[[nodiscard]] base::Result<std::map<std::string, std::int64_t>> schemas_of(
    store::sql::Connection& connection);

}  // namespace hinomi::backup
