#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "govern/leavers.h"
#include "govern/testing/office.h"
#include "record/fields.h"
#include "work/job_runner.h"
#include "work/scheduler.h"

namespace hinomi::govern {
namespace {

using store::sql::Connection;
using store::sql::Dialect;
using work::JobContext;
using work::JobKinds;
using work::JobRunner;

constexpr std::chrono::seconds kLease{10};

work::schedule::RetryPolicy at_once() {
  work::schedule::RetryPolicy policy;
  policy.attempts = 3;
  policy.first_delay = policy.longest_delay = std::chrono::nanoseconds(0);
  policy.lease = kLease;
  return policy;
}

class JobsTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    office_ = std::make_unique<Office>(*database_, clock_);
    person_ = office_->person("依頼者");
    office_->assign(person_, "operator");
  }

  static std::unique_ptr<JobRunner> runner(Office& office, JobKinds kinds, const std::string& server,
                                           std::vector<work::Sweep> sweeps = {}) {
    JobRunner::Parts parts;
    parts.book = office.jobs_.get();
    parts.people = office.people_.get();
    parts.notices = office.notices_.get();
    parts.kinds = std::move(kinds);
    parts.server = server;
    parts.sweeps = std::move(sweeps);
    return std::make_unique<JobRunner>(std::move(parts));
  }

  base::RecordId enqueue(const std::string& kind) {
    work::JobOrder order;
    order.kind = kind;
    order.title = kind;
    order.organisation = base::OrganisationId{1};
    order.asked_by = person_;
    order.retry = at_once();
    base::RecordId id{};
    const auto done = office_->engine_->in_write([&](Connection& connection) -> base::Result<void> {
      const auto made = office_->jobs_->enqueue(connection, Office::as(office_->system_), order);
      EXPECT_TRUE(made);
      if (made) id = made->id;
      return {};
    });
    EXPECT_TRUE(done);
    return id;
  }
  std::string state(const base::RecordId& job) { return office_->text("job", job, "state"); }
  std::int64_t number(const base::RecordId& job, std::string_view field) {
    return record::integer_field(office_->entity("job"), office_->get("job", job), field);
  }

  store::sql::FreshDatabase database_{GetParam()};
  OfficeClock clock_;
  std::unique_ptr<Office> office_;
  base::RecordId person_;
};

TEST_P(JobsTest, a_job_runs_to_its_end_and_its_asker_hears_of_it) {
  JobKinds kinds;
  kinds["count"].run = [](JobContext& job) -> base::Result<std::string> {
    job.progress(3, 3);
    job.log("three");
    return std::string(R"({"count":3})");
  };
  const base::RecordId id = enqueue("count");
  EXPECT_EQ(state(id), "queued");
  auto one = runner(*office_, kinds, "a");
  EXPECT_EQ(*one->run_one(), true);
  EXPECT_EQ(*one->run_one(), false);
  EXPECT_EQ(state(id), "done");
  EXPECT_EQ(number(id, "done"), 3);
  EXPECT_EQ(office_->text("job", id, "result"), R"({"count":3})");
  EXPECT_NE(office_->text("job", id, "log").find("three"), std::string::npos);
  EXPECT_EQ(office_->notices_of(office_->sign_in(person_)).front(), "job");
}

TEST_P(JobsTest, progress_is_seen_while_it_runs_and_leaves_no_history) {
  JobKinds kinds;
  JobRunner* keeper = nullptr;
  base::RecordId id{};
  kinds["long"].run = [&](JobContext& job) -> base::Result<std::string> {
    for (std::uint64_t i = 1; i <= 20; ++i) {
      job.progress(i, 40);
      clock_.advance(std::chrono::seconds(1));
      keeper->beat();
    }
    EXPECT_EQ(number(id, "done"), 20);
    EXPECT_EQ(number(id, "total"), 40);
    EXPECT_EQ(number(id, "remaining_seconds"), 20);
    EXPECT_EQ(office_->text("job", id, "runs_on"), "a");
    return std::string("{}");
  };
  id = enqueue("long");
  auto one = runner(*office_, kinds, "a");
  keeper = one.get();
  ASSERT_TRUE(one->run_one());
  EXPECT_EQ(office_->get("job", id).version, 3);  // asked for, begun, ended
}

TEST_P(JobsTest, a_running_job_stops_when_somebody_cancels_it) {
  JobKinds kinds;
  JobRunner* keeper = nullptr;
  base::RecordId id{};
  kinds["endless"].run = [&](JobContext& job) -> base::Result<std::string> {
    const auto cancelled = office_->act(office_->system_, "job", id, "cancel");
    EXPECT_TRUE(cancelled);
    EXPECT_FALSE(job.is_cancelled());
    keeper->beat();
    EXPECT_TRUE(job.is_cancelled());
    return std::string("{}");
  };
  id = enqueue("endless");
  auto one = runner(*office_, kinds, "a");
  keeper = one.get();
  ASSERT_TRUE(one->run_one());
  EXPECT_EQ(state(id), "cancelled");
  ASSERT_TRUE(office_->act(office_->system_, "job", id, "restart"));
  EXPECT_EQ(state(id), "queued");
  ASSERT_TRUE(office_->act(office_->system_, "job", id, "cancel"));
  EXPECT_EQ(state(id), "cancelled");
}

TEST_P(JobsTest, what_may_succeed_later_is_tried_again_and_the_rest_fails) {
  int tries = 0;
  JobKinds kinds;
  kinds["shaky"].run = [&](JobContext&) -> base::Result<std::string> {
    ++tries;
    return base::Error{base::ErrorCode::unavailable, "not now", "", {}};
  };
  kinds["wrong"].run = [&](JobContext&) -> base::Result<std::string> {
    return base::Error{base::ErrorCode::invalid_input, "never", "", {}};
  };
  const base::RecordId shaky = enqueue("shaky");
  const base::RecordId wrong = enqueue("wrong");
  auto one = runner(*office_, kinds, "a");
  while (*one->run_one()) continue;
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(state(shaky), "failed");
  EXPECT_EQ(office_->text("job", shaky, "error"), "not now");
  EXPECT_EQ(state(wrong), "failed");
  EXPECT_EQ(number(wrong, "attempts"), 1);
  EXPECT_EQ(office_->notices_of(office_->sign_in(person_)).front(), "job_failed");
}

TEST_P(JobsTest, a_job_has_the_rights_of_its_asker_at_that_moment) {
  JobKinds kinds;
  kinds["ask"].run = [&](JobContext& job) -> base::Result<std::string> {
    const auto before = job.who();
    EXPECT_TRUE(before && before->grants->find("pump.stop") != nullptr);
    const auto held = office_->engine_->list(Office::as(office_->system_), office_->entity("assignment"), {});
    for (const record::Record& one : held->records)
      EXPECT_TRUE(office_->engine_->remove(Office::as(office_->system_), office_->entity("assignment"),
                                           one.id, std::nullopt));
    const auto after = job.who();
    EXPECT_TRUE(after && after->grants->find("pump.stop") == nullptr);
    return std::string("{}");
  };
  enqueue("ask");
  ASSERT_TRUE(runner(*office_, kinds, "a")->run_one());
}

// Two servers: the first hangs for longer than its lease, the second takes over; what the first still tries
// to write is refused.
TEST_P(JobsTest, a_server_that_lost_its_lease_writes_nothing_more) {
  const base::RecordId pump = office_->id("pump", R"({"organisation":1,"name":"P-1"})");
  const auto database = database_.open_again();
  Office second(*database, clock_, false);
  JobKinds of_second;
  of_second["rename"].run = [](JobContext& job) -> base::Result<std::string> {
    EXPECT_EQ(job.resume(), "half");
    return std::string("{}");
  };
  auto other = runner(second, of_second, "b");
  base::RecordId id{};
  JobKinds kinds;
  JobRunner* keeper = nullptr;
  kinds["rename"].run = [&](JobContext& job) -> base::Result<std::string> {
    job.progress(1, 2);
    job.set_resume("half");
    keeper->beat();
    clock_.advance(kLease + std::chrono::seconds(1));
    EXPECT_TRUE(other->look());
    EXPECT_EQ(*other->run_one(), true);
    EXPECT_EQ(state(id), "done");
    record::Draft draft;
    record::set_field(office_->entity("pump"), draft, "name", std::string("P-2"));
    const auto late = office_->engine_->change(job.context(office_->system_), office_->entity("pump"), pump,
                                               draft, std::nullopt);
    EXPECT_FALSE(late);
    EXPECT_TRUE(job.is_cancelled());
    EXPECT_FALSE(job.write([](Connection&) -> base::Result<void> { return {}; }));
    return std::string(R"({"late":true})");
  };
  id = enqueue("rename");
  auto one = runner(*office_, kinds, "a");
  keeper = one.get();
  ASSERT_TRUE(one->run_one());
  EXPECT_EQ(state(id), "done");
  EXPECT_EQ(office_->text("job", id, "result"), "{}");
  EXPECT_EQ(office_->text("pump", pump, "name"), "P-1");
}

TEST_P(JobsTest, two_servers_never_run_one_job_twice) {
  constexpr int kJobs = 24;
  const auto database = database_.open_again();
  Office second(*database, clock_, false);
  std::mutex mutex;
  std::map<base::RecordId, int> runs;
  std::promise<void> all;
  int left = kJobs;
  JobKinds kinds;
  kinds["count"].run = [&](JobContext& job) -> base::Result<std::string> {
    const std::lock_guard lock(mutex);
    ++runs[job.id()];
    if (--left == 0) all.set_value();
    return std::string("{}");
  };
  std::vector<base::RecordId> jobs;
  for (int i = 0; i < kJobs; ++i) jobs.push_back(enqueue("count"));
  {
    auto one = runner(*office_, kinds, "a");
    auto two = runner(second, kinds, "b");
    one->start();
    two->start();
    EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    one->stop();
    two->stop();
  }
  EXPECT_EQ(runs.size(), static_cast<std::size_t>(kJobs));
  for (const auto& [id, times] : runs) EXPECT_EQ(times, 1);
  for (const base::RecordId& id : jobs) EXPECT_EQ(state(id), "done");
}

// A server that dies in the middle: its process ends without a word, and another goes on where it stood.
TEST_P(JobsTest, a_crashed_job_goes_on_from_its_token) {
  const base::RecordId id = enqueue("walk");
  // Nothing of a connection may be shared with the child.
  office_.reset();
  database_.close();
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = database_.open_again();
    Office office(*database, clock_, false);
    JobKinds kinds;
    kinds["walk"].run = [](JobContext& job) -> base::Result<std::string> {
      for (int i = 1;; ++i) {
        job.progress(static_cast<std::uint64_t>(i), 10);
        job.set_resume(std::to_string(i));
        if (!job.write([](Connection&) -> base::Result<void> { return {}; })) ::_exit(2);
        if (i == 4) ::_exit(1);
      }
    };
    (void)runner(office, kinds, "child")->run_one();
    ::_exit(3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 1);
  const auto database = database_.open_again();
  office_ = std::make_unique<Office>(*database, clock_, false);
  EXPECT_EQ(state(id), "running");
  std::vector<int> walked;
  JobKinds kinds;
  kinds["walk"].run = [&](JobContext& job) -> base::Result<std::string> {
    EXPECT_EQ(job.resume(), "4");
    EXPECT_EQ(job.resume_done(), 4U);
    return std::string("{}");
  };
  auto one = runner(*office_, kinds, "a");
  ASSERT_TRUE(one->look());
  EXPECT_EQ(*one->run_one(), false);  // the lease still holds
  clock_.advance(kLease + std::chrono::seconds(1));
  ASSERT_TRUE(one->look());
  EXPECT_EQ(*one->run_one(), true);
  EXPECT_EQ(state(id), "done");
  EXPECT_EQ(number(id, "attempts"), 2);
  one.reset();
  office_.reset();
}

TEST_P(JobsTest, schedules_ask_for_jobs_in_their_zone_and_once) {
  const work::calendar::CalendarSet calendars;
  JobKinds kinds;
  kinds[std::string(kEndLeaversKind)] = end_leavers_kind();
  work::Scheduler scheduler(*office_->jobs_, kinds, calendars);
  scheduler.add_to_engine();
  ASSERT_TRUE(
      scheduler.provide(base::OrganisationId{1}, kEndLeaversKind, "nightly", "daily at 02:00", "Asia/Tokyo"));
  ASSERT_TRUE(
      scheduler.provide(base::OrganisationId{1}, kEndLeaversKind, "nightly", "daily at 03:00", "Asia/Tokyo"));
  const auto list = [&](std::string_view entity) {
    const auto page = office_->engine_->list(Office::as(office_->system_), office_->entity(entity), {});
    EXPECT_TRUE(page);
    return page ? page->records : std::vector<record::Record>();
  };
  ASSERT_EQ(list("schedule").size(), 1U);
  const base::RecordId schedule = list("schedule").front().id;
  const std::int64_t next =
      record::integer_field(office_->entity("schedule"), office_->get("schedule", schedule), "next_at");
  EXPECT_EQ(base::format_rfc3339({next}, 0), "2026-11-25T17:00:00Z");
  ASSERT_TRUE(scheduler.look());
  EXPECT_TRUE(list("job").empty());
  clock_.advance(std::chrono::hours(9));
  ASSERT_TRUE(scheduler.look());
  ASSERT_TRUE(scheduler.look());
  EXPECT_EQ(list("job").size(), 1U);
  // Two nights without a server, and the job of the first is still waiting: none is added.
  clock_.advance(std::chrono::hours(48));
  ASSERT_TRUE(scheduler.look());
  EXPECT_EQ(list("job").size(), 1U);
  auto one = runner(*office_, kinds, "a");
  EXPECT_EQ(*one->run_one(), true);
  clock_.advance(std::chrono::hours(72));
  ASSERT_TRUE(scheduler.look());
  EXPECT_EQ(list("job").size(), 2U);  // once for all that was missed
}

TEST_P(JobsTest, a_schedule_is_understood_or_refused) {
  const work::calendar::CalendarSet calendars;
  JobKinds kinds;
  kinds["nightly"] = end_leavers_kind();
  kinds["inner"].run = [](JobContext&) -> base::Result<std::string> { return std::string(); };
  work::Scheduler scheduler(*office_->jobs_, kinds, calendars);
  scheduler.add_to_engine();
  const auto field_of = [&](const std::string& members) {
    const auto made = office_->make("schedule", R"({"organisation":1,"title":"t",)" + members + "}");
    return made ? std::string() : made.refusal().faults.front().field;
  };
  EXPECT_EQ(field_of(R"("kind":"nightly","when":"at dawn")"), "when");
  EXPECT_EQ(field_of(R"("kind":"nightly","when":"daily at 02:00","time_zone":"Edo")"), "time_zone");
  EXPECT_EQ(field_of(R"("kind":"nightly","when":"daily at 02:00","calendar":"none")"), "calendar");
  EXPECT_EQ(field_of(R"("kind":"unheard","when":"daily at 02:00")"), "kind");
  EXPECT_EQ(field_of(R"("kind":"nightly","when":"every 15 minutes")"), "");
}

TEST_P(JobsTest, what_people_held_who_have_left_ends_on_their_last_day) {
  const base::RecordId left =
      office_->id("person", R"({"organisation":1,"name":"退職者","leaves_on":"2026-11-20"})");
  const base::RecordId post = office_->id("post", R"({"organisation":1,"name":"係"})");
  office_->assign(left, "operator");
  office_->hold(left, post);
  JobKinds kinds;
  kinds[std::string(kEndLeaversKind)] = end_leavers_kind();
  const base::RecordId id = enqueue(std::string(kEndLeaversKind));
  ASSERT_TRUE(runner(*office_, kinds, "a")->run_one());
  EXPECT_EQ(state(id), "done");
  EXPECT_EQ(office_->text("job", id, "result"), R"({"people":1,"ended":2})");
  const auto held = office_->engine_->list(Office::as(office_->system_), office_->entity("assignment"), {});
  for (const record::Record& one : held->records) {
    const bool of_left = record::id_field(office_->entity("assignment"), one, "person") == left;
    EXPECT_EQ(record::text_field(office_->entity("assignment"), one, "valid_until"),
              of_left ? "2026-11-20" : "");
  }
}

INSTANTIATE_TEST_SUITE_P(Both, JobsTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

}  // namespace
}  // namespace hinomi::govern
