// Makes a backup of a data folder as one file, also while a server runs on it and writes. What it is one cut
// of: docs/en/backup.md. Not for PostgreSQL, whose own programs make backups (store/sql).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "base/result.h"
#include "os/clock.h"
#include "store/sql/database.h"

namespace hinomi::backup {

struct BackupOrder {
  std::string data;
  std::string to;          // file; must not be there
  std::string secrets_to;  // file for what must be kept elsewhere; empty: none is made
  bool events = true;      // with the live part
  std::string program;     // version of this program
  const os::Clock* clock = nullptr;
  // Hashes (hex) of the blobs that records refer to.
  std::function<base::Result<std::vector<std::string>>(store::sql::Connection&)> blobs = {};
};

struct BackupReport {
  Manifest manifest;
  std::uint64_t bytes = 0;  // of the file
  std::size_t secrets = 0;  // files in the other one
};

// There as a whole or not at all. conflict: there is such a file.
[[nodiscard]] base::Result<BackupReport> make_backup(const BackupOrder& order);

}  // namespace hinomi::backup
