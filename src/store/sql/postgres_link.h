// One connection to a PostgreSQL server by libpq: sends, waits no longer than allowed, and says in our terms
// what went wrong. What is prepared and bound is in postgres_connection.h; everybody else uses database.h.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/sql/database.h"
#include "store/sql/postgres_values.h"

namespace hinomi::store::sql::postgres {

struct ClearResult {
  void operator()(PGresult* result) const noexcept { ::PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

// A statement whose rows are still on their way. Only one can be: before anything else is sent, it keeps what
// comes for it.
class RowsOnTheirWay {
 public:
  RowsOnTheirWay() = default;
  virtual ~RowsOnTheirWay() = default;
  RowsOnTheirWay(const RowsOnTheirWay&) = delete;
  RowsOnTheirWay& operator=(const RowsOnTheirWay&) = delete;
  [[nodiscard]] virtual base::Result<void> take_rest() = 0;
};

struct BoundValue {
  TypeId type = kUnknown;  // unknown: NULL
  std::string bytes;       // binary format
};

class Link {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Link>> connect(const PostgresOptions& options);

  [[nodiscard]] bool is_usable() const noexcept {
    return !broken_ && ::PQstatus(handle_.get()) == CONNECTION_OK;
  }
  // Looks, without waiting, whether the server has hung up.
  [[nodiscard]] bool is_still_there() noexcept;

  // Statements without values; gives the status of the last, like "COMMIT".
  [[nodiscard]] base::Result<std::string> execute(const std::string& sql);
  [[nodiscard]] base::Result<void> prepare(const std::string& name, const std::string& sql,
                                           std::span<const TypeId> types);
  // Sends a prepared statement; its rows come one by one through next_result().
  [[nodiscard]] base::Result<void> start(const std::string& name, std::span<const BoundValue> values,
                                         RowsOnTheirWay& rows);
  // nullptr: there are no more.
  [[nodiscard]] base::Result<ResultHandle> next_result();
  // All that is still to come is thrown away; nobody has rows on their way any more.
  void drop_results() noexcept;

  [[nodiscard]] base::Error error_of(const PGresult* result);
  // The statement time of the server does not hold until it is set back.
  void set_patient(bool patient) noexcept { patient_ = patient; }
  void set_broken() noexcept { broken_ = true; }

 private:
  struct Close {
    void operator()(PGconn* handle) const noexcept { ::PQfinish(handle); }
  };
  Link(PGconn* handle, std::chrono::milliseconds patience) : handle_(handle), patience_(patience) {}
  [[nodiscard]] base::Result<void> set_up(const PostgresOptions& options);
  [[nodiscard]] base::Result<void> free_for_sending();
  [[nodiscard]] base::Result<void> flush();
  [[nodiscard]] base::Result<void> wait_for(short events, std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const;
  [[nodiscard]] base::Error lost(std::string_view what);

  std::unique_ptr<PGconn, Close> handle_;
  std::chrono::milliseconds patience_;
  bool patient_ = false;
  bool broken_ = false;
  RowsOnTheirWay* on_their_way_ = nullptr;
};

}  // namespace hinomi::store::sql::postgres
