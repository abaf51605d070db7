#include "store/sql/postgres_link.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace hinomi::store::sql::postgres {
namespace {

constexpr int kOldestServer = 130'000;
constexpr int kServerThatLooks = 140'000;           // whether its client is still there while it works
constexpr std::chrono::milliseconds kGrace{5'000};  // for an answer, beyond what the server allows itself
constexpr int kMostFarewells = 4;                   // reads of what came without being asked for
constexpr auto kLongTime = std::chrono::hours(24);

base::ErrorCode code_of(std::string_view state) noexcept {
  using base::ErrorCode;
  struct Known {
    std::string_view begin;  // of SQLSTATE; the first that fits counts
    ErrorCode code;
  };
  constexpr Known kKnown[] = {
      {"23505", ErrorCode::conflict},        // unique_violation
      {"23503", ErrorCode::conflict},        // foreign_key_violation
      {"23P01", ErrorCode::conflict},        // exclusion_violation
      {"25006", ErrorCode::usage},           // read_only_sql_transaction
      {"40", ErrorCode::unavailable},        // serialization_failure, deadlock_detected
      {"55P03", ErrorCode::unavailable},     // lock_not_available
      {"57014", ErrorCode::limit_exceeded},  // query_canceled: statement_timeout
      {"57P", ErrorCode::unavailable},       // shut down, or not yet up
      {"08", ErrorCode::unavailable},        // connection_exception
      {"53100", ErrorCode::io},              // disk_full
      {"53", ErrorCode::unavailable},        // out of connections or memory
      {"58", ErrorCode::io},                 // system_error, io_error
      {"XX001", ErrorCode::io},              // data_corrupted
      {"XX002", ErrorCode::io},              // index_corrupted
      {"54", ErrorCode::limit_exceeded},     // program_limit_exceeded
      {"22", ErrorCode::invalid_input},      // data_exception
  };
  for (const Known& known : kKnown) {
    if (state.starts_with(known.begin)) return known.code;
  }
  return ErrorCode::internal;
}

std::string_view field_of(const PGresult* result, int field) noexcept {
  const char* text = ::PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string_view without_line_end(const char* text) noexcept {
  std::string_view view = text == nullptr ? "" : text;
  while (view.ends_with('\n')) view.remove_suffix(1);
  return view;
}

void ignore_notice(void* /*unused*/, const PGresult* /*result*/) {}

}  // namespace

base::Result<std::unique_ptr<Link>> Link::connect(const PostgresOptions& options) {
  // libpq would repeat what it does not understand, which may be a password.
  PQconninfoOption* const understood = ::PQconninfoParse(options.address.c_str(), nullptr);
  if (understood == nullptr) {
    return base::Error{base::ErrorCode::usage, "the address of PostgreSQL cannot be understood",
                       "host=… dbname=… user=…, as libpq has it"};
  }
  ::PQconninfoFree(understood);
  const auto wait = std::chrono::ceil<std::chrono::seconds>(options.wait);
  const std::string seconds = std::to_string(std::max<std::int64_t>(2, wait.count()));
  // What stands before the address can be changed by it, what stands behind cannot.
  const char* names[] = {
      "connect_timeout", "keepalives_idle", "keepalives_interval",       "keepalives_count",
      "dbname",          "client_encoding", "fallback_application_name", nullptr};
  const char* values[] = {seconds.c_str(),         "10",   "5",      "3",
                          options.address.c_str(), "UTF8", "hinomi", nullptr};
  PGconn* const handle = ::PQconnectdbParams(names, values, 1);
  std::unique_ptr<Link> link(new Link(handle, options.statement_limit + kGrace));
  if (::PQstatus(handle) != CONNECTION_OK) {
    return base::Error{
        base::ErrorCode::unavailable,
        "PostgreSQL cannot be reached: " + std::string(without_line_end(::PQerrorMessage(handle))),
        "See that the server runs and that the address, user and password are right."};
  }
  if (auto done = link->set_up(options); !done) return done.error();
  return link;
}

base::Result<void> Link::set_up(const PostgresOptions& options) {
  ::PQsetNoticeReceiver(handle_.get(), &ignore_notice, nullptr);
  if (::PQsetnonblocking(handle_.get(), 1) != 0) return lost("cannot be set up");
  const char* encoding = ::PQparameterStatus(handle_.get(), "server_encoding");
  if (::PQserverVersion(handle_.get()) < kOldestServer || encoding == nullptr ||
      std::string_view(encoding) != "UTF8") {
    return base::Error{base::ErrorCode::unsupported,
                       "the database must be of PostgreSQL 13 or later, with the encoding UTF8",
                       "createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME"};
  }
  // Settings take no bound values; these are numbers of the program.
  const std::string sql =
      "SET statement_timeout = " + std::to_string(options.statement_limit.count()) +
      "; SET lock_timeout = " + std::to_string(options.wait.count()) +
      "; SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = on"
      "; SET standard_conforming_strings = on; SET TimeZone = 'UTC'"
      "; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
      "'off'";
  if (auto done = execute(sql); !done) return done.error();
  if (::PQserverVersion(handle_.get()) < kServerThatLooks) return {};
  // What a program was doing that was killed ends, and with it its locks.
  if (auto done = execute("SET client_connection_check_interval = '2s'"); !done) return done.error();
  return {};
}

bool Link::is_still_there() noexcept {
  // A farewell, then the end; a change of a setting comes alone.
  for (int i = 0; i < kMostFarewells && is_usable(); ++i) {
    pollfd look{.fd = ::PQsocket(handle_.get()), .events = POLLIN, .revents = 0};
    if (::poll(&look, 1, 0) <= 0) break;
    if (::PQconsumeInput(handle_.get()) == 0) broken_ = true;
  }
  return is_usable();
}

base::Error Link::lost(std::string_view what) {
  broken_ = true;
  return {base::ErrorCode::unavailable,
          "the connection to PostgreSQL was lost: " + std::string(what) + " " +
              std::string(without_line_end(::PQerrorMessage(handle_.get()))),
          "See that the server runs; what was begun is rolled back."};
}

base::Error Link::error_of(const PGresult* result) {
  const std::string_view state = field_of(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return lost("");
  // Not the detail: it names values.
  base::Error error{code_of(state),
                    "PostgreSQL: " + std::string(field_of(result, PG_DIAG_MESSAGE_PRIMARY)) + " (SQLSTATE " +
                        std::string(state) + ")",
                    {}};
  if (state.starts_with("57P")) broken_ = true;
  if (state == "0A000" && field_of(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery") {
    error.code = base::ErrorCode::unavailable;  // a table was changed since the statement was prepared
  }
  return error;
}

std::chrono::steady_clock::time_point Link::deadline() const {
  return std::chrono::steady_clock::now() + (patient_ ? std::chrono::milliseconds(kLongTime) : patience_);
}

base::Result<void> Link::wait_for(short events, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return lost("no answer in time.");
    pollfd look{.fd = ::PQsocket(handle_.get()), .events = events, .revents = 0};
    const int ready = ::poll(&look, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1 << 30)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost("poll failed.");
  }
}

base::Result<void> Link::flush() {
  const auto until = deadline();
  for (;;) {
    const int left = ::PQflush(handle_.get());
    if (left == 0) return {};
    if (left < 0) return lost("");
    if (auto ready = wait_for(POLLIN | POLLOUT, until); !ready) return ready;
    if (::PQconsumeInput(handle_.get()) == 0) return lost("");
  }
}

base::Result<ResultHandle> Link::next_result() {
  const auto until = deadline();
  while (::PQisBusy(handle_.get()) != 0) {
    if (auto ready = wait_for(POLLIN, until); !ready) return ready.error();
    if (::PQconsumeInput(handle_.get()) == 0) return lost("");
  }
  ResultHandle result(::PQgetResult(handle_.get()));
  if (!result) on_their_way_ = nullptr;
  return result;
}

void Link::drop_results() noexcept {
  while (is_usable()) {
    auto result = next_result();
    if (!result || !*result) break;
    // Nothing here copies.
    const auto status = ::PQresultStatus(result->get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) broken_ = true;
  }
  on_their_way_ = nullptr;
}

base::Result<void> Link::free_for_sending() {
  if (!is_usable()) return lost("");
  if (on_their_way_ == nullptr) return {};
  return on_their_way_->take_rest();
}

base::Result<std::string> Link::execute(const std::string& sql) {
  if (auto free = free_for_sending(); !free) return free.error();
  if (::PQsendQuery(handle_.get(), sql.c_str()) == 0) return lost("");
  if (auto sent = flush(); !sent) return sent.error();
  std::optional<base::Error> failed;
  std::string status;
  for (;;) {
    auto result = next_result();
    if (!result) return result.error();
    if (!*result) break;
    const auto state = ::PQresultStatus(result->get());
    if (state == PGRES_COMMAND_OK || state == PGRES_TUPLES_OK) {
      status = ::PQcmdStatus(result->get());
    } else if (state != PGRES_EMPTY_QUERY && !failed) {
      failed = error_of(result->get());
    }
    if (state == PGRES_COPY_IN || state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH)
      return lost("COPY is not supported.");
  }
  if (failed) return *failed;
  return status;
}

base::Result<void> Link::prepare(const std::string& name, const std::string& sql,
                                 std::span<const TypeId> types) {
  if (auto free = free_for_sending(); !free) return free.error();
  if (::PQsendPrepare(handle_.get(), name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                      types.data()) == 0) {
    return lost("");
  }
  if (auto sent = flush(); !sent) return sent.error();
  auto result = next_result();
  if (!result) return result.error();
  base::Result<void> done;
  if (::PQresultStatus(result->get()) != PGRES_COMMAND_OK) done = error_of(result->get());
  drop_results();
  return done;
}

base::Result<void> Link::start(const std::string& name, std::span<const BoundValue> values,
                               RowsOnTheirWay& rows) {
  if (auto free = free_for_sending(); !free) return free.error();
  std::vector<const char*> bytes;
  std::vector<int> sizes;
  const std::vector<int> binary(values.size(), 1);
  for (const BoundValue& value : values) {
    bytes.push_back(value.type == kUnknown ? nullptr : value.bytes.data());
    sizes.push_back(static_cast<int>(value.bytes.size()));
  }
  if (::PQsendQueryPrepared(handle_.get(), name.c_str(), static_cast<int>(values.size()), bytes.data(),
                            sizes.data(), binary.data(), 1) == 0 ||
      ::PQsetSingleRowMode(handle_.get()) == 0) {
    return lost("");
  }
  on_their_way_ = &rows;
  if (auto sent = flush(); !sent) return sent.error();
  return {};
}

}  // namespace hinomi::store::sql::postgres
