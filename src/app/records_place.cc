#include "app/records_place.h"

#include <array>
#include <cstdlib>

#include "os/file.h"
#include "os/secret_file.h"
#include "store/sql/database.h"

namespace hinomi::app {
namespace {

constexpr std::size_t kMaxAddressBytes = 4096;

base::Error refused(const std::string& what, const std::string& remedy) {
  return {base::ErrorCode::usage, what, remedy, {}};
}

base::Result<std::string> address_in(const std::string& file) {
  std::array<char, kMaxAddressBytes> bytes{};
  // A path below the credentials of systemd is theirs.
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool is_credential = credentials != nullptr && file.starts_with(std::string(credentials) + "/");
  const auto size = os::read_secret_file(
      file, is_credential ? os::SecretFileKind::credential : os::SecretFileKind::own, bytes);
  if (!size) return size.error();
  std::string address(bytes.data(), *size);
  while (!address.empty() && (address.back() == '\n' || address.back() == '\r')) address.pop_back();
  if (address.empty())
    return refused("the file " + file + " names no database", "write a connection string into it");
  return address;
}

base::Result<std::string> address_of(const std::string& word, const std::string& file) {
  if (!word.empty()) return word;
  if (!file.empty()) return address_in(file);
  const char* const variable = std::getenv(std::string(kDatabaseVariable).c_str());
  return std::string(variable == nullptr ? "" : variable);
}

}  // namespace

base::Result<RecordsPlace> records_place(const DataFolder& folder, const std::string& word,
                                         const std::string& file) {
  auto address = address_of(word, file);
  if (!address) return address.error();
  const bool was_postgres = static_cast<bool>(os::file_info(folder.records_in_postgres()));
  if (address->empty()) {
    if (was_postgres)
      return refused("the records of " + folder.path + " live in PostgreSQL, and none is named",
                     "start with --database or --database-file; to begin anew in the data folder, remove " +
                         folder.records_in_postgres());
    return RecordsPlace{};
  }
  const auto place = store::sql::postgres_place(*address);
  if (!place) return place.error();
  if (!word.empty() && place->has_password)
    return refused("--database holds a password, which every user of this machine can read",
                   "put it into a file of mode 0600 and name that: --database-file FILE; or use " +
                       std::string(kDatabaseVariable) + " or ~/.pgpass");
  if (place->leaves_machine && !place->is_encrypted)
    return refused("the database is on another machine, and the connection need not be encrypted",
                   "add sslmode=verify-full and sslrootcert=FILE to its address");
  if (!was_postgres && os::file_info(folder.records()))
    return refused(folder.path + " has records of its own, which are not moved to PostgreSQL",
                   "name another data folder, or move records.db with its -wal and -shm away");
  return RecordsPlace{*address, place->ports, place->shown};
}

base::Result<void> remember_records_place(const DataFolder& folder, const RecordsPlace& place) {
  if (!place.is_postgres()) return {};
  return os::replace_file(folder.records_in_postgres(), place.shown + "\n");
}

}  // namespace hinomi::app
