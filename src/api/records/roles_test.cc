// Answers about roles, from requests to JSON, over records of both databases.
#include "api/records/roles.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "content/testing/shipped.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "os/clock.h"
#include "parse/json/reader.h"
#include "record/json.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::api::records {
namespace {

using parse::json::Kind;
using parse::json::Value;
using store::sql::Dialect;

const std::vector<std::string_view> kBoard = {"role.read", "assignment.read", "holding.read", "post.read",
                                              "role_setting.read"};

// A parsed answer; values live as long as it.
class Answer {
 public:
  explicit Answer(http::Response response) : response_(std::move(response)), reader_(limits()) {
    const auto read = reader_.read(response_.body);
    EXPECT_TRUE(read) << response_.body.substr(0, 200);
    if (read) root_ = *read;
  }
  [[nodiscard]] int status() const { return response_.status; }
  [[nodiscard]] std::string etag() const {
    for (const http::Field& field : response_.fields)
      if (field.name == "ETag") return field.value;
    return {};
  }
  [[nodiscard]] const Value& root() const { return *root_; }
  // The member of an object; fails the test where there is none.
  static Value at(const Value& object, std::string_view key) {
    EXPECT_EQ(object.kind(), Kind::object);
    for (auto name = object.first(); !(name == object.last());) {
      const auto value = name.next();
      if (name.string() == key) return value;
      name = value.next();
    }
    ADD_FAILURE() << "no member " << key;
    return object;
  }
  static std::vector<Value> all(const Value& array) {
    EXPECT_EQ(array.kind(), Kind::array);
    std::vector<Value> items;
    for (auto one = array.first(); !(one == array.last()); one = one.next()) items.push_back(one);
    return items;
  }
  [[nodiscard]] Value at(std::string_view key) const { return at(root(), key); }
  [[nodiscard]] std::string text(std::string_view key) const { return std::string(at(key).string()); }
  [[nodiscard]] std::vector<Value> all(std::string_view key) const { return all(at(key)); }
  // The item of "roles" with this code.
  [[nodiscard]] Value role(std::string_view code) const {
    for (const Value& one : all("roles"))
      if (at(one, "code").string() == code) return one;
    ADD_FAILURE() << "no role " << code;
    return root();
  }

 private:
  static parse::json::Limits limits() { return {.document_bytes = 1U << 22, .depth = 16}; }
  http::Response response_;
  parse::json::Reader reader_;
  std::optional<Value> root_;
};

class RolesTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    record::Engine::Parts parts;
    parts.database = &*database_;
    parts.registry = &registry_;
    parts.clock = &clock_;
    parts.random = [this](std::span<std::uint8_t> into) {
      for (std::uint8_t& byte : into) byte = static_cast<std::uint8_t>(++random_ * 37 >> 3);
    };
    engine_.emplace(std::move(parts));
    ASSERT_TRUE(engine_->migrate());
    govern::add_hooks(*engine_);
    const content::Shipped& content = content::shipped();
    service_.emplace(*engine_, RoleContent{&content.roles, &content.services, &content.permissions});
    make("organisation", R"({"name":"親会社"})");
    make("organisation", R"({"name":"子会社"})");
    allow(kBoard);
  }

  std::string make(std::string_view entity, const std::string& body) {
    auto read = record::read_draft(registry_.get(entity), body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    record::Context context;
    context.who = &system_;
    const auto made = engine_->create(context, registry_.get(entity), std::move(read->draft));
    EXPECT_TRUE(made) << body;
    return made ? made->id.text() : std::string();
  }
  std::string person(const std::string& name) {
    return make("person", R"({"organisation":1,"name":")" + name + "\"}");
  }
  void assign(const std::string& role, const std::string& person, const std::string& more = "") {
    make("assignment",
         R"({"organisation":1,"role":")" + role + R"(","person":")" + person + "\"" + more + "}");
  }
  // What the caller may do, in organisation 1.
  void allow(const std::vector<std::string_view>& permissions) {
    auto grants = std::make_shared<access::Grants>();
    access::Reach reach;
    reach.add(access::Place{base::OrganisationId{1}, std::nullopt});
    for (const std::string_view permission : permissions) grants->add(permission, reach);
    caller_.kind = access::PrincipalKind::staff;
    caller_.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-0000000000aa");
    caller_.grants = std::move(grants);
  }

  using Operation = http::Response (RoleService::*)(const Asked&);
  Answer ask(Operation operation, std::vector<std::string> params, const std::string& query = "") {
    http::Request request;
    request.params = std::move(params);
    request.query = query;
    return Answer(((*service_).*operation)(Asked{caller_, request}));
  }
  Answer board(const std::string& query = "") { return ask(&RoleService::board, {}, query); }
  Answer put(const std::string& code, const std::string& body, const std::string& match = "") {
    http::Request request;
    request.method = http::Method::put;
    request.params = {code};
    request.fields.push_back({"content-type", "application/json"});
    request.fields.push_back({"x-hinomi-reason", "%E8%87%AA%E5%B7%B1%E8%A9%95%E4%BE%A1"});
    if (!match.empty()) request.fields.push_back({"if-match", match});
    request.body = body;
    return Answer(service_->set(Asked{caller_, request}));
  }

  store::sql::FreshDatabase database_{GetParam()};
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};  // 2026-11-25T08:00:00Z
  schema::Registry registry_{{govern::organisation_entity(), govern::site_entity(), govern::person_entity(),
                              govern::post_entity(), govern::holding_entity(), govern::assignment_entity(),
                              govern::role_setting_entity()}};
  access::Principal system_ = access::system_principal();
  access::Principal caller_;
  std::uint32_t random_ = 0;
  std::optional<record::Engine> engine_;
  std::optional<RoleService> service_;
};

INSTANTIATE_TEST_SUITE_P(Both, RolesTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(RolesTest, the_board_answers_54_roles_in_9_categories) {
  const std::string one = person("佐藤 花子");
  assign("B-1", one, R"(,"sourcing":"outsourced","valid_from":"2026-04-01")");
  const Answer answer = board("organisation=1");
  ASSERT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.all("roles").size(), 54U);
  EXPECT_EQ(answer.all("categories").size(), 9U);
  const Value role = answer.role("B-1");
  EXPECT_EQ(Answer::at(role, "state").string(), "partial");
  EXPECT_EQ(Answer::at(role, "sourcing").string(), "outsourced");
  EXPECT_EQ(Answer::at(Answer::at(role, "name"), "ja").string(), "リアルタイム基本分析");
  EXPECT_EQ(Answer::at(Answer::at(role, "name"), "en").string(), "Basic real-time analysis");
  EXPECT_EQ(Answer::at(role, "maturity").kind(), Kind::null);
  EXPECT_EQ(Answer::at(role, "open_work").kind(), Kind::null);
  const auto holders = Answer::all(Answer::at(role, "holders"));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_EQ(Answer::at(holders[0], "title").string(), "佐藤 花子");
  EXPECT_EQ(Answer::at(holders[0], "kind").string(), "person");
  EXPECT_EQ(Answer::at(holders[0], "id").string(), one);
  EXPECT_EQ(Answer::at(holders[0], "from").string(), "2026-04-01");
  EXPECT_EQ(Answer::at(holders[0], "until").kind(), Kind::null);
  for (const Value& measure : Answer::all(Answer::at(role, "measures")))
    EXPECT_EQ(Answer::at(measure, "value").kind(), Kind::null);
  EXPECT_EQ(Answer::at(answer.role("D-2"), "state").string(), "planned");
}

TEST_P(RolesTest, the_services_of_x1060_are_seen_through_the_roles_behind_them) {
  assign("B-1", person("佐藤"));
  const Answer answer = board("catalogue=itu-t-x1060&organisation=1");
  ASSERT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.all("roles").size(), 64U);
  const Value monitoring = answer.role("B-1");  // done by the roles B-1 and B-2
  EXPECT_EQ(Answer::at(monitoring, "state").string(), "partial");
  EXPECT_EQ(Answer::at(monitoring, "sourcing").string(), "inhouse");
  EXPECT_EQ(Answer::all(Answer::at(monitoring, "roles")).size(), 2U);
  EXPECT_EQ(Answer::all(Answer::at(monitoring, "holders")).size(), 1U);
  const Answer page = ask(&RoleService::role, {"B-1"}, "catalogue=itu-t-x1060&organisation=1");
  ASSERT_EQ(page.status(), 200);
  EXPECT_EQ(page.all("parts").size(), 2U);
}

TEST_P(RolesTest, who_carries_one_of_the_roles_of_a_service_stands_there_once_and_as_no_deputy) {
  const std::string one = person("佐藤");
  assign("B-1", one, R"(,"deputy":true)");
  assign("B-2", one);
  const Answer answer = board("catalogue=itu-t-x1060&organisation=1");
  const auto holders = Answer::all(Answer::at(answer.role("B-1"), "holders"));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_FALSE(Answer::at(holders[0], "deputy").boolean());
}

TEST_P(RolesTest, the_page_of_a_role_tells_everything_with_permissions_in_words) {
  const Answer page = ask(&RoleService::role, {"A-6"}, "organisation=1");
  ASSERT_EQ(page.status(), 200);
  EXPECT_EQ(page.text("state"), "planned");
  EXPECT_FALSE(Answer::at(Answer::at(page.at("work"), "does"), "ja").string().empty());
  EXPECT_EQ(Answer::all(Answer::at(page.at("uses"), "entities")).size(), 4U);
  EXPECT_FALSE(page.all("skills").empty());
  EXPECT_FALSE(page.all("feeds").empty());
  EXPECT_FALSE(page.all("services").empty());
  const auto permissions = page.all("permissions");
  ASSERT_FALSE(permissions.empty());
  for (const Value& one : permissions) {
    EXPECT_FALSE(Answer::at(Answer::at(one, "label"), "ja").string().empty());
    EXPECT_FALSE(Answer::at(Answer::at(one, "label"), "en").string().empty());
  }
}

TEST_P(RolesTest, every_one_of_the_54_has_a_page_and_nothing_else_has) {
  for (const content::Role& role : content::shipped().roles.roles())
    EXPECT_EQ(ask(&RoleService::role, {role.code.to_string()}).status(), 200) << role.code.to_string();
  for (const std::string code : {"B-99", "b-1", "", "administrator", "B-1'"})
    EXPECT_EQ(ask(&RoleService::role, {code}).status(), 404) << code;
}

TEST_P(RolesTest, wrong_parameters_are_named) {
  for (const std::string query : {"catalogue=nist", "organisation=x", "organisation=0", "organisation=-1",
                                  "on=2026-02-30", "colour=red", "organisation=99999999999"}) {
    const Answer refused = board(query);
    EXPECT_EQ(refused.status(), 422) << query;
    EXPECT_EQ(refused.all("faults").size(), 1U) << query;
  }
  EXPECT_EQ(board("organisation=2").status(), 404);
  EXPECT_EQ(board("organisation=7").status(), 404);
}

TEST_P(RolesTest, nothing_is_answered_to_who_may_not_read_roles) {
  const std::string one = person("佐藤");
  allow({"assignment.read", "person.read", "role_setting.create", "role_setting.read"});
  EXPECT_EQ(board().status(), 403);
  EXPECT_EQ(ask(&RoleService::role, {"B-1"}).status(), 403);
  EXPECT_EQ(ask(&RoleService::of_person, {one}).status(), 403);
  EXPECT_EQ(ask(&RoleService::ownerless, {}, "on=2027-04-01").status(), 403);
  EXPECT_EQ(put("B-1", R"({"organisation":1,"maturity_as_is":2})").status(), 403);
}

TEST_P(RolesTest, a_setting_is_made_then_changed_and_what_is_not_sent_stays) {
  allow({"role.read", "assignment.read", "role_setting.read", "role_setting.create", "role_setting.change"});
  const Answer made = put("D-2", R"({"organisation":1,"maturity_as_is":2,"maturity_to_be":4,"area":"II"})");
  ASSERT_EQ(made.status(), 201);
  EXPECT_EQ(made.text("role"), "D-2");
  const Answer changed =
      put("D-2", R"({"organisation":1,"maturity_as_is":3,"remark":"訓練後"})", made.etag());
  ASSERT_EQ(changed.status(), 200);
  EXPECT_EQ(changed.text("area"), "II");
  EXPECT_EQ(put("D-2", R"({"organisation":1,"maturity_as_is":1})", made.etag()).status(), 412);
  const Answer role = ask(&RoleService::role, {"D-2"}, "organisation=1");
  EXPECT_EQ(Answer::at(role.at("maturity"), "as_is").integer(), 3);
  EXPECT_EQ(Answer::at(role.at("maturity"), "to_be").integer(), 4);
  ASSERT_EQ(role.all("settings").size(), 1U);
  EXPECT_EQ(Answer::at(role.all("settings")[0], "remark").string(), "訓練後");
  const Answer emptied = put("D-2", R"({"organisation":1,"maturity_to_be":null})");
  EXPECT_EQ(emptied.at("maturity_to_be").kind(), Kind::null);
}

TEST_P(RolesTest, a_setting_keeps_its_history_with_the_reason) {
  allow({"role.read", "role_setting.read", "role_setting.create"});
  const Answer made = put("D-2", R"({"organisation":1,"maturity_as_is":2})");
  ASSERT_EQ(made.status(), 201);
  record::Context context;
  context.who = &system_;
  const auto history = engine_->history(context, registry_.get("role_setting"),
                                        *base::RecordId::parse(made.text("id")), 0, 10);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().reason, "自己評価");
}

TEST_P(RolesTest, a_setting_is_refused_where_records_would_refuse_it) {
  allow({"role.read", "role_setting.read"});
  EXPECT_EQ(put("D-2", R"({"organisation":1,"maturity_as_is":2})").status(), 403);
  EXPECT_EQ(put("D-2", R"({"organisation":2,"maturity_as_is":2})").status(), 404);
  make("role_setting", R"({"organisation":2,"role":"D-2"})");
  EXPECT_EQ(put("D-2", R"({"organisation":2,"maturity_as_is":2})").status(), 404);
  allow({"role.read", "role_setting.read", "role_setting.create"});
  EXPECT_EQ(put("D-99", R"({"organisation":1})").status(), 404);
  EXPECT_EQ(put("D-2", R"({"maturity_as_is":2})").status(), 422);
  EXPECT_EQ(put("D-2", R"({"organisation":1,"maturity_as_is":6})").status(), 422);
  EXPECT_EQ(put("D-2", R"({"organisation":1,"role":"D-3"})").status(), 422);
  EXPECT_EQ(put("D-2", R"([1])").status(), 400);
  EXPECT_EQ(put("D-2", R"({"organisation":1})", "\"1\"").status(), 412);
  EXPECT_EQ(put("D-2", R"({"organisation":1})", "7").status(), 428);
}

TEST_P(RolesTest, a_person_has_roles_with_their_names_and_since_when) {
  const std::string one = person("佐藤");
  assign("B-1", one, R"(,"valid_from":"2026-04-01")");
  assign("administrator", one);
  EXPECT_EQ(ask(&RoleService::of_person, {one}).status(), 404);
  allow({"role.read", "assignment.read", "person.read"});
  const Answer answer = ask(&RoleService::of_person, {one});
  ASSERT_EQ(answer.status(), 200);
  const auto roles = answer.all("roles");
  ASSERT_EQ(roles.size(), 2U);
  const auto b1 = std::find_if(roles.begin(), roles.end(),
                               [](const Value& role) { return Answer::at(role, "role").string() == "B-1"; });
  ASSERT_NE(b1, roles.end());
  EXPECT_EQ(Answer::at(*b1, "since").string(), "2026-04-01");
  EXPECT_EQ(Answer::at(*b1, "post").kind(), Kind::null);
  const auto other = b1 == roles.begin() ? roles.back() : roles.front();
  EXPECT_EQ(Answer::at(Answer::at(other, "name"), "ja").string(), "管理者");
  EXPECT_EQ(ask(&RoleService::of_person, {"x"}).status(), 404);
}

TEST_P(RolesTest, a_dry_run_answers_roles_and_posts_without_owner) {
  const std::string one = person("佐藤");
  assign("B-1", one, R"(,"valid_until":"2027-03-31")");
  assign("B-2", one);
  make("post", R"({"organisation":1,"name":"CSIRT 長"})");
  const Answer answer = ask(&RoleService::ownerless, {}, "on=2027-04-01&organisation=1");
  ASSERT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.text("on"), "2027-04-01");
  EXPECT_EQ(answer.all("roles").size(), 53U);
  std::size_t becoming = 0;
  for (const Value& role : answer.all("roles")) {
    if (!Answer::at(role, "held_today").boolean()) continue;
    ++becoming;
    EXPECT_EQ(Answer::at(role, "role").string(), "B-1");
    EXPECT_EQ(Answer::at(role, "why").string(), "nobody");
    const auto lost = Answer::all(Answer::at(role, "lost"));
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_EQ(Answer::at(lost[0], "why").string(), "ended");
  }
  EXPECT_EQ(becoming, 1U);
  ASSERT_EQ(answer.all("posts").size(), 1U);
  EXPECT_EQ(Answer::at(answer.all("posts")[0], "title").string(), "CSIRT 長");
  EXPECT_EQ(ask(&RoleService::ownerless, {}, "organisation=1").status(), 422);
}

}  // namespace
}  // namespace hinomi::api::records
