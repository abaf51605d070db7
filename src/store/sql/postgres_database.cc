// PostgreSQL behind the common interface: a pool of connections of one kind.
#include <utility>

#include "os/file.h"
#include "store/sql/backup_file.h"
#include "store/sql/postgres_backup.h"
#include "store/sql/postgres_connection.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sql {
namespace {

using postgres::Link;
using postgres::PostgresConnection;

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options)
      : options_(std::move(options)),
        pool_("PostgreSQL", options_.connections, options_.wait, [this] { return open(); }) {}

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgres; }

  [[nodiscard]] base::Result<Lease> lease(Connection::Kind kind) override {
    auto taken = pool_.take(kind);
    if (!taken) return taken.error();
    return Lease(*taken, Return{this});
  }

  [[nodiscard]] base::Result<void> back_up(const std::string& path) override {
    return make_whole(path, [&](const std::string& part) { return postgres::dump(options_.address, part); });
  }
  [[nodiscard]] base::Result<void> restore(const std::string& path) override;
  [[nodiscard]] base::Result<sqlite::ScrubReport> scrub(
      const std::function<bool(std::uint64_t, std::uint64_t)>& /*go_on*/) override {
    return base::Error{base::ErrorCode::unsupported, "PostgreSQL looks at its pages itself",
                       "initdb --data-checksums; pg_amcheck"};
  }

 protected:
  void give_back(Connection* connection) noexcept override { static_cast<void>(pool_.put(connection)); }

 private:
  [[nodiscard]] base::Result<std::unique_ptr<ConnectionBase>> open() {
    auto link = Link::connect(options_);
    if (!link) return std::move(link).error();
    return std::unique_ptr<ConnectionBase>(std::make_unique<PostgresConnection>(std::move(*link)));
  }

  const PostgresOptions options_;
  ConnectionPool pool_;
};

base::Result<void> PostgresDatabase::restore(const std::string& path) {
  if (const auto there = os::file_info(path); !there) return there.error();
  {
    auto lease = this->lease(Connection::Kind::read);
    if (!lease) return lease.error();
    auto count = (*lease)->prepare(
        "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ESCAPE '\\'");
    if (!count) return count.error();
    const auto row = (*count)->step();
    if (!row) return row.error();
    if ((*count)->integer(0) > 0) return not_empty("the database");
  }
  return postgres::restore_dump(options_.address, path);
}

// Texts must compare by their bytes, as in SQLite.
base::Result<void> check_order(Database& database) {
  auto lease = database.lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto ask = (*lease)->prepare(
      "SELECT datcollate FROM pg_database WHERE datname = current_database() "
      "AND coalesce(to_jsonb(pg_database) ->> 'datlocprovider', 'c') <> 'i'");
  if (!ask) return ask.error();
  const auto row = (*ask)->step();
  if (!row) return row.error();
  const std::string_view order = *row ? (*ask)->text(0) : std::string_view("of ICU");
  if (order == "C" || order == "POSIX" || order == "C.UTF-8" || order == "C.utf8") return {};
  return base::Error{base::ErrorCode::unsupported,
                     "the database orders texts by the rules of a language (" + std::string(order) + ")",
                     "createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME"};
}

}  // namespace

base::Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
  if (options.connections < 1 || options.connections > kMaxConnections) {
    return base::Error{base::ErrorCode::usage, "not a possible number of connections to PostgreSQL", {}};
  }
  std::unique_ptr<Database> database = std::make_unique<PostgresDatabase>(options);
  if (auto fits = check_order(*database); !fits) return fits.error();
  return database;
}

}  // namespace hinomi::store::sql
