// Backups of PostgreSQL by its own programs, pg_dump and pg_restore, run beside this one. They are found
// where Debian puts them; the password is given in the environment, never as an argument.
#pragma once

#include <string>

#include "base/result.h"

namespace hinomi::store::sql::postgres {

// One state of the database at `address` into the file, in pg_dump's custom format.
[[nodiscard]] base::Result<void> dump(const std::string& address, const std::string& path);
// All of it or nothing.
[[nodiscard]] base::Result<void> restore_dump(const std::string& address, const std::string& path);

}  // namespace hinomi::store::sql::postgres
