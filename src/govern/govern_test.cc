#include <gtest/gtest.h>

#include "content/testing/shipped.h"
#include "govern/assignment.h"
#include "govern/grants.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "govern/people_book.h"
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

// It is 08:00 UTC; at 16:00 UTC the next day has begun in Tokyo, not in New York.
TEST_F(GovernTest, a_role_begins_with_the_day_of_its_organisation) {
  ASSERT_TRUE(make("organisation", R"({"name":"a","time_zone":"Asia/Tokyo"})"));
  ASSERT_TRUE(make("organisation", R"({"name":"b","time_zone":"America/New_York"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1})");
  for (const char* organisation : {"1", "2"})
    ASSERT_TRUE(make("assignment", std::string(R"({"role":"B-1","organisation":)") + organisation +
                                       R"(,"valid_from":"2026-11-26","person":")" + person + "\"}"));
  GrantBook book = this->book();
  EXPECT_EQ(grants(book, person)->find("alert.read"), nullptr);
  clock_.advance(std::chrono::hours(8));  // 2026-11-25T16:00:00Z
  const access::Reach* const reach = grants(book, person)->find("alert.read");
  ASSERT_NE(reach, nullptr);
  EXPECT_TRUE(reach->holds(base::OrganisationId{1}, {}));
  EXPECT_FALSE(reach->holds(base::OrganisationId{2}, {}));
}

// The same day for who holds a post and who is still there, as approvals and notices ask it.
TEST_F(GovernTest, a_post_is_held_and_left_by_the_day_of_the_organisation_not_of_utc) {
  ASSERT_TRUE(make("organisation", R"({"name":"a","time_zone":"Asia/Tokyo"})"));
  ASSERT_TRUE(make("organisation", R"({"name":"b","time_zone":"America/New_York"})"));
  GrantBook book = this->book();
  PeopleBook people(book);
  std::vector<base::RecordId> posts;
  std::vector<base::RecordId> leavers;
  std::vector<base::RecordId> comers;
  for (const char* organisation : {"1", "2"}) {
    const std::string place = std::string(R"(,"organisation":)") + organisation;
    const std::string post = id("post", R"({"name":"部長")" + place + "}");
    const std::string leaver = id("person", R"({"name":"佐藤","leaves_on":"2026-11-25")" + place + "}");
    const std::string comer = id("person", R"({"name":"鈴木")" + place + "}");
    for (const auto& [person, period] :
         {std::pair(leaver, std::string()), std::pair(comer, std::string(R"(,"valid_from":"2026-11-26")"))})
      ASSERT_TRUE(
          make("holding", R"({"post":")" + post + R"(","person":")" + person + "\"" + period + place + "}"));
    posts.push_back(*base::RecordId::parse(post));
    leavers.push_back(*base::RecordId::parse(leaver));
    comers.push_back(*base::RecordId::parse(comer));
  }
  const auto holder = [&](std::size_t i) {
    std::vector<work::Holder> found;
    const auto read = engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
      auto holders = people.holders_of(connection, posts[i]);
      if (!holders) return holders.error();
      found = std::move(*holders);
      return {};
    });
    EXPECT_TRUE(read);
    return found.size() == 1 ? found.front().person : base::RecordId{};
  };
  const auto is_there = [&](std::size_t i) {
    bool there = false;
    const auto read = engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
      const auto name = people.name_of(connection, leavers[i]);
      if (!name) return name.error();
      const auto held = people.posts_of(connection, leavers[i]);
      if (!held) return held.error();
      EXPECT_EQ(name->has_value(), held->size() == 1);
      there = name->has_value();
      return {};
    });
    EXPECT_TRUE(read);
    return there;
  };
  EXPECT_EQ(holder(0), leavers[0]);
  EXPECT_EQ(holder(1), leavers[1]);
  clock_.advance(std::chrono::hours(8));  // 2026-11-25T16:00:00Z: the 26th in Tokyo only
  EXPECT_EQ(holder(0), comers[0]);
  EXPECT_EQ(holder(1), leavers[1]);
  EXPECT_FALSE(is_there(0));
  EXPECT_TRUE(is_there(1));
  clock_.advance(std::chrono::hours(9));  // 2026-11-26T01:00:00Z: still the 25th in New York
  EXPECT_EQ(holder(1), leavers[1]);
  EXPECT_TRUE(is_there(1));
}

TEST_F(GovernTest, who_has_left_holds_nothing) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1,"leaves_on":"2026-11-24"})");
  ASSERT_TRUE(make("assignment", R"({"role":"B-1","organisation":1,"person":")" + person + "\"}"));
  GrantBook book = this->book();
  EXPECT_TRUE(grants(book, person)->all().empty());
}

// Somebody who gives roles in one organisation widens nothing beyond it, and gives nobody alone what two
// must.
TEST_F(GovernTest, who_gives_roles_in_one_place_gives_none_in_others) {
  ASSERT_TRUE(make("organisation", R"({"name":"a"})"));
  ASSERT_TRUE(make("organisation", R"({"name":"b"})"));
  const std::string person = id("person", R"({"name":"佐藤","organisation":1})");
  const std::string post = id("post", R"({"name":"部長","organisation":1})");
  const std::string other_post = id("post", R"({"name":"部長","organisation":2})");
  access::Reach here;
  here.add(access::Place{base::OrganisationId{1}, std::nullopt});
  access::Reach everywhere;
  everywhere.everywhere = true;
  auto grants = std::make_shared<access::Grants>();
  for (const char* permission : {"assignment.create", "assignment.read", "holding.create", "holding.read"})
    grants->add(permission, here);
  for (const char* permission : {"person.read", "post.read"}) grants->add(permission, everywhere);
  access::Principal chief;
  chief.id = *base::RecordId::parse(person);
  chief.grants = grants;
  const auto made_by_chief = [&](std::string_view entity, const std::string& body) {
    const schema::Entity& declared = registry_.get(entity);
    auto read = record::read_draft(declared, body, true);
    record::Context context;
    context.who = &chief;
    return static_cast<bool>(engine_->create(context, declared, std::move(read->draft)));
  };
  const std::string of_person = R"(,"person":")" + person + "\"}";
  EXPECT_TRUE(made_by_chief("assignment", R"({"role":"B-1","organisation":1)" + of_person));
  EXPECT_FALSE(
      made_by_chief("assignment", R"({"role":"B-1","organisation":1,"whole_group":true)" + of_person));
  EXPECT_FALSE(made_by_chief("assignment", R"({"role":"B-1","organisation":2)" + of_person));
  EXPECT_TRUE(made_by_chief("holding", R"({"organisation":1,"post":")" + post + "\"" + of_person));
  EXPECT_FALSE(made_by_chief("holding", R"({"organisation":1,"post":")" + other_post + "\"" + of_person));
  for (const char* role : {"administrator", "auditor"})
    EXPECT_FALSE(make("assignment",
                      std::string(R"({"role":")") + role + R"(","organisation":1,"post":")" + post + "\"}"));
}

TEST_F(GovernTest, who_may_change_one_organisation_changes_no_other_and_makes_none) {
  const auto one = make("organisation", R"({"name":"a"})");
  const auto two = make("organisation", R"({"name":"b"})");
  ASSERT_TRUE(one && two);
  access::Reach here;
  here.add(access::Place{base::OrganisationId{1}, std::nullopt});
  access::Reach everywhere;
  everywhere.everywhere = true;
  auto grants = std::make_shared<access::Grants>();
  for (const char* verb : {"read", "create", "change", "delete"})
    grants->add(std::string("organisation.") + verb, here);
  access::Principal chief;
  chief.id = *base::RecordId::parse("01935d8c-0000-7000-8000-00000000000a");
  chief.grants = grants;
  record::Context context;
  context.who = &chief;
  const schema::Entity& entity = registry_.get("organisation");
  const auto renamed = [&] { return record::read_draft(entity, R"({"name":"c"})", true)->draft; };
  EXPECT_TRUE(engine_->change(context, entity, one->id, renamed(), one->version));
  const auto other = engine_->change(context, entity, two->id, renamed(), two->version);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.refusal().kind, record::Refusal::Kind::forbidden);
  EXPECT_FALSE(engine_->remove(context, entity, two->id, two->version));
  EXPECT_FALSE(engine_->create(context, entity, renamed()));
  auto wide = std::make_shared<access::Grants>(*grants);
  wide->add("organisation.create", everywhere);
  chief.grants = wide;
  EXPECT_TRUE(engine_->create(context, entity, renamed()));
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
  const Bundles bundles = bundles_of(content::shipped().roles, content::shipped().bundles);
  EXPECT_EQ(bundles.size(), 54U + 3U);
  for (const auto& [role, permissions] : bundles)
    for (const std::string& permission : permissions)
      EXPECT_TRUE(table.names().contains(permission)) << role << " " << permission;
}

}  // namespace
}  // namespace hinomi::govern
