// The numbered steps of the tables of accounts, as they stand in account/migrations.
#pragma once

#include <span>

#include "store/sql/migration_files.h"

namespace hinomi::account {

// In order; made from the files when the program is built.
[[nodiscard]] std::span<const store::sql::MigrationFile> migration_files() noexcept;

}  // namespace hinomi::account
