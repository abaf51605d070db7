#include "record/testing/ships.h"

#include <cstring>

#include "record/json.h"
#include "record/tables.h"

namespace hinomi::record::testing {
namespace {

enum class Mood : std::uint8_t { calm, busy };
constexpr std::string_view kMoods[] = {"calm", "busy"};
constexpr std::span<const std::string_view> choices_of(Mood /*any*/) {
  return kMoods;
}

struct Ship {
  std::string name;
  std::optional<std::string> story;
  std::optional<std::string> call_sign;
  std::optional<std::int64_t> masts;
  std::optional<double> length_m;
  bool afloat = true;
  std::optional<base::TimeNs> launched;
  std::optional<std::string> built_on;
  Mood mood = Mood::calm;
  std::optional<base::RecordId> flagship;
  schema::Texts crew;
  std::optional<std::string> secret_cargo;
};

struct Cabin {
  std::string name;
  base::RecordId ship{};
};

access::Principal principal(const char* id, std::string name,
                            std::initializer_list<std::string_view> permissions) {
  auto grants = std::make_shared<access::Grants>();
  access::Reach reach;
  reach.add(access::Place{base::OrganisationId{1}, std::nullopt});
  for (const std::string_view permission : permissions) grants->add(permission, reach);
  access::Principal one;
  one.kind = access::PrincipalKind::staff;
  one.id = *base::RecordId::parse(id);
  one.name = std::move(name);
  one.grants = grants;
  return one;
}

std::vector<schema::Entity> all_of(std::vector<schema::Entity> more) {
  more.insert(more.begin(), ship_entity());
  return more;
}

}  // namespace

schema::Entity cabin_entity() {
  return {.name = "cabin",
          .path = "cabins",
          .title = "name",
          .fields = schema::fields_of<Cabin>({
              schema::text<&Cabin::name>("name").required().searchable(),
              schema::reference<&Cabin::ship>("ship", "ship").server_owned().filterable(),
          }),
          .owner = "ship"};
}

schema::Entity ship_entity() {
  return {.name = "ship",
          .path = "ships",
          .title = "name",
          .prefix = "SHP",
          .fields = schema::fields_of<Ship>({
              schema::text<&Ship::name>("name").required().searchable().listed(),
              schema::prose<&Ship::story>("story").searchable(),
              schema::text<&Ship::call_sign>("call_sign").unique(),
              schema::integer<&Ship::masts>("masts").between(1, 7).listed(),
              schema::real<&Ship::length_m>("length_m").filterable(),
              schema::flag<&Ship::afloat>("afloat").filterable(),
              schema::time<&Ship::launched>("launched").write_once().filterable(),
              schema::date<&Ship::built_on>("built_on").filterable(),
              schema::choice<&Ship::mood>("mood").server_owned().listed(),
              schema::reference<&Ship::flagship>("flagship", "ship").filterable(),
              schema::texts<&Ship::crew>("crew").filterable(),
              schema::text<&Ship::secret_cargo>("secret_cargo").searchable().needs("ship.see_cargo"),
          }),
          .actions = {{.name = "alarm", .needs_reason = true}, {.name = "calm_down"}},
          .state_field = "mood",
          .transitions = {{"calm", "busy", "alarm"}, {"busy", "calm", "calm_down"}}};
}

Harbour::Harbour(store::sql::Database& database, std::vector<schema::Entity> more, AuditLog* audit)
    : registry_(all_of(std::move(more))),
      clock_(base::TimeNs{1'795'593'600'000'000'000}),  // 2026-11-25T08:00:00Z
      database_(database),
      captain_(principal("017f22e2-79b0-7fff-bf44-000000000001", "captain",
                         {"ship.read", "ship.create", "ship.change", "ship.delete", "ship.alarm",
                          "ship.calm_down", "ship.see_cargo"})),
      sailor_(principal("017f22e2-79b0-7fff-bf44-000000000002", "sailor", {"ship.read", "ship.change"})) {
  Engine::Parts parts;
  parts.database = &database_;
  parts.registry = &registry_;
  parts.clock = &clock_;
  parts.audit = audit;
  // Ids that never repeat, and are the same in every run.
  parts.random = [this](std::span<std::uint8_t> into) {
    ++next_random_;
    std::memset(into.data(), 0, into.size());
    for (std::size_t i = 0; i < sizeof next_random_; ++i)
      into[into.size() - 1 - i] = static_cast<std::uint8_t>(next_random_ >> (8 * i));
  };
  parts.audit = audit;
  for (const schema::Entity& entity : registry_.all())
    for (const std::string& permission : schema::permissions_of(entity))
      if (entity.name != "ship") add(captain_, {permission});
  engine_ = std::make_unique<Engine>(std::move(parts));
  const auto migrated = engine_->migrate();
  HINOMI_CHECK(migrated.has_value());
  const std::string table = create_table(ship());
  const auto made = store::sql::migrate(database_, {.name = "ships", .steps = {table}});
  HINOMI_CHECK(made.has_value());
}

void Harbour::add(access::Principal& who, std::initializer_list<std::string_view> permissions) {
  auto grants = std::make_shared<access::Grants>(*who.grants);
  access::Reach reach;
  reach.add(access::Place{base::OrganisationId{1}, std::nullopt});
  for (const std::string_view permission : permissions) grants->add(permission, reach);
  who.grants = std::move(grants);
}

Context Harbour::as_captain(std::string_view reason) const {
  Context context;
  context.who = &captain_;
  context.reason = reason;
  return context;
}
Context Harbour::as_sailor() const {
  Context context;
  context.who = &sailor_;
  return context;
}
Context Harbour::as_system() const {
  Context context;
  context.who = &system_;
  return context;
}

Draft Harbour::draft(const std::string& body) const {
  auto read = read_draft(ship(), body, true);
  HINOMI_CHECK(read.has_value() && read->faults.empty());
  return std::move(read->draft);
}

Outcome<Record> Harbour::make(const std::string& body) {
  auto read = read_draft(ship(), body, true);
  HINOMI_CHECK(read.has_value());
  if (!read->faults.empty()) return Refusal{Refusal::Kind::invalid, std::move(read->faults), {}};
  return engine_->create(as_captain(), ship(), std::move(read->draft));
}

Outcome<Record> Harbour::change(const base::RecordId& id, const std::string& body,
                                std::optional<std::int64_t> version) {
  auto read = read_draft(ship(), body, false);
  HINOMI_CHECK(read.has_value());
  if (!read->faults.empty()) return Refusal{Refusal::Kind::invalid, std::move(read->faults), {}};
  return engine_->change(as_captain(), ship(), id, read->draft, version);
}

Outcome<Page> Harbour::list(const std::vector<Parameter>& parameters) {
  const ReadQuery read = read_query(ship(), parameters);
  if (!read.faults.empty()) return Refusal{Refusal::Kind::invalid, read.faults, {}};
  return engine_->list(as_captain(), ship(), read.query);
}

std::vector<std::string> Harbour::names(const std::vector<Parameter>& parameters) {
  const auto page = list(parameters);
  HINOMI_CHECK(page.has_value());
  std::vector<std::string> names;
  for (const Record& record : page->records)
    names.push_back(std::get<std::string>(record.values[ship().index_of("name")]));
  return names;
}

}  // namespace hinomi::record::testing
