#include "work/break_glass.h"

#include <gtest/gtest.h>

#include "govern/testing/office.h"
#include "record/fields.h"

namespace hinomi::govern {
namespace {

using record::Refusal;
using store::sql::Dialect;
using Kind = Refusal::Kind;

class BreakGlassTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    office_ = std::make_unique<Office>(*database_, clock_);
    rescuer_ = office_->person("救助者");
    reviewer_ = office_->person("確認者");
    auditor_ = office_->person("監査人");
    office_->assign(rescuer_, "rescuer");
    office_->assign(reviewer_, "reviewer");
    office_->assign(auditor_, "auditor");
    pump_ = office_->id("pump", R"({"organisation":1,"name":"P-1"})");
  }

  record::Outcome<record::Record> open(const access::Principal& who, const std::string& role = "") {
    work::EmergencyOrder order;
    order.why = "当直が不在で、ポンプの状態を確認する";
    order.ticket = "INC-1";
    order.organisation = base::OrganisationId{1};
    if (!role.empty()) order.role = role;
    return office_->break_glass_->open(Office::as(who), order);
  }
  bool may_read_pump() {
    const access::Principal who = office_->sign_in(rescuer_);
    return static_cast<bool>(office_->engine_->get(Office::as(who), office_->entity("pump"), pump_));
  }
  bool locked() {
    bool is = false;
    EXPECT_TRUE(office_->engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
      const auto found = work::is_locked(connection, rescuer_, clock_.now());
      if (!found) return found.error();
      is = *found;
      return {};
    }));
    return is;
  }

  store::sql::FreshDatabase database_{GetParam()};
  OfficeClock clock_;
  std::unique_ptr<Office> office_;
  base::RecordId rescuer_;
  base::RecordId reviewer_;
  base::RecordId auditor_;
  base::RecordId pump_;
};

TEST_P(BreakGlassTest, opens_reading_for_an_hour_and_tells_at_once) {
  EXPECT_FALSE(may_read_pump());
  const access::Principal who = office_->sign_in(rescuer_);
  ASSERT_TRUE(open(who));
  EXPECT_TRUE(may_read_pump());
  EXPECT_EQ(office_->notices_of(office_->sign_in(reviewer_)).front(), "break_glass");
  EXPECT_EQ(office_->notices_of(office_->sign_in(auditor_)).front(), "break_glass");
  clock_.advance(std::chrono::minutes(60));
  EXPECT_FALSE(may_read_pump());
}

TEST_P(BreakGlassTest, gives_no_right_to_change_and_no_vault) {
  const access::Principal before = office_->sign_in(rescuer_);
  ASSERT_TRUE(open(before));
  const access::Principal who = office_->sign_in(rescuer_);
  const auto stopped = office_->act(who, "pump", pump_, "stop");
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.refusal().kind, Kind::forbidden);
  EXPECT_EQ(who.grants->find("vault.read"), nullptr);
  EXPECT_EQ(who.grants->find("approval.decide"), nullptr);
  EXPECT_TRUE(who.vaults.empty());
}

TEST_P(BreakGlassTest, every_read_is_written_down) {
  ASSERT_TRUE(open(office_->sign_in(rescuer_)));
  const access::Principal who = office_->sign_in(rescuer_);
  const auto& pumps = office_->entity("pump");
  ASSERT_TRUE(office_->engine_->get(Office::as(who), pumps, pump_));
  ASSERT_TRUE(office_->engine_->list(Office::as(who), pumps, {}));
  ASSERT_TRUE(office_->engine_->history(Office::as(who), pumps, pump_, 0, 10));
  ASSERT_TRUE(office_->engine_->facet(Office::as(who), pumps, {}, pumps.index_of("state")));
  ASSERT_TRUE(office_->engine_->search(Office::as(who), "P-1", 10));
  for (const char* const action : {"pump.read", "pump.list", "pump.history", "pump.facet", "search"})
    EXPECT_EQ(office_->audit_.count(action), 1U) << action;
  bool named = false;
  for (const OfficeAudit::Line& line : office_->audit_.lines())
    named = named || (line.action == "pump.list" && line.details.find(pump_.text()) != std::string::npos);
  EXPECT_TRUE(named);
  // Those who read with their own rights are not.
  const base::RecordId worker = office_->person("工員");
  office_->assign(worker, "operator");
  const access::Principal own = office_->sign_in(worker);
  ASSERT_TRUE(office_->engine_->get(Office::as(own), pumps, pump_));
  EXPECT_EQ(office_->audit_.count("pump.read"), 1U);
}

TEST_P(BreakGlassTest, a_role_narrows_what_is_read) {
  ASSERT_TRUE(open(office_->sign_in(rescuer_), "keeper"));
  EXPECT_FALSE(may_read_pump());
  EXPECT_NE(office_->sign_in(rescuer_).grants->find("site.read"), nullptr);
  EXPECT_EQ(office_->sign_in(rescuer_).grants->find("site.change"), nullptr);
}

TEST_P(BreakGlassTest, needs_the_right_a_person_a_fresh_proof_and_a_reason) {
  const auto kind_of = [&](const access::Principal& who) {
    const auto opened = open(who);
    EXPECT_FALSE(opened);
    return opened ? Kind::failed : opened.refusal().kind;
  };
  EXPECT_EQ(kind_of(office_->sign_in(reviewer_)), Kind::forbidden);
  access::Principal who = office_->sign_in(rescuer_);
  who.is_human = false;
  EXPECT_EQ(kind_of(who), Kind::forbidden);
  who = office_->sign_in(rescuer_);
  clock_.advance(std::chrono::minutes(11));
  EXPECT_EQ(kind_of(who), Kind::needs_step_up);
  who = office_->sign_in(rescuer_);
  work::EmergencyOrder order;
  order.organisation = base::OrganisationId{1};
  EXPECT_FALSE(office_->break_glass_->open(Office::as(who), order));
  order.why = "w";
  order.ticket = "t";
  order.time = std::chrono::minutes(61);
  EXPECT_FALSE(office_->break_glass_->open(Office::as(who), order));
  order.time = std::chrono::minutes(60);
  ASSERT_TRUE(office_->break_glass_->open(Office::as(who), order));
  EXPECT_EQ(kind_of(who), Kind::conflict);  // one at a time
}

TEST_P(BreakGlassTest, somebody_else_reviews_it_within_three_days_or_the_account_is_locked) {
  const auto opened = open(office_->sign_in(rescuer_));
  ASSERT_TRUE(opened);
  const std::string verdict = R"({"verdict":"justified","remark":"妥当"})";
  EXPECT_FALSE(office_->act(office_->sign_in(reviewer_), "break_glass", opened->id, "review", verdict));
  ASSERT_TRUE(office_->act(office_->sign_in(rescuer_), "break_glass", opened->id, "end"));
  EXPECT_FALSE(may_read_pump());
  office_->assign(rescuer_, "reviewer");
  EXPECT_FALSE(office_->act(office_->sign_in(rescuer_), "break_glass", opened->id, "review", verdict));
  clock_.advance(std::chrono::hours(71));
  EXPECT_FALSE(locked());
  clock_.advance(std::chrono::hours(3));
  EXPECT_TRUE(locked());
  ASSERT_TRUE(office_->break_glass_->look());
  ASSERT_TRUE(office_->break_glass_->look());
  EXPECT_EQ(office_->notices_of(office_->sign_in(reviewer_)).size(), 3U);  // the role, opened, locked
  const auto again = open(office_->sign_in(rescuer_));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.refusal().kind, Kind::forbidden);
  ASSERT_TRUE(office_->act(office_->sign_in(reviewer_), "break_glass", opened->id, "review", verdict));
  EXPECT_FALSE(locked());
}

INSTANTIATE_TEST_SUITE_P(Both, BreakGlassTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

}  // namespace
}  // namespace hinomi::govern
