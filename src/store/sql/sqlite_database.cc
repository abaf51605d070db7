// SQLite behind the common interface: one connection that writes, and some that read.
#include <sqlite3.h>

#include <utility>

#include "os/file.h"
#include "store/sql/backup_file.h"
#include "store/sql/connection_base.h"
#include "store/sqlite/database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sql {
namespace {

// In the codes of this module: what the disk refuses or has damaged is io.
base::Error in_our_terms(const sqlite::Database& database, base::Error error) {
  if (database.last_result() == SQLITE_READONLY) error.code = base::ErrorCode::usage;  // it was leased so
  switch (database.last_result() & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
      error.code = base::ErrorCode::io;
      break;
    case SQLITE_INTERRUPT:
      error.code = base::ErrorCode::limit_exceeded;
      error.message += ": it took longer than a statement may";
      break;
    default:
      break;
  }
  return error;
}

class SqliteConnection;

class SqliteStatement final : public StatementBase {
 public:
  SqliteStatement(SqliteConnection& connection, std::string sql, sqlite::Statement statement);

  [[nodiscard]] bool is_null(int column) const noexcept override { return statement_.row().is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const noexcept override {
    return statement_.row().integer(column);
  }
  [[nodiscard]] double real(int column) const noexcept override { return statement_.row().real(column); }
  [[nodiscard]] std::string_view text(int column) const noexcept override {
    return statement_.row().text(column);
  }
  [[nodiscard]] std::span<const std::byte> blob(int column) const noexcept override {
    return statement_.row().blob(column);
  }

 protected:
  void put(std::int64_t value) override { statement_.bind(value); }
  void put(double value) override { statement_.bind(value); }
  void put(std::string_view text) override { statement_.bind(text); }
  void put(std::span<const std::byte> blob) override { statement_.bind(blob); }
  void put_null() override { statement_.bind(std::nullopt); }
  [[nodiscard]] int placeholders() const noexcept override { return placeholders_; }
  [[nodiscard]] base::Result<bool> next_row() override;
  [[nodiscard]] std::int64_t changed_rows() const noexcept override { return changed_; }
  void clear() noexcept override {
    statement_.reset();
    begun_ = false;
  }

 private:
  SqliteConnection& connection_;
  sqlite::Statement statement_;
  int placeholders_;
  bool begun_ = false;
  std::int64_t total_before_ = 0;
  std::int64_t changed_ = 0;
};

class SqliteConnection final : public ConnectionBase {
 public:
  SqliteConnection(sqlite::Database database, Kind kind, std::chrono::milliseconds statement_limit)
      : database_(std::move(database)), statement_limit_(statement_limit) {
    leased_as_ = kind;
    database_.end_statements_when([this] { return !patient_ && Steady::now() > deadline_; });
  }
  ~SqliteConnection() override { forget_statements(); }

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] bool is_usable() const noexcept override { return usable_; }
  [[nodiscard]] base::Result<void> prepare_for(Kind /*kind*/) override { return {}; }
  void abandon() noexcept override {
    usable_ = false;
    database_.leave_log_at_close();
  }

  [[nodiscard]] base::Result<void> allow_long_work() override {
    if (!in_transaction()) {
      return base::Error{base::ErrorCode::usage, "long work is allowed within a transaction only", {}};
    }
    patient_ = true;
    return {};
  }
  [[nodiscard]] base::Result<void> write_anew() {
    const auto pages = database_.ask("PRAGMA page_count");
    if (!pages) return failed(pages.error());
    const auto size = database_.ask("PRAGMA page_size");
    if (!size) return failed(size.error());
    if (*pages > kMaxPurgeBytes / *size)
      return base::Error{base::ErrorCode::limit_exceeded, "the file is too large to be written anew", {}};
    patient_ = true;
    auto done = database_.write_anew();
    patient_ = false;
    if (!done) return failed(done.error());
    return {};
  }
  void statement_begins() noexcept { deadline_ = Steady::now() + statement_limit_; }

  [[nodiscard]] sqlite::Database& database() noexcept { return database_; }
  // What the kernel has of a file after a failed write or sync is not known; only opening anew, which
  // believes checksums, may go on.
  base::Error failed(base::Error error) {
    const int result = database_.last_result();
    const bool only_reading = result == SQLITE_IOERR_DATA || result == SQLITE_IOERR_READ;
    if ((result & 0xFF) == SQLITE_IOERR && !only_reading) abandon();
    return in_our_terms(database_, std::move(error));
  }

 protected:
  [[nodiscard]] base::Result<std::unique_ptr<StatementBase>> make_statement(std::string_view sql) override {
    auto made = database_.prepare(sql, sqlite::Database::Lifetime::kept);
    if (!made) return failed(std::move(made).error());
    return std::unique_ptr<StatementBase>(
        std::make_unique<SqliteStatement>(*this, std::string(sql), std::move(*made)));
  }
  [[nodiscard]] base::Result<void> execute(const std::string& sql) override {
    statement_begins();
    if (auto done = database_.run(sql.c_str()); !done) return failed(done.error());
    return {};
  }
  [[nodiscard]] base::Result<void> execute_script(const std::string& sql) override {
    if (in_transaction()) return execute(sql);
    if (auto begun = execute(begin_text(leased_as_)); !begun) return begun;
    auto done = execute(sql);
    if (done) done = execute("COMMIT");
    if (!done) static_cast<void>(database_.run("ROLLBACK"));
    return done;
  }
  [[nodiscard]] base::Result<void> execute_commit() override { return execute("COMMIT"); }
  [[nodiscard]] base::Result<void> take_name(std::string_view /*name*/) override { return {}; }
  [[nodiscard]] std::string begin_text(Kind kind) const override {
    return kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN";
  }

  void transaction_ended() noexcept override { patient_ = false; }

 private:
  using Steady = std::chrono::steady_clock;

  sqlite::Database database_;
  const std::chrono::milliseconds statement_limit_;
  Steady::time_point deadline_ = Steady::time_point::max();
  bool patient_ = false;
  bool usable_ = true;
};

SqliteStatement::SqliteStatement(SqliteConnection& connection, std::string sql, sqlite::Statement statement)
    : StatementBase(connection, std::move(sql)),
      connection_(connection),
      statement_(std::move(statement)),
      placeholders_(statement_.placeholders()) {}

base::Result<bool> SqliteStatement::next_row() {
  if (!begun_) {
    begun_ = true;
    total_before_ = connection_.database().total_changes();
    connection_.statement_begins();
  }
  auto more = statement_.step();
  if (!more) return connection_.failed(std::move(more).error());
  if (*more) return true;
  // The library keeps the number of the last statement that changed any.
  const bool changed = connection_.database().total_changes() != total_before_;
  changed_ = changed ? connection_.database().changed_rows() : 0;
  return false;
}

base::Result<sqlite::Pages> pages_of(const SqliteOptions& options) {
  if (options.pages == SqlitePages::checked) return sqlite::Pages{.format = sqlite::PageFormat::checked};
  if (options.key.size() != sqlite::kKeyBytes || !options.random) {
    return base::Error{base::ErrorCode::usage, options.path + ": sealed pages need a key of 32 bytes", {}};
  }
  auto sealed =
      sqlite::SealedFile::open(options.path, options.key.first<sqlite::kKeyBytes>(), options.random);
  if (!sealed) return std::move(sealed).error();
  return sqlite::Pages{.format = sqlite::PageFormat::sealed, .sealed = std::move(*sealed)};
}

base::Error damaged(const std::string& path) {
  return {base::ErrorCode::io, path + ": pages of the copy are damaged", "Make it anew, on another disk."};
}

// Of the codes of store/sqlite where no connection can be asked.
base::Error in_terms_of_io(base::Error error) {
  if (error.code == base::ErrorCode::limit_exceeded) error.code = base::ErrorCode::io;  // a full disk
  return error;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteOptions options, sqlite::Pages pages)
      : options_(std::move(options)),
        pages_(std::move(pages)),
        writer_(options_.path, 1, options_.wait, [this] { return open(Connection::Kind::write); }),
        readers_(options_.path, options_.readers, options_.wait,
                 [this] { return open(Connection::Kind::read); }) {}

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }

  [[nodiscard]] base::Result<Lease> lease(Connection::Kind kind) override {
    auto taken = (kind == Connection::Kind::write ? writer_ : readers_).take(kind);
    if (!taken) return taken.error();
    return Lease(*taken, Return{this});
  }

  [[nodiscard]] base::Result<void> back_up(const std::string& path) override;
  [[nodiscard]] base::Result<void> restore(const std::string& path) override;
  [[nodiscard]] base::Result<sqlite::ScrubReport> scrub(const sqlite::GoOn& go_on) override {
    return sqlite::scrub(options_.path, pages_, go_on);
  }
  [[nodiscard]] base::Result<void> purge() override {
    auto lease = this->lease(Connection::Kind::write);
    if (!lease) return lease.error();
    return static_cast<SqliteConnection&>(**lease).write_anew();
  }

 protected:
  void give_back(Connection* connection) noexcept override {
    const bool usable = connection->is_usable();
    if (!writer_.put(connection)) static_cast<void>(readers_.put(connection));
    if (usable) return;
    writer_.retire_all();
    readers_.retire_all();
  }

 private:
  // For another file with the same format and key.
  [[nodiscard]] base::Result<sqlite::Pages> pages_like_these(const std::string& path) const {
    if (!pages_.sealed) return pages_;
    auto sealed = sqlite::SealedFile::open(path, pages_.sealed->keys().vault_key(), pages_.sealed->random());
    if (!sealed) return std::move(sealed).error();
    return sqlite::Pages{.format = pages_.format, .sealed = std::move(*sealed)};
  }
  [[nodiscard]] base::Result<sqlite::Database> open_file(const std::string& path,
                                                         sqlite::Database::Access access,
                                                         const sqlite::Pages& pages) const {
    return sqlite::Database::open(
        path,
        {.access = access, .busy_timeout = options_.wait, .cache_kib = options_.cache_kib, .pages = pages});
  }
  [[nodiscard]] base::Result<void> copy_into(const std::string& path);
  [[nodiscard]] base::Result<std::unique_ptr<ConnectionBase>> open(Connection::Kind kind) {
    using Access = sqlite::Database::Access;
    auto opened = open_file(options_.path,
                            kind == Connection::Kind::write ? Access::read_write : Access::read_only, pages_);
    if (!opened) return std::move(opened).error();
    // As on PostgreSQL.
    if (auto done = opened->run("PRAGMA case_sensitive_like = ON"); !done) return done.error();
    return std::unique_ptr<ConnectionBase>(
        std::make_unique<SqliteConnection>(std::move(*opened), kind, options_.statement_limit));
  }

  const SqliteOptions options_;
  const sqlite::Pages pages_;
  ConnectionPool writer_;
  ConnectionPool readers_;
};

base::Result<void> SqliteDatabase::copy_into(const std::string& path) {
  using Access = sqlite::Database::Access;
  const auto pages = pages_like_these(path);
  if (!pages) return pages.error();
  {
    auto source = open_file(options_.path, Access::read_only, pages_);
    if (!source) return in_terms_of_io(std::move(source).error());
    auto target = open_file(path, Access::copy_target, *pages);
    if (!target) return in_terms_of_io(std::move(target).error());
    if (auto done = source->copy_to(*target); !done) return in_terms_of_io(done.error());
  }
  const auto report = sqlite::scrub(path, *pages);
  if (!report) return report.error();
  if (!report->is_sound()) return damaged(path);
  return {};
}

base::Result<void> SqliteDatabase::back_up(const std::string& path) {
  return make_whole(path, [&](const std::string& part) { return copy_into(part); });
}

base::Result<void> SqliteDatabase::restore(const std::string& path) {
  if (const auto there = os::file_info(path); !there) return there.error();
  const auto pages = pages_like_these(path);
  if (!pages) return pages.error();
  const auto report = sqlite::scrub(path, *pages);
  if (!report) return report.error();
  if (!report->is_sound()) return damaged(path);
  auto source = open_file(path, sqlite::Database::Access::read_only, *pages);
  if (!source) return in_terms_of_io(std::move(source).error());
  auto lease = this->lease(Connection::Kind::write);
  if (!lease) return lease.error();
  sqlite::Database& target = static_cast<SqliteConnection&>(**lease).database();
  const auto tables = target.ask("SELECT count(*) FROM sqlite_schema");
  if (!tables) return in_terms_of_io(tables.error());
  if (*tables > 0) return not_empty(options_.path);
  if (auto done = source->copy_to(target); !done) return in_terms_of_io(done.error());
  return {};
}

}  // namespace

base::Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  if (options.readers < 1 || options.readers > kMaxConnections) {
    return base::Error{base::ErrorCode::usage, options.path + ": not a possible number of readers", {}};
  }
  auto pages = pages_of(options);
  if (!pages) return std::move(pages).error();
  SqliteOptions kept = options;
  kept.key = {};  // it is the caller's memory
  std::unique_ptr<Database> database = std::make_unique<SqliteDatabase>(std::move(kept), std::move(*pages));
  // Made, and found sound enough to open, now rather than at the first use.
  if (auto first = database->lease(Connection::Kind::write); !first) return first.error();
  return database;
}

}  // namespace hinomi::store::sql
