// Brings the schema of a database file to the version of this program: numbered steps, each in a transaction
// of its own, the number kept in PRAGMA user_version. Not for changing data between versions of a rule.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace hinomi::store::sqlite {

struct Schema {
  std::string_view name;        // for messages: "alert store"
  std::int32_t application_id;  // PRAGMA application_id: whose file it is; not 0
  // Step i (from 0) leads from version i to i + 1; a released step is never changed.
  std::span<const char* const> steps;
};

// Version of the file, 0 for an empty one. invalid_input: a database of something else; unsupported: of a
// newer version of this program.
[[nodiscard]] base::Result<std::int64_t> schema_version(Database& database, const Schema& schema);

// Applies what is missing.
[[nodiscard]] base::Result<void> migrate(Database& database, const Schema& schema);

}  // namespace hinomi::store::sqlite
