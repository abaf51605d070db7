// Numbered steps as files beside a module, <module>/migrations/0001-….sql (cmake/HinomiMigrations.cmake). A
// file may have parts for one of the databases: from a line "-- only: sqlite" (or postgres) on, up to the
// next such line or "-- only: both". Not the applying of steps (database.h).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/database.h"

namespace hinomi::store::sql {

struct MigrationFile {
  std::string_view name;  // "0001-platform.sql"
  std::string_view text;
};

// The texts of steps, and the list that migrate() wants of them while this lives.
struct Steps {
  std::string_view name;  // "records"
  std::vector<std::string> texts;
  [[nodiscard]] Migrations view() const;
};
[[nodiscard]] Steps steps_for(std::string_view name, Dialect dialect, std::span<const MigrationFile> files);
// What a file says for one database.
[[nodiscard]] std::string part_for(Dialect dialect, std::string_view text);

}  // namespace hinomi::store::sql
