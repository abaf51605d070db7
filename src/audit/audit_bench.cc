// How many entries a second are appended: one in each transaction, as a change of a record has it, and many
// in one, which shows what the log itself costs. On a file of SQLite in the build folder.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "audit/log.h"
#include "audit/tables.h"
#include "base/check.h"
#include "os/random.h"

namespace hinomi::audit {
namespace {

using store::sql::Connection;

record::AuditEntry entry() {
  record::AuditEntry entry;
  entry.organisation = base::OrganisationId{1};
  entry.at = {1'795'593'600'000'000'000};
  entry.via = "web";
  entry.peer = "192.0.2.1:40000";
  entry.action = "person.change";
  entry.entity = "person";
  entry.version = 7;
  entry.details = R"({"department":["IT","CSIRT"]})";
  return entry;
}

void append(benchmark::State& state) {
  const auto each = static_cast<int>(state.range(0));
  const std::string path = "audit-bench.db";
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path + ending);
  {
    auto database = store::sql::open_sqlite({.path = path});
    HINOMI_CHECK(database.has_value());
    HINOMI_CHECK(store::sql::migrate(**database, migrations()).has_value());
    Log log({.random = os::system_random});
    for (auto _ : state) {
      const auto done =
          store::sql::in_transaction(**database, Connection::Kind::write, [&](Connection& connection) {
            for (int i = 0; i < each; ++i)
              if (auto appended = log.append(connection, entry()); !appended) return appended;
            return base::Result<void>();
          });
      HINOMI_CHECK(done.has_value());
    }
    state.SetItemsProcessed(state.iterations() * each);
  }
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path + ending);
}
BENCHMARK(append)->Arg(1)->Arg(100)->UseRealTime();

}  // namespace
}  // namespace hinomi::audit
