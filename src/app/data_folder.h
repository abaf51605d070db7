// The folder a server keeps everything in: where each part lies, and the lock that lets one server use it.
#pragma once

#include <string>

#include "base/result.h"
#include "os/file.h"
#include "store/journal/position.h"

namespace hinomi::app {

struct DataFolder {
  std::string path;

  [[nodiscard]] std::string lock() const { return path + "/lock"; }
  [[nodiscard]] std::string journal() const { return path + "/journal"; }
  [[nodiscard]] std::string findings() const { return path + "/findings"; }
  [[nodiscard]] std::string alerts() const { return path + "/alerts.db"; }
  [[nodiscard]] std::string records() const { return path + "/records.db"; }
  [[nodiscard]] std::string blobs() const { return path + "/blobs"; }
  [[nodiscard]] std::string scratch() const { return path + "/scratch"; }
  // There where the records live in PostgreSQL instead; says which.
  [[nodiscard]] std::string records_in_postgres() const { return path + "/records-in-postgresql"; }
  // The key under which the secrets of the record database are sealed.
  [[nodiscard]] std::string key() const { return path + "/key"; }
  // From the front to the supervisor, which shows it once: the secret of the first start.
  [[nodiscard]] std::string setup_secret() const { return path + "/setup-secret"; }
  [[nodiscard]] std::string keys() const { return path + "/keys"; }
  [[nodiscard]] std::string audit() const { return path + "/audit"; }
  [[nodiscard]] std::string anchors() const { return audit() + "/anchors"; }
  [[nodiscard]] std::string vaults() const { return path + "/vaults"; }
  [[nodiscard]] std::string exports() const { return path + "/exports"; }
  [[nodiscard]] std::string rules() const { return path + "/rules"; }
  [[nodiscard]] std::string quarantine() const { return path + "/quarantine"; }
  [[nodiscard]] std::string sessions() const { return path + "/sessions"; }
  [[nodiscard]] std::string address() const { return path + "/address"; }
  [[nodiscard]] std::string ticket() const { return path + "/ticket"; }
  [[nodiscard]] std::string ingest_token() const { return path + "/ingest-token"; }
  [[nodiscard]] std::string sources() const { return path + "/sources.yaml"; }
  [[nodiscard]] std::string source_ids() const { return path + "/source-ids"; }
};

// Makes the folder and its parts (mode 0700) where absent. Refuses one that others may write to.
[[nodiscard]] base::Result<DataFolder> open_data_folder(const std::string& path);

// Holds the lock as long as the descriptor is open. An error names the process that holds it.
[[nodiscard]] base::Result<os::Descriptor> lock_data_folder(const DataFolder& folder);

// Refuses a journal that ends before the place up to which alerts.db says it was judged: it was deleted, or
// an older copy was put back. New events would get places and numbers that were judged already and raise no
// alert.
[[nodiscard]] base::Result<void> check_journal_end(const DataFolder& folder, store::journal::Position end);

// Where browsers reach the server of this folder, for `hinomi login`.
[[nodiscard]] base::Result<void> write_address(const DataFolder& folder, const std::string& address);
// Fails where no server has used the folder.
[[nodiscard]] base::Result<std::string> read_address(const DataFolder& folder);

}  // namespace hinomi::app
