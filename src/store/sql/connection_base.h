// What the connections and statements of both databases have in common: values that neither or only one would
// take are refused here, the state of the transaction, the statements that are kept, the pool. For the two
// implementations only; everybody else uses database.h.
//
// An error within a transaction fails it: until it is rolled back, everything else in it is refused with the
// same error. PostgreSQL does so by itself; what is tried out with SQLite must not depend on the contrary.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/sql/database.h"

namespace hinomi::store::sql {

inline constexpr std::size_t kKeptStatements = 256;       // of each connection
inline constexpr std::size_t kMaxValueBytes = 512 << 20;  // of a text or blob that is bound
inline constexpr int kMaxConnections = 256;               // of a pool
inline constexpr std::size_t kMaxScriptBytes = 8 << 20;

class ConnectionBase;

class StatementBase : public Statement {
 public:
  StatementBase(ConnectionBase& connection, std::string sql)
      : connection_(connection), sql_(std::move(sql)) {}

  using Statement::bind;
  Statement& bind(std::int64_t value) final;
  Statement& bind(double value) final;
  Statement& bind(std::string_view text) final;
  Statement& bind(std::span<const std::byte> blob) final;
  Statement& bind(std::nullopt_t) final;
  [[nodiscard]] base::Result<bool> step() final;
  [[nodiscard]] base::Result<std::int64_t> run() final;
  void reset() noexcept final;

  [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
  // Between the first step and the end.
  [[nodiscard]] bool is_active() const noexcept { return active_; }

 protected:
  virtual void put(std::int64_t value) = 0;
  virtual void put(double value) = 0;
  virtual void put(std::string_view text) = 0;
  virtual void put(std::span<const std::byte> blob) = 0;
  virtual void put_null() = 0;
  [[nodiscard]] virtual int placeholders() const noexcept = 0;
  // The first call runs the statement. False at the end.
  [[nodiscard]] virtual base::Result<bool> next_row() = 0;
  // Of the statement that has just ended.
  [[nodiscard]] virtual std::int64_t changed_rows() const noexcept = 0;
  virtual void clear() noexcept = 0;

 private:
  // True when a value may be put; counts it.
  bool take_place(std::size_t bytes);
  void refuse(base::ErrorCode code, std::string_view why);
  [[nodiscard]] base::Result<void> check_ready() const;

  ConnectionBase& connection_;
  std::string sql_;
  int bound_ = 0;
  bool active_ = false;
  std::optional<base::Error> refused_;  // a value
};

class ConnectionBase : public Connection {
 public:
  [[nodiscard]] base::Result<Statement*> prepare(std::string_view sql) final;
  [[nodiscard]] base::Result<void> run_script(std::string_view sql) final;
  [[nodiscard]] base::Result<void> begin(Kind kind) final;
  [[nodiscard]] base::Result<void> commit() final;
  void roll_back() noexcept final;
  [[nodiscard]] base::Result<void> set_mark() final;
  [[nodiscard]] base::Result<void> back_to_mark() final;
  [[nodiscard]] base::Result<void> release_mark() final;
  [[nodiscard]] base::Result<void> lock_name(std::string_view name) final;

  // For its statements.
  [[nodiscard]] const std::optional<base::Error>& failure() const noexcept { return failed_; }
  void note_failure(const base::Error& error);

  // For the pool. Nothing of a transaction or statement is left after it.
  void tidy_up() noexcept;
  [[nodiscard]] virtual base::Result<void> prepare_for(Kind kind) = 0;
  // Like is_usable(), and looks whether the other side has hung up meanwhile.
  [[nodiscard]] virtual bool is_still_there() noexcept { return is_usable(); }
  [[nodiscard]] Kind leased_as() const noexcept { return leased_as_; }
  // It will be closed because another one has met a broken disk or lost server.
  virtual void abandon() noexcept {}

 protected:
  [[nodiscard]] virtual base::Result<std::unique_ptr<StatementBase>> make_statement(std::string_view sql) = 0;
  [[nodiscard]] virtual base::Result<void> execute(const std::string& sql) = 0;
  // All or nothing when there is no transaction.
  [[nodiscard]] virtual base::Result<void> execute_script(const std::string& sql) = 0;
  [[nodiscard]] virtual base::Result<void> execute_commit() = 0;
  [[nodiscard]] virtual base::Result<void> take_name(std::string_view name) = 0;
  [[nodiscard]] virtual std::string begin_text(Kind kind) const = 0;

  // What allow_long_work() did holds no more.
  virtual void transaction_ended() noexcept = 0;
  [[nodiscard]] bool in_transaction() const noexcept { return transaction_.has_value(); }
  // Statements end before the connection does: for destructors.
  void forget_statements() noexcept;
  Kind leased_as_ = Kind::read;

 private:
  using Kept = std::list<std::unique_ptr<StatementBase>>;
  void reset_active() noexcept;
  void make_room();

  std::optional<Kind> transaction_;
  std::optional<base::Error> failed_;  // why the transaction can only be rolled back
  Kept kept_;                          // the one asked for last stands in front
  std::unordered_map<std::string_view, Kept::iterator> by_text_;
};

// Up to `limit` connections, opened when they are needed. Safe from any thread.
class ConnectionPool {
 public:
  using Open = std::function<base::Result<std::unique_ptr<ConnectionBase>>()>;
  ConnectionPool(std::string name, int limit, std::chrono::milliseconds wait, Open open)
      : name_(std::move(name)), limit_(limit), wait_(wait), open_one_(std::move(open)) {}
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  [[nodiscard]] base::Result<Connection*> take(Connection::Kind kind);
  // False: it is not of this pool. One that is of no more use is closed, and with it all that stand idle.
  bool put(Connection* connection) noexcept;
  // Those that are out are closed when they come back.
  void retire_all() noexcept;

 private:
  [[nodiscard]] base::Result<std::unique_ptr<ConnectionBase>> idle_or_new(Connection::Kind kind);
  void close_idle(std::vector<std::unique_ptr<ConnectionBase>>& closing) noexcept;

  const std::string name_;
  const int limit_;
  const std::chrono::milliseconds wait_;
  const Open open_one_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable returned_;
  int opening_ = 0;  // being taken from the idle ones or opened
  std::vector<std::unique_ptr<ConnectionBase>> idle_;
  struct Out {
    std::unique_ptr<ConnectionBase> connection;
    bool retired = false;
  };
  std::unordered_map<Connection*, Out> out_;
};

}  // namespace hinomi::store::sql
