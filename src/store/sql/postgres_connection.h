// Statements and connections of PostgreSQL behind the common interface. Everybody else uses database.h.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "store/sql/connection_base.h"
#include "store/sql/postgres_link.h"
#include "store/sql/sql_text.h"

namespace hinomi::store::sql::postgres {

// Rows that one statement keeps in memory because another one was sent before it was read to its end.
inline constexpr std::size_t kMaxKeptRowBytes = 64 << 20;

class PostgresConnection final : public ConnectionBase {
 public:
  explicit PostgresConnection(std::unique_ptr<Link> link) : link_(std::move(link)) {}
  ~PostgresConnection() override { forget_statements(); }

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgres; }
  [[nodiscard]] bool is_usable() const noexcept override { return link_->is_usable(); }
  [[nodiscard]] bool is_still_there() noexcept override { return link_->is_still_there(); }
  [[nodiscard]] base::Result<void> prepare_for(Kind kind) override;
  void abandon() noexcept override { link_->set_broken(); }
  [[nodiscard]] base::Result<void> allow_long_work() override;

  // For its statements: a name for one on the server, and names that are not needed any more.
  [[nodiscard]] std::string new_name() { return "s" + std::to_string(++names_); }
  void forget_name(std::string name) { unneeded_.push_back(std::move(name)); }
  [[nodiscard]] base::Result<void> forget_unneeded();
  [[nodiscard]] Link& link() noexcept { return *link_; }

 protected:
  [[nodiscard]] base::Result<std::unique_ptr<StatementBase>> make_statement(std::string_view sql) override;
  [[nodiscard]] base::Result<void> execute(const std::string& sql) override;
  [[nodiscard]] base::Result<void> execute_script(const std::string& sql) override { return execute(sql); }
  [[nodiscard]] base::Result<void> execute_commit() override;
  [[nodiscard]] base::Result<void> take_name(std::string_view name) override;
  [[nodiscard]] std::string begin_text(Kind kind) const override;
  void transaction_ended() noexcept override { link_->set_patient(false); }

 private:
  std::unique_ptr<Link> link_;
  std::uint64_t names_ = 0;
  std::vector<std::string> unneeded_;
};

class PostgresStatement final : public StatementBase, private RowsOnTheirWay {
 public:
  PostgresStatement(PostgresConnection& connection, std::string sql, NumberedSql numbered)
      : StatementBase(connection, std::move(sql)), connection_(connection), numbered_(std::move(numbered)) {}
  ~PostgresStatement() override;

  [[nodiscard]] bool is_null(int column) const noexcept override;
  [[nodiscard]] std::int64_t integer(int column) const noexcept override;
  [[nodiscard]] double real(int column) const noexcept override;
  [[nodiscard]] std::string_view text(int column) const noexcept override;
  [[nodiscard]] std::span<const std::byte> blob(int column) const noexcept override;

 protected:
  void put(std::int64_t value) override { values_.push_back({kInt8, encoded(value)}); }
  void put(double value) override { values_.push_back({kFloat8, encoded(value)}); }
  void put(std::string_view text) override { values_.push_back({kText, std::string(text)}); }
  void put(std::span<const std::byte> blob) override;
  void put_null() override { values_.push_back({kUnknown, {}}); }
  [[nodiscard]] int placeholders() const noexcept override { return numbered_.placeholders; }
  [[nodiscard]] base::Result<bool> next_row() override;
  [[nodiscard]] std::int64_t changed_rows() const noexcept override { return changed_; }
  void clear() noexcept override;

 private:
  enum class State : std::uint8_t { idle, on_its_way, complete };

  [[nodiscard]] base::Result<void> take_rest() override;
  [[nodiscard]] base::Result<void> start();
  // Prepared on the server for types that the bound values fit; NULL fits all.
  [[nodiscard]] base::Result<void> prepare();
  // The next row of the server; nullptr: complete.
  [[nodiscard]] base::Result<ResultHandle> fetch();
  void note_end(const PGresult* result);
  [[nodiscard]] std::optional<Cell> cell(int column) const noexcept;

  PostgresConnection& connection_;
  NumberedSql numbered_;
  std::vector<BoundValue> values_;
  std::string name_;           // on the server; empty: not prepared
  std::vector<TypeId> types_;  // that it was prepared for
  State state_ = State::idle;
  ResultHandle row_;
  std::deque<ResultHandle> kept_;
  std::optional<base::Error> failed_;  // while the rest was taken
  std::int64_t changed_ = 0;
};

}  // namespace hinomi::store::sql::postgres
