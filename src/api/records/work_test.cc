// Bulk jobs, approvals and the inbox as the API answers about them.
#include <gtest/gtest.h>

#include "api/records/bulk.h"
#include "api/records/service.h"
#include "govern/testing/office.h"
#include "record/fields.h"

namespace hinomi::api::records {
namespace {

using govern::Office;

class WorkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WorkParts work;
    work.notices = office_.notices_.get();
    work.approvals = office_.approvals_.get();
    work.break_glass = office_.break_glass_.get();
    work.jobs = office_.jobs_.get();
    service_.emplace(*office_.engine_, RecordService::GrantsOf(), work);
    worker_ = office_.person("工員");
    chief_ = office_.person("係長");
    office_.assign(worker_, "operator");
    office_.assign(chief_, "chief");
  }

  using Operation = http::Response (RecordService::*)(const Asked&, const schema::Entity&);
  http::Response ask(const base::RecordId& person, Operation operation, const std::string& body,
                     std::vector<std::string> params = {}, std::vector<http::Field> fields = {}) {
    const access::Principal who = office_.sign_in(person);
    http::Request request;
    request.body = body;
    request.params = std::move(params);
    request.fields = std::move(fields);
    request.fields.push_back({"content-type", "application/json"});
    return ((*service_).*operation)(Asked{who, request}, office_.entity("pump"));
  }
  http::Response ask(const base::RecordId& person, http::Response (RecordService::*operation)(const Asked&),
                     const std::string& body = {}) {
    const access::Principal who = office_.sign_in(person);
    http::Request request;
    request.body = body;
    request.fields.push_back({"content-type", "application/json"});
    return ((*service_).*operation)(Asked{who, request});
  }

  store::sql::FreshDatabase database_{store::sql::Dialect::sqlite};
  govern::OfficeClock clock_;
  Office office_{*database_, clock_};
  std::optional<RecordService> service_;
  base::RecordId worker_;
  base::RecordId chief_;
};

TEST_F(WorkTest, more_than_a_thousand_records_become_a_job_with_the_rights_of_its_asker) {
  constexpr std::size_t kPumps = 1'001;
  std::string ids;
  base::RecordId last{};
  ASSERT_TRUE(office_.engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    for (std::size_t i = 0; i < kPumps; ++i) {
      record::Draft draft;
      draft.organisation = base::OrganisationId{1};
      record::set_field(office_.entity("pump"), draft, "name", "P-" + std::to_string(i));
      const auto made = office_.engine_->create_within(connection, Office::as(office_.system_),
                                                       office_.entity("pump"), std::move(draft));
      if (!made) return made.refusal().error;
      ids += (ids.empty() ? "\"" : ",\"") + made->id.text() + "\"";
      last = made->id;
    }
    return {};
  }));
  const std::string order = R"({"ids":[)" + ids + R"(],"set":{"name":"Q"},"reason":"改称")";
  const auto preview = ask(worker_, &RecordService::bulk, order + R"(,"preview":true})");
  EXPECT_EQ(preview.status, 200);
  EXPECT_NE(preview.body.find(R"("count":1001,"done":1000,"tried":1000)"), std::string::npos);
  const auto answer = ask(worker_, &RecordService::bulk, order + "}");
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(office_.text("pump", last, "name"), "P-1000");

  work::JobRunner::Parts parts;
  parts.book = office_.jobs_.get();
  parts.people = office_.people_.get();
  parts.notices = office_.notices_.get();
  parts.kinds[std::string(kBulkKind)] = bulk_kind();
  parts.server = "a";
  work::JobRunner runner(std::move(parts));
  ASSERT_EQ(*runner.run_one(), true);
  EXPECT_EQ(office_.text("pump", last, "name"), "Q");
  const auto jobs = office_.engine_->list(Office::as(office_.system_), office_.entity("job"), {});
  ASSERT_EQ(jobs->records.size(), 1U);
  EXPECT_EQ(record::text_field(office_.entity("job"), jobs->records.front(), "result"),
            R"({"count":1001,"done":1001,"refused_count":0,"refused":[]})");
  const auto history =
      office_.engine_->history(Office::as(office_.system_), office_.entity("pump"), last, 0, 1);
  EXPECT_EQ(history->front().actor, worker_);
  EXPECT_EQ(history->front().reason, "改称");
}

TEST_F(WorkTest, a_token_asks_for_no_more_in_a_job_than_it_may) {
  access::Principal token = office_.sign_in(worker_);
  access::Grants narrow;
  access::Reach here;
  here.add(access::Place{base::OrganisationId{1}, base::SiteId{3}});
  narrow.add("pump.read", here);
  BulkOrder order;
  order.ids = {worker_};
  order.set = R"({"name":"Q"})";
  const std::string arguments = bulk_arguments(office_.entity("pump"), order, false, &narrow);
  EXPECT_NE(arguments.find(R"("pump.read":{"everywhere":false,"places":[[1,3]]})"), std::string::npos);
  work::JobOrder job;
  job.kind = kBulkKind;
  job.organisation = base::OrganisationId{1};
  job.asked_by = worker_;
  order.ids = {office_.id("pump", R"({"organisation":1,"name":"P"})")};
  job.arguments = bulk_arguments(office_.entity("pump"), order, false, &narrow);
  ASSERT_TRUE(office_.engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    EXPECT_TRUE(office_.jobs_->enqueue(connection, Office::as(office_.system_), job));
    return {};
  }));
  work::JobRunner::Parts parts;
  parts.book = office_.jobs_.get();
  parts.people = office_.people_.get();
  parts.kinds[std::string(kBulkKind)] = bulk_kind();
  parts.server = "a";
  work::JobRunner runner(std::move(parts));
  ASSERT_EQ(*runner.run_one(), true);
  EXPECT_EQ(office_.text("pump", order.ids.front(), "name"), "P");
}

TEST_F(WorkTest, what_waits_is_answered_with_its_approval) {
  const base::RecordId pump = office_.id("pump", R"({"organisation":1,"name":"P-1"})");
  const auto answer = ask(worker_, &RecordService::act, R"({"reason":"漏水"})", {pump.text(), "stop"});
  EXPECT_EQ(answer.status, 202);
  EXPECT_NE(answer.body.find(R"("entity":"approval")"), std::string::npos);
  EXPECT_NE(answer.body.find(R"("asked_because":"漏水")"), std::string::npos);
  EXPECT_EQ(office_.text("pump", pump, "state"), "runs");
  const auto bulk = ask(worker_, &RecordService::bulk,
                        R"({"ids":[")" + pump.text() + R"(",")" + chief_.text() + R"("],"action":"stop"})");
  EXPECT_EQ(bulk.status, 422);
}

TEST_F(WorkTest, the_inbox_counts_shows_and_is_read) {
  EXPECT_EQ(ask(chief_, &RecordService::inbox_count).body, R"({"unread":1,"unread_is_exact":true})");
  const base::RecordId pump = office_.id("pump", R"({"organisation":1,"name":"P-1"})");
  ASSERT_EQ(ask(worker_, &RecordService::act, R"({"reason":"漏水"})", {pump.text(), "stop"}).status, 202);
  const auto inbox = ask(chief_, &RecordService::inbox);
  EXPECT_NE(inbox.body.find(R"("kind":"approval")"), std::string::npos);
  EXPECT_NE(inbox.body.find(R"("kind":"assignment")"), std::string::npos);
  EXPECT_NE(inbox.body.find(R"("unread":2)"), std::string::npos);
  EXPECT_EQ(ask(chief_, &RecordService::read_inbox).body, R"({"marked":2,"unread":0})");
  EXPECT_EQ(ask(chief_, &RecordService::inbox_count).body, R"({"unread":0,"unread_is_exact":true})");
  EXPECT_EQ(ask(worker_, &RecordService::inbox_count).body, R"({"unread":1,"unread_is_exact":true})");
}

TEST_F(WorkTest, nobody_is_told_of_what_they_may_not_read) {
  const base::RecordId stranger = office_.person("よそ者");
  const base::RecordId pump = office_.id("pump", R"({"organisation":1,"name":"秘密"})");
  const record::Record record = office_.get("pump", pump);
  bool told = true;
  const auto tell = [&](const base::RecordId& whom) {
    EXPECT_TRUE(office_.engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      const auto done = office_.notices_->tell(connection, Office::as(office_.system_),
                                               {whom, "mention", office_.entity("pump"), record, "x"});
      if (!done) return done.error();
      told = *done;
      return {};
    }));
    return told;
  };
  EXPECT_FALSE(tell(stranger));
  EXPECT_TRUE(tell(worker_));
  EXPECT_FALSE(tell(worker_));  // the same, unread
  // Who may not read it any more sees that there was something, and not what.
  const auto held = office_.engine_->list(Office::as(office_.system_), office_.entity("assignment"), {});
  for (const record::Record& one : held->records)
    EXPECT_TRUE(office_.engine_->remove(Office::as(office_.system_), office_.entity("assignment"), one.id,
                                        std::nullopt));
  EXPECT_EQ(ask(worker_, &RecordService::inbox).body.find("秘密"), std::string::npos);
}

TEST_F(WorkTest, emergency_access_is_opened_by_a_request) {
  office_.assign(worker_, "rescuer");
  const auto opened = ask(worker_, &RecordService::open_emergency,
                          R"({"reason":"確認","ticket":"INC-1","organisation":1,"minutes":30})");
  EXPECT_EQ(opened.status, 201) << opened.body;
  EXPECT_EQ(ask(worker_, &RecordService::open_emergency, R"({"ticket":1})").status, 400);
  EXPECT_EQ(
      ask(chief_, &RecordService::open_emergency, R"({"reason":"確認","ticket":"INC-1","organisation":1})")
          .status,
      403);
}

}  // namespace
}  // namespace hinomi::api::records
