// A fresh, empty database of either kind for one test, gone with the object. For tests only; link
// hinomi_sql_testing. What must hold for sealed files too is tested with kAllBackends.
//
//   class MyStore : public ::testing::TestWithParam<Dialect> {
//     void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); … }
//     FreshDatabase database_{GetParam()};
//   };
//   INSTANTIATE_TEST_SUITE_P(Both, MyStore, ::testing::ValuesIn(kBothDialects), dialect_name);
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "os/random.h"
#include "store/sql/database.h"

// Skips the test, and says why, where the programs of PostgreSQL are not installed.
#define HINOMI_NEEDS_DATABASE(dialect)                                                       \
  if (const std::string missing = ::hinomi::store::sql::FreshDatabase::why_missing(dialect); \
      !missing.empty())                                                                      \
  GTEST_SKIP() << missing

namespace hinomi::store::sql {

inline constexpr std::array kBothDialects = {Dialect::sqlite, Dialect::postgres};

[[nodiscard]] std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info);

struct Backend {
  Dialect dialect = Dialect::sqlite;
  SqlitePages pages = SqlitePages::checked;  // of SQLite

  Backend(Dialect which) : dialect(which) {}  // NOLINT(google-explicit-constructor)
  Backend(Dialect which, SqlitePages how) : dialect(which), pages(how) {}
};
inline const std::array<Backend, 3> kAllBackends = {
    Backend(Dialect::sqlite), Backend(Dialect::sqlite, SqlitePages::sealed), Backend(Dialect::postgres)};

// Those that two programs may have open at once.
inline const std::array<Backend, 2> kSharedBackends = {Backend(Dialect::sqlite), Backend(Dialect::postgres)};

[[nodiscard]] std::string backend_name(const ::testing::TestParamInfo<Backend>& info);

class FreshDatabase {
 public:
  struct Knobs {
    int connections = 4;  // of SQLite: that read
    std::chrono::milliseconds wait{5000};
    std::chrono::milliseconds statement_limit{60'000};
  };

  // Empty: it is there.
  [[nodiscard]] static std::string why_missing(const Backend& backend);

  // Nothing where why_missing() says so.
  explicit FreshDatabase(const Backend& backend) : FreshDatabase(backend, Knobs{}) {}
  FreshDatabase(const Backend& backend, const Knobs& knobs);
  ~FreshDatabase();
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  [[nodiscard]] Database& operator*() const { return *database_; }
  [[nodiscard]] Database* operator->() const { return database_.get(); }
  // The same data once more, as another program would open it. Of a sealed file, which is open in one program
  // only, close() the first.
  [[nodiscard]] std::unique_ptr<Database> open_again(const Knobs& knobs) const;
  [[nodiscard]] std::unique_ptr<Database> open_again() const { return open_again(Knobs{}); }
  void close() { database_.reset(); }

  // The path of the file, or the connection string.
  [[nodiscard]] const std::string& place() const { return place_; }
  // As it is opened; of SQLite.
  [[nodiscard]] SqliteOptions sqlite_options(const Knobs& knobs) const;

 private:
  Backend backend_;
  std::string folder_;  // of SQLite
  std::string name_;    // of PostgreSQL
  std::string place_;
  std::unique_ptr<Database> database_;
};

}  // namespace hinomi::store::sql
