#include "properties/world.h"

#include "app/known_names.h"
#include "app/registry.h"
#include "content/bundle_table.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "govern/hooks.h"
#include "os/random.h"
#include "record/json.h"
#include "work/custom_fields.h"

namespace hinomi::properties {

using record::Draft;
using record::Refusal;

namespace {

constexpr std::size_t kTargets = 3;  // of each entity that others refer to

}  // namespace

World::World(store::sql::Database& database, Wiring wiring, std::uint64_t salt)
    : chance_(salt),
      registry_(app::make_registry()),
      clock_(base::TimeNs{1'795'593'600'000'000'000}),  // 2026-11-25T08:00:00Z
      system_(access::system_principal()) {
  record::Engine::Parts parts;
  parts.database = &database;
  parts.registry = &registry_;
  parts.clock = &clock_;
  parts.random = os::system_random;
  engine_ = std::make_unique<record::Engine>(std::move(parts));
  EXPECT_TRUE(engine_->migrate());
  if (wiring == Wiring::whole) {
    wire();
    return;
  }
  // None is made within a transaction later.
  for (const schema::Entity& entity : registry_.all())
    for (const schema::Field& field : entity.fields)
      for (std::size_t i = 0; field.kind == schema::Kind::reference && i < kTargets; ++i)
        (void)target(std::string(field.target));
}

// As app/record_keeper.cc does it.
void World::wire() {
  const std::string folder = std::string(HINOMI_SOURCE_DIR) + "/content";
  const auto permissions = content::PermissionTable::load(folder + "/permissions.yaml");
  ASSERT_TRUE(permissions);
  const auto known = app::known_names(registry_, *permissions, folder);
  ASSERT_TRUE(known);
  const auto catalogue = content::RoleCatalogue::load(folder, *known);
  ASSERT_TRUE(catalogue);
  govern::add_hooks(*engine_);
  work::add_custom_field_hooks(*engine_);
  const auto others = content::BundleTable::load(folder + "/bundles.yaml", permissions->names());
  ASSERT_TRUE(others);
  govern::Bundles bundles = govern::bundles_of(*catalogue, *others);
  for (const auto& [role, unused] : bundles) roles_.push_back(role);
  grants_ = std::make_unique<govern::GrantBook>(*engine_, clock_, std::move(bundles));
  auto work = app::WorkKeeper::open({.engine = engine_.get(),
                                     .grants = grants_.get(),
                                     .clock = &clock_,
                                     .content_folder = folder,
                                     .log = [](const std::string& line) { ADD_FAILURE() << line; }});
  ASSERT_TRUE(work) << work.error().message;
  work_ = std::move(*work);
}

record::Context World::as_program() const {
  return as(system_);
}

record::Context World::as(const access::Principal& who, std::string_view reason) {
  record::Context context;
  context.who = &who;
  context.reason = reason;
  return context;
}

record::Outcome<record::Record> World::make(std::string_view entity, const Draft& draft) {
  std::optional<record::Outcome<record::Record>> made;
  const auto done = engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    made = engine_->create_within(connection, as_program(), registry_.get(entity), draft);
    if (made->has_value()) return {};
    return made->refusal().kind == Refusal::Kind::failed
               ? made->refusal().error
               : base::Error{base::ErrorCode::usage, "refused", "", {}};
  });
  if (!done && made && made->has_value()) return done.error();
  return std::move(*made);
}

base::RecordId World::id(std::string_view entity, const std::string& body) {
  const auto read = record::read_draft(registry_.get(entity), body, true);
  EXPECT_TRUE(read && read->faults.empty()) << entity << " " << body;
  if (!read) return {};
  const auto made = make(entity, read->draft);
  EXPECT_TRUE(made) << entity << " " << body << " " << text_of(made.refusal());
  return made ? made->id : base::RecordId{};
}

base::RecordId World::target(const std::string& entity) {
  std::vector<base::RecordId>& pool = pool_[entity];
  if (pool.size() >= kTargets) return chance_.of(pool);
  const schema::Entity& declared = registry_.get(entity);
  Draft draft;
  draft.organisation = base::OrganisationId{1};
  for (std::size_t i = 0; i < declared.fields.size(); ++i)
    if (declared.fields[i].needed)
      draft.values.emplace_back(i, valid_value(declared.fields[i], chance_, targets()));
  const auto made = make(entity, draft);
  EXPECT_TRUE(made) << entity << " " << text_of(made.refusal());
  if (!made) return {};
  pool_[entity].push_back(made->id);
  return made->id;
}

std::string text_of(const Refusal& refusal) {
  std::string text =
      "refused (" + std::to_string(static_cast<int>(refusal.kind)) + ") " + refusal.error.message;
  for (const record::Fault& fault : refusal.faults)
    text += " " + fault.field + ":" + fault.code + ":" + fault.detail;
  return text;
}

}  // namespace hinomi::properties
