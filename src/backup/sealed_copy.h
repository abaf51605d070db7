// Copies a sealed database, with its write-ahead log, while its server writes to it: without its key, and
// without a lock, which only the server has. What comes out is what a killed server would have left, and
// opens as that does.
#pragma once

#include <string>

#include "base/result.h"

namespace hinomi::backup {

// `path` of the database to `target`, and "-wal" likewise where there is one. unavailable: it was written to
// all the while, and no copy was of one moment.
[[nodiscard]] base::Result<void> copy_sealed(const std::string& path, const std::string& target);

}  // namespace hinomi::backup
