// The role board over records of both databases, with the roles as they ship.
#include "govern/role_board.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "content/testing/shipped.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "record/json.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::govern {
namespace {

using record::Record;
using store::sql::Dialect;

const content::RoleCatalogue& roles() {
  return content::shipped().roles;
}

access::Principal reader_of(std::initializer_list<std::uint32_t> organisations,
                            const std::vector<std::string_view>& permissions) {
  auto grants = std::make_shared<access::Grants>();
  access::Reach reach;
  for (const std::uint32_t one : organisations)
    reach.add(access::Place{static_cast<base::OrganisationId>(one), std::nullopt});
  for (const std::string_view permission : permissions) grants->add(permission, reach);
  access::Principal principal;
  principal.kind = access::PrincipalKind::staff;
  principal.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-0000000000aa");
  principal.grants = std::move(grants);
  return principal;
}

const std::vector<std::string_view> kMember = {"role.read", "assignment.read",   "holding.read",
                                               "post.read", "role_setting.read", "organisation.read"};

class RoleBoardTest : public ::testing::TestWithParam<Dialect> {
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
    add_hooks(*engine_);
    board_.emplace(*engine_, roles());
    make("organisation", R"({"name":"親会社","time_zone":"Asia/Tokyo"})");
    make("organisation", R"({"name":"米国子会社","name_en":"US","time_zone":"America/New_York"})");
  }

  // The id of a new record; `members` without braces.
  std::string make(std::string_view entity, const std::string& body) {
    const schema::Entity& declared = registry_.get(entity);
    auto read = record::read_draft(declared, body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    record::Context context;
    context.who = &system_;
    const auto made = engine_->create(context, declared, std::move(read->draft));
    EXPECT_TRUE(made) << body;
    return made ? made->id.text() : std::string();
  }
  std::string person(const std::string& name, const std::string& more = "") {
    return make("person", R"({"organisation":1,"name":")" + name + "\"" + more + "}");
  }
  std::string post(const std::string& name) {
    return make("post", R"({"organisation":1,"name":")" + name + "\"}");
  }
  std::string hold(const std::string& post, const std::string& person, const std::string& more = "") {
    return make("holding",
                R"({"organisation":1,"post":")" + post + R"(","person":")" + person + "\"" + more + "}");
  }
  std::string assign(const std::string& role, const std::string& kind, const std::string& id,
                     const std::string& more = "", int organisation = 1) {
    return make("assignment", R"({"organisation":)" + std::to_string(organisation) + R"(,"role":")" + role +
                                  R"(",")" + kind + R"(":")" + id + "\"" + more + "}");
  }

  // Somebody changes something.
  void make_post_as(const std::string& person) {
    access::Principal actor = reader_of({1}, {"post.read", "post.create"});
    actor.id = *base::RecordId::parse(person);
    record::Context context;
    context.who = &actor;
    auto draft = record::read_draft(registry_.get("post"), R"({"organisation":1,"name":"x"})", true);
    ASSERT_TRUE(engine_->create(context, registry_.get("post"), std::move(draft->draft)));
  }

  Board board(const access::Principal& who, std::optional<std::uint32_t> organisation = std::nullopt,
              std::optional<std::string> day = std::nullopt) {
    auto found = board_->board({who, key(organisation), std::move(day)});
    EXPECT_TRUE(found);
    return found ? std::move(*found) : Board();
  }
  static std::optional<base::OrganisationId> key(std::optional<std::uint32_t> organisation) {
    return organisation ? std::optional(static_cast<base::OrganisationId>(*organisation)) : std::nullopt;
  }
  static const BoardRole& role(const Board& board, std::string_view code) {
    const auto found = std::find_if(board.roles.begin(), board.roles.end(),
                                    [&](const BoardRole& one) { return one.role->code.to_string() == code; });
    EXPECT_NE(found, board.roles.end()) << code;
    return *found;
  }
  std::string_view carried(const std::string& code) { return name_of(role(board(member_, 1), code).carried); }
  BoardRole page(const std::string& code, const access::Principal& who) {
    auto found = board_->role({who, key(1), std::nullopt}, *content::Code::parse(code));
    EXPECT_TRUE(found);
    return found ? std::move(found->roles.front()) : BoardRole();
  }

  store::sql::FreshDatabase database_{GetParam()};
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};  // 2026-11-25T08:00:00Z
  schema::Registry registry_{{organisation_entity(), site_entity(), person_entity(), post_entity(),
                              holding_entity(), assignment_entity(), role_setting_entity()}};
  access::Principal system_ = access::system_principal();
  access::Principal member_ = reader_of({1}, kMember);
  std::uint32_t random_ = 0;
  std::optional<record::Engine> engine_;
  std::optional<RoleBoard> board_;
};

INSTANTIATE_TEST_SUITE_P(Both, RoleBoardTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(RoleBoardTest, all_54_roles_are_there_in_both_languages_and_nothing_is_invented) {
  const Board empty = board(member_, 1);
  EXPECT_EQ(empty.roles.size(), 54U);
  for (const BoardRole& one : empty.roles) {
    EXPECT_FALSE(one.role->names.ja.empty());
    EXPECT_FALSE(one.role->names.en.empty());
    EXPECT_TRUE(one.holders.empty());
    EXPECT_EQ(one.carried, Carried::nobody);
    EXPECT_FALSE(one.as_is.lowest || one.to_be.lowest);
    EXPECT_EQ(one.area, content::area_of(one.role->default_sourcing));
  }
  EXPECT_FALSE(role(empty, "F-2").last_activity);
  EXPECT_EQ(role(empty, "D-2").role->state, content::RoleState::planned);
  EXPECT_EQ(role(empty, "B-1").role->state, content::RoleState::partial);
}

TEST_P(RoleBoardTest, sourcing_follows_from_who_is_assigned) {
  const std::string own = person("佐藤");
  const std::string supplier = person("外部 花子");
  assign("B-1", "person", own);
  assign("B-2", "person", supplier, R"(,"sourcing":"outsourced")");
  assign("B-3", "person", own);
  assign("B-3", "person", supplier, R"(,"sourcing":"outsourced")");
  make("role_setting", R"({"organisation":1,"role":"B-5","not_needed":true})");
  EXPECT_EQ(carried("B-1"), "inhouse");
  EXPECT_EQ(carried("B-2"), "outsourced");
  EXPECT_EQ(carried("B-3"), "both");
  EXPECT_EQ(carried("B-4"), "nobody");
  EXPECT_EQ(carried("B-5"), "not_needed");
}

TEST_P(RoleBoardTest, a_role_that_is_carried_though_not_needed_shows_who_does) {
  make("role_setting", R"({"organisation":1,"role":"B-5","not_needed":true})");
  assign("B-5", "person", person("佐藤"));
  EXPECT_EQ(carried("B-5"), "inhouse");
}

TEST_P(RoleBoardTest, a_deputy_counts_where_nobody_else_does) {
  assign("D-2", "person", person("代理"), R"(,"deputy":true,"sourcing":"outsourced")");
  EXPECT_EQ(carried("D-2"), "outsourced");
  assign("D-2", "person", person("主担当"));
  EXPECT_EQ(carried("D-2"), "inhouse");
  const Board now = board(member_, 1);
  EXPECT_EQ(role(now, "D-2").holders.size(), 2U);
  EXPECT_TRUE(role(now, "D-2").holders.back().deputy);
}

TEST_P(RoleBoardTest, a_post_is_vacant_until_the_day_somebody_holds_it) {
  const std::string chief = post("CSIRT 長");
  assign("A-1", "post", chief);
  hold(chief, person("鈴木 一郎"), R"(,"valid_from":"2026-12-01")");
  const Board today = board(member_, 1);
  ASSERT_EQ(role(today, "A-1").holders.size(), 1U);
  EXPECT_EQ(role(today, "A-1").holders.front().standing, Standing::vacant);
  EXPECT_EQ(role(today, "A-1").carried, Carried::nobody);
  const Board then = board(member_, 1, "2026-12-01");
  const Holder& holder = role(then, "A-1").holders.front();
  EXPECT_EQ(holder.title, "CSIRT 長");
  ASSERT_EQ(holder.held_by.size(), 1U);
  EXPECT_EQ(holder.held_by.front().name, "鈴木 一郎");
  EXPECT_EQ(role(then, "A-1").carried, Carried::inhouse);
}

TEST_P(RoleBoardTest, the_page_of_a_role_shows_what_is_past_and_to_come) {
  const std::string one = person("佐藤");
  assign("E-1", "person", one, R"(,"valid_until":"2026-11-24")");
  assign("E-1", "person", one, R"(,"valid_from":"2026-11-26")");
  assign("E-1", "person", person("退職者", R"(,"leaves_on":"2026-10-31")"));
  assign("E-1", "person", person("入社予定", R"(,"joined_on":"2027-04-01")"));
  EXPECT_TRUE(role(board(member_, 1), "E-1").holders.empty());
  std::vector<std::string_view> standings;
  for (const Holder& holder : page("E-1", member_).holders) standings.push_back(name_of(holder.standing));
  std::sort(standings.begin(), standings.end());
  EXPECT_EQ(standings, (std::vector<std::string_view>{"ended", "future", "future", "left"}));
  EXPECT_EQ(carried("E-1"), "nobody");
}

TEST_P(RoleBoardTest, the_day_is_that_of_the_organisation) {
  clock_.advance(std::chrono::hours(8));  // 16:00 UTC: the 26th in Tokyo, the 25th in New York
  const Board both = board(reader_of({1, 2}, kMember));
  ASSERT_EQ(both.organisations.size(), 2U);
  EXPECT_EQ(both.organisations[0].day, "2026-11-26");
  EXPECT_EQ(both.organisations[1].day, "2026-11-25");
}

TEST_P(RoleBoardTest, assignments_of_another_company_are_not_shown_to_who_may_not_read_them) {
  const std::string one = person("佐藤");
  assign("F-1", "person", one, "", 2);
  EXPECT_EQ(role(board(member_), "F-1").carried, Carried::nobody);
  EXPECT_TRUE(page("F-1", member_).holders.empty());
  const auto refused = board_->board({member_, key(2), std::nullopt});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().kind, record::Refusal::Kind::not_found);
  const Board group = board(reader_of({1, 2}, kMember));
  EXPECT_EQ(role(group, "F-1").holders.size(), 1U);
}

TEST_P(RoleBoardTest, who_reads_one_site_sees_and_counts_what_is_there) {
  make("site", R"({"organisation":1,"name":"本社"})");
  make("site", R"({"organisation":1,"name":"工場"})");
  const std::string one = person("佐藤");
  assign("B-1", "person", one, R"(,"site":1)");
  assign("B-2", "person", one, R"(,"site":2)");
  assign("B-3", "person", one);
  auto grants = std::make_shared<access::Grants>();
  access::Reach reach;
  reach.add(access::Place{base::OrganisationId{1}, base::SiteId{2}});
  grants->add("assignment.read", reach);
  access::Principal plant = member_;
  plant.grants = grants;
  const Board seen = board(plant, 1);
  EXPECT_EQ(role(seen, "B-2").holders.size(), 1U);
  for (const char* other : {"B-1", "B-3"}) {
    EXPECT_TRUE(role(seen, other).holders.empty()) << other;
    EXPECT_EQ(role(seen, other).withheld, 0U) << other;
    EXPECT_EQ(role(seen, other).carried, Carried::nobody) << other;
  }
}

TEST_P(RoleBoardTest, who_does_it_for_the_whole_group_counts_everywhere_and_is_named_only_to_readers) {
  assign("F-2", "person", person("群 太郎"), R"(,"whole_group":true,"sourcing":"outsourced")");
  const Board stranger = board(reader_of({2}, kMember), 2);
  EXPECT_EQ(role(stranger, "F-2").carried, Carried::outsourced);
  EXPECT_TRUE(role(stranger, "F-2").holders.empty());
  EXPECT_EQ(role(stranger, "F-2").withheld, 1U);
  const Board reader = board(reader_of({1, 2}, kMember), 2);
  ASSERT_EQ(role(reader, "F-2").holders.size(), 1U);
  EXPECT_EQ(role(reader, "F-2").withheld, 0U);
}

TEST_P(RoleBoardTest, who_may_read_no_assignments_learns_nothing_about_who_does_what) {
  assign("F-2", "person", person("佐藤"), R"(,"whole_group":true)");
  const Board nothing = board(reader_of({1}, {"role.read"}));
  EXPECT_EQ(nothing.roles.size(), 54U);
  EXPECT_EQ(role(nothing, "F-2").carried, Carried::unknown);
  EXPECT_TRUE(role(nothing, "F-2").holders.empty());
}

TEST_P(RoleBoardTest, who_holds_a_post_is_named_only_to_who_may_read_holdings) {
  const std::string chief = post("CSIRT 長");
  assign("A-1", "post", chief);
  hold(chief, person("鈴木"));
  const Board narrow = board(reader_of({1}, {"role.read", "assignment.read"}), 1);
  const Holder& holder = role(narrow, "A-1").holders.front();
  EXPECT_EQ(holder.standing, Standing::current);
  EXPECT_TRUE(holder.held_by.empty());
}

TEST_P(RoleBoardTest, a_roll_up_tells_the_lowest_and_highest_level) {
  make("role_setting",
       R"({"organisation":1,"role":"D-1","maturity_as_is":4,"maturity_to_be":5,"area":"II"})");
  make("role_setting", R"({"organisation":2,"role":"D-1","maturity_as_is":2})");
  const Board group = board(reader_of({1, 2}, kMember));
  EXPECT_EQ(role(group, "D-1").as_is.lowest, 2);
  EXPECT_EQ(role(group, "D-1").as_is.highest, 4);
  EXPECT_EQ(role(group, "D-1").to_be.lowest, 5);
  EXPECT_EQ(role(group, "D-1").area, "");  // the second keeps the usual one
  const Board one = board(member_);
  EXPECT_EQ(role(one, "D-1").as_is.highest, 4);
  EXPECT_EQ(role(one, "D-1").area, "II");
}

TEST_P(RoleBoardTest, not_needed_holds_for_the_group_when_every_organisation_says_so) {
  const access::Principal both = reader_of({1, 2}, kMember);
  make("role_setting", R"({"organisation":1,"role":"H-2","not_needed":true})");
  EXPECT_EQ(role(board(both), "H-2").carried, Carried::nobody);
  make("role_setting", R"({"organisation":2,"role":"H-2","not_needed":true})");
  EXPECT_EQ(role(board(both), "H-2").carried, Carried::not_needed);
}

TEST_P(RoleBoardTest, the_last_activity_is_that_of_its_holders_or_its_records) {
  const std::string one = person("佐藤");
  assign("C-1", "person", one);
  EXPECT_FALSE(role(board(member_, 1), "C-1").last_activity);
  EXPECT_FALSE(role(board(member_, 1), "A-6").last_activity);  // what the program made
  clock_.advance(std::chrono::hours(1));
  make_post_as(one);
  const Board now = board(member_, 1);
  EXPECT_EQ(role(now, "C-1").last_activity, clock_.now());
  EXPECT_FALSE(role(now, "C-2").last_activity);
  EXPECT_TRUE(role(now, "A-6").last_activity);  // its uses name posts
  // What the caller may not read tells them nothing.
  EXPECT_FALSE(role(board(reader_of({1}, {"assignment.read"}), 1), "C-1").last_activity);
}

TEST_P(RoleBoardTest, a_person_sees_their_roles_with_the_post_and_the_later_beginning) {
  const std::string one = person("佐藤");
  const std::string chief = post("CSIRT 長");
  assign("B-1", "person", one, R"(,"valid_from":"2026-04-01")");
  assign("B-2", "person", one, R"(,"valid_from":"2026-12-01")");
  assign("A-1", "post", chief, R"(,"valid_from":"2026-01-01","deputy":true)");
  hold(chief, one, R"(,"valid_from":"2026-10-01","acting":true)");
  access::Principal self = reader_of({2}, {});
  self.id = *base::RecordId::parse(one);
  const auto held = board_->of_person(self, self.id);
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 2U);
  EXPECT_EQ((*held)[0].role, "A-1");
  EXPECT_EQ((*held)[0].by.title, "CSIRT 長");
  EXPECT_EQ((*held)[0].since, "2026-10-01");
  EXPECT_TRUE((*held)[0].post_holder->acting);
  EXPECT_EQ((*held)[1].role, "B-1");
  EXPECT_EQ((*held)[1].since, "2026-04-01");
  EXPECT_FALSE((*held)[1].post_holder);
}

TEST_P(RoleBoardTest, the_roles_of_others_are_for_who_may_read_the_person) {
  const base::RecordId one = *base::RecordId::parse(person("佐藤"));
  assign("B-1", "person", one.text());
  EXPECT_FALSE(board_->of_person(member_, one));
  const auto allowed = board_->of_person(reader_of({1}, {"person.read", "assignment.read"}), one);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(allowed->size(), 1U);
  const auto without_assignments = board_->of_person(reader_of({1}, {"person.read"}), one);
  ASSERT_TRUE(without_assignments);
  EXPECT_TRUE(without_assignments->empty());
}

TEST_P(RoleBoardTest, who_has_left_holds_no_role) {
  const base::RecordId gone = *base::RecordId::parse(person("退職者", R"(,"leaves_on":"2026-11-24")"));
  assign("B-1", "person", gone.text());
  const auto held = board_->of_person(system_, gone);
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->empty());
}

TEST_P(RoleBoardTest, a_dry_run_tells_what_becomes_ownerless_and_why) {
  const std::string leaver = person("佐藤", R"(,"leaves_on":"2027-03-31")");
  const std::string stays = person("鈴木");
  assign("B-1", "person", leaver);
  assign("B-1", "person", stays, R"(,"deputy":true)");
  assign("B-2", "person", leaver);
  assign("B-3", "person", stays);
  const std::string chief = post("CSIRT 長");
  assign("A-1", "post", chief);
  hold(chief, leaver);
  hold(chief, stays, R"(,"acting":true,"valid_from":"2027-04-01")");
  make("role_setting", R"({"organisation":1,"role":"I-6","not_needed":true})");
  const auto dry = board_->ownerless({member_, key(1), "2027-04-01"});
  ASSERT_TRUE(dry);
  EXPECT_EQ(dry->roles.size(), 54U - 3U);  // B-3 and A-1 have somebody, I-6 is not needed
  const auto find = [&](std::string_view code) -> const OwnerlessRole* {
    const auto found = std::find_if(dry->roles.begin(), dry->roles.end(), [&](const OwnerlessRole& one) {
      return one.role->code.to_string() == code;
    });
    return found == dry->roles.end() ? nullptr : &*found;
  };
  ASSERT_NE(find("B-1"), nullptr);
  EXPECT_TRUE(find("B-1")->deputy_only);
  EXPECT_TRUE(find("B-1")->held_today);
  ASSERT_EQ(find("B-1")->lost.size(), 1U);
  EXPECT_EQ(find("B-1")->lost.front().holder.title, "佐藤");
  EXPECT_EQ(find("B-1")->lost.front().standing, Standing::left);
  ASSERT_NE(find("B-2"), nullptr);
  EXPECT_FALSE(find("B-2")->deputy_only);
  EXPECT_FALSE(find("C-1")->held_today);
  EXPECT_EQ(find("B-3"), nullptr);
  ASSERT_EQ(dry->posts.size(), 1U);
  EXPECT_EQ(dry->posts.front().title, "CSIRT 長");
  EXPECT_TRUE(dry->posts.front().acting_only);
  EXPECT_TRUE(dry->posts.front().held_today);
  EXPECT_EQ(dry->posts.front().roles, std::vector<std::string>{"A-1"});
}

TEST_P(RoleBoardTest, a_dry_run_needs_a_day_and_passes_suppliers_over) {
  make("organisation", R"({"name":"委託先","kind":"supplier"})");
  EXPECT_FALSE(board_->ownerless({member_, key(1), std::nullopt}));
  EXPECT_FALSE(board_->ownerless({member_, key(1), "2027-02-30"}));
  EXPECT_FALSE(board_->ownerless({member_, key(2), "2027-04-01"}));
  const access::Principal three = reader_of({1, 2, 3}, kMember);
  EXPECT_EQ(board_->ownerless({three, std::nullopt, "2027-04-01"})->roles.size(), 2U * 54U);
  EXPECT_EQ(board_->ownerless({three, key(3), "2027-04-01"})->roles.size(), 54U);
}

TEST_P(RoleBoardTest, records_of_another_realm_do_not_count) {
  access::Principal demo = member_;
  demo.realm = base::Realm::demo;
  assign("B-1", "person", person("佐藤"));
  EXPECT_EQ(role(board(demo, 1), "B-1").carried, Carried::nobody);
}

TEST_P(RoleBoardTest, what_is_sealed_does_not_show_on_the_board) {
  const std::string one = person("佐藤");
  const std::string chief = post("CSIRT 長");
  assign("B-1", "person", one, R"(,"whole_group":true)");
  assign("A-1", "post", chief);
  hold(chief, one);
  const auto seal = [&](const char* sql) {
    ASSERT_TRUE(
        engine_->in_write([&](store::sql::Connection& connection) { return connection.run_script(sql); }));
  };
  seal("UPDATE r_holding SET vault=9");
  EXPECT_EQ(role(board(member_, 1), "A-1").holders.front().standing, Standing::vacant);
  seal("UPDATE r_person SET vault=9");
  EXPECT_EQ(carried("B-1"), "nobody");
  seal("UPDATE r_assignment SET vault=9");
  EXPECT_TRUE(page("B-1", member_).holders.empty());
  make_post_as(one);
  EXPECT_TRUE(role(board(member_, 1), "A-6").last_activity);
  seal("UPDATE record_change SET vault=9");
  EXPECT_FALSE(role(board(member_, 1), "A-6").last_activity);
}

TEST_P(RoleBoardTest, an_unknown_role_is_not_found) {
  const auto found = board_->role({member_, key(1), std::nullopt}, *content::Code::parse("B-99"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.refusal().kind, record::Refusal::Kind::not_found);
}

TEST(ServiceStateTest, the_64_services_have_the_state_of_the_roles_behind_them) {
  const content::ServiceCatalogue& services = content::shipped().services;
  ASSERT_EQ(services.services().size(), 64U);
  for (const content::Service& service : services.services()) {
    const content::RoleState state = state_of(service, roles());
    if (!service.has_role()) {
      EXPECT_EQ(state, content::RoleState::planned) << service.code.to_string();
    }
    const bool begun = std::any_of(service.roles.begin(), service.roles.end(), [](content::Code code) {
      return roles().find(code)->state != content::RoleState::planned;
    });
    EXPECT_EQ(state != content::RoleState::planned, begun) << service.code.to_string();
  }
}

}  // namespace
}  // namespace hinomi::govern
