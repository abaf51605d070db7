// One way to speak to the two databases that records may live in, SQLite and PostgreSQL: connections,
// statements with bound values, transactions. SQL texts are constants of the program or put together from
// declared names; values are only ever bound. Not an object mapper, and nothing here knows a table.
//
// SQL is written once, in the part that both understand, and means the same on both:
// - "?" for a value; bind the type of the column. Where a "?" stands alone (SELECT ?, ? IS NULL): CAST(? AS
//   BIGINT).
// - Types: BIGINT for integers, times (ns) and booleans (0/1), DOUBLE PRECISION, TEXT (UTF-8 without NUL),
// BLOB.
//   INTEGER, INT and REAL are refused in tables, which are 32 bits wide on PostgreSQL. A value of another
//   type than the column is refused.
// - Texts compare and sort by their bytes; LIKE minds the case (write ESCAPE '\'); say NULLS FIRST or LAST.
// - No NaN, and -0.0 becomes 0.0. sum(), count(), avg() and comparisons read as integer() or real().
// - INSERT … ON CONFLICT, RETURNING, WITH RECURSIVE, window functions and partial indexes are in both. No
// views. Where they differ, as in full-text search: Connection::dialect().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/random.h"

namespace hinomi::store::sqlite {
struct ScrubReport;  // store/sqlite/scrub.h
}

namespace hinomi::store::sql {

enum class Dialect : std::uint8_t { sqlite, postgres };

// Errors of everything below: conflict for a broken UNIQUE, PRIMARY KEY or FOREIGN KEY; unavailable for a
// busy or unreachable database and for a serialisation failure or deadlock (try the transaction again); io
// for a disk that refuses or is full, pages that are damaged, and a commit of which nobody knows whether it
// was done; invalid_input for a value that neither database takes; limit_exceeded for what takes too long or
// too much memory; usage for writing where only reading was asked for; internal for the rest. Messages name
// no values.
//
// An error within a transaction fails it: what follows is refused with the same error, and so is the commit.

// A prepared statement, bound, run and read on the thread that has its connection. Others may be run while
// one is read; PostgreSQL's rows are kept in memory then, up to 64 MiB. The end of the transaction ends it.
class Statement {
 public:
  Statement() = default;
  virtual ~Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Values for the placeholders "?" from the next unbound one on; copied. An error shows at the next step().
  virtual Statement& bind(std::int64_t value) = 0;
  virtual Statement& bind(double value) = 0;
  virtual Statement& bind(std::string_view text) = 0;
  virtual Statement& bind(std::span<const std::byte> blob) = 0;
  virtual Statement& bind(std::nullopt_t) = 0;
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(std::nullopt);
  }

  // True: the next row can be read; false: done, and the statement is ready to be bound anew.
  [[nodiscard]] virtual base::Result<bool> step() = 0;
  // Steps to the end; rows are passed over. Returns how many rows were inserted, updated or deleted.
  [[nodiscard]] virtual base::Result<std::int64_t> run() = 0;
  // Gives up the current rows and the bound values. On PostgreSQL the rest of the rows still comes from the
  // server: where a few are wanted, LIMIT.
  virtual void reset() noexcept = 0;

  // The current row, valid until the next step, run or reset. Columns count from 0. Another type than asked
  // for reads as 0 or empty, as does NULL; real() reads integers too.
  [[nodiscard]] virtual bool is_null(int column) const noexcept = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const noexcept = 0;
  [[nodiscard]] virtual double real(int column) const noexcept = 0;
  [[nodiscard]] virtual std::string_view text(int column) const noexcept = 0;
  [[nodiscard]] virtual std::span<const std::byte> blob(int column) const noexcept = 0;
};

class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  // The statement stays the connection's, which keeps the last ones (256) prepared: the same text gives the
  // same statement, reset. Valid until the same text, or 255 others, are prepared, and no longer than the
  // lease. PostgreSQL tells wrong SQL only at the first step.
  [[nodiscard]] virtual base::Result<Statement*> prepare(std::string_view sql) = 0;
  // Statements without values, one after another: all of them or none. The types of tables are those of the
  // common SQL, as in a migration.
  [[nodiscard]] virtual base::Result<void> run_script(std::string_view sql) = 0;

  // `write` excludes other writers of the same database from its begin on where the dialect has only one
  // writer (SQLite: BEGIN IMMEDIATE); on PostgreSQL it is READ COMMITTED, and what must not be written by
  // two at once takes lock_name() or SELECT … FOR UPDATE. `read` sees one state (REPEATABLE READ there).
  enum class Kind : std::uint8_t { read, write };
  [[nodiscard]] virtual base::Result<void> begin(Kind kind) = 0;
  [[nodiscard]] virtual base::Result<void> commit() = 0;
  virtual void roll_back() noexcept = 0;
  // A point within the transaction to go back to; one at a time. Until then or release_mark() whatever fails,
  // fails behind the mark, and back_to_mark() makes the transaction good again.
  [[nodiscard]] virtual base::Result<void> set_mark() = 0;
  [[nodiscard]] virtual base::Result<void> back_to_mark() = 0;  // and the mark is gone
  [[nodiscard]] virtual base::Result<void> release_mark() = 0;
  // Until the end of the transaction no other one holds the same name (PostgreSQL: pg_advisory_xact_lock of
  // a hash; SQLite: a write transaction already has it).
  [[nodiscard]] virtual base::Result<void> lock_name(std::string_view name) = 0;
  // Until the end of the transaction statements may take, and wait for locks, as long as they need: for
  // migrations and the like.
  [[nodiscard]] virtual base::Result<void> allow_long_work() = 0;
  // False when the connection to a server was lost, or the disk failed; it is of no more use.
  [[nodiscard]] virtual bool is_usable() const noexcept = 0;
};

// A transaction that is rolled back unless commit() was called and succeeded.
class Tx {
 public:
  [[nodiscard]] static base::Result<Tx> begin(Connection& connection, Connection::Kind kind);
  ~Tx();
  Tx(Tx&& other) noexcept;
  Tx& operator=(Tx&&) = delete;
  [[nodiscard]] base::Result<void> commit();

 private:
  explicit Tx(Connection& connection) noexcept : connection_(&connection) {}
  Connection* connection_;  // nullptr: ended
};

inline constexpr std::int64_t kMaxPurgeBytes = 1LL << 30;

// A database with as many connections as are needed at once, up to its limit; safe from any thread.
class Database {
 public:
  Database() = default;
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  struct Return {
    Database* database = nullptr;
    void operator()(Connection* connection) const noexcept {
      if (database != nullptr) database->give_back(connection);
    }
  };
  using Lease = std::unique_ptr<Connection, Return>;
  // A connection of one's own until the lease ends; waits for one up to the limit of time the database was
  // opened with, then unavailable. SQLite: `write` gives the one connection that writes; who has it must not
  // ask for it again.
  [[nodiscard]] virtual base::Result<Lease> lease(Connection::Kind kind) = 0;

  // Everything as it is at one moment, while others go on writing, as a new file that only its owner reads:
  // of SQLite a database with pages of the same format and key, of PostgreSQL what pg_dump writes. There as a
  // whole or not at all. Error conflict: there is such a file.
  [[nodiscard]] virtual base::Result<void> back_up(const std::string& path) = 0;
  // Fills this database with what back_up() has written, in one transaction. Error conflict: it is not empty.
  [[nodiscard]] virtual base::Result<void> restore(const std::string& path) = 0;
  // Looks for damaged pages before somebody needs them, beside everything else. `go_on` is asked now and then
  // with the number of pages done and of all; false ends it. Error unsupported: PostgreSQL has programs of
  // its own for that.
  [[nodiscard]] virtual base::Result<sqlite::ScrubReport> scrub(
      const std::function<bool(std::uint64_t, std::uint64_t)>& go_on) = 0;
  // Afterwards nothing that was deleted or overwritten is left in the file or its log: writes the whole file
  // anew, in memory first, while nobody else writes. Errors: unsupported on PostgreSQL (VACUUM FULL there,
  // and its log); limit_exceeded for a file beyond kMaxPurgeBytes; unavailable while somebody reads on: try
  // again.
  [[nodiscard]] virtual base::Result<void> purge() {
    return base::Error{base::ErrorCode::unsupported,
                       "the database server keeps what was deleted for a while",
                       "Run VACUUM FULL, and mind the archive of its log.",
                       {}};
  }

 protected:
  virtual void give_back(Connection* connection) noexcept = 0;
};

// How the pages of a SQLite file lie on the disk; fixed when it is made.
enum class SqlitePages : std::uint8_t {
  checked,  // with checksums: a damaged page is an io error, never handed out. Any SQLite can read the file,
            // but what another program writes counts as damage.
  sealed,   // encrypted too; the file belongs to one program at a time
};

struct SqliteOptions {
  std::string path;  // made, readable by its owner only, when missing
  int readers = 4;
  std::chrono::milliseconds wait{5000};               // for a connection, and for another program that writes
  std::chrono::milliseconds statement_limit{60'000};  // a statement that takes longer: limit_exceeded
  int cache_kib = 16 * 1024;                          // of each connection
  SqlitePages pages = SqlitePages::checked;
  // Of sealed pages only: 32 bytes, copied and wiped at the end; and where nonces come from.
  std::span<const std::byte> key{};
  os::RandomBytes random{};
};
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

struct PostgresOptions {
  std::string address;  // a connection string of libpq: "host=… dbname=… user=…"
  int connections = 8;
  std::chrono::milliseconds wait{5000};               // for a connection, and for a lock
  std::chrono::milliseconds statement_limit{60'000};  // a statement that takes longer: limit_exceeded
};
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options);

// What a connection string says, read without connecting; what it leaves out is taken from where libpq takes
// it (PGHOST and the like). Error usage, never with a part of the string: it is none.
struct PostgresPlace {
  std::vector<std::uint16_t> ports{};  // of TCP; none: sockets of this machine only
  bool has_password = false;           // in the string itself
  bool leaves_machine = false;         // some host is another machine
  bool is_encrypted = false;           // by TLS, or not at all
  std::string shown{};                 // "db.example/hinomi": for logs
};
[[nodiscard]] base::Result<PostgresPlace> postgres_place(const std::string& address);

// Leases a connection, runs `work` in a transaction and commits it; a transaction that ends in unavailable
// runs again, up to 5 times with a growing pause. `work` must not have effects outside the transaction.
[[nodiscard]] base::Result<void> in_transaction(Database& database, Connection::Kind kind,
                                                const std::function<base::Result<void>(Connection&)>& work);

// The numbered steps that lead a database to the schema of this program. Step i (from 0) leads from version i
// to i + 1; a released step is never changed. Kept in the table schema_version.
struct Migrations {
  std::string_view name;                // for messages, and the key in schema_version: "records"
  std::vector<std::string_view> steps;  // SQL of both dialects, as above
};
// Version of the database, 0 for an empty one; unsupported: of a newer version of this program.
[[nodiscard]] base::Result<std::int64_t> schema_version(Connection& connection, const Migrations& migrations);
// Applies what is missing, each step in a transaction of its own, one program at a time.
[[nodiscard]] base::Result<void> migrate(Database& database, const Migrations& migrations);

}  // namespace hinomi::store::sql
