#include "store/sql/connection_base.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "store/sql/sql_text.h"

namespace hinomi::store::sql {
namespace {

base::Error wrong_use(std::string_view what) {
  return {base::ErrorCode::usage, std::string(what), {}};
}

}  // namespace

void StatementBase::refuse(base::ErrorCode code, std::string_view why) {
  if (refused_) return;
  refused_ = base::Error{
      code,
      "value " + std::to_string(bound_) + " of \"" + sql_ + "\" cannot be bound: " + std::string(why),
      {}};
}

bool StatementBase::take_place(std::size_t bytes) {
  ++bound_;
  if (active_) refuse(base::ErrorCode::internal, "the statement is being read");
  if (bound_ > placeholders()) refuse(base::ErrorCode::internal, "there is no placeholder for it");
  if (bytes > kMaxValueBytes) refuse(base::ErrorCode::limit_exceeded, "it is too long");
  return !refused_;
}

Statement& StatementBase::bind(std::int64_t value) {
  if (take_place(sizeof(value))) put(value);
  return *this;
}

Statement& StatementBase::bind(double value) {
  if (!take_place(sizeof(value))) return *this;
  if (std::isnan(value)) {
    refuse(base::ErrorCode::invalid_input, "it is no number (NaN)");
    return *this;
  }
  put(value == 0.0 ? 0.0 : value);  // SQLite does not keep the sign of zero
  return *this;
}

Statement& StatementBase::bind(std::string_view text) {
  if (!take_place(text.size())) return *this;
  if (text.find('\0') != std::string_view::npos) {
    refuse(base::ErrorCode::invalid_input, "a text holds a NUL character");
  } else if (!base::is_utf8(text)) {
    refuse(base::ErrorCode::invalid_input, "a text is not UTF-8");
  } else {
    put(text);
  }
  return *this;
}

Statement& StatementBase::bind(std::span<const std::byte> blob) {
  if (take_place(blob.size())) put(blob);
  return *this;
}

Statement& StatementBase::bind(std::nullopt_t) {
  if (take_place(0)) put_null();
  return *this;
}

base::Result<void> StatementBase::check_ready() const {
  if (refused_) return *refused_;
  if (bound_ != placeholders()) {
    return base::Error{
        base::ErrorCode::internal,
        "\"" + sql_ + "\" needs " + std::to_string(placeholders()) + " values, not " + std::to_string(bound_),
        {}};
  }
  if (const auto& failed = connection_.failure()) return *failed;
  return {};
}

base::Result<bool> StatementBase::step() {
  base::Result<bool> more = false;
  if (auto ready = check_ready(); !ready) {
    more = ready.error();
  } else {
    active_ = true;
    more = next_row();
  }
  if (!more) connection_.note_failure(more.error());
  if (!more || !*more) reset();
  return more;
}

base::Result<std::int64_t> StatementBase::run() {
  for (;;) {
    const auto more = step();
    if (!more) return more.error();
    if (!*more) return changed_rows();
  }
}

void StatementBase::reset() noexcept {
  clear();
  bound_ = 0;
  active_ = false;
  refused_.reset();
}

void ConnectionBase::note_failure(const base::Error& error) {
  if (transaction_ && !failed_) failed_ = error;
}

base::Result<Statement*> ConnectionBase::prepare(std::string_view sql) {
  if (const auto found = by_text_.find(sql); found != by_text_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    kept_.front()->reset();
    return static_cast<Statement*>(kept_.front().get());
  }
  auto made = make_statement(sql);
  if (!made) {
    note_failure(made.error());
    return made.error();
  }
  make_room();
  kept_.push_front(std::move(*made));
  by_text_.emplace(kept_.front()->sql(), kept_.begin());
  return static_cast<Statement*>(kept_.front().get());
}

// Those that are being read stay; there are never many of them.
void ConnectionBase::make_room() {
  for (auto last = kept_.end(); kept_.size() >= kKeptStatements && last != kept_.begin();) {
    --last;
    if ((*last)->is_active()) continue;
    by_text_.erase((*last)->sql());
    last = kept_.erase(last);
  }
}

void ConnectionBase::forget_statements() noexcept {
  by_text_.clear();
  kept_.clear();
}

void ConnectionBase::reset_active() noexcept {
  for (const auto& statement : kept_) {
    if (statement->is_active()) statement->reset();
  }
}

base::Result<void> ConnectionBase::run_script(std::string_view sql) {
  if (failed_) return *failed_;
  if (sql.size() > kMaxScriptBytes) {
    return base::Error{base::ErrorCode::limit_exceeded, "a script of SQL is too long", {}};
  }
  const auto text = schema_for(dialect(), sql);
  base::Result<void> done;
  if (!text) {
    done = text.error();
  } else {
    done = execute_script(*text);
  }
  if (!done) note_failure(done.error());
  return done;
}

base::Result<void> ConnectionBase::set_mark() {
  if (!transaction_) return wrong_use("a mark without a transaction");
  if (failed_) return *failed_;
  auto done = execute("SAVEPOINT mark");
  if (!done) note_failure(done.error());
  return done;
}

base::Result<void> ConnectionBase::back_to_mark() {
  if (!transaction_) return wrong_use("a mark without a transaction");
  reset_active();
  // Also of a transaction that failed since: that is what marks are for. One that the database has given up
  // as a whole has no mark any more, and stays failed.
  auto done = execute("ROLLBACK TO SAVEPOINT mark");
  if (done) done = execute("RELEASE SAVEPOINT mark");
  if (done) {
    failed_.reset();
  } else {
    note_failure(done.error());
  }
  return done;
}

base::Result<void> ConnectionBase::release_mark() {
  if (!transaction_) return wrong_use("a mark without a transaction");
  if (failed_) return *failed_;
  auto done = execute("RELEASE SAVEPOINT mark");
  if (!done) note_failure(done.error());
  return done;
}

base::Result<void> ConnectionBase::begin(Kind kind) {
  if (transaction_) return wrong_use("a transaction was begun within another one");
  if (kind == Kind::write && leased_as_ == Kind::read) {
    return wrong_use("a writing transaction was begun on a connection leased for reading");
  }
  if (auto begun = execute(begin_text(kind)); !begun) return begun.error();
  transaction_ = kind;
  return {};
}

base::Result<void> ConnectionBase::commit() {
  if (!transaction_) return wrong_use("a commit without a transaction");
  reset_active();
  base::Result<void> done;
  if (failed_) {
    done = *failed_;
  } else {
    done = execute_commit();
  }
  if (!done) {
    roll_back();
    return done;
  }
  transaction_.reset();
  transaction_ended();
  return {};
}

void ConnectionBase::roll_back() noexcept {
  if (!transaction_) return;
  reset_active();
  // It fails where the database has rolled back by itself or is gone; either way nothing is left.
  if (is_usable()) static_cast<void>(execute("ROLLBACK"));
  transaction_.reset();
  failed_.reset();
  transaction_ended();
}

base::Result<void> ConnectionBase::lock_name(std::string_view name) {
  if (transaction_ != Kind::write) return wrong_use("a name is locked outside a writing transaction");
  if (failed_) return *failed_;
  auto done = take_name(name);
  if (!done) note_failure(done.error());
  return done;
}

void ConnectionBase::tidy_up() noexcept {
  roll_back();
  reset_active();
}

ConnectionPool::~ConnectionPool() {
  HINOMI_CHECK(out_.empty());  // a lease must not outlive its database
}

base::Result<std::unique_ptr<ConnectionBase>> ConnectionPool::idle_or_new(Connection::Kind kind) {
  for (;;) {
    std::unique_ptr<ConnectionBase> connection;
    {
      const std::lock_guard lock(mutex_);
      const auto fits = [&](const auto& idle) { return idle->leased_as() == kind; };
      auto found = std::ranges::find_if(idle_, fits);
      if (found == idle_.end()) found = idle_.begin();
      if (found != idle_.end()) {
        connection = std::move(*found);
        idle_.erase(found);
      }
    }
    if (!connection) {
      auto opened = open_one_();
      if (!opened) return opened.error();
      connection = std::move(*opened);
    } else if (!connection->is_still_there()) {
      continue;
    }
    if (auto ready = connection->prepare_for(kind); !ready) return ready.error();
    return connection;
  }
}

base::Result<Connection*> ConnectionPool::take(Connection::Kind kind) {
  {
    std::unique_lock lock(mutex_);
    const auto free = [&] { return static_cast<int>(out_.size()) + opening_ < limit_; };
    if (!returned_.wait_for(lock, wait_, free)) {
      return base::Error{base::ErrorCode::unavailable,
                         name_ + ": all " + std::to_string(limit_) + " connections are in use",
                         "Try again; when it happens often, allow more connections."};
    }
    ++opening_;
  }
  auto connection = idle_or_new(kind);
  const std::lock_guard lock(mutex_);
  --opening_;
  if (!connection) {
    returned_.notify_one();
    return connection.error();
  }
  Connection* const taken = connection->get();
  out_.emplace(taken, Out{std::move(*connection)});
  return taken;
}

bool ConnectionPool::put(Connection* connection) noexcept {
  std::vector<std::unique_ptr<ConnectionBase>> closing;  // outside the lock: it can take time
  std::unique_ptr<ConnectionBase> back;
  {
    const std::lock_guard lock(mutex_);
    const auto found = out_.find(connection);
    if (found == out_.end()) return false;
    back = std::move(found->second.connection);
    if (found->second.retired) back->abandon();
  }
  back->tidy_up();
  {
    const std::lock_guard lock(mutex_);
    const auto found = out_.find(connection);
    const bool retired = found->second.retired;
    out_.erase(found);
    if (!back->is_usable()) {
      close_idle(closing);
      closing.push_back(std::move(back));
    } else if (retired) {
      closing.push_back(std::move(back));
    } else {
      idle_.push_back(std::move(back));
    }
  }
  returned_.notify_one();
  return true;
}

void ConnectionPool::close_idle(std::vector<std::unique_ptr<ConnectionBase>>& closing) noexcept {
  for (auto& idle : idle_) {
    idle->abandon();
    closing.push_back(std::move(idle));
  }
  idle_.clear();
}

void ConnectionPool::retire_all() noexcept {
  std::vector<std::unique_ptr<ConnectionBase>> closing;
  const std::lock_guard lock(mutex_);
  close_idle(closing);
  for (auto& [pointer, out] : out_) out.retired = true;
}

}  // namespace hinomi::store::sql
