// Whatever somebody holds: what is derived from it sees and may do no more, and every way to look shows the
// same records.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "properties/world.h"
#include "record/fields.h"
#include "record/json.h"
#include "record/rows.h"

namespace hinomi::properties {
namespace {

using record::Record;
using record::Refusal;
using schema::Entity;
using store::sql::Connection;

constexpr int kCallers = 12;
constexpr int kRecords = 6;  // of each entity

class PermissionTest : public PropertyTest {};
INSTANTIATE_TEST_SUITE_P(Both, PermissionTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

struct Thing {
  const Entity* entity;
  base::RecordId id;
};

class Trial {
 public:
  explicit Trial(store::sql::Database& database) : world_(database, World::Wiring::bare, 4) {
    for (const Entity& entity : world_.registry().all())
      for (const std::string& permission : schema::permissions_of(entity)) permissions_.push_back(permission);
    for (const Entity& entity : world_.registry().all())
      for (int i = 0; i < kRecords; ++i) make(entity);
  }

  [[nodiscard]] access::Principal somebody() {
    Chance& chance = world_.chance();
    auto grants = std::make_shared<access::Grants>();
    const std::size_t share = 2 + chance.below(3);
    for (const std::string& permission : permissions_)
      if (chance.below(share) > 0) grants->add(permission, some_reach());
    access::Principal who;
    who.kind = access::PrincipalKind::staff;
    who.id = world_.target("person");
    who.name = "somebody";
    who.grants = grants;
    who.proved_at = world_.clock().now();
    if (chance.one_in(3)) who.vaults = {base::VaultId{9}};
    return who;
  }

  // A token with some scopes; somebody with fewer places; the same without their vaults.
  [[nodiscard]] access::Principal derived(const access::Principal& source) {
    Chance& chance = world_.chance();
    access::Grants scopes;
    access::Reach everywhere;
    everywhere.everywhere = true;
    const bool is_token = chance.one_in(2);
    for (const std::string& permission : permissions_)
      if (!chance.one_in(4)) scopes.add(permission, is_token ? everywhere : some_reach());
    access::Principal who = source;
    who.grants = std::make_shared<access::Grants>(access::Grants::common(*source.grants, scopes));
    who.is_human = !is_token;
    if (chance.one_in(2)) who.vaults.clear();
    return who;
  }

  // The records that can be read one by one; lists, facets and histories must say the same.
  [[nodiscard]] std::set<base::RecordId> seen_by(const access::Principal& who) {
    std::set<base::RecordId> seen;
    for (const Thing& thing : things_) {
      const auto got = world_.engine().get(World::as(who), *thing.entity, thing.id);
      const auto history = world_.engine().history(World::as(who), *thing.entity, thing.id, 0, 100);
      EXPECT_EQ(got.has_value(), history.has_value()) << thing.entity->name;
      if (!got) continue;
      seen.insert(thing.id);
      expect_withheld(who, thing, *got);
      if (!history) continue;
      for (const record::Change& change : *history)
        for (const std::size_t hidden : got->withheld)
          EXPECT_EQ(change.diff.find("\"" + std::string(thing.entity->fields[hidden].name) + "\":"),
                    std::string::npos)
              << change.diff;
    }
    return seen;
  }

  void expect_lists(const access::Principal& who, const std::set<base::RecordId>& seen) {
    for (const Entity& entity : world_.registry().all()) {
      record::ListQuery query;
      query.realm = std::nullopt;
      query.limit = 500;
      const auto page = world_.engine().list(World::as(who), entity, query);
      std::set<base::RecordId> listed;
      if (page)
        for (const Record& record : page->records) {
          listed.insert(record.id);
          const auto one = world_.engine().get(World::as(who), entity, record.id);
          ASSERT_TRUE(one) << entity.name << ": listed, but not to be read";
          EXPECT_EQ(record::to_json(entity, record), record::to_json(entity, *one));
        }
      std::set<base::RecordId> wanted;
      for (const Thing& thing : things_)
        if (thing.entity == &entity && seen.contains(thing.id) && !deleted_.contains(thing.id))
          wanted.insert(thing.id);
      for (const base::RecordId& id : wanted)
        EXPECT_TRUE(listed.contains(id)) << entity.name << ": not listed";
      EXPECT_EQ(page ? page->total : 0, static_cast<std::int64_t>(listed.size())) << entity.name;
      expect_facets(who, entity, listed.size());
    }
  }

  void expect_search(const access::Principal& who) {
    for (const std::string_view word : {"word", "秘密", "organisation"}) {
      const auto hits = world_.engine().search(World::as(who), word, 100);
      ASSERT_TRUE(hits) << text_of(hits.refusal());
      for (const record::Engine::Hit& hit : *hits) {
        const auto one = world_.engine().get(World::as(who), *hit.entity, hit.record.id);
        ASSERT_TRUE(one) << hit.entity->name << ": found, but not to be read";
        EXPECT_EQ(record::to_json(*hit.entity, hit.record), record::to_json(*hit.entity, *one));
      }
    }
  }

  // What is told of changes is of records that can be read; that one has gone may be known to who read it.
  void expect_feed(const access::Principal& who) {
    std::int64_t seq = 0;
    for (;;) {
      const auto feed = world_.engine().changes_after(World::as(who), seq, 500);
      ASSERT_TRUE(feed) << text_of(feed.refusal());
      for (const record::Change& change : feed->changes) {
        const Entity& entity = world_.registry().get(change.entity);
        if (change.kind == "delete") continue;
        const auto one = world_.engine().get(World::as(who), entity, change.record);
        EXPECT_TRUE(one) << change.entity << ": told of, but not to be read";
      }
      if (feed->last == seq) return;
      seq = feed->last;
    }
  }

  // Whatever the derived one may do, its source may.
  void expect_no_more(const access::Principal& source, const access::Principal& less) {
    for (const Thing& thing : things_) {
      std::vector<std::string> deeds{"", "delete", "restore"};
      for (const schema::Action& action : thing.entity->actions) deeds.emplace_back(action.name);
      const std::string deed = world_.chance().of(deeds);
      if (may(less, thing, deed)) {
        EXPECT_TRUE(may(source, thing, deed)) << thing.entity->name << " " << deed;
      }
    }
  }

 private:
  access::Reach some_reach() {
    Chance& chance = world_.chance();
    access::Reach reach;
    reach.everywhere = chance.one_in(8);
    for (std::size_t places = 1 + chance.below(2); places > 0; --places)
      reach.add(
          {static_cast<base::OrganisationId>(1 + chance.below(2)),
           chance.one_in(2) ? std::nullopt : std::optional(static_cast<base::SiteId>(chance.below(3)))});
    return reach;
  }

  void make(const Entity& entity) {
    Chance& chance = world_.chance();
    record::Draft draft = valid_draft(entity, chance, world_.targets(), true);
    for (auto& [index, value] : draft.values) {
      const schema::Field& field = entity.fields[index];
      if (field.kind == schema::Kind::text && field.in_search) value = std::string("word 秘密");
      if (field.unique_value) value = std::to_string(things_.size());
    }
    if (!entity.for_all_organisations) {
      draft.organisation = static_cast<base::OrganisationId>(1 + chance.below(2));
      draft.site = static_cast<base::SiteId>(chance.below(3));
    }
    const auto made = world_.make(entity.name, draft);
    ASSERT_TRUE(made) << entity.name << " " << text_of(made.refusal());
    things_.push_back({&entity, made->id});
    const bool moves = !entity.for_all_organisations && chance.one_in(3);
    if (!moves && !chance.one_in(5)) return;
    // Elsewhere now, or deleted.
    const auto done = world_.engine().in_write([&](Connection& connection) -> base::Result<void> {
      if (moves) {
        record::Draft place;
        place.site = static_cast<base::SiteId>(chance.below(3));
        const auto moved =
            world_.engine().change_within(connection, world_.as_program(), entity, made->id, place, "change");
        return moved ? base::Result<void>() : base::Result<void>(moved.refusal().error);
      }
      const auto gone = world_.engine().remove_within(connection, world_.as_program(), entity, made->id);
      if (!gone) return gone.refusal().error;
      deleted_.insert(made->id);
      return {};
    });
    EXPECT_TRUE(done);
  }

  void expect_withheld(const access::Principal& who, const Thing& thing, const Record& got) {
    for (std::size_t i = 0; i < thing.entity->fields.size(); ++i) {
      const schema::Field& field = thing.entity->fields[i];
      if (field.permission.empty()) continue;
      const access::Reach* const reach = who.grants->find(field.permission);
      const bool holds = reach != nullptr && reach->holds(got.labels.organisation, got.labels.site);
      const bool withheld = std::find(got.withheld.begin(), got.withheld.end(), i) != got.withheld.end();
      EXPECT_EQ(holds, !withheld) << thing.entity->name << "." << field.name;
      EXPECT_TRUE(!withheld || schema::is_empty(got.values[i]));
    }
  }

  void expect_facets(const access::Principal& who, const Entity& entity, std::size_t listed) {
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      if (entity.fields[i].kind != schema::Kind::choice || !entity.fields[i].may_filter) continue;
      record::ListQuery query;
      query.realm = std::nullopt;
      const auto facet = world_.engine().facet(World::as(who), entity, query, i);
      if (!facet) continue;
      std::size_t counted = 0;
      for (const record::FacetValue& value : *facet) counted += static_cast<std::size_t>(value.count);
      EXPECT_EQ(counted, listed) << entity.name << "." << entity.fields[i].name;
    }
  }

  bool may(const access::Principal& who, const Thing& thing, const std::string& deed) {
    record::Context context = World::as(who, "because");
    context.preview = true;
    record::Engine& engine = world_.engine();
    if (deed == "delete") return done(engine.remove(context, *thing.entity, thing.id, std::nullopt));
    if (deed == "restore") return done(engine.restore(context, *thing.entity, thing.id));
    if (!deed.empty()) return done(engine.act(context, *thing.entity, thing.id, deed, "{}", std::nullopt));
    record::Draft draft;
    draft.tags = schema::Texts{"changed"};
    return done(engine.change(context, *thing.entity, thing.id, draft, std::nullopt));
  }
  // Allowed, whatever else stands in the way.
  static bool done(const record::Outcome<Record>& outcome) {
    return outcome || (outcome.refusal().kind != Refusal::Kind::forbidden &&
                       outcome.refusal().kind != Refusal::Kind::not_found);
  }

  World world_;
  std::vector<std::string> permissions_;
  std::vector<Thing> things_;
  std::set<base::RecordId> deleted_;
};

TEST_P(PermissionTest, nothing_derived_sees_or_may_do_more_than_its_source) {
  HINOMI_SAY_SEED();
  Trial trial(*database_);
  for (int i = 0; i < kCallers && !HasFailure(); ++i) {
    const access::Principal source = trial.somebody();
    const access::Principal less = trial.derived(source);
    const std::set<base::RecordId> seen = trial.seen_by(source);
    const std::set<base::RecordId> seen_by_less = trial.seen_by(less);
    EXPECT_TRUE(std::includes(seen.begin(), seen.end(), seen_by_less.begin(), seen_by_less.end()));
    trial.expect_lists(source, seen);
    trial.expect_lists(less, seen_by_less);
    trial.expect_search(less);
    trial.expect_feed(less);
    trial.expect_no_more(source, less);
  }
}

}  // namespace
}  // namespace hinomi::properties
