// Every route of records × principal × state of the object, over HTTP on a real server: what each cell must
// be is worked out here from the grants by itself, never by the code that decides. A route that this table
// does not know fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/decision.h"
#include "api/testing/api_fixture.h"
#include "app/known_names.h"
#include "app/registry.h"
#include "govern/hooks.h"
#include "os/random.h"
#include "record/json.h"
#include "record/rows.h"
#include "schema/json.h"
#include "store/blobs/blobs.h"
#include "vault/vaults.h"

namespace hinomi {
namespace {

using base::OrganisationId;
using base::SiteId;
using base::VaultId;

// What somebody holds, as the oracle sees it: permission → organisation → sites (0: all of it).
struct Persona {
  std::string name;
  bool signed_in = true;
  std::set<std::string> permissions;
  std::uint32_t organisation = 0;
  std::uint32_t site = 0;
};

enum class State : std::uint8_t { own, other_organisation, other_site, sealed, deleted };
constexpr std::array kStates{State::own, State::other_organisation, State::other_site, State::sealed,
                             State::deleted};
constexpr std::array<std::string_view, 5> kStateNames{"own", "other organisation", "other site", "sealed",
                                                      "deleted"};

// An operation on one object. `verb` empty: what the route says.
struct Operation {
  std::string_view method;
  std::string_view suffix;       // behind /api/v1/{path}/{id}
  std::string_view verb;         // of the entity, or a whole permission
  bool reaches_deleted = false;  // with <entity>.delete
  std::string_view body;
  bool needs_match = false;
};
constexpr Operation kOperations[] = {
    {"GET", "", "read", true, "", false},
    {"PATCH", "", "change", false, R"({"tags":["matrix"]})", true},
    {"DELETE", "", "delete", false, "", true},
    {"POST", "/restore", "delete", true, "{}", false},
    {"GET", "/history", "read", true, "", false},
    {"GET", "/comments", "read", false, "", false},
    {"POST", "/comments", "comment.create", false, R"({"text":"matrix"})", false},
    {"GET", "/relations", "read", false, "", false},
    {"POST", "/relations", "relation.create", false,
     R"({"kind":"relates_to","to_entity":"organisation","to_record":"017f22e2-79b0-7fff-bf44-5566778899aa"})",
     false},
    {"GET", "/attachments", "read", false, "", false},
    {"POST", "/attachments", "attachment.create", false, "bytes", false},
    {"DELETE", "/comments/{note}", "comment.delete", false, "", false},
    {"DELETE", "/relations/{note}", "relation.delete", false, "", false},
    {"DELETE", "/attachments/{note}", "attachment.delete", false, "", false},
};

// Whether an operation is about what stands with a record.
bool is_of_notes(const Operation& operation) {
  for (const std::string_view front : {"/comments", "/relations", "/attachments"})
    if (operation.suffix.starts_with(front)) return true;
  return false;
}

class MatrixTest : public api::ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    load_content();
    auto opened = store::sql::open_sqlite({.path = folder_ / "records.db"});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    record::Engine::Parts parts;
    parts.database = database_.get();
    parts.registry = &registry_;
    parts.clock = &clock_;
    parts.random = os::system_random;
    engine_.emplace(std::move(parts));
    ASSERT_TRUE(engine_->migrate());
    govern::add_hooks(*engine_);
    auto blobs = store::blobs::open_folder(
        {.folder = folder_ / "blobs", .clock = &clock_, .random = os::system_random});
    ASSERT_TRUE(blobs) << blobs.error().message;
    blobs_ = std::move(*blobs);
    auto vaults = vault::Vaults::open({.database = database_.get(),
                                       .outside = &*engine_,
                                       .folder = folder_ / "vaults",
                                       .clock = &clock_,
                                       .random = os::system_random});
    ASSERT_TRUE(vaults) << vaults.error().message;
    vaults_ = std::move(*vaults);
    make_personas();
    make_world();
    start();
  }

  void load_content() {
    const std::string folder = std::string(HINOMI_SOURCE_DIR) + "/content";
    auto permissions = content::PermissionTable::load(folder + "/permissions.yaml");
    ASSERT_TRUE(permissions);
    const auto known = app::known_names(registry_, *permissions, folder);
    ASSERT_TRUE(known);
    auto roles = content::RoleCatalogue::load(folder, *known);
    ASSERT_TRUE(roles);
    auto services = content::ServiceCatalogue::load(folder + "/catalogues/itu-t-x1060.yaml", *roles);
    ASSERT_TRUE(services);
    permissions_ = std::move(*permissions);
    roles_ = std::move(*roles);
    services_ = std::move(*services);
  }

  void add_services(api::Services& services) override {
    services.records = &*engine_;
    services.record_files.blobs = blobs_.get();
    services.record_files.scratch_folder = folder_.path();
    services.vaults = vaults_.get();
    services.roles = api::records::RoleContent{&*roles_, &*services_, &*permissions_};
    services.find_caller = [this](const api::http::Request& request, const api::Caller& /*caller*/) {
      const auto found = principals_.find(std::string(request.field("x-persona")));
      if (found == principals_.end()) return base::Result(std::optional<access::Principal>());
      return base::Result(std::optional(found->second));
    };
  }

  void make_personas() {
    std::set<std::string> all{"comment.create", "relation.create", "role.read", "list.export", "list.import"};
    std::set<std::string> reads{"role.read"};
    std::set<std::string> writes;
    for (const schema::Entity& entity : registry_.all())
      for (const std::string& permission : schema::permissions_of(entity)) {
        all.insert(permission);
        if (permission.ends_with(".read")) reads.insert(permission);
        if (!permission.ends_with(".read")) writes.insert(permission);
      }
    std::set<std::string> no_delete = all;
    std::erase_if(no_delete, [](const std::string& one) { return one.ends_with(".delete"); });
    personas_ = {{"anonymous", false, {}, 0, 0},
                 {"nobody", true, {}, 1, 0},
                 {"viewer", true, reads, 1, 0},
                 {"analyst", true, no_delete, 1, 0},
                 {"lead", true, all, 1, 0},
                 {"site_lead", true, all, 1, 1},
                 {"other_lead", true, all, 2, 0},
                 {"writer_without_sight", true, writes, 1, 0},
                 {"people_only", true, {"person.read", "person.change", "comment.create"}, 1, 0}};
    for (const Persona& persona : personas_) {
      if (!persona.signed_in) continue;
      auto grants = std::make_shared<access::Grants>();
      access::Reach reach;
      reach.add(access::Place{OrganisationId{persona.organisation},
                              persona.site == 0 ? std::nullopt : std::optional(SiteId{persona.site})});
      for (const std::string& permission : persona.permissions) grants->add(permission, reach);
      access::Principal principal;
      principal.kind = access::PrincipalKind::staff;
      principal.id = engine_->new_id();
      principal.name = persona.name;
      principal.grants = grants;
      principal.proved_at = clock_.now();
      principals_.emplace(persona.name, std::move(principal));
    }
  }

  // Two organisations, two sites of the first.
  void make_world() {
    const auto organisation = [&](const char* name) {
      return make("organisation", [&](const schema::Entity& entity, record::Draft& draft) {
        draft.values.emplace_back(entity.index_of("name"), std::string(name));
      });
    };
    organisation_ = organisation("one");
    (void)organisation("two");
    for (const char* name : {"first", "second"})
      (void)make("site", [&](const schema::Entity& entity, record::Draft& draft) {
        draft.organisation = OrganisationId{1};
        draft.values.emplace_back(entity.index_of("name"), std::string(name));
      });
    (void)make("site", [&](const schema::Entity& entity, record::Draft& draft) {
      draft.organisation = OrganisationId{2};
      draft.values.emplace_back(entity.index_of("name"), std::string("third"));
    });
    person_ = make("person", [&](const schema::Entity& entity, record::Draft& draft) {
      draft.organisation = OrganisationId{1};
      draft.values.emplace_back(entity.index_of("name"), std::string("somebody"));
    });
    other_post_ = make("post", [&](const schema::Entity& entity, record::Draft& draft) {
      draft.organisation = OrganisationId{2};
      draft.values.emplace_back(entity.index_of("name"), std::string("a post of others"));
    });
    post_ = make("post", [&](const schema::Entity& entity, record::Draft& draft) {
      draft.organisation = OrganisationId{1};
      draft.values.emplace_back(entity.index_of("name"), std::string("a post"));
    });
  }

  template <typename Fill>
  base::RecordId make(std::string_view name, Fill fill) {
    const schema::Entity& entity = registry_.get(name);
    record::Draft draft;
    fill(entity, draft);
    record::Context context;
    context.who = &system_;
    base::RecordId id;
    const auto done = engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      auto made = engine_->create_within(connection, context, entity, draft);
      if (!made) {
        const auto& refusal = made.refusal();
        ADD_FAILURE() << name << ": "
                      << (refusal.faults.empty() ? refusal.error.message : refusal.faults[0].field);
        return base::Error{};
      }
      id = made->id;
      return {};
    });
    EXPECT_TRUE(done);
    return id;
  }

  // A new object in the state that a cell is about.
  base::RecordId object(const schema::Entity& entity, State state, const base::RecordId& owner) {
    const base::RecordId id = make(entity.name, [&](const schema::Entity& one, record::Draft& draft) {
      if (!one.for_all_organisations) {
        draft.organisation = OrganisationId{state == State::other_organisation ? 2U : 1U};
        draft.site = SiteId{state == State::other_organisation ? 3U : state == State::other_site ? 2U : 1U};
      }
      for (std::size_t i = 0; i < one.fields.size(); ++i) {
        const schema::Field& field = one.fields[i];
        if (field.name == one.owner) {
          draft.values.emplace_back(i, owner);
        } else if (field.kind == schema::Kind::reference && (field.needed || field.name == "person")) {
          // A post is held in its own organisation.
          const base::RecordId& post = state == State::other_organisation ? other_post_ : post_;
          draft.values.emplace_back(i, field.target == "post" ? post : person_);
        } else if (field.needed && (field.kind == schema::Kind::text || field.kind == schema::Kind::prose)) {
          draft.values.emplace_back(i, "matrix " + std::to_string(++serial_));
        }
      }
    });
    if (state == State::sealed)
      rewrite(entity, id, [](record::Record& record) { record.labels.vault = VaultId{9}; });
    if (state == State::deleted)
      rewrite(entity, id, [&](record::Record& record) { record.deleted_at = clock_.now(); });
    return id;
  }

  // A comment, relation or attachment of an object, made by nobody of the table.
  base::RecordId note(std::string_view suffix, const schema::Entity& entity, const base::RecordId& id) {
    const std::string_view kind = suffix.starts_with("/comments")    ? "comment"
                                  : suffix.starts_with("/relations") ? "relation"
                                                                     : "attachment";
    const bool relation = kind == "relation";
    return make(kind, [&](const schema::Entity& one, record::Draft& draft) {
      draft.organisation = OrganisationId{1};
      const auto set = [&](std::string_view field, schema::Value value) {
        draft.values.emplace_back(one.index_of(field), std::move(value));
      };
      set(relation ? "from_entity" : "about_entity", std::string(entity.name));
      set(relation ? "from_record" : "about", id.text());
      if (relation) {
        set("kind", std::string("relates_to"));
        set("to_entity", std::string("person"));
        set("to_record", person_.text());
      } else if (kind == "comment") {
        set("text", std::string("matrix"));
        set("excerpt", std::string("matrix"));
      } else {
        set("name", std::string("matrix.txt"));
        set("media_type", std::string("text/plain"));
        set("size", std::int64_t{5});
        set("sha256", std::string(64, 'a'));
      }
    });
  }

  // Changes a row by itself: what an object is like in a cell does not come from the operations under test.
  void rewrite(const schema::Entity& entity, const base::RecordId& id,
               const std::function<void(record::Record&)>& change) {
    const auto done = engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      auto record = record::load(connection, entity, id, true);
      if (!record || !*record) return base::Error{};
      change(**record);
      ++(**record).version;
      return record::update(connection, entity, **record);
    });
    EXPECT_TRUE(done);
  }

  std::int64_t version_of(const schema::Entity& entity, const base::RecordId& id) {
    std::int64_t version = 0;
    const auto done = engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
      const auto record = record::load(connection, entity, id, false);
      if (!record) return record.error();
      version = *record ? (**record).version : 0;
      return {};
    });
    EXPECT_TRUE(done);
    return version;
  }

  bool is_removed(std::string_view suffix, const base::RecordId& id) {
    const std::string_view kind = suffix.starts_with("/comments")    ? "comment"
                                  : suffix.starts_with("/relations") ? "relation"
                                                                     : "attachment";
    bool removed = false;
    const auto done = engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
      const auto record = record::load(connection, registry_.get(kind), id, false);
      if (!record) return record.error();
      removed = !*record || (**record).deleted_at;
      return {};
    });
    EXPECT_TRUE(done);
    return removed;
  }

  // The oracle: does this persona hold this permission at the object's place?
  static bool holds(const Persona& persona, const schema::Entity& entity, State state,
                    const std::string& permission) {
    if (!persona.permissions.contains(permission)) return false;
    // An organisation is read by whoever reads organisations; else it is its own place, where no persona is.
    if (entity.for_all_organisations) return entity.itself.empty() || permission.ends_with(".read");
    if (persona.organisation != (state == State::other_organisation ? 2U : 1U)) return false;
    return persona.site == 0 || persona.site == (state == State::other_site ? 2U : 1U);
  }

  // "401", "404", "403", or "done" for anything that says the caller was let through.
  static std::string expected(const Persona& persona, const schema::Entity& entity, State state,
                              const Operation& operation, bool owns) {
    const std::string name(entity.name);
    if (!persona.signed_in) return "401";
    if (state == State::sealed || (!entity.owner.empty() && !owns)) return "404";
    if (!holds(persona, entity, state, name + ".read")) return "404";
    const std::string permission = operation.verb.find('.') != std::string_view::npos
                                       ? std::string(operation.verb)
                                       : name + "." + std::string(operation.verb);
    if (state == State::deleted) {
      const bool may_delete = holds(persona, entity, state, name + ".delete");
      // Told what is missing before whether it is gone.
      if (!holds(persona, entity, state, permission) && !is_of_notes(operation)) return "403";
      if (!operation.reaches_deleted || !may_delete) return "404";
      return "done";
    }
    return holds(persona, entity, state, permission) ? "done" : "403";
  }

  static std::string said(const api::http::RawResponse& response) {
    const std::string status = std::to_string(response.status);
    return response.status == 401 || response.status == 403 || response.status == 404 ? status : "done";
  }

  std::string head_of(const Persona& persona, std::int64_t version, bool needs_match) const {
    std::string fields = "Origin: " + origin() + "\r\nContent-Type: application/json\r\n";
    if (persona.signed_in) fields += "Authorization: Bearer x\r\nX-Persona: " + persona.name + "\r\n";
    fields += "X-Hinomi-Name: matrix.txt\r\nX-Hinomi-Reason: matrix\r\n";
    if (needs_match) fields += "If-Match: \"" + std::to_string(version) + "\"\r\n";
    return fields;
  }

  schema::Registry registry_ = app::make_registry();
  access::Principal system_ = access::system_principal();
  std::unique_ptr<store::sql::Database> database_;
  std::unique_ptr<store::blobs::BlobStore> blobs_;
  std::optional<record::Engine> engine_;
  std::optional<content::PermissionTable> permissions_;
  std::optional<content::RoleCatalogue> roles_;
  std::optional<content::ServiceCatalogue> services_;
  std::unique_ptr<vault::Vaults> vaults_;
  std::vector<Persona> personas_;
  std::map<std::string, access::Principal> principals_;
  base::RecordId organisation_;  // the first one
  base::RecordId person_;
  base::RecordId post_;
  base::RecordId other_post_;
  int serial_ = 0;
};

TEST_F(MatrixTest, every_cell_is_what_the_grants_say_and_a_refusal_has_no_effect) {
  std::size_t cells = 0;
  for (const schema::Entity& entity : registry_.all()) {
    if (entity.attached) continue;
    std::vector<Operation> operations(std::begin(kOperations), std::end(kOperations));
    std::vector<std::string> actions;
    std::vector<std::string> permissions;
    for (const schema::Action& action : entity.actions) {
      actions.push_back("/actions/" + std::string(action.name));
      permissions.push_back(schema::permission_for(entity, action));
    }
    for (std::size_t i = 0; i < actions.size(); ++i)
      operations.push_back({"POST", actions[i], permissions[i], false, R"({"reason":"matrix"})", false});
    for (const Persona& persona : personas_) {
      const auto owner = persona.signed_in ? principals_.at(persona.name).id : base::RecordId{};
      for (const State state : kStates) {
        if (entity.for_all_organisations &&
            (state == State::other_organisation || state == State::other_site))
          continue;
        for (const Operation& operation : operations) {
          // An inbox belongs to a person of the records; personas are none.
          const bool owns = entity.owner.empty();
          const base::RecordId id = object(entity, state, entity.owner.empty() ? owner : person_);
          const std::int64_t before = version_of(entity, id);
          std::string suffix(operation.suffix);
          std::optional<base::RecordId> noted;
          if (const std::size_t at = suffix.find("{note}"); at != std::string::npos) {
            noted = note(suffix, entity, id);
            suffix.replace(at, 6, noted->text());
          }
          const auto response =
              ask(request(operation.method, "/api/v1/" + std::string(entity.path) + "/" + id.text() + suffix,
                          head_of(persona, before, operation.needs_match), operation.body));
          const std::string want = expected(persona, entity, state, operation, owns);
          EXPECT_EQ(said(response), want)
              << operation.method << " " << entity.path << "/{id}" << operation.suffix << " by "
              << persona.name << " on " << kStateNames[static_cast<std::size_t>(state)] << ": "
              << response.status << " " << response.body;
          if (want != "done") {
            EXPECT_EQ(version_of(entity, id), before) << "a refused request had an effect";
            if (noted) {
              EXPECT_FALSE(is_removed(suffix, *noted)) << "a refused request removed a note";
            }
          }
          ++cells;
        }
      }
    }
  }
  std::printf("authorisation matrix: %zu cells\n", cells);
  EXPECT_GT(cells, 3000U);
}

// What may not be read shows in no list, count, facet, search, title or feed.
TEST_F(MatrixTest, hidden_records_show_nowhere_indirectly) {
  std::size_t looked = 0;
  for (const schema::Entity& entity : registry_.all()) {
    if (entity.attached || !entity.owner.empty()) continue;
    std::map<State, base::RecordId> objects;
    for (const State state : kStates) {
      if (entity.for_all_organisations && (state == State::other_organisation || state == State::other_site))
        continue;
      objects[state] = object(entity, state, {});
    }
    for (const Persona& persona : personas_) {
      if (!persona.signed_in) continue;
      const std::string path = "/api/v1/" + std::string(entity.path);
      const auto body_of = [&](const std::string& target) {
        return ask(request("GET", target, head_of(persona, 0, false))).body;
      };
      std::string ids;
      for (const auto& [state, id] : objects) ids += (ids.empty() ? "" : ",") + id.text();
      const std::string everything =
          body_of(path + "?limit=500&realm=any") + body_of("/api/v1/search?q=matrix") +
          body_of("/api/v1/titles?ids=" + ids) + body_of(path + "?q=matrix&realm=any") +
          body_of(path + "/export?format=csv&realm=any");
      for (const auto& [state, id] : objects) {
        const bool visible = state != State::sealed && state != State::deleted &&
                             holds(persona, entity, state, std::string(entity.name) + ".read");
        if (!visible && state != State::deleted) {
          EXPECT_EQ(everything.find(id.text()), std::string::npos)
              << entity.name << " by " << persona.name << " " << kStateNames[static_cast<std::size_t>(state)];
        }
        const std::string list = body_of(path + "?limit=500&realm=any&id=" + id.text());
        EXPECT_EQ(list.find("\"id\":\"" + id.text()) != std::string::npos, visible)
            << entity.name << " list by " << persona.name << " "
            << kStateNames[static_cast<std::size_t>(state)];
        if (!visible && list.find("\"total\":") != std::string::npos) {
          EXPECT_NE(list.find("\"total\":0"), std::string::npos) << list;
        }
        ++looked;
      }
    }
  }
  std::printf("indirect reads: %zu objects looked for\n", looked);
}

// A child's id under another parent, and ids of one entity under another's path.
TEST_F(MatrixTest, an_id_means_nothing_under_another_entity) {
  const Persona& lead = personas_[4];
  std::size_t tried = 0;
  for (const schema::Entity& entity : registry_.all()) {
    if (entity.attached || !entity.owner.empty()) continue;
    const base::RecordId id = object(entity, State::own, {});
    for (const schema::Entity& other : registry_.all()) {
      if (other.attached || other.name == entity.name) continue;
      for (const std::string_view suffix : {"", "/history", "/comments"}) {
        const auto response =
            ask(request("GET", "/api/v1/" + std::string(other.path) + "/" + id.text() + std::string(suffix),
                        head_of(lead, 0, false)));
        EXPECT_EQ(response.status, 404) << other.path << " " << entity.name << suffix;
        ++tried;
      }
    }
  }
  std::printf("id confusion: %zu tries\n", tried);
}

// Members that are the server's own are refused wherever a client may send members.
TEST_F(MatrixTest, server_owned_members_are_not_for_clients) {
  const Persona& lead = personas_[4];
  std::size_t tried = 0;
  for (const schema::Entity& entity : registry_.all()) {
    if (entity.attached || !entity.owner.empty()) continue;
    // The lead's own, as far as an organisation can be.
    const base::RecordId id = entity.itself.empty() ? object(entity, State::own, {}) : organisation_;
    std::vector<std::pair<std::string, std::string>> members = {{"version", "9"},
                                                                {"number", "\"X-1\""},
                                                                {"created_by", "\"" + person_.text() + "\""},
                                                                {"created_at", "\"2000-01-01T00:00:00Z\""},
                                                                {"updated_at", "\"2000-01-01T00:00:00Z\""},
                                                                {"deleted_at", "null"},
                                                                {"vault", "9"},
                                                                {"realm", "\"replay\""},
                                                                {"organisation", "2"},
                                                                {"id", "\"" + person_.text() + "\""},
                                                                {"entity", "\"person\""},
                                                                {"operated_by", "3"},
                                                                {"withheld", "[]"}};
    for (const schema::Field& field : entity.fields)
      if (field.by_server)
        members.emplace_back(std::string(field.name), field.kind == schema::Kind::integer ? "7" : "\"x\"");
    for (const auto& [name, value] : members) {
      const std::int64_t before = version_of(entity, id);
      const auto response = ask(request("PATCH", "/api/v1/" + std::string(entity.path) + "/" + id.text(),
                                        head_of(lead, before, true), "{\"" + name + "\":" + value + "}"));
      EXPECT_EQ(response.status, 422) << entity.name << "." << name << ": " << response.body;
      EXPECT_EQ(version_of(entity, id), before);
      ++tried;
    }
  }
  std::printf("mass assignment: %zu members tried\n", tried);
}

TEST_F(MatrixTest, roles_are_told_to_who_may_read_roles_and_their_people_only_where_they_are) {
  const base::RecordId assignment =
      make("assignment", [&](const schema::Entity& entity, record::Draft& draft) {
        draft.organisation = OrganisationId{1};
        draft.values.emplace_back(entity.index_of("role"), std::string("B-1"));
        draft.values.emplace_back(entity.index_of("person"), person_);
      });
  const std::string by_person = "/api/v1/people/" + person_.text() + "/roles";
  for (const Persona& persona : personas_) {
    const auto answer = [&](const std::string& target) {
      return ask(request("GET", target, head_of(persona, 0, false)));
    };
    const bool reads = persona.permissions.contains("role.read");
    const std::string asked = !persona.signed_in ? "401" : reads ? "done" : "403";
    for (const std::string target :
         {"/api/v1/roles", "/api/v1/roles/B-1", "/api/v1/assignments/ownerless?on=2027-04-01",
          "/api/v1/roles?catalogue=itu-t-x1060"}) {
      const auto response = answer(target);
      EXPECT_EQ(said(response), asked) << persona.name << " " << target;
      const bool may_see = reads && persona.permissions.contains("assignment.read") &&
                           persona.organisation == 1 && persona.site == 0;
      if (!may_see) {
        EXPECT_EQ(response.body.find(assignment.text()), std::string::npos) << persona.name << " " << target;
      }
    }
    const bool sees_person = reads && persona.permissions.contains("person.read") &&
                             persona.organisation == 1 && persona.site == 0;
    EXPECT_EQ(said(answer(by_person)), asked == "done" && !sees_person ? "404" : asked) << persona.name;
    const auto set = ask(request("PUT", "/api/v1/roles/B-1/setting", head_of(persona, 0, false),
                                 R"({"organisation":1,"maturity_as_is":2})"));
    std::string expected = asked;
    if (reads && persona.organisation != 1) expected = "404";
    if (reads && persona.site != 0) expected = "404";
    if (reads && !persona.permissions.contains("role_setting.create")) expected = "403";
    EXPECT_EQ(said(set), expected) << persona.name;
  }
}

TEST_F(MatrixTest, every_route_of_records_is_known_to_this_table) {
  std::set<std::string> known{"/api/v1/schema",
                              "/api/v1/search",
                              "/api/v1/titles",
                              "/api/v1/changes/{seq}/undo",
                              "/api/v1/changes/stream",
                              "/api/v1/attachments/{id}/content",
                              "/api/v1/roles",
                              "/api/v1/roles/{code}",
                              "/api/v1/roles/{code}/setting",
                              "/api/v1/people/{id}/roles",
                              "/api/v1/assignments/ownerless"};
  for (const schema::Entity& entity : registry_.all()) {
    if (entity.attached) continue;
    const std::string path = "/api/v1/" + std::string(entity.path);
    for (const std::string_view suffix : {"", "/facets", "/bulk", "/export", "/import"})
      known.insert(path + std::string(suffix));
    for (const Operation& operation : kOperations)
      known.insert(path + "/{id}" + std::string(operation.suffix));
    if (!entity.actions.empty()) known.insert(path + "/{id}/actions/{action}");
  }
  // Vaults: what holds within them is tried in vault_test.cc, for every route with {vault}.
  known.insert("/api/v1/vaults");
  for (const schema::Entity& entity : registry_.all())
    if (!entity.attached && entity.may_be_sealed)
      known.insert("/api/v1/" + std::string(entity.path) + "/{id}/seal");
  for (const api::Route& route : server_->routes())
    if (route.permission == api::Permission::record && !route.pattern.starts_with("/api/v1/vaults/{vault}")) {
      EXPECT_TRUE(known.contains(std::string(route.pattern)))
          << route.pattern << ": add it to the table of tests/access/matrix_test.cc";
    }
}

}  // namespace
}  // namespace hinomi
