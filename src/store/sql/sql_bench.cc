// One-row transactions and rows a second, of SQLite with checked and sealed pages; of PostgreSQL too where
// HINOMI_BENCH_POSTGRES holds a connection string to a database that may be written to.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/sql/database.h"

namespace hinomi::store::sql {
namespace {

enum Which : std::int64_t { kChecked, kSealed, kPostgres };

// In the working directory, which is that of a disk, not of memory.
class Opened {
 public:
  explicit Opened(std::int64_t which) {
    if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    const char* const address = std::getenv("HINOMI_BENCH_POSTGRES");
    static constexpr std::array<std::byte, 32> kKey{};
    auto opened = which == kPostgres
                      ? open_postgres({.address = address == nullptr ? "" : address})
                      : open_sqlite({.path = folder_ + "/bench.db",
                                     .pages = which == kSealed ? SqlitePages::sealed : SqlitePages::checked,
                                     .key = kKey,
                                     .random = os::system_random});
    if (!opened) return;
    database_ = std::move(*opened);
    const auto made =
        (*database_->lease(Connection::Kind::write))
            ->run_script("DROP TABLE IF EXISTS sql_bench; CREATE TABLE sql_bench (x BIGINT, y TEXT)");
    if (!made) database_.reset();
  }
  ~Opened() {
    if (database_)
      static_cast<void>((*database_->lease(Connection::Kind::write))->run_script("DROP TABLE sql_bench"));
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  [[nodiscard]] Database* get() const { return database_.get(); }

 private:
  std::string folder_ = "sql_bench.XXXXXX";
  std::unique_ptr<Database> database_;
};

base::Result<void> insert(Database& database, std::int64_t rows) {
  return in_transaction(database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("INSERT INTO sql_bench VALUES (?, ?)");
    if (!statement) return statement.error();
    for (std::int64_t i = 0; i < rows; ++i) {
      if (auto done = (*statement)->bind(i).bind("a text of some length, as a title has").run(); !done)
        return done.error();
    }
    return {};
  });
}

void insert_rows(benchmark::State& state) {
  const Opened opened(state.range(0));
  if (opened.get() == nullptr) return state.SkipWithError("no such database");
  for (auto _ : state) {
    if (!insert(*opened.get(), state.range(1))) state.SkipWithError("failed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(insert_rows)
    ->ArgNames({"database", "rows_a_transaction"})
    ->ArgsProduct({{kChecked, kSealed, kPostgres}, {1, 1000}})
    ->UseRealTime();

void read_rows(benchmark::State& state) {
  const Opened opened(state.range(0));
  if (opened.get() == nullptr) return state.SkipWithError("no such database");
  if (!insert(*opened.get(), 100'000)) return state.SkipWithError("failed");
  auto lease = opened.get()->lease(Connection::Kind::read);
  std::int64_t rows = 0;
  for (auto _ : state) {
    auto statement = (*lease)->prepare("SELECT x, y FROM sql_bench");
    for (auto more = (*statement)->step(); more && *more; more = (*statement)->step()) {
      benchmark::DoNotOptimize((*statement)->text(1));
      ++rows;
    }
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(read_rows)
    ->ArgName("database")
    ->DenseRange(kChecked, kPostgres)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hinomi::store::sql
