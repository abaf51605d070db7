// An entity with a field of every kind and a database with an engine over it: for tests of the engine and of
// what stands on it.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "os/clock.h"
#include "record/engine.h"
#include "store/sql/database.h"

namespace hinomi::record::testing {

[[nodiscard]] schema::Entity ship_entity();

class Harbour {
 public:
  // The database is empty. `more`: entities beside the ship, whose tables the migrations make; the captain may
  // everything in them.
  explicit Harbour(store::sql::Database& database, std::vector<schema::Entity> more = {},
                   AuditLog* audit = nullptr);
  Harbour(store::sql::Database& database, AuditLog* audit) : Harbour(database, {}, audit) {}

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] os::ManualClock& clock() { return clock_; }
  [[nodiscard]] const schema::Entity& ship() const { return registry_.get("ship"); }
  [[nodiscard]] store::sql::Database& database() { return database_; }

  // The captain may everything in organisation 1; a sailor may read and change, but not see the secret cargo.
  // Beyond that in organisation 1.
  void grant_captain(std::initializer_list<std::string_view> permissions) { add(captain_, permissions); }
  void grant_sailor(std::initializer_list<std::string_view> permissions) { add(sailor_, permissions); }
  [[nodiscard]] const access::Principal& captain() const { return captain_; }
  [[nodiscard]] const access::Principal& sailor() const { return sailor_; }
  [[nodiscard]] const schema::Entity& entity(std::string_view name) const { return registry_.get(name); }

  [[nodiscard]] Context as_captain(std::string_view reason = {}) const;
  [[nodiscard]] Context as_sailor() const;
  [[nodiscard]] Context as_system() const;

  [[nodiscard]] Draft draft(const std::string& body) const;
  [[nodiscard]] Outcome<Record> make(const std::string& body);
  [[nodiscard]] Outcome<Record> change(const base::RecordId& id, const std::string& body,
                                       std::optional<std::int64_t> version);
  [[nodiscard]] Outcome<Page> list(const std::vector<Parameter>& parameters);
  // Of what a list of these parameters finds.
  [[nodiscard]] std::vector<std::string> names(const std::vector<Parameter>& parameters);

 private:
  static void add(access::Principal& who, std::initializer_list<std::string_view> permissions);

  schema::Registry registry_;
  os::ManualClock clock_;
  store::sql::Database& database_;
  std::unique_ptr<Engine> engine_;
  access::Principal captain_;
  access::Principal sailor_;
  access::Principal system_ = access::system_principal();
  std::uint64_t next_random_ = 0;
};

}  // namespace hinomi::record::testing
