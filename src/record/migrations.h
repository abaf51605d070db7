// The numbered steps of the record database, as they stand in record/migrations.
#pragma once

#include <span>

#include "store/sql/migration_files.h"

namespace hinomi::record {

// In order; made from the files when the program is built.
[[nodiscard]] std::span<const store::sql::MigrationFile> migration_files() noexcept;

}  // namespace hinomi::record
