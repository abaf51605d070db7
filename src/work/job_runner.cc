#include "work/job_runner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "record/fields.h"
#include "record/rows.h"
#include "work/job.h"

namespace hinomi::work {

using record::Record;
using store::sql::Connection;

namespace {

constexpr std::size_t kMaxPendingLines = 100;
constexpr std::size_t kMaxLostAtOnce = 20;

std::uint64_t random_number(const os::RandomBytes& random) {
  std::array<std::uint8_t, 8> bytes{};
  random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

base::Error lost() {
  return {base::ErrorCode::conflict, "job: its lease was lost", "another server goes on with it", {}};
}

base::Error error_of(const record::Refusal& refusal) {
  if (refusal.kind == record::Refusal::Kind::failed) return refusal.error;
  return {base::ErrorCode::internal, "job: its record could not be changed", "", {}};
}

bool may_succeed_later(const base::Error& error) noexcept {
  return error.code == base::ErrorCode::unavailable || error.code == base::ErrorCode::io;
}

}  // namespace

// Between the thread of the job and the one that keeps its lease.
struct RunningJob {
  base::RecordId id{};
  std::string kind;
  std::string arguments;
  std::string resume;
  std::uint64_t resume_done = 0;
  std::optional<base::RecordId> asked_by;
  bool as_program = false;
  schedule::Lease lease;
  std::chrono::nanoseconds lease_time{};
  StoreTime time;
  std::function<base::Result<void>(Connection&)> fence;

  std::atomic<bool> cancel{false};    // somebody wants it
  std::atomic<bool> lost{false};      // another server may have it
  std::atomic<bool> stopping{false};  // the runner is

  std::mutex mutex;  // of what follows
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::optional<std::string> new_resume;
  std::uint64_t new_resume_done = 0;
  std::vector<std::string> lines;
  bool changed = false;
  std::optional<base::TimeNs> reported_at;

  // What is new since the last report.
  schedule::Report take() {
    const std::lock_guard lock(mutex);
    schedule::Report what;
    what.done = new_resume ? std::max(done, new_resume_done) : done;
    what.total = total;
    what.resume = std::exchange(new_resume, std::nullopt);
    what.log = std::exchange(lines, {});
    changed = false;
    return what;
  }
  // The report did not get through.
  void give_back(schedule::Report what) {
    const std::lock_guard lock(mutex);
    if (!new_resume) new_resume = std::move(what.resume);
    what.log.insert(what.log.end(), lines.begin(), lines.end());
    lines = std::move(what.log);
    changed = true;
  }
};

namespace {

// Progress, lease and orders in one transaction; `work` goes along with it.
base::Result<void> report_with(record::Engine& engine, RunningJob& running,
                               const std::function<base::Result<void>(Connection&)>& work) {
  const schedule::Report what = running.take();
  const auto written = engine.in_write([&](Connection& connection) -> base::Result<void> {
    auto job = load_job(connection, running.id, true);
    if (!job) return job.error();
    const auto now = running.time(connection);
    if (!now) return now.error();
    if (!*job) return lost();
    const auto orders = schedule::report(**job, running.lease, what, *now);
    if (!orders) {
      running.lost = orders.error().code == base::ErrorCode::conflict;
      return orders.error();
    }
    running.cancel = orders->cancel;
    if (work)
      if (auto worked = work(connection); !worked) return worked;
    {
      const std::lock_guard lock(running.mutex);
      running.reported_at = *now;
    }
    return save_job(connection, running.id, **job);
  });
  if (!written) running.give_back(what);
  return written;
}

}  // namespace

const base::RecordId& JobContext::id() const noexcept {
  return running_.id;
}
std::string_view JobContext::arguments() const noexcept {
  return running_.arguments;
}
const std::string& JobContext::resume() const noexcept {
  return running_.resume;
}
std::uint64_t JobContext::resume_done() const noexcept {
  return running_.resume_done;
}

void JobContext::progress(std::uint64_t done, std::uint64_t total) {
  const std::lock_guard lock(running_.mutex);
  running_.done = done;
  running_.total = total;
  running_.changed = true;
}

void JobContext::set_resume(std::string token) {
  HINOMI_CHECK(token.size() <= kMaxResumeToken && base::is_utf8(token));
  const std::lock_guard lock(running_.mutex);
  running_.new_resume = std::move(token);
  running_.new_resume_done = running_.done;
  running_.changed = true;
}

void JobContext::log(std::string_view line) {
  const std::lock_guard lock(running_.mutex);
  if (running_.lines.size() >= kMaxPendingLines) running_.lines.erase(running_.lines.begin());
  running_.lines.emplace_back(base::cut_to_bytes(line, schedule::kMaxLogLineBytes));
  running_.changed = true;
}

bool JobContext::is_cancelled() const noexcept {
  return running_.cancel || running_.lost || running_.stopping;
}

base::Result<access::Principal> JobContext::who(bool stepped_up) {
  if (running_.as_program || !running_.asked_by) return access::system_principal();
  std::optional<access::Principal> found;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    auto one = principal_now(people_, connection, *running_.asked_by);
    if (!one) return one.error();
    found = std::move(*one);
    return {};
  });
  if (!read) return read.error();
  if (stepped_up) found->proved_at = engine_.clock().now();
  return std::move(*found);
}

record::Context JobContext::context(const access::Principal& who) const {
  record::Context context;
  context.who = &who;
  context.via = "job";
  context.fence = &running_.fence;
  return context;
}

base::Result<void> JobContext::write(const std::function<base::Result<void>(Connection&)>& work) {
  return report_with(engine_, running_, work);
}

JobRunner::JobRunner(Parts parts) : parts_(std::move(parts)), engine_(parts_.book->engine()) {
  for (const auto& [name, kind] : parts_.kinds) kinds_.push_back(name);
}

JobRunner::~JobRunner() {
  stop();
}

void JobRunner::start() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
  }
  for (std::size_t i = 0; i < parts_.threads; ++i) threads_.emplace_back([this] { work_on(); });
  threads_.emplace_back([this] { keep(); });
}

void JobRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (RunningJob* const one : running_) one->stopping = true;
  }
  woken_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void JobRunner::wake() {
  woken_.notify_all();
}

void JobRunner::say(const std::string& text) const {
  if (parts_.say) parts_.say(text);
}

void JobRunner::work_on() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const auto ran = run_one();
    if (!ran) say("jobs: " + ran.error().message);
    if (ran && *ran) continue;
    std::unique_lock lock(mutex_);
    if (!stopping_) woken_.wait_for(lock, kIdle);
  }
}

void JobRunner::keep() {
  auto looked = std::chrono::steady_clock::time_point{};
  auto swept = looked;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      // Jobs that end because the runner stops still need their lease.
      if (stopping_ && running_.empty()) return;
      woken_.wait_for(lock, kBeat, [this] { return stopping_ && running_.empty(); });
    }
    beat();
    const auto now = std::chrono::steady_clock::now();
    if (now - looked >= kLook) {
      looked = now;
      if (auto done = look(); !done) say("jobs: " + done.error().message);
    }
    if (now - swept < kSweep) continue;
    swept = now;
    for (const Sweep& sweep : parts_.slow_sweeps)
      if (auto done = sweep(); !done) say("jobs: " + done.error().message);
  }
}

base::Result<std::unique_ptr<RunningJob>> JobRunner::claim() {
  const schema::Entity& jobs = engine_.registry().get("job");
  std::unique_ptr<RunningJob> claimed;
  const auto done = engine_.in_write([&](Connection& connection) -> base::Result<void> {
    claimed.reset();
    const StoreTime& time = parts_.book->time();
    const auto now = time(connection);
    if (!now) return now.error();
    const auto waiting = next_waiting(connection, kinds_, *now);
    if (!waiting) return waiting.error();
    if (!*waiting) return {};
    auto job = load_job(connection, (*waiting)->id, true);
    if (!job) return job.error();
    if (!*job) return {};
    const auto lease = schedule::claim(**job, parts_.server, *now);
    if (!lease) return lease.error();
    if (auto saved = save_job(connection, (*waiting)->id, **job); !saved) return saved;
    record::Context context;
    context.who = &program_;
    context.via = "job";
    const auto shown = parts_.book->show(connection, context, (*waiting)->id, **job, "begin");
    if (!shown) return error_of(shown.refusal());
    claimed = std::make_unique<RunningJob>();
    claimed->id = (*waiting)->id;
    claimed->kind = (*waiting)->kind;
    claimed->arguments = (*waiting)->arguments;
    claimed->resume = (*job)->resume;
    claimed->resume_done = claimed->done = (*job)->progress.done;
    claimed->total = (*job)->progress.total;
    claimed->asked_by = record::id_field(jobs, *shown, "asked_by");
    claimed->as_program = parts_.kinds.find(claimed->kind)->second.as_program;
    claimed->lease = *lease;
    claimed->lease_time = (*job)->retry.lease;
    claimed->reported_at = *now;
    claimed->time = time;
    return {};
  });
  if (!done) return done.error();
  if (claimed != nullptr) {
    claimed->fence = [running = claimed.get()](Connection& connection) -> base::Result<void> {
      const auto job = load_job(connection, running->id, true);
      if (!job) return job.error();
      const auto now = running->time(connection);
      if (!now) return now.error();
      const bool held = *job && (*job)->state == schedule::JobState::running && (*job)->lease &&
                        (*job)->lease->token == running->lease.token && *now < (*job)->lease->until;
      if (held) return {};
      running->lost = true;
      return lost();
    };
  }
  return claimed;
}

base::Result<bool> JobRunner::run_one() {
  auto claimed = claim();
  if (!claimed) return claimed.error();
  if (*claimed == nullptr) return false;
  RunningJob& running = **claimed;
  {
    const std::lock_guard lock(mutex_);
    running_.push_back(&running);
    running.stopping = stopping_;
  }
  run(running);
  {
    const std::lock_guard lock(mutex_);
    std::erase(running_, &running);
  }
  woken_.notify_all();
  return true;
}

void JobRunner::run(RunningJob& running) {
  JobContext context(running, engine_, *parts_.people);
  const auto outcome = parts_.kinds.find(running.kind)->second.run(context);
  if (running.lost) return say("job " + running.id.text() + ": its lease was lost; another server goes on");
  if (auto ended = end(running, outcome); !ended)
    say("job " + running.id.text() + ": its end could not be written: " + ended.error().message);
}

base::Result<void> JobRunner::tell(Connection& connection, const record::Context& context,
                                   const Record& job) {
  const schema::Entity& jobs = engine_.registry().get("job");
  const auto asked_by = record::id_field(jobs, job, "asked_by");
  const std::string state = record::text_field(jobs, job, "state");
  if (parts_.notices == nullptr || !asked_by || (state != "done" && state != "failed")) return {};
  const std::string error = record::text_field(jobs, job, "error");
  const auto told = parts_.notices->tell(
      connection, context, {*asked_by, state == "done" ? "job" : "job_failed", jobs, job, error});
  if (!told) return told.error();
  return {};
}

base::Result<void> JobRunner::end(RunningJob& running, const base::Result<std::string>& outcome) {
  const schedule::Report last = running.take();
  return engine_.in_write([&](Connection& connection) -> base::Result<void> {
    const auto locked = record::load(connection, engine_.registry().get("job"), running.id, true);
    if (!locked) return locked.error();
    auto job = load_job(connection, running.id, true);
    if (!job) return job.error();
    const auto now = running.time(connection);
    if (!now) return now.error();
    if (!*job) return lost();
    const auto orders = schedule::report(**job, running.lease, last, *now);
    if (!orders) return orders.error();
    const bool interrupted = running.cancel || running.stopping;
    base::Result<void> ended;
    if (outcome && !interrupted) {
      ended = schedule::finish(**job, running.lease, *now);
    } else if (orders->cancel && interrupted) {
      ended = schedule::stop(**job, running.lease, *now);
    } else if (running.stopping) {
      ended = schedule::release(**job, running.lease, *now);
    } else if (outcome) {
      ended = schedule::finish(**job, running.lease, *now);
    } else {
      ended = schedule::give_up(**job, running.lease, outcome.error().message,
                                may_succeed_later(outcome.error()), random_number(engine_.random()), *now);
    }
    if (!ended) return ended;
    if (auto saved = save_job(connection, running.id, **job); !saved) return saved;
    record::Context context;
    context.who = &program_;
    context.via = "job";
    const bool keeps_result = outcome && outcome->size() <= kMaxJobResult;
    const auto shown = parts_.book->show(connection, context, running.id, **job, "end",
                                         keeps_result ? std::string_view(*outcome) : std::string_view());
    if (!shown) return error_of(shown.refusal());
    return tell(connection, context, *shown);
  });
}

base::Result<void> JobRunner::report(RunningJob& running) {
  Standing standing;
  base::TimeNs now;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    const auto there = standing_of(connection, running.id, running.lease.token);
    if (!there) return there.error();
    standing = *there;
    const auto time = running.time(connection);
    if (!time) return time.error();
    now = *time;
    return {};
  });
  if (!read) return read;
  if (!standing.held) {
    running.lost = true;
    return {};
  }
  if (standing.cancel) running.cancel = true;
  bool changed = false;
  std::optional<base::TimeNs> last;
  {
    const std::lock_guard lock(running.mutex);
    changed = running.changed;
    last = running.reported_at;
  }
  const bool due =
      !last || now.since_epoch_ns - last->since_epoch_ns >= running.lease_time.count() / 4 || changed;
  return due ? report_with(engine_, running, {}) : base::Result<void>();
}

void JobRunner::beat() {
  const std::lock_guard lock(mutex_);
  for (RunningJob* const one : running_)
    if (auto reported = report(*one); !reported && !one->lost)
      say("job " + one->id.text() + ": " + reported.error().message);
}

base::Result<void> JobRunner::expire_lost() {
  return engine_.in_write([&](Connection& connection) -> base::Result<void> {
    const auto now = parts_.book->time()(connection);
    if (!now) return now.error();
    const auto gone = lost_jobs(connection, *now, kMaxLostAtOnce);
    if (!gone) return gone.error();
    record::Context context;
    context.who = &program_;
    context.via = "job";
    for (const base::RecordId& id : *gone) {
      auto job = load_job(connection, id, true);
      if (!job) return job.error();
      if (!*job || !schedule::expire(**job, random_number(engine_.random()), *now)) continue;
      if (auto saved = save_job(connection, id, **job); !saved) return saved;
      const auto shown = parts_.book->show(connection, context, id, **job, "lose");
      if (!shown) return error_of(shown.refusal());
      if (auto told = tell(connection, context, *shown); !told) return told;
    }
    return {};
  });
}

base::Result<void> JobRunner::look() {
  if (auto expired = expire_lost(); !expired) return expired;
  for (const Sweep& sweep : parts_.sweeps)
    if (auto done = sweep(); !done) return done;
  return {};
}

}  // namespace hinomi::work
