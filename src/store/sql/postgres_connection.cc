#include "store/sql/postgres_connection.h"

#include <charconv>
#include <utility>

namespace hinomi::store::sql::postgres {

base::Result<void> PostgresConnection::prepare_for(Kind kind) {
  if (kind == leased_as_) return {};
  const bool read = kind == Kind::read;
  auto done =
      execute(read ? "SET default_transaction_read_only = on" : "SET default_transaction_read_only = off");
  if (done) leased_as_ = kind;
  return done;
}

base::Result<void> PostgresConnection::allow_long_work() {
  if (!in_transaction()) {
    return base::Error{base::ErrorCode::usage, "long work is allowed within a transaction only", {}};
  }
  link_->set_patient(true);
  return execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
}

base::Result<std::unique_ptr<StatementBase>> PostgresConnection::make_statement(std::string_view sql) {
  auto numbered = number_placeholders(sql);
  if (!numbered) return numbered.error();
  return std::unique_ptr<StatementBase>(
      std::make_unique<PostgresStatement>(*this, std::string(sql), std::move(*numbered)));
}

base::Result<void> PostgresConnection::execute(const std::string& sql) {
  if (auto done = link_->execute(sql); !done) return done.error();
  return {};
}

base::Result<void> PostgresConnection::execute_commit() {
  const auto status = link_->execute("COMMIT");
  if (status && *status == "COMMIT") return {};
  if (status) {
    return base::Error{base::ErrorCode::internal, "PostgreSQL rolled back what was to be committed", {}};
  }
  if (link_->is_usable()) return status.error();
  // Running it again could do it twice.
  return base::Error{base::ErrorCode::io,
                     "whether a transaction was committed is not known: " + status.error().message,
                     "Look whether what was to be written is there."};
}

std::string PostgresConnection::begin_text(Kind kind) const {
  return kind == Kind::write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                             : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
}

base::Result<void> PostgresConnection::take_name(std::string_view name) {
  auto lock = prepare("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))");
  if (!lock) return lock.error();
  (*lock)->bind(name);
  if (auto done = (*lock)->run(); !done) return done.error();
  return {};
}

base::Result<void> PostgresConnection::forget_unneeded() {
  if (unneeded_.empty()) return {};
  std::string sql;
  for (const std::string& name : unneeded_) sql += "DEALLOCATE " + name + ";";
  unneeded_.clear();
  return execute(sql);
}

PostgresStatement::~PostgresStatement() {
  clear();
  if (!name_.empty()) connection_.forget_name(std::move(name_));
}

void PostgresStatement::put(std::span<const std::byte> blob) {
  values_.push_back({kBytea, std::string(reinterpret_cast<const char*>(blob.data()), blob.size())});
}

void PostgresStatement::clear() noexcept {
  if (state_ == State::on_its_way) connection_.link().drop_results();
  state_ = State::idle;
  row_.reset();
  kept_.clear();
  values_.clear();
  failed_.reset();
}

base::Result<void> PostgresStatement::prepare() {
  if (types_.size() != values_.size()) types_.assign(values_.size(), kUnknown);
  bool fits = !name_.empty();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].type == kUnknown || values_[i].type == types_[i]) continue;
    types_[i] = values_[i].type;
    fits = false;
  }
  if (fits) return {};
  if (!name_.empty()) connection_.forget_name(std::exchange(name_, {}));
  if (auto done = connection_.forget_unneeded(); !done) return done;
  std::string name = connection_.new_name();
  auto done = connection_.link().prepare(name, numbered_.text, types_);
  if (done) name_ = std::move(name);
  return done;
}

base::Result<void> PostgresStatement::start() {
  if (auto done = prepare(); !done) return done;
  if (auto sent = connection_.link().start(name_, values_, *this); !sent) return sent;
  state_ = State::on_its_way;
  changed_ = 0;
  return {};
}

void PostgresStatement::note_end(const PGresult* result) {
  const std::string_view status = ::PQcmdStatus(const_cast<PGresult*>(result));
  if (!status.starts_with("INSERT") && !status.starts_with("UPDATE") && !status.starts_with("DELETE")) return;
  const std::string_view rows = ::PQcmdTuples(const_cast<PGresult*>(result));
  std::from_chars(rows.data(), rows.data() + rows.size(), changed_);
}

base::Result<ResultHandle> PostgresStatement::fetch() {
  Link& link = connection_.link();
  auto result = link.next_result();
  if (!result) {
    state_ = State::complete;
    return result;
  }
  const auto status = ::PQresultStatus(result->get());
  if (status == PGRES_SINGLE_TUPLE) return result;
  base::Result<ResultHandle> end = ResultHandle();
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    note_end(result->get());
  } else if (status == PGRES_EMPTY_QUERY) {
    end = base::Error{base::ErrorCode::internal, "PostgreSQL: the statement is empty", {}};
  } else {
    end = link.error_of(result->get());
    // It was prepared for tables as they are no more.
    if (end.error().code == base::ErrorCode::unavailable && !name_.empty()) {
      connection_.forget_name(std::exchange(name_, {}));
    }
  }
  link.drop_results();
  state_ = State::complete;
  return end;
}

base::Result<void> PostgresStatement::take_rest() {
  std::size_t bytes = 0;
  for (const auto& row : kept_) bytes += ::PQresultMemorySize(row.get());
  while (state_ == State::on_its_way) {
    if (bytes > kMaxKeptRowBytes) {
      return base::Error{base::ErrorCode::limit_exceeded,
                         "too many rows of \"" + sql() + "\" are unread while another statement is run",
                         "Read them to the end first, or fewer at a time."};
    }
    auto row = fetch();
    if (!row) {
      failed_ = row.error();
    } else if (*row) {
      bytes += ::PQresultMemorySize(row->get());
      kept_.push_back(std::move(*row));
    }
  }
  return {};
}

base::Result<bool> PostgresStatement::next_row() {
  row_.reset();
  if (state_ == State::idle) {
    if (auto started = start(); !started) return started.error();
  }
  if (!kept_.empty()) {
    row_ = std::move(kept_.front());
    kept_.pop_front();
    return true;
  }
  if (failed_) return *failed_;
  if (state_ == State::complete) return false;
  auto row = fetch();
  if (!row) return row.error();
  row_ = std::move(*row);
  return row_ != nullptr;
}

std::optional<Cell> PostgresStatement::cell(int column) const noexcept {
  const PGresult* row = row_.get();
  if (row == nullptr || column < 0 || column >= ::PQnfields(row) || ::PQgetisnull(row, 0, column) != 0) {
    return std::nullopt;
  }
  return Cell{::PQftype(row, column),
              {::PQgetvalue(row, 0, column), static_cast<std::size_t>(::PQgetlength(row, 0, column))}};
}

bool PostgresStatement::is_null(int column) const noexcept {
  return !cell(column);
}

std::int64_t PostgresStatement::integer(int column) const noexcept {
  const auto found = cell(column);
  return found ? integer_of(*found).value_or(0) : 0;
}

double PostgresStatement::real(int column) const noexcept {
  const auto found = cell(column);
  return found ? real_of(*found).value_or(0.0) : 0.0;
}

std::string_view PostgresStatement::text(int column) const noexcept {
  const auto found = cell(column);
  return found ? text_of(*found).value_or(std::string_view()) : std::string_view();
}

std::span<const std::byte> PostgresStatement::blob(int column) const noexcept {
  const auto found = cell(column);
  const std::string_view bytes = found ? blob_of(*found).value_or(std::string_view()) : std::string_view();
  return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

}  // namespace hinomi::store::sql::postgres
