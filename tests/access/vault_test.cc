// The real state of a vault over HTTP on a real server: member, custodian, somebody removed a moment ago,
// administrators and auditors with every permission everywhere. Every route within vaults is tried, from the
// table of the server itself.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/testing/api_fixture.h"
#include "app/registry.h"
#include "govern/grants.h"
#include "govern/hooks.h"
#include "govern/people_book.h"
#include "os/random.h"
#include "record/tables.h"
#include "vault/vaults.h"
#include "work/custom_fields.h"
#include "work/notice_board.h"

namespace hinomi {
namespace {

using api::http::RawResponse;

struct CaseFile {
  std::string title;
  std::optional<std::string> story;
  std::optional<base::RecordId> suspect;
};

schema::Registry registry_with_cases() {
  const schema::Registry own = app::make_registry();
  std::vector<schema::Entity> entities(own.all().begin(), own.all().end());
  entities.push_back({.name = "case_file",
                      .path = "case_files",
                      .title = "title",
                      .fields = schema::fields_of<CaseFile>({
                          schema::text<&CaseFile::title>("title").required().searchable().listed(),
                          schema::prose<&CaseFile::story>("story").searchable(),
                          schema::reference<&CaseFile::suspect>("suspect", "person").filterable(),
                      })});
  return schema::Registry(std::move(entities));
}

constexpr std::string_view kPlanted = "KUROFUNE";
constexpr std::string_view kNames[] = {"nakamura", "ito", "member", "administrator", "auditor", "subject"};

class VaultHttpTest : public api::ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
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
    ASSERT_TRUE(store::sql::migrate(*database_, {.name = "cases", .steps = {table_}}));
    govern::add_hooks(*engine_);
    work::add_custom_field_hooks(*engine_);
    auto kek = trust::KeyEncryptionKey::make(os::system_random);
    ASSERT_TRUE(kek);
    kek_.emplace(std::move(*kek));
    grants_.emplace(*engine_, clock_, govern::Bundles{});
    people_.emplace(*grants_);
    notices_.emplace(*engine_, *people_);
    open_vaults();
    make_people();
    start();
  }
  void open_vaults() {
    vault::Vaults::Parts parts;
    parts.database = database_.get();
    parts.outside = &*engine_;
    parts.folder = folder_ / "vaults";
    parts.clock = &clock_;
    parts.random = os::system_random;
    parts.keys = {&*kek_};
    parts.migrations = {{.name = "cases", .steps = {table_}}};
    parts.prepare = [](record::Engine& engine) {
      govern::add_hooks(engine);
      work::add_custom_field_hooks(engine);
    };
    auto vaults = vault::Vaults::open(std::move(parts));
    ASSERT_TRUE(vaults) << vaults.error().message;
    vaults_ = std::move(*vaults);
  }
  void add_services(api::Services& services) override {
    services.records = &*engine_;
    services.vaults = vaults_.get();
    services.work.notices = &*notices_;
    services.find_caller = [this](const api::http::Request& request, const api::Caller& /*caller*/) {
      const auto found = principals_.find(std::string(request.field("x-persona")));
      if (found == principals_.end()) return base::Result(std::optional<access::Principal>());
      return base::Result(std::optional(found->second));
    };
    services.grants_of = [this](const base::RecordId& person) -> std::shared_ptr<const access::Grants> {
      for (const auto& [name, one] : principals_)
        if (one.id == person) return one.grants;
      return nullptr;
    };
  }

  base::RecordId make(std::string_view name, std::string_view field, const std::string& value) {
    const schema::Entity& entity = registry_.get(name);
    record::Draft draft;
    if (!entity.for_all_organisations) draft.organisation = base::OrganisationId{1};
    draft.values.emplace_back(entity.index_of(field), value);
    record::Context context;
    context.who = &system_;
    base::RecordId id;
    EXPECT_TRUE(engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      auto made = engine_->create_within(connection, context, entity, draft);
      if (!made) return base::Error{};
      id = made->id;
      return {};
    }));
    return id;
  }

  // Everybody may everything everywhere: only membership makes a difference.
  void make_people() {
    (void)make("organisation", "name", "one");
    auto grants = std::make_shared<access::Grants>();
    access::Reach everywhere;
    everywhere.everywhere = true;
    for (const schema::Entity& entity : registry_.all())
      for (const std::string& permission : schema::permissions_of(entity))
        grants->add(permission, everywhere);
    for (const char* permission : {"vault.create", "vault.open", "vault.close", "vault.seal"})
      grants->add(permission, everywhere);
    for (const std::string_view name : kNames) {
      access::Principal one;
      one.kind = access::PrincipalKind::staff;
      one.id = make("person", "name", std::string(name));
      one.name = name;
      one.grants = grants;
      one.proved_at = clock_.now();
      principals_[std::string(name)] = std::move(one);
    }
  }
  std::string id_of(const std::string& name) const { return principals_.at(name).id.text(); }

  std::string fields_of(const std::string& who, std::string_view more = {}) const {
    return "Origin: " + origin() +
           "\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\nX-Persona: " + who + "\r\n" +
           std::string(more);
  }
  RawResponse as(const std::string& who, std::string_view method, const std::string& target,
                 std::string_view body = {}, std::string_view more = {}) {
    return ask(request(method, target, fields_of(who, more), body));
  }
  static std::string member_of(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":";
    const std::size_t at = json.find(key);
    if (at == std::string::npos) return {};
    std::size_t begin = at + key.size();
    const bool text = json[begin] == '"';
    if (text) ++begin;
    return json.substr(begin, json.find_first_of(text ? "\"" : ",}", begin) - begin);
  }

  // A vault of nakamura and ito, with `member` in it.
  void make_vault() {
    const auto made =
        as("nakamura", "POST", "/api/v1/vaults",
           R"({"title":"KUROFUNE affair","purpose":"KUROFUNE","custodians":[")" + id_of("ito") + "\"]}");
    ASSERT_EQ(made.status, 201) << made.body;
    vault_ = "/api/v1/vaults/" + member_of(made.body, "id");
    EXPECT_EQ(made.field("Location"), vault_);
    const auto added = as("ito", "POST", vault_ + "/members",
                          "{\"person\":\"" + id_of("member") + "\",\"reason\":\"KUROFUNE helper\"}");
    ASSERT_EQ(added.status, 204) << added.body;
  }
  std::string make_case(const std::string& title) {
    const auto made =
        as("ito", "POST", vault_ + "/case_files",
           "{\"organisation\":1,\"title\":\"" + title + "\",\"suspect\":\"" + id_of("subject") + "\"}");
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string id = member_of(made.body, "id");
    EXPECT_EQ(made.field("Location"), vault_ + "/case_files/" + id);
    return id;
  }

  // A route's pattern with what stands for its parts.
  static std::string filled(std::string_view pattern, const std::string& vault, const std::string& id,
                            const std::string& person) {
    std::string path(pattern);
    for (const auto& [name, value] : std::map<std::string, std::string>{{"{vault}", vault},
                                                                        {"{id}", id},
                                                                        {"{person}", person},
                                                                        {"{seq}", "1"},
                                                                        {"{action}", "x"},
                                                                        {"{note}", id}}) {
      const std::size_t at = path.find(name);
      if (at != std::string::npos) path.replace(at, name.size(), value);
    }
    EXPECT_EQ(path.find('{'), std::string::npos) << path;
    return path;
  }

  std::string table_ = record::create_table(registry_with_cases().get("case_file"));
  schema::Registry registry_ = registry_with_cases();
  access::Principal system_ = access::system_principal();
  std::optional<trust::KeyEncryptionKey> kek_;
  std::unique_ptr<store::sql::Database> database_;
  std::optional<record::Engine> engine_;
  std::optional<govern::GrantBook> grants_;
  std::optional<govern::PeopleBook> people_;
  std::optional<work::NoticeBoard> notices_;
  std::unique_ptr<vault::Vaults> vaults_;
  std::map<std::string, access::Principal> principals_;
  std::string vault_;
};

// What differs between two answers but must not.
std::string said(const RawResponse& response) {
  std::string head = response.head;
  const std::size_t date = head.find("\r\nDate: ");
  if (date != std::string::npos) head.erase(date, head.find("\r\n", date + 2) - date);
  return head + response.body;
}

TEST_F(VaultHttpTest, every_route_of_a_vault_is_404_for_others_and_the_same_as_for_one_that_is_not_there) {
  make_vault();
  const std::string id = make_case("KUROFUNE drawings");
  // Removed a moment ago.
  ASSERT_EQ(as("nakamura", "DELETE", vault_ + "/members/" + id_of("member"), {}, "X-Hinomi-Reason: done\r\n")
                .status,
            204);
  const std::string number = vault_.substr(vault_.rfind('/') + 1);
  std::size_t cells = 0;
  std::set<std::string> seen;
  for (const api::Route& route : server_->routes()) {
    if (route.pattern.find("{vault}") == std::string_view::npos) continue;
    EXPECT_EQ(route.permission, api::Permission::record);
    seen.emplace(route.pattern);
    for (const std::string who : {"administrator", "auditor", "subject", "member"})
      for (const std::string_view body : {std::string_view("{}"), std::string_view("not json")}) {
        if (route.method == api::http::Method::get && body != "{}") continue;
        const std::string_view sent = route.method == api::http::Method::get ? std::string_view() : body;
        const auto answer = as(who, name_of(route.method), filled(route.pattern, number, id, id_of("ito")),
                               sent, "If-Match: \"1\"\r\nX-Hinomi-Reason: x\r\n");
        EXPECT_EQ(answer.status, 404) << route.pattern << " " << who << " " << answer.body;
        for (const char* other : {"4711", "0", "x", "99999999999"}) {
          const auto none = as(who, name_of(route.method), filled(route.pattern, other, id, id_of("ito")),
                               sent, "If-Match: \"1\"\r\nX-Hinomi-Reason: x\r\n");
          EXPECT_EQ(said(none), said(answer)) << route.pattern << " " << who << " " << other;
          ++cells;
        }
      }
  }
  // Those of a record within a vault are those of a record outside, but for files that go out and come back.
  for (const api::Route& route : server_->routes())
    if (route.pattern.starts_with("/api/v1/case_files") && !route.pattern.ends_with("/seal") &&
        !route.pattern.ends_with("/export") && !route.pattern.ends_with("/import")) {
      EXPECT_TRUE(seen.contains("/api/v1/vaults/{vault}" + std::string(route.pattern.substr(7))))
          << route.pattern;
    }
  std::printf("vault matrix: %zu routes, %zu cells\n", seen.size(), cells);
  EXPECT_GT(cells, 200U);
  // None of it had an effect.
  EXPECT_EQ(as("ito", "GET", vault_ + "/case_files/" + id).status, 200);
  EXPECT_EQ(member_of(as("ito", "GET", vault_).body, "members"), "2");
  EXPECT_EQ(member_of(as("ito", "GET", vault_).body, "state"), "open");
}

TEST_F(VaultHttpTest, members_work_with_records_as_outside) {
  make_vault();
  const std::string id = make_case("KUROFUNE drawings");
  const std::string one = vault_ + "/case_files/" + id;
  EXPECT_EQ(as("member", "PATCH", one, R"({"story":"by night"})", "If-Match: \"1\"\r\n").status, 200);
  EXPECT_EQ(as("member", "POST", one + "/comments", R"({"text":"seen at the gate"})").status, 201);
  EXPECT_NE(as("ito", "GET", one + "/comments").body.find("seen at the gate"), std::string::npos);
  EXPECT_NE(as("ito", "GET", one + "/history").body.find("by night"), std::string::npos);
  EXPECT_NE(as("ito", "GET", vault_ + "/search?q=drawings").body.find(id), std::string::npos);
  EXPECT_EQ(member_of(as("ito", "GET", vault_ + "/case_files?q=night").body, "total"), "1");
  // A link to a record outside, whose title is shown inside.
  const auto link =
      as("ito", "POST", one + "/relations",
         R"({"kind":"relates_to","to_entity":"person","to_record":")" + id_of("subject") + "\"}");
  EXPECT_EQ(link.status, 201) << link.body;
  EXPECT_NE(as("ito", "GET", one + "/relations").body.find(id_of("subject")), std::string::npos);
  EXPECT_NE(as("ito", "GET", vault_ + "/titles?ids=" + id_of("subject")).body.find("subject"),
            std::string::npos);
  // Titles say which of them stand inside.
  EXPECT_NE(as("ito", "GET", vault_ + "/titles?ids=" + id)
                .body.find("\"vault\":" + vault_.substr(vault_.rfind('/') + 1)),
            std::string::npos);
  EXPECT_EQ(as("ito", "GET", vault_ + "/titles?ids=" + id_of("subject")).body.find("\"vault\""),
            std::string::npos);
  // Membership gives no permissions.
  principals_["member"].grants = std::make_shared<access::Grants>();
  EXPECT_EQ(as("member", "GET", one).status, 404);
  EXPECT_EQ(as("member", "GET", vault_ + "/case_files").status, 403);
  EXPECT_EQ(
      as("member", "POST", vault_ + "/members", "{\"person\":\"" + id_of("auditor") + "\",\"reason\":\"x\"}")
          .status,
      403);
  EXPECT_NE(as("ito", "GET", vault_ + "/log").body.find("KUROFUNE helper"), std::string::npos);
  EXPECT_NE(as("ito", "GET", "/api/v1/vaults").body.find("KUROFUNE affair"), std::string::npos);
  EXPECT_EQ(as("administrator", "GET", "/api/v1/vaults").body, R"({"items":[]})");
}

// A3: what is sealed shows in no list, count, facet, title, search, suggestion, history, notice or feed.
TEST_F(VaultHttpTest, a_sealed_record_shows_nowhere_outside_not_even_by_what_is_missing) {
  make_vault();
  const auto made =
      as("nakamura", "POST", "/api/v1/case_files",
         R"({"organisation":1,"title":"KUROFUNE outside","suspect":")" + id_of("subject") + "\"}");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = member_of(made.body, "id");
  ASSERT_EQ(as("nakamura", "POST", "/api/v1/case_files/" + id + "/comments",
               R"({"text":"KUROFUNE comment","mentions":[")" + id_of("subject") + "\"]}")
                .status,
            201);
  EXPECT_NE(as("subject", "GET", "/api/v1/notices").body.find(id), std::string::npos);
  const std::string number = vault_.substr(vault_.rfind('/') + 1);
  const std::string order = "{\"vault\":" + number + ",\"reason\":\"KUROFUNE why\"}";
  const std::string seal = "/api/v1/case_files/" + id + "/seal";
  EXPECT_EQ(as("administrator", "POST", seal, order).status, 422);
  EXPECT_EQ(said(as("administrator", "POST", seal, order)),
            said(as("administrator", "POST", seal, R"({"vault":4711,"reason":"KUROFUNE why"})")));
  const auto sealed = as("nakamura", "POST", seal, order);
  ASSERT_EQ(sealed.status, 200) << sealed.body;
  EXPECT_EQ(member_of(sealed.body, "wiped"), "true");
  EXPECT_EQ(as("nakamura", "GET", vault_ + "/case_files/" + id).status, 200);
  EXPECT_NE(as("ito", "GET", vault_ + "/case_files/" + id + "/comments").body.find("KUROFUNE comment"),
            std::string::npos);

  const std::string never = engine_->new_id().text();
  for (const std::string who : {"administrator", "auditor", "subject", "nakamura"}) {
    for (const std::string_view suffix : {"", "/history", "/comments", "/relations"})
      EXPECT_EQ(said(as(who, "GET", "/api/v1/case_files/" + id + std::string(suffix))),
                said(as(who, "GET", "/api/v1/case_files/" + never + std::string(suffix))));
    const auto refers = [&](const std::string& to) {
      return said(as(who, "POST", "/api/v1/people/" + id_of("ito") + "/relations",
                     R"({"kind":"relates_to","to_entity":"case_file","to_record":")" + to + "\"}"));
    };
    EXPECT_EQ(refers(id), refers(never));
    EXPECT_EQ(member_of(as(who, "GET", "/api/v1/case_files?realm=any").body, "total"), "0");
    std::string everything;
    for (const std::string& target :
         {std::string("/api/v1/case_files?limit=500&realm=any"), std::string("/api/v1/case_files?q=KUROFUNE"),
          "/api/v1/case_files?suspect=" + id_of("subject"),
          std::string("/api/v1/case_files/facets?field=suspect"), std::string("/api/v1/search?q=KUROFUNE"),
          "/api/v1/titles?ids=" + id, std::string("/api/v1/people"),
          "/api/v1/people/" + id_of("subject") + "/history", "/api/v1/people/" + id_of("ito") + "/relations",
          std::string("/api/v1/notices?realm=any"), std::string("/api/v1/schema")})
      everything += as(who, "GET", target).body;
    EXPECT_EQ(everything.find(kPlanted), std::string::npos) << who;
    EXPECT_EQ(everything.find(id), std::string::npos) << who;
  }
  // The feed from the beginning on.
  api::http::RawClient client(port());
  client.send(request("GET", "/api/v1/changes/stream?after=0", fields_of("administrator")));
  ASSERT_TRUE(client.wait_for("event: hello"));
  (void)make("person", "name", "the last one");
  ASSERT_TRUE(client.wait_for("\"action\":\"create\""));
  EXPECT_EQ(client.input().find(id), std::string::npos);
}

TEST_F(VaultHttpTest, a_removed_custodian_is_cut_off_from_the_open_stream_within_a_second) {
  make_vault();
  api::http::RawClient client(port());
  client.send(request("GET", vault_ + "/changes/stream", fields_of("ito")));
  ASSERT_TRUE(client.wait_for("event: hello")) << client.input();
  const std::string first = make_case("first");
  ASSERT_TRUE(client.wait_for(first));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(
      as("nakamura", "DELETE", vault_ + "/members/" + id_of("ito"), {}, "X-Hinomi-Reason: done\r\n").status,
      204);
  EXPECT_EQ(as("ito", "GET", vault_).status, 404);
  EXPECT_EQ(as("ito", "GET", vault_ + "/case_files/" + first).status, 404);
  const auto made = as("nakamura", "POST", vault_ + "/case_files", R"({"organisation":1,"title":"second"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string rest = client.rest();
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::milliseconds(1500));  // a second, and what the test itself takes
  EXPECT_EQ(rest.find(member_of(made.body, "id")), std::string::npos);
}

TEST_F(VaultHttpTest, a_closed_vault_ends_the_streams_of_its_members) {
  make_vault();
  api::http::RawClient client(port());
  client.send(request("GET", vault_ + "/changes/stream", fields_of("member")));
  ASSERT_TRUE(client.wait_for("event: hello")) << client.input();
  ASSERT_EQ(as("ito", "POST", vault_ + "/close", R"({"reason":"the matter is over"})").status, 204);
  (void)client.rest();
  EXPECT_EQ(as("member", "GET", vault_ + "/case_files").status, 409);
  EXPECT_EQ(as("administrator", "GET", vault_ + "/case_files").status, 404);
  ASSERT_EQ(as("ito", "POST", vault_ + "/open", R"({"reason":"again"})").status, 204);
  EXPECT_EQ(as("member", "GET", vault_ + "/case_files").status, 200);
}

// A36: no file of the data folder and no backup holds a word of it, while the server runs and after.
TEST_F(VaultHttpTest, no_file_of_the_data_folder_holds_a_word_of_a_vault) {
  make_vault();
  const std::string id = make_case("KUROFUNE drawings");
  const std::string one = vault_ + "/case_files/" + id;
  EXPECT_EQ(as("member", "PATCH", one, R"({"story":"KUROFUNE by night"})", "If-Match: \"1\"\r\n").status,
            200);
  EXPECT_EQ(as("member", "POST", one + "/comments", R"({"text":"KUROFUNE gate"})").status, 201);
  (void)as("administrator", "GET", one);
  ASSERT_TRUE(database_->back_up(folder_ / "backup.db"));
  const std::string person = principals_.at("member").id.text();
  for (int round = 0; round < 2; ++round) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file()) continue;
      ++files;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      for (const std::string& text : {std::string(kPlanted), std::string("kurofune"), id})
        EXPECT_EQ(bytes.find(text), std::string::npos) << entry.path() << " " << text;
    }
    EXPECT_GE(files, 4U);
    stop();
    vaults_.reset();
  }
}

}  // namespace
}  // namespace hinomi
