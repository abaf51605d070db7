#include "store/sql/testing/fresh_database.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "store/sql/testing/postgres_server.h"

namespace hinomi::store::sql {

std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::sqlite ? "Sqlite" : "Postgres";
}

std::string backend_name(const ::testing::TestParamInfo<Backend>& info) {
  if (info.param.dialect == Dialect::postgres) return "Postgres";
  return info.param.pages == SqlitePages::sealed ? "Sealed" : "Sqlite";
}

std::string FreshDatabase::why_missing(const Backend& backend) {
  return backend.dialect == Dialect::sqlite ? std::string() : PostgresServer::why_missing();
}

FreshDatabase::FreshDatabase(const Backend& backend, const Knobs& knobs) : backend_(backend) {
  if (!why_missing(backend).empty()) return;
  if (backend.dialect == Dialect::sqlite) {
    std::filesystem::create_directories(HINOMI_TEST_SCRATCH);
    folder_ = std::string(HINOMI_TEST_SCRATCH) + "/sql.XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "no scratch folder " << folder_;
    place_ = folder_ + "/test.db";
  } else {
    name_ = PostgresServer::get().take_database();
    place_ = PostgresServer::get().socket_address(name_);
  }
  database_ = open_again(knobs);
}

SqliteOptions FreshDatabase::sqlite_options(const Knobs& knobs) const {
  static constexpr std::array<std::byte, 32> kKey{std::byte{1}, std::byte{2}, std::byte{3}};
  return {.path = place_,
          .readers = knobs.connections,
          .wait = knobs.wait,
          .statement_limit = knobs.statement_limit,
          .pages = backend_.pages,
          .key = kKey,
          .random = os::system_random};
}

std::unique_ptr<Database> FreshDatabase::open_again(const Knobs& knobs) const {
  auto opened = backend_.dialect == Dialect::sqlite
                    ? open_sqlite(sqlite_options(knobs))
                    : open_postgres({.address = place_,
                                     .connections = knobs.connections,
                                     .wait = knobs.wait,
                                     .statement_limit = knobs.statement_limit});
  if (opened) return std::move(*opened);
  std::fprintf(stderr, "A fresh database cannot be opened: %s\n", opened.error().message.c_str());
  std::abort();
}

FreshDatabase::~FreshDatabase() {
  database_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  if (!name_.empty()) PostgresServer::get().give_back_database(name_);
}

}  // namespace hinomi::store::sql
