#include "work/job_book.h"

#include "base/text.h"
#include "record/fields.h"
#include "work/job.h"

namespace hinomi::work {
namespace {

using record::Record;
using record::Refusal;
using record::set_field;
using record::value_of;
using schema::Entity;
using store::sql::Connection;

constexpr std::size_t kTitleBytes = 200;
constexpr std::int64_t kSecondNs = 1'000'000'000;

Refusal failed(base::Error error) {
  return {Refusal::Kind::failed, {}, std::move(error)};
}

schema::Value time_value(base::TimeNs time) {
  return time == base::TimeNs{} ? schema::Value() : schema::Value(time.since_epoch_ns);
}
schema::Value text_value(std::string text) {
  return text.empty() ? schema::Value() : schema::Value(std::move(text));
}

std::string log_of(const schedule::Job& job) {
  std::string text;
  if (job.log.dropped > 0) text = "(" + std::to_string(job.log.dropped) + " earlier lines)\n";
  for (const schedule::LogLine& line : job.log.lines)
    text += base::format_rfc3339(line.time, 3) + " " + line.text + "\n";
  // The latest lines where not all fit.
  if (text.size() > schema::kProseLimit) text.erase(0, text.size() - schema::kProseLimit);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) text.erase(0, 1);
  return text;
}

}  // namespace

void JobBook::add_to_engine() {
  engine_.add_action("job", "cancel", [this](record::ActionCall& call) { return cancel(call); });
  engine_.add_action("job", "restart", [this](record::ActionCall& call) { return restart(call); });
  engine_.add_read_hook("job", [this](Connection& connection, std::vector<Record>& records) {
    return complete(connection, records);
  });
}

record::Outcome<Record> JobBook::enqueue(Connection& connection, const record::Context& context,
                                         const JobOrder& order) {
  const Entity& jobs = engine_.registry().get("job");
  const auto now = time_(connection);
  if (!now) return now.error();
  const auto job = schedule::make_job(order.retry, *now);
  if (!job) return job.error();
  record::Draft draft;
  draft.organisation = order.organisation;
  draft.site = order.site;
  set_field(jobs, draft, "title", std::string(base::cut_to_bytes(order.title, kTitleBytes)));
  set_field(jobs, draft, "kind", order.kind);
  if (order.asked_by) set_field(jobs, draft, "asked_by", *order.asked_by);
  if (order.schedule) set_field(jobs, draft, "schedule", *order.schedule);
  auto made = engine_.create_within(connection, context, jobs, std::move(draft));
  if (!made) return made;
  if (auto kept = insert_job(connection, made->id, order.kind, order.arguments, *job); !kept)
    return kept.error();
  return made;
}

record::Outcome<Record> JobBook::show(Connection& connection, const record::Context& context,
                                      const base::RecordId& id, const schedule::Job& job,
                                      std::string_view action, std::string_view result) {
  const Entity& jobs = engine_.registry().get("job");
  record::Draft draft;
  set_field(jobs, draft, "state", std::string(name_of(job.state)));
  set_field(jobs, draft, "attempts", std::int64_t{job.attempts});
  set_field(jobs, draft, "started_at", time_value(job.started));
  set_field(jobs, draft, "ended_at", time_value(job.finished));
  set_field(jobs, draft, "error", text_value(job.error));
  if (!result.empty()) set_field(jobs, draft, "result", std::string(result));
  if (schedule::is_over(job.state)) {
    set_field(jobs, draft, "done", static_cast<std::int64_t>(job.progress.done));
    set_field(jobs, draft, "total", static_cast<std::int64_t>(job.progress.total));
  }
  return engine_.change_within(connection, context, jobs, id, draft, action);
}

base::Result<void> JobBook::complete(Connection& connection, std::vector<Record>& records) const {
  const Entity& jobs = engine_.registry().get("job");
  const auto now = time_(connection);
  if (!now) return now.error();
  for (Record& record : records) {
    const auto job = load_job(connection, record.id, false);
    if (!job) return job.error();
    if (!*job) continue;
    value_of(jobs, record, "log") = text_value(log_of(**job));
    value_of(jobs, record, "done") = static_cast<std::int64_t>((*job)->progress.done);
    value_of(jobs, record, "total") = static_cast<std::int64_t>((*job)->progress.total);
    if ((*job)->state != schedule::JobState::running) continue;
    if ((*job)->lease) value_of(jobs, record, "runs_on") = (*job)->lease->server;
    if (const auto rate = schedule::rate((*job)->progress)) value_of(jobs, record, "per_second") = *rate;
    if (const auto left = schedule::remaining((*job)->progress, *now))
      value_of(jobs, record, "remaining_seconds") = std::int64_t{left->count()} / kSecondNs;
  }
  return {};
}

std::optional<Refusal> JobBook::cancel(record::ActionCall& call) {
  auto job = load_job(call.connection, call.before.id, true);
  if (!job) return failed(job.error());
  const auto now = time_(call.connection);
  if (!now) return failed(now.error());
  if (!*job) return Refusal{Refusal::Kind::not_found, {}, {}};
  if (!schedule::request_cancel(**job, *now)) return Refusal{Refusal::Kind::conflict, {}, {}};
  if (auto saved = save_job(call.connection, call.before.id, **job); !saved) return failed(saved.error());
  value_of(call.entity, call.after, "cancel_requested") = true;
  value_of(call.entity, call.after, "state") = std::string(name_of((*job)->state));
  value_of(call.entity, call.after, "ended_at") = time_value((*job)->finished);
  return std::nullopt;
}

std::optional<Refusal> JobBook::restart(record::ActionCall& call) {
  auto job = load_job(call.connection, call.before.id, true);
  if (!job) return failed(job.error());
  const auto now = time_(call.connection);
  if (!now) return failed(now.error());
  if (!*job) return Refusal{Refusal::Kind::not_found, {}, {}};
  if (!schedule::restart(**job, *now)) return Refusal{Refusal::Kind::conflict, {}, {}};
  if (auto saved = save_job(call.connection, call.before.id, **job); !saved) return failed(saved.error());
  value_of(call.entity, call.after, "cancel_requested") = false;
  value_of(call.entity, call.after, "ended_at") = schema::Value();
  value_of(call.entity, call.after, "attempts") = std::int64_t{0};
  return std::nullopt;
}

}  // namespace hinomi::work
