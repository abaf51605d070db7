// The vaults of a server: the key over their keys, and what their engines need.
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "app/record_keeper.h"
#include "os/file.h"
#include "os/random.h"

namespace hinomi::app {
namespace {

constexpr std::string_view kKeyFile = "/key-encryption.key";
constexpr std::string_view kCredential = "/hinomi.key-encryption";

base::Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return base::Error{
      base::ErrorCode::io, path + ": cannot be made: " + std::generic_category().message(errno), "", {}};
}

base::Result<bool> has_vaults(store::sql::Database& database) {
  bool found = false;
  if (auto migrated = store::sql::migrate(database, vault::main_migrations()); !migrated)
    return migrated.error();
  const auto read = store::sql::in_transaction(database, store::sql::Connection::Kind::read,
                                               [&](store::sql::Connection& connection) -> base::Result<void> {
                                                 const auto rows = vault::row_versions(connection);
                                                 if (!rows) return rows.error();
                                                 found = !rows->empty();
                                                 return {};
                                               });
  if (!read) return read.error();
  return found;
}

// From systemd's credentials, else the file in the data folder; made where there was never anything under it.
base::Result<trust::KeyEncryptionKey> key_encryption_key(const DataFolder& folder,
                                                         store::sql::Database& database) {
  if (const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY"); credentials != nullptr) {
    const std::string path = std::string(credentials) + std::string(kCredential);
    if (os::file_info(path)) return trust::KeyEncryptionKey::load(path, os::SecretFileKind::credential);
  }
  const std::string path = folder.keys() + std::string(kKeyFile);
  if (os::file_info(path)) return trust::KeyEncryptionKey::load(path, os::SecretFileKind::own);
  const auto wrapped = has_vaults(database);
  if (!wrapped) return wrapped.error();
  if (*wrapped)
    return base::Error{base::ErrorCode::not_found,
                       path + ": the key over the keys of vaults is gone",
                       "Put the file back from where it is kept and start again.",
                       {}};
  if (auto made = make_folder(folder.keys()); !made) return made.error();
  auto key = trust::KeyEncryptionKey::make(os::system_random);
  if (!key) return key;
  if (auto saved = key->save(path); !saved) return saved.error();
  return key;
}

}  // namespace

base::Result<void> RecordKeeper::open_vaults() {
  auto key = key_encryption_key(setup_.folder, *database_);
  if (key) vault_key_.emplace(std::move(*key));
  if (!key && setup_.log)
    setup_.log("vaults stay closed: " + key.error().message + "; " + key.error().remedy);
  vault::Vaults::Parts parts;
  parts.database = database_.get();
  parts.outside = &*engine_;
  parts.folder = setup_.folder.vaults();
  parts.clock = setup_.clock;
  parts.random = os::system_random;
  if (vault_key_) parts.keys.push_back(&*vault_key_);
  parts.prepare = [this](record::Engine& engine) { prepare(engine); };
  parts.log = setup_.log;
  auto opened = vault::Vaults::open(std::move(parts));
  if (!opened) return opened.error();
  vaults_ = std::move(*opened);
  return {};
}

}  // namespace hinomi::app
