// The numbered steps of the record database, as they stand in record/migrations. A file may have parts for
// one of the databases: from a line "-- only: sqlite" (or postgres) on, up to the next such line or "-- only:
// both".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/database.h"

namespace hinomi::record {

struct MigrationFile {
  std::string_view name;  // "0001-platform.sql"
  std::string_view text;
};
// In order; made from the files when the program is built.
[[nodiscard]] std::span<const MigrationFile> migration_files() noexcept;

// The texts of steps, and the list that store/sql wants of them while this lives.
struct Steps {
  std::vector<std::string> texts;
  [[nodiscard]] store::sql::Migrations view() const;
};
[[nodiscard]] Steps steps_for(store::sql::Dialect dialect, std::span<const MigrationFile> files);
// What a file says for one database.
[[nodiscard]] std::string part_for(store::sql::Dialect dialect, std::string_view text);

}  // namespace hinomi::record
