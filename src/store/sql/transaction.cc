#include <algorithm>
#include <thread>
#include <utility>

#include "store/sql/database.h"

namespace hinomi::store::sql {
namespace {

constexpr int kMaxTries = 5;
constexpr std::chrono::milliseconds kFirstPause{10};  // doubled after each try

}  // namespace

base::Result<Tx> Tx::begin(Connection& connection, Connection::Kind kind) {
  if (auto begun = connection.begin(kind); !begun) return begun.error();
  return Tx(connection);
}

Tx::Tx(Tx&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Tx::~Tx() {
  if (connection_ != nullptr) connection_->roll_back();
}

base::Result<void> Tx::commit() {
  // Also after an error: it has rolled back then.
  return std::exchange(connection_, nullptr)->commit();
}

namespace {

base::Result<void> try_once(Database& database, Connection::Kind kind,
                            const std::function<base::Result<void>(Connection&)>& work) {
  auto lease = database.lease(kind);
  if (!lease) return lease.error();
  auto tx = Tx::begin(**lease, kind);
  if (!tx) return tx.error();
  if (auto done = work(**lease); !done) return done;
  return tx->commit();
}

}  // namespace

base::Result<void> in_transaction(Database& database, Connection::Kind kind,
                                  const std::function<base::Result<void>(Connection&)>& work) {
  auto pause = kFirstPause;
  for (int tries = 1;; ++tries, pause *= 2) {
    auto done = try_once(database, kind, work);
    if (done || done.error().code != base::ErrorCode::unavailable || tries == kMaxTries) return done;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace hinomi::store::sql
