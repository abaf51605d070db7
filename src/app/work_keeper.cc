#include "app/work_keeper.h"

#include <unistd.h>

#include <utility>

#include "api/records/bulk.h"
#include "govern/hooks.h"
#include "govern/leavers.h"
#include "os/random.h"

namespace hinomi::app {
namespace {

constexpr std::size_t kRandomBytes = 10;
constexpr std::string_view kNightly = "daily at 02:00";

// Every kind of job of this program: the one list to add a line to.
work::JobKinds job_kinds() {
  work::JobKinds kinds;
  kinds[std::string(api::records::kBulkKind)] = api::records::bulk_kind();
  kinds[std::string(govern::kEndLeaversKind)] = govern::end_leavers_kind();
  return kinds;
}

// Unlike that of every other server, and of this one before it was started again.
std::string server_name() {
  char host[100] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return std::string(host) + "-" + os::random_text(os::system_random, kRandomBytes);
}

}  // namespace

base::Result<std::unique_ptr<WorkKeeper>> WorkKeeper::open(Setup setup) {
  auto calendars = work::calendar::CalendarSet::read_folder(setup.content_folder + "/calendars");
  if (!calendars) return calendars.error();
  return std::unique_ptr<WorkKeeper>(new WorkKeeper(std::move(setup), std::move(*calendars)));
}

WorkKeeper::WorkKeeper(Setup setup, work::calendar::CalendarSet calendars)
    : setup_(std::move(setup)),
      calendars_(std::move(calendars)),
      people_(*setup_.grants),
      notices_(*setup_.engine, people_),
      approvals_(*setup_.engine, people_, notices_),
      break_glass_(*setup_.engine, people_, notices_,
                   [this](std::string_view role) { return setup_.grants->is_role(role); }),
      book_(*setup_.engine, work::store_time(*setup_.clock)),
      kinds_(job_kinds()),
      scheduler_(book_, kinds_, calendars_) {
  govern::add_notices(*setup_.engine, notices_, people_);
  notices_.add_actions();
  approvals_.add_to_engine();
  break_glass_.add_to_engine();
  book_.add_to_engine();
  scheduler_.add_to_engine();
}

WorkKeeper::~WorkKeeper() = default;

api::records::WorkParts WorkKeeper::parts() {
  return {.notices = &notices_,
          .approvals = &approvals_,
          .break_glass = &break_glass_,
          .jobs = &book_,
          .wake_jobs = [this] {
            if (runner_ != nullptr) runner_->wake();
          }};
}

// The nightly one of the first organisation that there is: before the first start is done, there is none.
base::Result<void> WorkKeeper::provide_schedules() {
  std::int64_t key = 0;
  std::string zone;
  const auto read = setup_.engine->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    key = 0;
    auto statement = connection.prepare(
        "SELECT f_key, COALESCE(f_time_zone, '') FROM r_organisation WHERE deleted_at IS NULL ORDER BY f_key "
        "LIMIT 1");
    if (!statement) return statement.error();
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return {};
    key = (*statement)->integer(0);
    zone = (*statement)->text(1);
    (*statement)->reset();
    return {};
  });
  if (!read || key == 0) return read;
  if (!work::calendar::TimeZone::of(zone)) zone = "UTC";
  return scheduler_.provide(static_cast<base::OrganisationId>(key), govern::kEndLeaversKind, "end_leavers",
                            kNightly, zone);
}

void WorkKeeper::start() {
  work::JobRunner::Parts parts;
  parts.book = &book_;
  parts.people = &people_;
  parts.notices = &notices_;
  parts.kinds = kinds_;
  parts.server = server_name();
  parts.sweeps = {[this] { return scheduler_.look(); }};
  parts.slow_sweeps = {[this] { return approvals_.expire_due(); }, [this] { return break_glass_.look(); },
                       [this] { return provide_schedules(); }};
  parts.say = setup_.log;
  runner_ = std::make_unique<work::JobRunner>(std::move(parts));
  runner_->start();
}

}  // namespace hinomi::app
