#include "store/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "os/file.h"

namespace hinomi::store::sqlite {
namespace {

constexpr int kMaxValueBytes = 512 << 20;  // of a text or blob
constexpr std::size_t kMaxStatementBytes = 1 << 20;
constexpr int kPagesOfStep = 1024;
constexpr int kStepsBetweenQuestions = 10'000;  // of the library's machine; some tens of microseconds
constexpr mode_t kOwnerOnly = 0600;
// The library takes a null pointer for NULL, also where the length is 0.
constexpr const char* kEmpty = "";

base::ErrorCode code_of(int result) noexcept {
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return base::ErrorCode::conflict;
    default:
      break;
  }
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::ErrorCode::invalid_input;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return base::ErrorCode::limit_exceeded;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::ErrorCode::unavailable;
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return base::ErrorCode::io;
    default:
      return base::ErrorCode::internal;
  }
}

std::string remedy_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "Stop the server, keep a copy of the file for examination and move it away.";
    case SQLITE_FULL:
      return "Free space on the disk.";
    case SQLITE_BUSY:
      return "Another process holds the file; see that only one server uses this folder.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "See that the file and its folder belong to the user the server runs as.";
    default:
      return {};
  }
}

base::Error error_of(sqlite3* handle, std::string_view path, std::string_view what) {
  const int result = handle != nullptr ? ::sqlite3_extended_errcode(handle) : SQLITE_NOMEM;
  const char* said = handle != nullptr ? ::sqlite3_errmsg(handle) : "out of memory";
  std::string damage;
  if ((result & 0xFF) == SQLITE_IOERR) {
    if (PageGuard* const guard = PageGuard::of(handle)) damage = guard->take_damage();
  }
  if (!damage.empty()) {
    return {.code = code_of(result),
            .message = std::string(path) + ": " + std::string(what) + ": " + damage,
            .remedy = remedy_of(SQLITE_CORRUPT)};
  }
  return {.code = code_of(result),
          .message = std::string(path) + ": " + std::string(what) + ": " + said + " (SQLite " +
                     std::to_string(result) + ")",
          .remedy = remedy_of(result)};
}

// Made beforehand, since the library would make it readable by everybody; its companions take the mode over.
// Never opened when it exists: closing a second descriptor would give up the locks of the first.
base::Result<void> make_file(const std::string& path) {
  const os::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (file.valid() || errno == EEXIST) return {};
  return base::Error{.code = base::ErrorCode::io,
                     .message = path + ": cannot be made: " + std::generic_category().message(errno),
                     .remedy = remedy_of(SQLITE_CANTOPEN)};
}

}  // namespace

bool Row::is_null(int column) const noexcept {
  return ::sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const noexcept {
  return ::sqlite3_column_type(statement_, column) == SQLITE_INTEGER
             ? ::sqlite3_column_int64(statement_, column)
             : 0;
}

double Row::real(int column) const noexcept {
  const int type = ::sqlite3_column_type(statement_, column);
  return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? ::sqlite3_column_double(statement_, column) : 0.0;
}

std::string_view Row::text(int column) const noexcept {
  if (::sqlite3_column_type(statement_, column) != SQLITE_TEXT) return {};
  const auto* bytes = reinterpret_cast<const char*>(::sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(::sqlite3_column_bytes(statement_, column))};
}

std::span<const std::byte> Row::blob(int column) const noexcept {
  if (::sqlite3_column_type(statement_, column) != SQLITE_BLOB) return {};
  const auto* bytes = static_cast<const std::byte*>(::sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(::sqlite3_column_bytes(statement_, column))};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  ::sqlite3_finalize(statement);
}

Statement& Statement::bound(int code) noexcept {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
  ++next_;
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  return bound(::sqlite3_bind_int64(statement_.get(), next_, value));
}

Statement& Statement::bind(double value) {
  return bound(::sqlite3_bind_double(statement_.get(), next_, value));
}

Statement& Statement::bind(std::string_view text) {
  const char* bytes = text.data() != nullptr ? text.data() : kEmpty;
  return bound(
      ::sqlite3_bind_text64(statement_.get(), next_, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind(std::span<const std::byte> blob) {
  const void* bytes = blob.data() != nullptr ? static_cast<const void*>(blob.data()) : kEmpty;
  return bound(::sqlite3_bind_blob64(statement_.get(), next_, bytes, blob.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind(std::nullopt_t) {
  return bound(::sqlite3_bind_null(statement_.get(), next_));
}

base::Result<void> Database::write_anew() {
  // The copy is a database of its own for as long as it takes.
  ::sqlite3_limit(handle_.get(), SQLITE_LIMIT_ATTACHED, 1);
  auto done = run("VACUUM");
  ::sqlite3_limit(handle_.get(), SQLITE_LIMIT_ATTACHED, 0);
  if (!done) return done;
  const auto busy = ask("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return busy.error();
  if (*busy == 0) return {};
  return base::Error{
      .code = base::ErrorCode::unavailable, .message = path_ + ": its log is still being read", .remedy = {}};
}

base::Result<void> Database::copy_to(Database& target) {
  // Held over all steps: without it the copy begins anew whenever somebody commits.
  auto moment = Tx::begin(*this, Tx::Kind::read);
  if (!moment) return moment.error();
  if (const auto tables = ask("SELECT count(*) FROM sqlite_schema"); !tables) return tables.error();
  sqlite3_backup* const copy = ::sqlite3_backup_init(target.handle_.get(), "main", handle_.get(), "main");
  if (copy == nullptr) return target.error("cannot be copied to");
  int result = SQLITE_OK;
  while (result == SQLITE_OK) result = ::sqlite3_backup_step(copy, kPagesOfStep);
  const bool of_source = (::sqlite3_extended_errcode(handle_.get()) & 0xFF) == SQLITE_IOERR;
  result = ::sqlite3_backup_finish(copy);
  if (result == SQLITE_OK) return {};
  return of_source ? error("cannot be copied") : target.error("cannot be copied to");
}

int Statement::placeholders() const noexcept {
  return ::sqlite3_bind_parameter_count(statement_.get());
}

base::Result<bool> Statement::step() {
  sqlite3* const handle = ::sqlite3_db_handle(statement_.get());
  if (bind_error_ != SQLITE_OK) {
    const int code = bind_error_;
    reset();
    return base::Error{.code = code_of(code),
                       .message = std::string("a value cannot be bound to \"") +
                                  ::sqlite3_sql(statement_.get()) + "\": " + ::sqlite3_errstr(code),
                       .remedy = {}};
  }
  const int result = ::sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    reset();
    return false;
  }
  const char* name = ::sqlite3_db_filename(handle, "main");
  base::Error error = error_of(handle, name != nullptr ? name : "", "a statement failed");
  reset();
  return error;
}

base::Result<void> Statement::run() {
  for (;;) {
    const auto more = step();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

void Statement::reset() noexcept {
  ::sqlite3_reset(statement_.get());
  ::sqlite3_clear_bindings(statement_.get());
  next_ = 1;
  bind_error_ = SQLITE_OK;
}

void Database::Close::operator()(sqlite3* handle) const noexcept {
  ::sqlite3_close_v2(handle);
}

base::Error Database::error(std::string_view what) const {
  return error_of(handle_.get(), path_, what);
}

base::Result<Database> Database::open(const std::string& path, const Options& options) {
  const bool write = options.access != Access::read_only;
  if (write) {
    if (auto made = make_file(path); !made) return made.error();
  } else if (const auto there = os::file_info(path); !there) {
    return there.error();
  }
  const int flags = (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  std::unique_ptr<PageGuard> guard;
  if (options.pages.format != PageFormat::plain) {
    auto made = PageGuard::make(options.pages);
    if (!made) return made.error();
    guard = std::move(*made);
  }
  sqlite3* handle = nullptr;
  const char* const vfs = guard ? guard->vfs_name() : nullptr;
  const int result = ::sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  Database database(std::move(guard), handle, path);
  if (result != SQLITE_OK) return database.error("cannot be opened");
  if (auto done = database.set_up(options); !done) {
    database.leave_log_at_close();  // it may hold what could not be read
    return done.error();
  }
  return database;
}

base::Result<void> Database::set_up(const Options& options) {
  sqlite3* const handle = handle_.get();
  ::sqlite3_extended_result_codes(handle, 1);
  ::sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  ::sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  ::sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  struct Setting {
    int name;
    int value;
  };
  constexpr Setting kSettings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                   {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
                                   {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
  for (const Setting& setting : kSettings) {
    if (::sqlite3_db_config(handle, setting.name, setting.value, nullptr) != SQLITE_OK) {
      return error("cannot be set up");
    }
  }
  if (guard_) {
    if (auto done = set_up_pages(options); !done) return done;
  }
  // A pragma takes no bound value; this one is a number.
  const std::string cache = "PRAGMA cache_size = -" + std::to_string(options.cache_kib);
  for (const char* sql :
       {"PRAGMA cell_size_check = ON", "PRAGMA temp_store = MEMORY", "PRAGMA synchronous = FULL",
        cache.c_str(), "PRAGMA journal_size_limit = 67108864", "SELECT count(*) FROM sqlite_schema"}) {
    if (auto done = run(sql); !done) return done.error();
  }
  if (options.access == Access::read_only) return {};
  if (options.access == Access::copy_target) return run("PRAGMA journal_mode = OFF");
  auto mode = prepare("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  const auto row = mode->step();
  if (!row) return row.error();
  if (!*row || mode->row().text(0) != "wal") {
    return base::Error{.code = base::ErrorCode::io,
                       .message = path_ + ": the file system does not allow a write-ahead log",
                       .remedy = "Keep the data folder on a local disk."};
  }
  return {};
}

// What a new file will be; an existing one says it itself.
base::Result<void> Database::set_up_pages(const Options& options) {
  int reserved = guard_->codec().reserved_bytes();
  if (::sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK) {
    return error("cannot be set up");
  }
  const std::string size = "PRAGMA page_size = " + std::to_string(kPageBytes);
  if (auto done = run(size.c_str()); !done) return done;
  if (!guard_->is_sealed() || options.access == Access::read_only) return {};
  const auto pages = ask("PRAGMA page_count");
  if (!pages) return pages.error();
  // Until there is a write-ahead log: no journal beside the file.
  return *pages == 0 ? run("PRAGMA journal_mode = MEMORY") : base::Result<void>();
}

base::Result<Statement> Database::prepare(std::string_view sql, Lifetime lifetime) {
  if (sql.size() > kMaxStatementBytes) {
    return base::Error{base::ErrorCode::limit_exceeded, path_ + ": a statement is too long", {}};
  }
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const unsigned flags = lifetime == Lifetime::kept ? SQLITE_PREPARE_PERSISTENT : 0;
  const int result =
      ::sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), flags, &handle, &rest);
  if (result != SQLITE_OK) return error("a statement cannot be prepared");
  Statement statement(handle);
  const std::string_view behind = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (handle == nullptr || behind.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return base::Error{
        base::ErrorCode::internal, path_ + ": not exactly one statement: \"" + std::string(sql) + "\"", {}};
  }
  return statement;
}

base::Result<void> Database::run(const char* sql) {
  if (::sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return error("a statement failed");
  }
  return {};
}

base::Result<std::int64_t> Database::ask(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->row().integer(0) : 0;
}

void Database::end_statements_when(std::function<bool()> due) {
  due_ = std::make_unique<std::function<bool()>>(std::move(due));
  ::sqlite3_progress_handler(
      handle_.get(), kStepsBetweenQuestions,
      [](void* asked) { return (*static_cast<std::function<bool()>*>(asked))() ? 1 : 0; }, due_.get());
}

void Database::leave_log_at_close() noexcept {
  ::sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

int Database::last_result() const noexcept {
  return ::sqlite3_extended_errcode(handle_.get());
}

std::int64_t Database::total_changes() const noexcept {
  return ::sqlite3_total_changes64(handle_.get());
}

std::int64_t Database::changed_rows() const noexcept {
  return ::sqlite3_changes64(handle_.get());
}

base::Result<void> Database::quick_check() {
  auto statement = prepare("PRAGMA quick_check(1)");
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  const std::string_view said = *row ? statement->row().text(0) : "no answer";
  if (said == "ok") return {};
  return base::Error{.code = base::ErrorCode::invalid_input,
                     .message = path_ + ": the file is damaged: " + std::string(said),
                     .remedy = remedy_of(SQLITE_CORRUPT)};
}

base::Result<Tx> Tx::begin(Database& database, Kind kind) {
  if (auto begun = database.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) {
    return begun.error();
  }
  return Tx(database);
}

Tx::~Tx() {
  // After some errors the library has rolled back already and refuses; either way nothing is left.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
}

base::Result<void> Tx::commit() {
  if (auto done = database_->run("COMMIT"); !done) return done.error();
  database_ = nullptr;
  return {};
}

}  // namespace hinomi::store::sqlite
