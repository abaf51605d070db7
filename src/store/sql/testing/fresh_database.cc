#include "store/sql/testing/fresh_database.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "store/sql/testing/postgres_server.h"

namespace hinomi::store::sql {

std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::sqlite ? "Sqlite" : "Postgres";
}

std::string FreshDatabase::why_missing(Dialect dialect) {
  return dialect == Dialect::sqlite ? std::string() : PostgresServer::why_missing();
}

FreshDatabase::FreshDatabase(Dialect dialect, const Knobs& knobs) : dialect_(dialect) {
  if (!why_missing(dialect).empty()) return;
  if (dialect == Dialect::sqlite) {
    std::filesystem::create_directories(HINOMI_TEST_SCRATCH);
    folder_ = std::string(HINOMI_TEST_SCRATCH) + "/sql.XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "no scratch folder " << folder_;
    place_ = folder_ + "/test.db";
  } else {
    static std::atomic<int> counter = 0;
    name_ = "fresh_" + std::to_string(++counter);
    PostgresServer::get().run("CREATE DATABASE " + name_);
    place_ = PostgresServer::get().socket_address(name_);
  }
  database_ = open_again(knobs);
}

std::unique_ptr<Database> FreshDatabase::open_again(const Knobs& knobs) const {
  auto opened =
      dialect_ == Dialect::sqlite
          ? open_sqlite({.path = place_, .readers = knobs.connections, .wait = knobs.wait})
          : open_postgres({.address = place_, .connections = knobs.connections, .wait = knobs.wait});
  if (opened) return std::move(*opened);
  std::fprintf(stderr, "A fresh database cannot be opened: %s\n", opened.error().message.c_str());
  std::abort();
}

FreshDatabase::~FreshDatabase() {
  database_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  if (!name_.empty()) PostgresServer::get().run("DROP DATABASE " + name_ + " WITH (FORCE)");
}

}  // namespace hinomi::store::sql
