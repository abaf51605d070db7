// A fresh, empty database of either kind for one test, gone with the object. For tests only; link
// hinomi_sql_testing.
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

#include "store/sql/database.h"

// Skips the test, and says why, where the programs of PostgreSQL are not installed.
#define HINOMI_NEEDS_DATABASE(dialect)                                                       \
  if (const std::string missing = ::hinomi::store::sql::FreshDatabase::why_missing(dialect); \
      !missing.empty())                                                                      \
  GTEST_SKIP() << missing

namespace hinomi::store::sql {

inline constexpr std::array kBothDialects = {Dialect::sqlite, Dialect::postgres};

[[nodiscard]] std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info);

class FreshDatabase {
 public:
  struct Knobs {
    int connections = 4;  // of SQLite: that read
    std::chrono::milliseconds wait{5000};
  };

  // Empty: it is there.
  [[nodiscard]] static std::string why_missing(Dialect dialect);

  // Nothing where why_missing() says so.
  explicit FreshDatabase(Dialect dialect) : FreshDatabase(dialect, Knobs{}) {}
  FreshDatabase(Dialect dialect, const Knobs& knobs);
  ~FreshDatabase();
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  [[nodiscard]] Database& operator*() const { return *database_; }
  [[nodiscard]] Database* operator->() const { return database_.get(); }
  // The same data once more, as another program would open it.
  [[nodiscard]] std::unique_ptr<Database> open_again(const Knobs& knobs) const;
  [[nodiscard]] std::unique_ptr<Database> open_again() const { return open_again(Knobs{}); }
  void close() { database_.reset(); }

  // The path of the file, or the connection string.
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  Dialect dialect_;
  std::string folder_;  // of SQLite
  std::string name_;    // of PostgreSQL
  std::string place_;
  std::unique_ptr<Database> database_;
};

}  // namespace hinomi::store::sql
