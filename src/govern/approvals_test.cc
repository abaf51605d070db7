#include "work/approvals.h"

#include <gtest/gtest.h>

#include <random>

#include "govern/testing/office.h"
#include "record/fields.h"

namespace hinomi::govern {
namespace {

using record::Refusal;
using store::sql::Dialect;
using Kind = Refusal::Kind;

class ApprovalsTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    office_ = std::make_unique<Office>(*database_, clock_);
    worker_ = office_->person("工員");
    chief_ = office_->person("係長");
    office_->assign(worker_, "operator");
    office_->assign(chief_, "chief");
    pump_ = office_->id("pump", R"({"organisation":1,"name":"P-1"})");
  }

  // Asks to stop the pump; the approval.
  base::RecordId ask(const std::string& arguments = "{}") {
    const auto asked = office_->act(office_->sign_in(worker_), "pump", pump_, "stop", arguments);
    EXPECT_FALSE(asked);
    if (asked) return {};
    EXPECT_EQ(asked.refusal().kind, Kind::needs_approval);
    return asked.refusal().approval;
  }
  record::Outcome<record::Record> decide(const base::RecordId& who, const base::RecordId& approval,
                                         const std::string& decision = "approve") {
    return office_->act(office_->sign_in(who), "approval", approval, "decide",
                        R"({"decision":")" + decision + R"(","comment":"見た"})");
  }
  std::string state(const base::RecordId& approval) { return office_->text("approval", approval, "state"); }
  std::string pump() { return office_->text("pump", pump_, "state"); }

  store::sql::FreshDatabase database_{GetParam()};
  OfficeClock clock_;
  std::unique_ptr<Office> office_;
  base::RecordId worker_;
  base::RecordId chief_;
  base::RecordId pump_;
};

TEST_P(ApprovalsTest, an_action_takes_effect_when_somebody_else_approves_it) {
  const base::RecordId approval = ask();
  EXPECT_EQ(pump(), "runs");
  EXPECT_EQ(state(approval), "open");
  EXPECT_EQ(office_->notices_of(office_->sign_in(chief_)).front(), "approval");
  const auto decided = decide(chief_, approval);
  ASSERT_TRUE(decided);
  EXPECT_EQ(pump(), "stopped");
  EXPECT_EQ(state(approval), "approved");
  EXPECT_EQ(office_->text("approval", approval, "decision_number"), "D-2026-000001");
  EXPECT_EQ(office_->notices_of(office_->sign_in(worker_)).front(), "approval_decided");
  // Done in the name of the requester, by way of the approval.
  const auto history =
      office_->engine_->history(Office::as(office_->system_), office_->entity("pump"), pump_, 0, 1);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->front().actor, worker_);
  EXPECT_EQ(history->front().via, "approval");
  EXPECT_EQ(office_->audit_.count("approval.decide"), 1U);
  EXPECT_EQ(office_->audit_.count("pump.stop"), 1U);
}

TEST_P(ApprovalsTest, the_same_request_is_one_approval) {
  EXPECT_EQ(ask(), ask());
  EXPECT_NE(ask(), ask(R"({"slowly":true})"));
  EXPECT_EQ(ask(R"({"a":1,"b":{"d":1,"c":2}})"), ask(R"({ "b": {"c":2,"d":1}, "a": 1 })"));
}

TEST_P(ApprovalsTest, a_retry_with_the_key_of_the_request_finds_its_approval) {
  const access::Principal who = office_->sign_in(worker_);
  record::Context context = Office::as(who);
  context.request_key = "once";
  const auto& pumps = office_->entity("pump");
  const auto first = office_->engine_->act(context, pumps, pump_, "stop", "{}", std::nullopt);
  ASSERT_FALSE(first);
  ASSERT_EQ(first.refusal().kind, Kind::needs_approval);
  ASSERT_TRUE(decide(chief_, first.refusal().approval));
  ASSERT_TRUE(office_->act(who, "pump", pump_, "start"));
  const auto second = office_->engine_->act(context, pumps, pump_, "stop", "{}", std::nullopt);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.refusal().approval, first.refusal().approval);
  EXPECT_EQ(pump(), "runs");
}

TEST_P(ApprovalsTest, nobody_without_the_permission_decides_and_no_program) {
  const base::RecordId approval = ask();
  const base::RecordId other = office_->person("通行人");
  EXPECT_FALSE(decide(other, approval));
  access::Principal token = office_->sign_in(chief_);
  token.is_human = false;
  const auto by_token = office_->act(token, "approval", approval, "decide", R"({"decision":"approve"})");
  ASSERT_FALSE(by_token);
  EXPECT_EQ(by_token.refusal().kind, Kind::forbidden);
  EXPECT_EQ(state(approval), "open");
  access::Principal asking_token = office_->sign_in(worker_);
  asking_token.is_human = false;
  const auto asked = office_->act(asking_token, "pump", pump_, "stop");
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.refusal().kind, Kind::forbidden);
}

TEST_P(ApprovalsTest, a_change_of_the_record_makes_it_void) {
  const base::RecordId approval = ask();
  record::Draft draft;
  record::set_field(office_->entity("pump"), draft, "name", std::string("P-2"));
  ASSERT_TRUE(office_->engine_->change(Office::as(office_->system_), office_->entity("pump"), pump_, draft,
                                       std::nullopt));
  EXPECT_EQ(state(approval), "void");
  EXPECT_FALSE(decide(chief_, approval));
  EXPECT_EQ(pump(), "runs");
}

TEST_P(ApprovalsTest, arguments_that_were_altered_make_it_void) {
  const base::RecordId approval = ask(R"({"slowly":true})");
  ASSERT_TRUE(office_->engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("UPDATE r_approval SET f_arguments=? WHERE id=?");
    if (!statement) return statement.error();
    (*statement)->bind(std::string_view(R"({"slowly":false})")).bind(approval.as_bytes());
    const auto ran = (*statement)->run();
    return ran ? base::Result<void>() : base::Result<void>(ran.error());
  }));
  EXPECT_FALSE(decide(chief_, approval));
  EXPECT_EQ(state(approval), "void");
  EXPECT_EQ(pump(), "runs");
}

TEST_P(ApprovalsTest, the_requesters_rights_of_that_moment_count) {
  const base::RecordId approval = ask();
  const auto held = office_->engine_->list(Office::as(office_->system_), office_->entity("assignment"), {});
  ASSERT_TRUE(held);
  for (const record::Record& one : held->records) {
    if (record::text_field(office_->entity("assignment"), one, "role") != "operator") continue;
    ASSERT_TRUE(office_->engine_->remove(Office::as(office_->system_), office_->entity("assignment"), one.id,
                                         std::nullopt));
  }
  const auto decided = decide(chief_, approval);
  ASSERT_FALSE(decided);
  EXPECT_EQ(pump(), "runs");
  EXPECT_EQ(state(approval), "void");
}

TEST_P(ApprovalsTest, it_expires_whether_or_not_somebody_looks) {
  const base::RecordId first = ask();
  clock_.advance(std::chrono::minutes(31));
  EXPECT_FALSE(decide(chief_, first));
  EXPECT_EQ(state(first), "expired");
  const base::RecordId second = ask();
  clock_.advance(std::chrono::minutes(31));
  ASSERT_TRUE(office_->approvals_->expire_due());
  EXPECT_EQ(state(second), "expired");
}

TEST_P(ApprovalsTest, what_is_sent_back_can_be_submitted_again_by_the_requester_alone) {
  const base::RecordId approval = ask();
  EXPECT_FALSE(office_->act(office_->sign_in(chief_), "approval", approval, "decide",
                            R"({"decision":"send_back"})"));  // without a word
  ASSERT_TRUE(decide(chief_, approval, "send_back"));
  EXPECT_EQ(state(approval), "sent_back");
  EXPECT_FALSE(decide(chief_, approval));
  EXPECT_FALSE(office_->act(office_->sign_in(chief_), "approval", approval, "resubmit"));
  ASSERT_TRUE(office_->act(office_->sign_in(worker_), "approval", approval, "resubmit"));
  ASSERT_TRUE(decide(chief_, approval));
  EXPECT_EQ(pump(), "stopped");
}

TEST_P(ApprovalsTest, a_rejected_or_withdrawn_request_has_no_effect) {
  const base::RecordId rejected = ask();
  ASSERT_TRUE(decide(chief_, rejected, "reject"));
  EXPECT_EQ(state(rejected), "rejected");
  const base::RecordId withdrawn = ask();
  EXPECT_NE(withdrawn, rejected);
  EXPECT_FALSE(office_->act(office_->sign_in(chief_), "approval", withdrawn, "withdraw"));
  ASSERT_TRUE(office_->act(office_->sign_in(worker_), "approval", withdrawn, "withdraw"));
  EXPECT_FALSE(decide(chief_, withdrawn));
  EXPECT_EQ(pump(), "runs");
}

TEST_P(ApprovalsTest, whoever_acts_first_is_approved_afterwards) {
  const auto done = office_->act(office_->sign_in(worker_), "pump", pump_, "stop", R"({"act_first":true})");
  ASSERT_TRUE(done);
  EXPECT_EQ(pump(), "stopped");
  record::ListQuery query;
  const auto open = office_->engine_->list(Office::as(office_->system_), office_->entity("approval"), query);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->records.size(), 1U);
  const base::RecordId approval = open->records.front().id;
  EXPECT_EQ(state(approval), "acted_first");
  ASSERT_TRUE(office_->act(office_->sign_in(worker_), "pump", pump_, "start"));  // it may go on meanwhile
  ASSERT_TRUE(decide(chief_, approval));
  EXPECT_EQ(state(approval), "approved");
  EXPECT_EQ(pump(), "runs");
}

TEST_P(ApprovalsTest, steps_come_one_after_another_by_person_and_by_post) {
  const base::RecordId head = office_->person("部長");
  const base::RecordId deputy = office_->person("代理");
  office_->assign(head, "chief");
  office_->assign(deputy, "chief");
  const base::RecordId post = office_->id("post", R"({"organisation":1,"name":"部長職"})");
  office_->hold(head, post);
  office_->hold(deputy, post, true, "2026-11-25");
  const base::RecordId approval =
      ask(R"({"approvers":[{"person":")" + chief_.text() + R"("},{"post":")" + post.text() + R"("}]})");
  EXPECT_FALSE(decide(head, approval));  // not yet their turn
  ASSERT_TRUE(decide(chief_, approval));
  EXPECT_EQ(state(approval), "open");
  EXPECT_FALSE(decide(chief_, approval));
  ASSERT_TRUE(decide(deputy, approval));  // acts for the holder today
  EXPECT_EQ(pump(), "stopped");
  const auto steps = office_->approvals_->steps_of(Office::as(office_->system_), approval);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_TRUE(record::flag_field(office_->entity("approval_step"), steps->back(), "as_deputy"));
}

TEST_P(ApprovalsTest, a_deputy_decides_only_in_their_time_and_where_it_is_allowed) {
  const base::RecordId head = office_->person("部長");
  const base::RecordId deputy = office_->person("代理");
  office_->assign(deputy, "chief");
  const base::RecordId post = office_->id("post", R"({"organisation":1,"name":"部長職"})");
  office_->hold(head, post);
  office_->hold(deputy, post, true, "2026-11-25");
  const base::RecordId alone = ask(R"({"approvers":[{"post":")" + post.text() + R"(","deputy":false}]})");
  EXPECT_FALSE(decide(deputy, alone));
  ASSERT_TRUE(office_->act(office_->sign_in(worker_), "approval", alone, "withdraw"));
  clock_.advance(std::chrono::hours(24));
  const base::RecordId later = ask(R"({"approvers":[{"post":")" + post.text() + R"("}]})");
  EXPECT_FALSE(decide(deputy, later));
}

TEST_P(ApprovalsTest, the_superior_is_found_above_vacant_posts) {
  const base::RecordId top = office_->id("post", R"({"organisation":1,"name":"局長"})");
  const base::RecordId middle =
      office_->id("post", R"({"organisation":1,"name":"課長","superior":")" + top.text() + "\"}");
  const base::RecordId low =
      office_->id("post", R"({"organisation":1,"name":"係","superior":")" + middle.text() + "\"}");
  const base::RecordId head = office_->person("局長");
  office_->assign(head, "chief");
  office_->hold(worker_, low);
  office_->hold(head, top);
  const base::RecordId approval = ask(R"({"approvers":[{"rule":"superior"}]})");
  EXPECT_FALSE(decide(chief_, approval));
  EXPECT_TRUE(decide(head, approval));
}

TEST_P(ApprovalsTest, deleting_an_organisation_waits_for_approval) {
  const base::RecordId administrator = office_->person("管理者");
  office_->assign(administrator, "administrator");
  const auto listed =
      office_->engine_->list(Office::as(office_->system_), office_->entity("organisation"), {});
  ASSERT_TRUE(listed);
  const base::RecordId organisation = listed->records.front().id;
  const access::Principal who = office_->sign_in(administrator);
  const auto asked =
      office_->engine_->remove(Office::as(who), office_->entity("organisation"), organisation, std::nullopt);
  ASSERT_FALSE(asked);
  ASSERT_EQ(asked.refusal().kind, Kind::needs_approval);
  EXPECT_FALSE(office_->get("organisation", organisation).deleted_at);
  ASSERT_TRUE(decide(chief_, asked.refusal().approval));
  EXPECT_TRUE(office_->get("organisation", organisation).deleted_at);
}

TEST_P(ApprovalsTest, an_administrator_is_one_when_somebody_has_approved_it) {
  const base::RecordId administrator = office_->person("管理者");
  const base::RecordId next = office_->person("次の管理者");
  office_->assign(administrator, "administrator");  // by the program: the first one
  const auto& assignments = office_->entity("assignment");
  record::Draft draft;
  draft.organisation = base::OrganisationId{1};
  record::set_field(assignments, draft, "role", std::string("administrator"));
  record::set_field(assignments, draft, "person", next);
  const access::Principal who = office_->sign_in(administrator);
  const auto made = office_->engine_->create(Office::as(who), assignments, draft);
  ASSERT_TRUE(made);
  EXPECT_EQ(office_->sign_in(next).grants->find("organisation.delete"), nullptr);
  const auto asked = office_->act(who, "assignment", made->id, "put_in_force");
  ASSERT_FALSE(asked);
  ASSERT_EQ(asked.refusal().kind, Kind::needs_approval);
  ASSERT_TRUE(decide(chief_, asked.refusal().approval));
  EXPECT_NE(office_->sign_in(next).grants->find("organisation.delete"), nullptr);
  // Another period is another assignment.
  record::Draft longer;
  record::set_field(assignments, longer, "valid_until", std::string("2027-03-31"));
  ASSERT_TRUE(office_->engine_->change(Office::as(who), assignments, made->id, longer, std::nullopt));
  EXPECT_EQ(office_->sign_in(next).grants->find("organisation.delete"), nullptr);
}

// Whatever people, posts, deputies and routes there are: who asked never decides.
TEST_P(ApprovalsTest, nobody_ever_approves_what_they_asked_for) {
  std::mt19937 random(20261125);
  const auto one_of = [&](std::size_t count) { return std::size_t{random()} % count; };
  std::vector<base::RecordId> people;
  for (int i = 0; i < 6; ++i) {
    people.push_back(office_->person("人" + std::to_string(i)));
    office_->assign(people.back(), "operator");
    if (i != 5) office_->assign(people.back(), "chief");
  }
  std::vector<base::RecordId> posts;
  for (int i = 0; i < 4; ++i) {
    std::string body = R"({"organisation":1,"name":"職)" + std::to_string(i) + "\"";
    if (!posts.empty()) body += R"(,"superior":")" + posts[one_of(posts.size())].text() + "\"";
    posts.push_back(office_->id("post", body + "}"));
  }
  for (int i = 0; i < 10; ++i)
    office_->hold(people[one_of(people.size())], posts[one_of(posts.size())], one_of(2) == 0);
  std::size_t approved = 0;
  const int rounds = GetParam() == Dialect::sqlite ? 40 : 12;
  for (int round = 0; round < rounds; ++round) {
    const base::RecordId requester = people[one_of(people.size())];
    std::string route;
    for (std::size_t i = 0; i <= one_of(3); ++i) {
      const std::string step[] = {R"({"rule":"superior"})", R"({"rule":"anyone"})",
                                  R"({"post":")" + posts[one_of(posts.size())].text() + "\"}",
                                  R"({"person":")" + people[one_of(people.size())].text() + "\"}"};
      route += (route.empty() ? "" : ",") + step[one_of(4)];
    }
    const std::string arguments = R"({"approvers":[)" + route + "]}";
    const auto asked = office_->act(office_->sign_in(requester), "pump", pump_, "stop", arguments);
    ASSERT_FALSE(asked);
    if (asked.refusal().kind != Kind::needs_approval) continue;  // named themselves
    const base::RecordId approval = asked.refusal().approval;
    for (int pass = 0; pass < 3 && state(approval) == "open"; ++pass) {
      const auto own = decide(requester, approval);
      ASSERT_FALSE(own);
      ASSERT_EQ(own.refusal().kind, Kind::forbidden);
      for (const base::RecordId& person : people)
        if (person != requester) (void)decide(person, approval);
    }
    const auto steps = office_->approvals_->steps_of(Office::as(office_->system_), approval);
    ASSERT_TRUE(steps);
    for (const record::Record& step : *steps)
      EXPECT_NE(record::id_field(office_->entity("approval_step"), step, "decided_by"), requester);
    if (state(approval) != "approved") {
      EXPECT_EQ(pump(), "runs");
      ASSERT_TRUE(office_->act(office_->sign_in(requester), "approval", approval, "withdraw"));
      continue;
    }
    ++approved;
    ASSERT_EQ(pump(), "stopped");
    ASSERT_TRUE(office_->act(office_->sign_in(requester), "pump", pump_, "start"));
  }
  EXPECT_GT(approved, 0U);
}

INSTANTIATE_TEST_SUITE_P(Both, ApprovalsTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

}  // namespace
}  // namespace hinomi::govern
