#include <string>

#include "store/sql/database.h"

namespace hinomi::store::sql {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS schema_version (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)";
constexpr std::string_view kLock = "schema_version";

base::Result<std::int64_t> ask(Connection& connection, std::string_view sql,
                               std::optional<std::string_view> value) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  if (value) (*statement)->bind(*value);
  const auto row = (*statement)->step();
  if (!row) return row.error();
  const std::int64_t answer = *row ? (*statement)->integer(0) : 0;
  (*statement)->reset();
  return answer;
}

// A missing table is asked for, since a failing statement would fail the transaction.
base::Result<std::int64_t> recorded_version(Connection& connection, std::string_view name) {
  const auto there =
      ask(connection,
          connection.dialect() == Dialect::sqlite
              ? "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'"
              : "SELECT CASE WHEN to_regclass('schema_version') IS NULL THEN 0 ELSE 1 END",
          std::nullopt);
  if (!there) return there.error();
  if (*there == 0) return 0;
  return ask(connection, "SELECT version FROM schema_version WHERE name = ?", name);
}

base::Result<void> apply_step(Connection& connection, const Migrations& migrations, std::int64_t step) {
  if (auto done = connection.run_script(migrations.steps[static_cast<std::size_t>(step)]); !done) {
    base::Error error = done.error();
    error.message = "schema of " + std::string(migrations.name) + ", step " + std::to_string(step + 1) +
                    ": " + error.message;
    return error;
  }
  auto record = connection.prepare(
      "INSERT INTO schema_version (name, version) VALUES (?, ?) "
      "ON CONFLICT (name) DO UPDATE SET version = excluded.version");
  if (!record) return record.error();
  (*record)->bind(migrations.name).bind(step + 1);
  if (auto done = (*record)->run(); !done) return done.error();
  return {};
}

}  // namespace

base::Result<std::int64_t> schema_version(Connection& connection, const Migrations& migrations) {
  const auto version = recorded_version(connection, migrations.name);
  if (!version) return version.error();
  const auto known = static_cast<std::int64_t>(migrations.steps.size());
  if (*version >= 0 && *version <= known) return *version;
  return base::Error{
      base::ErrorCode::unsupported,
      "the database holds version " + std::to_string(*version) + " of " + std::string(migrations.name) +
          "; this program knows versions up to " + std::to_string(known),
      "Use the newer Hinomi that wrote it, or restore a backup of before; there is no way back."};
}

base::Result<void> migrate(Database& database, const Migrations& migrations) {
  const auto steps = static_cast<std::int64_t>(migrations.steps.size());
  std::int64_t version = 0;
  const auto one_step = [&](Connection& connection) -> base::Result<void> {
    if (auto allowed = connection.allow_long_work(); !allowed) return allowed;
    if (auto locked = connection.lock_name(kLock); !locked) return locked;
    if (auto done = connection.run_script(kTable); !done) return done;
    const auto now = schema_version(connection, migrations);
    if (!now) return now.error();
    version = *now;
    if (version == steps) return {};
    if (auto done = apply_step(connection, migrations, version); !done) return done;
    ++version;
    return {};
  };
  // At least once, so that the table is there and a newer version is refused. Another program may take steps
  // too.
  do {
    if (auto done = in_transaction(database, Connection::Kind::write, one_step); !done) return done;
  } while (version < steps);
  return {};
}

}  // namespace hinomi::store::sql
