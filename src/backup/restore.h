// Puts a backup into an empty folder. The archive is hostile input: all of it is read and judged before
// anything is written, and what was written is judged again before it takes its place. Not for merging a
// backup into what is there.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "backup/manifest.h"
#include "base/result.h"
#include "os/clock.h"
#include "os/random.h"

namespace hinomi::backup {

// Stands in a data folder while it is being restored; a server does not start on a folder that has it.
inline constexpr std::string_view kRestoring = ".restoring";

struct RestoreOrder {
  std::string from;
  std::string secrets;      // archive of keys; empty: none
  std::string data;         // made when missing; must be empty
  std::string credentials;  // folder of systemd's credentials; empty: none
  // Schemas that this program knows, and up to which version.
  std::map<std::string, std::int64_t> schemas;
  const os::Clock* clock = nullptr;
  os::RandomBytes random;
};

struct RestoreReport {
  Manifest manifest;
  std::uint64_t entries = 0;  // of the audit log, all computed anew
  std::uint64_t checkpoints = 0;
  bool keys = false;  // they are there, and are those of the database
};

// Durable on return. Errors: conflict, the folder is not empty, or the keys are of another server;
// invalid_input, the archive is damaged or not ours, or the audit log in it is not in order; unsupported, it
// is of a newer version; limit_exceeded, there is no room. The folder is empty then.
[[nodiscard]] base::Result<RestoreReport> restore_backup(const RestoreOrder& order);

// Reads and judges an archive, and writes nothing.
[[nodiscard]] base::Result<Manifest> check_archive(const std::string& path, Content content,
                                                   const std::map<std::string, std::int64_t>& schemas,
                                                   std::uint64_t room);

}  // namespace hinomi::backup
