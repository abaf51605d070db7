#include "store/sqlite/migrate.h"

#include <string>

namespace hinomi::store::sqlite {

base::Result<std::int64_t> schema_version(Database& database, const Schema& schema) {
  const auto application = database.ask("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = database.ask("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = database.ask("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*application == 0 && *version == 0 && *tables == 0) return 0;
  if (*application != schema.application_id || *version < 1) {
    return base::Error{.code = base::ErrorCode::invalid_input,
                       .message = database.path() + ": this is a database, but no " +
                                  std::string(schema.name) + " of Hinomi",
                       .remedy = "Name another data folder, or move the file away."};
  }
  const auto known = static_cast<std::int64_t>(schema.steps.size());
  if (*version > known) {
    return base::Error{.code = base::ErrorCode::unsupported,
                       .message = database.path() + ": the " + std::string(schema.name) + " has version " +
                                  std::to_string(*version) + "; this program knows versions up to " +
                                  std::to_string(known),
                       .remedy = "Use the newer Hinomi that wrote it; there is no way back."};
  }
  return *version;
}

base::Result<void> migrate(Database& database, const Schema& schema) {
  const auto version = schema_version(database, schema);
  if (!version) return version.error();
  for (auto step = static_cast<std::size_t>(*version); step < schema.steps.size(); ++step) {
    auto tx = Tx::begin(database, Tx::Kind::write);
    if (!tx) return tx.error();
    if (auto done = database.run(schema.steps[step]); !done) return done.error();
    // A pragma takes no bound value; these are numbers of the program.
    const std::string mark = "PRAGMA application_id = " + std::to_string(schema.application_id) +
                             "; PRAGMA user_version = " + std::to_string(step + 1);
    if (auto done = database.run(mark.c_str()); !done) return done.error();
    if (auto done = tx->commit(); !done) return done.error();
  }
  return {};
}

}  // namespace hinomi::store::sqlite
