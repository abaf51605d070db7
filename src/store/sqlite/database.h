// A thin layer over SQLite: connections, prepared statements with bound values, transactions. SQL texts are
// constants of the program; values are only ever bound. Not an object mapper, and nothing here knows a table.
//
// Every connection: write-ahead log, synchronous=FULL (a commit that returned survives a power cut), foreign
// keys, no trust in the schema of the file. A connection and what came from it belong to one thread at a
// time.
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
#include <utility>

#include "base/result.h"
#include "store/sqlite/page_guard.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hinomi::store::sqlite {

// 64 unsigned bits as SQLite's signed integer and back: only equality survives above 2^63.
[[nodiscard]] constexpr std::int64_t stored(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}
[[nodiscard]] constexpr std::uint64_t restored(std::int64_t value) noexcept {
  return static_cast<std::uint64_t>(value);
}

// The current row of a statement; what it returns is valid until the statement's next step or reset. Columns
// count from 0. Another type than asked for reads as 0 or empty, as does NULL.
class Row {
 public:
  [[nodiscard]] bool is_null(int column) const noexcept;
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  // Of a number of either kind.
  [[nodiscard]] double real(int column) const noexcept;
  [[nodiscard]] std::uint64_t word(int column) const noexcept { return restored(integer(column)); }
  // Any bytes, as they were bound.
  [[nodiscard]] std::string_view text(int column) const noexcept;
  [[nodiscard]] std::span<const std::byte> blob(int column) const noexcept;

 private:
  friend class Statement;
  explicit Row(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  // A place for one that prepare() gives; of no other use until then.
  Statement() = default;

  // Values for the placeholders "?" from the next unbound one on. Texts and blobs are copied. An error shows
  // at the next step().
  Statement& bind(std::int64_t value);
  // The library stores a NaN as NULL and -0.0 as 0.0.
  Statement& bind(double value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::byte> blob);
  Statement& bind(std::nullopt_t);
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(std::nullopt);
  }
  template <typename First, typename... Rest>
    requires(sizeof...(Rest) > 0)
  Statement& bind(const First& first, const Rest&... rest) {
    bind(first);
    return bind(rest...);
  }

  // How many values it takes.
  [[nodiscard]] int placeholders() const noexcept;
  // True: row() is the next row; false: done, and the statement is ready to be bound anew.
  [[nodiscard]] base::Result<bool> step();
  [[nodiscard]] Row row() const noexcept { return Row(statement_.get()); }
  // Steps to the end; rows are passed over.
  [[nodiscard]] base::Result<void> run();
  // Gives up the current rows and the bound values.
  void reset() noexcept;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Statement& bound(int code) noexcept;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
  int bind_error_ = 0;
};

class Database {
 public:
  // copy_target: written as a whole by copy_to() and then closed; without a journal, and never seen half done
  // since it has another name until then.
  enum class Access : std::uint8_t { read_only, read_write, copy_target };
  struct Options {
    Access access = Access::read_only;
    std::chrono::milliseconds busy_timeout{5000};
    int cache_kib = 16 * 1024;
    Pages pages{};
  };

  // With another format of pages than plain, its statements must not outlive it. With read_write a missing
  // file is made, readable by its owner only. Error not_found, io, or invalid_input when the file is no
  // database.
  [[nodiscard]] static base::Result<Database> open(const std::string& path, const Options& options);

  // One statement, up to 1 MiB of text. `kept`: it will be used many times.
  enum class Lifetime : std::uint8_t { brief, kept };
  [[nodiscard]] base::Result<Statement> prepare(std::string_view sql, Lifetime lifetime = Lifetime::brief);
  // Statements without values, one after another.
  [[nodiscard]] base::Result<void> run(const char* sql);
  [[nodiscard]] base::Result<void> run(const std::string& sql) { return run(sql.c_str()); }
  // The first column of the first row of a statement without values; 0 without a row.
  [[nodiscard]] base::Result<std::int64_t> ask(const char* sql);

  // Copies everything, as it is at one moment, over what `target` holds; others may write meanwhile. The
  // pages must have the same format.
  [[nodiscard]] base::Result<void> copy_to(Database& target);
  // Writes the whole file anew (VACUUM, in memory first) and empties the log. unavailable: somebody reads on,
  // and the log could not be emptied.
  [[nodiscard]] base::Result<void> write_anew();
  // Asked now and then while a statement runs; true ends it with an error. Not by itself at the end of a
  // time, since what a statement may take is known above.
  void end_statements_when(std::function<bool()> due);
  // The write-ahead log is not carried over when the last connection closes: after an error of the disk, what
  // the file holds is only found out by opening it anew.
  void leave_log_at_close() noexcept;
  // What the library said last: one of its extended result codes.
  [[nodiscard]] int last_result() const noexcept;
  // Rows that all statements of this connection touched, cascades and triggers included.
  [[nodiscard]] std::int64_t total_changes() const noexcept;
  // Rows that the last INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t changed_rows() const noexcept;

  // Looks through the whole file (PRAGMA quick_check): invalid_input names what it found first. It finds a
  // broken structure, not a flipped bit inside a value.
  [[nodiscard]] base::Result<void> quick_check();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // What the library said last, as an Error about `what`.
  [[nodiscard]] base::Error error(std::string_view what) const;

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  Database(std::unique_ptr<PageGuard> guard, sqlite3* handle, std::string path) noexcept
      : guard_(std::move(guard)), handle_(handle), path_(std::move(path)) {}
  [[nodiscard]] base::Result<void> set_up_pages(const Options& options);
  [[nodiscard]] base::Result<void> set_up(const Options& options);

  std::unique_ptr<PageGuard> guard_;            // of checked and sealed pages
  std::unique_ptr<std::function<bool()>> due_;  // outlives the handle, and keeps its place when this moves
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

// A transaction that is rolled back unless commit() was called and succeeded.
class Tx {
 public:
  // `write` takes the write lock at once, so that nothing in the transaction meets a busy database later;
  // `read` sees one state of the file from its first statement on.
  enum class Kind : std::uint8_t { read, write };
  [[nodiscard]] static base::Result<Tx> begin(Database& database, Kind kind);
  ~Tx();
  Tx(Tx&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Tx& operator=(Tx&&) = delete;

  [[nodiscard]] base::Result<void> commit();

 private:
  explicit Tx(Database& database) noexcept : database_(&database) {}
  Database* database_;  // nullptr: ended
};

}  // namespace hinomi::store::sqlite
