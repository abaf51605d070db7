// The real declarations over a fresh database: bare, as the engine alone sees them, or with everything that
// the program puts on them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/work_keeper.h"
#include "govern/grants.h"
#include "os/clock.h"
#include "properties/values.h"
#include "record/engine.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::properties {

class World {
 public:
  enum class Wiring : std::uint8_t { bare, whole };
  World(store::sql::Database& database, Wiring wiring, std::uint64_t salt);

  [[nodiscard]] const schema::Registry& registry() const noexcept { return registry_; }
  [[nodiscard]] record::Engine& engine() noexcept { return *engine_; }
  [[nodiscard]] os::ManualClock& clock() noexcept { return clock_; }
  [[nodiscard]] Chance& chance() noexcept { return chance_; }
  // Of a whole world.
  [[nodiscard]] govern::GrantBook& grants() noexcept { return *grants_; }
  [[nodiscard]] api::records::WorkParts work() { return work_->parts(); }
  [[nodiscard]] const std::vector<std::string>& roles() const noexcept { return roles_; }

  // As the program itself.
  [[nodiscard]] record::Context as_program() const;
  [[nodiscard]] static record::Context as(const access::Principal& who, std::string_view reason = "");
  // Whatever the draft says, without asking for permission.
  [[nodiscard]] record::Outcome<record::Record> make(std::string_view entity, const record::Draft& draft);
  // From JSON; it must succeed.
  [[nodiscard]] base::RecordId id(std::string_view entity, const std::string& body);
  // Some record of the entity to refer to, made where there is none yet.
  [[nodiscard]] base::RecordId target(const std::string& entity);
  [[nodiscard]] Target targets() {
    return [this](const std::string& entity) { return target(entity); };
  }

 private:
  void wire();

  Chance chance_;
  schema::Registry registry_;
  os::ManualClock clock_;
  access::Principal system_;
  std::unique_ptr<record::Engine> engine_;
  std::vector<std::string> roles_;
  std::unique_ptr<govern::GrantBook> grants_;
  std::unique_ptr<app::WorkKeeper> work_;
  std::map<std::string, std::vector<base::RecordId>> pool_;
};

// For tests of both databases.
class PropertyTest : public ::testing::TestWithParam<store::sql::Dialect> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  store::sql::FreshDatabase database_{GetParam()};
};

// What a refusal says, for messages.
[[nodiscard]] std::string text_of(const record::Refusal& refusal);

}  // namespace hinomi::properties
