#include <gtest/gtest.h>

#include "content/testing/shipped.h"
#include "govern/assignment.h"
#include "govern/grants.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "os/testing/scratch_folder.h"
#include "record/json.h"

namespace hinomi::govern {
namespace {

using record::Record;

class GovernTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = store::sql::open_sqlite({.path = folder_ / "records.db"});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    record::Engine::Parts parts;
    parts.database = database_.get();
    parts.registry = &registry_;
    parts.clock = &clock_;
    parts.random = [this](std::span<std::uint8_t> into) {
      for (std::uint8_t& byte : into) byte = static_cast<std::uint8_t>(++random_ * 37 >> 3);
    };
    engine_.emplace(std::move(parts));
    ASSERT_TRUE(engine_->migrate());
    add_hooks(*engine_);
  }

  record::Outcome<Record> make(std::string_view entity, const std::string& body) {
    const schema::Entity& declared = registry_.get(entity);
    auto read = record::read_draft(declared, body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    record::Context context;
    context.who = &system_;
    return engine_->create(context, declared, std::move(read->draft));
  }
  std::string id(std::string_view entity, const std::string& body) {
    auto made = make(entity, body);
    EXPECT_TRUE(made) << body;
    return made ? made->id.text() : std::string();
  }
  GrantBook book() {
    Bundles bundles;
    bundles["B-1"] = {"alert.read", "alert.judge"};
    bundles["member"] = {"role.read"};
    return GrantBook(*engine_, clock_, bundles);
  }
  std::shared_ptr<const access::Grants> grants(GrantBook& book, const std::string& person) {
    const auto found = book.grants_of(*base::RecordId::parse(person));
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }

  os::ScratchFolder folder_;
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};  // 2026-11-25T08:00:00Z
  schema::Registry registry_{{organisation_entity(), site_entity(), person_entity(), post_entity(),
                              holding_entity(), assignment_entity(), role_setting_entity()}};
  access::Principal system_ = access::system_principal();
  std::uint32_t random_ = 0;
  std::unique_ptr<store::sql::Database> database_;
  std::optional<record::Engine> engine_;
};

TEST_F(GovernTest, organisations_get_keys_and_records_belong_to_one_that_exists) {
  ASSERT_TRUE(make("organisation", R"({"name":"親会社"})"));
  const auto second = make("organisation", R"({"name":"子会社"})");
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<std::int64_t>(second->values[registry_.get("organisation").index_of("key")]), 2);
  EXPECT_TRUE(make("person", R"({"name":"佐藤","organisation":2})"));
  const auto nowhere = make("person", R"({"name":"鈴木","organisation":3})");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.refusal().faults.front().field, "organisation");
}

TEST_F(GovernTest, a_site_belongs_to_its_organisation_only) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  ASSERT_TRUE(make("organisation", R"({"name":"b"})"));
  ASSERT_TRUE(make("site", R"({"name":"工場","organisation":1})"));
  EXPECT_TRUE(make("person", R"({"name":"x","organisation":1,"site":1})"));
  EXPECT_FALSE(make("person", R"({"name":"y","organisation":2,"site":1})"));
}

TEST_F(GovernTest, an_assignment_names_a_person_or_a_post) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1})");
  EXPECT_FALSE(make("assignment", R"({"role":"B-1","organisation":1})"));
  const auto made = make("assignment", R"({"role":"B-1","organisation":1,"person":")" + person + "\"}");
  ASSERT_TRUE(made);
  EXPECT_EQ(std::get<std::string>(made->values[0]), "B-1 佐藤");
}

TEST_F(GovernTest, roles_are_held_by_person_and_by_post_in_their_time_and_place) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  ASSERT_TRUE(make("organisation", R"({"name":"b"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1})");
  const std::string post = id("post", R"({"name":"CSIRT 長","organisation":2})");
  ASSERT_TRUE(make("holding", R"({"organisation":2,"person":")" + person + R"(","post":")" + post +
                                  R"(","valid_from":"2026-11-26"})"));
  ASSERT_TRUE(make("assignment", R"({"role":"B-1","organisation":2,"post":")" + post + "\"}"));
  GrantBook book = this->book();
  EXPECT_EQ(grants(book, person)->find("alert.read"), nullptr);
  EXPECT_NE(grants(book, person)->find("role.read"), nullptr);
  clock_.advance(std::chrono::hours(24));  // the first day of the holding
  const access::Reach* const reach = grants(book, person)->find("alert.read");
  ASSERT_NE(reach, nullptr);
  EXPECT_TRUE(reach->holds(base::OrganisationId{2}, {}));
  EXPECT_FALSE(reach->holds(base::OrganisationId{1}, {}));
}

TEST_F(GovernTest, who_has_left_holds_nothing) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1,"leaves_on":"2026-11-24"})");
  ASSERT_TRUE(make("assignment", R"({"role":"B-1","organisation":1,"person":")" + person + "\"}"));
  GrantBook book = this->book();
  EXPECT_TRUE(grants(book, person)->all().empty());
}

TEST_F(GovernTest, a_revoked_role_is_gone_within_half_a_second) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1})");
  const auto assigned = make("assignment", R"({"role":"B-1","organisation":1,"person":")" + person + "\"}");
  GrantBook book = this->book();
  EXPECT_NE(grants(book, person)->find("alert.read"), nullptr);
  record::Context context;
  context.who = &system_;
  ASSERT_TRUE(engine_->remove(context, registry_.get("assignment"), assigned->id, std::nullopt));
  clock_.advance(std::chrono::milliseconds(501));
  EXPECT_EQ(grants(book, person)->find("alert.read"), nullptr);
}

TEST(BundlesTest, every_permission_of_a_bundle_exists) {
  const content::PermissionTable& table = content::shipped().permissions;
  const Bundles bundles = bundles_of(content::shipped().roles);
  EXPECT_EQ(bundles.size(), 54U + 3U);
  for (const auto& [role, permissions] : bundles)
    for (const std::string& permission : permissions)
      EXPECT_TRUE(table.names().contains(permission)) << role << " " << permission;
}

}  // namespace
}  // namespace hinomi::govern
