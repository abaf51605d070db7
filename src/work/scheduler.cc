#include "work/scheduler.h"

#include "record/fields.h"
#include "record/rows.h"
#include "record/tables.h"
#include "work/job.h"
#include "work/schedule/due.h"
#include "work/schedule/schedule_text.h"

namespace hinomi::work {

using record::Record;
using record::Refusal;
using record::set_field;
using record::text_field;
using record::value_of;
using schema::Entity;
using store::sql::Connection;

namespace {

constexpr std::size_t kMaxRunsAtOnce = 24;

Refusal invalid(std::string_view field, std::string_view code, std::string_view detail) {
  return {Refusal::Kind::invalid, {{std::string(field), std::string(code), std::string(detail)}}, {}};
}

base::Error error_of(const Refusal& refusal) {
  if (refusal.kind == Refusal::Kind::failed) return refusal.error;
  std::string what = "schedule: a record was refused";
  for (const record::Fault& fault : refusal.faults) what += ", " + fault.field + ": " + fault.code;
  return {base::ErrorCode::internal, what, "", {}};
}

schedule::MissedPolicy policy_of(std::string_view missed) {
  schedule::MissedPolicy policy;
  policy.kind = missed == "skip"  ? schedule::Missed::skip
                : missed == "all" ? schedule::Missed::all
                                  : schedule::Missed::once;
  policy.max_runs = kMaxRunsAtOnce;
  return policy;
}

schema::Value time_value(const std::optional<base::TimeNs>& time) {
  return time ? schema::Value(time->since_epoch_ns) : schema::Value();
}

bool same(const Entity& entity, const Record& a, const Record& b, std::string_view field) {
  return value_of(entity, a, field) == value_of(entity, b, field);
}

}  // namespace

struct Scheduler::Read {
  schedule::Schedule schedule;
  const calendar::Calendar* calendar = nullptr;
};

// Errors: usage, with the field in the remedy.
base::Result<Scheduler::Read> Scheduler::read(const Entity& entity, const Record& record) const {
  const auto zone = calendar::TimeZone::of(text_field(entity, record, "time_zone"));
  if (!zone) return base::Error{base::ErrorCode::usage, zone.error().message, "time_zone", {}};
  auto schedule = schedule::parse_schedule(text_field(entity, record, "when"), *zone);
  if (!schedule) return base::Error{base::ErrorCode::usage, schedule.error().message, "when", {}};
  Read read{std::move(*schedule), nullptr};
  const std::string calendar = text_field(entity, record, "calendar");
  if (!calendar.empty()) read.calendar = calendars_.find(calendar);
  if (read.calendar == nullptr && (!calendar.empty() || schedule::needs_calendar(read.schedule)))
    return base::Error{base::ErrorCode::usage, "no calendar '" + calendar + "'", "calendar", {}};
  return read;
}

void Scheduler::add_to_engine() {
  engine_.add_hook("schedule", [this](record::WriteCall& call) { return check(call); });
  engine_.add_action("schedule", "run_now", [this](record::ActionCall& call) { return run_now(call); });
}

std::optional<Refusal> Scheduler::check(record::WriteCall& call) {
  const Entity& entity = call.entity;
  const auto kind = kinds_.find(text_field(entity, call.after, "kind"));
  const bool by_program = call.context.who->kind == access::PrincipalKind::system;
  // The program itself only moves it on.
  if (by_program && call.before != nullptr) return std::nullopt;
  if (kind == kinds_.end() || (!by_program && !kind->second.on_schedule))
    return invalid("kind", "not_a_choice", "no kind of job that runs on a schedule");
  const auto read = this->read(entity, call.after);
  if (!read) return invalid(read.error().remedy, "wrong_type", read.error().message);
  if (!by_program) {
    if (!call.context.who->is_human) return Refusal{Refusal::Kind::forbidden, {}, {}};
    value_of(entity, call.after, "run_as") = call.context.who->id;
  }
  const bool anew = call.before == nullptr || !same(entity, *call.before, call.after, "when") ||
                    !same(entity, *call.before, call.after, "time_zone") ||
                    !same(entity, *call.before, call.after, "calendar") ||
                    !same(entity, *call.before, call.after, "enabled");
  if (!anew) return std::nullopt;
  const auto now = book_.time()(call.connection);
  if (!now) return Refusal{Refusal::Kind::failed, {}, now.error()};
  const auto next = schedule::next_after(read->schedule, read->calendar, *now);
  if (!next) return invalid("when", "out_of_range", next.error().message);
  value_of(entity, call.after, "handled_until") = now->since_epoch_ns;
  value_of(entity, call.after, "next_at") = time_value(*next);
  value_of(entity, call.after, "error") = schema::Value();
  return std::nullopt;
}

std::optional<Refusal> Scheduler::run_now(record::ActionCall& call) {
  const auto busy = is_on_its_way(call.connection, call.before.id);
  if (!busy) return Refusal{Refusal::Kind::failed, {}, busy.error()};
  if (*busy) return Refusal{Refusal::Kind::conflict, {}, {}};
  if (auto asked = ask(call.connection, call.context, call.before); !asked)
    return Refusal{Refusal::Kind::failed, {}, asked.error()};
  return std::nullopt;
}

base::Result<bool> Scheduler::is_on_its_way(Connection& connection, const base::RecordId& schedule) {
  auto statement = connection.prepare(
      "SELECT 1 FROM r_job WHERE f_schedule=? AND f_state IN ('queued', 'running') AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(schedule.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const bool busy = *found;
  (*statement)->reset();
  return busy;
}

base::Result<void> Scheduler::ask(Connection& connection, const record::Context& context,
                                  const Record& schedule) {
  const Entity& entity = engine_.registry().get("schedule");
  const std::string name = text_field(entity, schedule, "kind");
  const auto kind = kinds_.find(name);
  if (kind == kinds_.end())
    return base::Error{base::ErrorCode::unsupported, "schedule: no kind of job '" + name + "'", "", {}};
  JobOrder order;
  order.kind = name;
  order.title = text_field(entity, schedule, "title");
  if (const std::string given = text_field(entity, schedule, "arguments"); !given.empty())
    order.arguments = given;
  order.organisation = schedule.labels.organisation;
  order.site = schedule.labels.site;
  order.asked_by = record::id_field(entity, schedule, "run_as");
  order.schedule = schedule.id;
  order.retry = kind->second.retry;
  // The key of a request is that of the schedule.
  record::Context own = context;
  own.request_key = {};
  const auto made = book_.enqueue(connection, own, order);
  if (!made) return error_of(made.refusal());
  return {};
}

// False: it was not due after all.
base::Result<bool> Scheduler::look_at(Connection& connection, const base::RecordId& id) {
  const Entity& entity = engine_.registry().get("schedule");
  static const access::Principal program = access::system_principal();
  record::Context context;
  context.who = &program;
  context.via = "job";
  const auto now = book_.time()(connection);
  if (!now) return now.error();
  const auto record = record::load(connection, entity, id, true);
  if (!record) return record.error();
  if (!*record || (*record)->deleted_at || !record::flag_field(entity, **record, "enabled")) return false;
  if (record::integer_field(entity, **record, "next_at") > now->since_epoch_ns) return false;
  record::Draft draft;
  const auto put_off = [&](const base::Error& error) -> base::Result<bool> {
    set_field(entity, draft, "next_at", schema::Value());
    set_field(entity, draft, "error", error.message);
    const auto changed = engine_.change_within(connection, context, entity, id, draft, "look");
    if (!changed) return error_of(changed.refusal());
    return true;
  };
  const auto read = this->read(entity, **record);
  if (!read) return put_off(read.error());
  const base::TimeNs from{record::integer_field(entity, **record, "handled_until")};
  const auto due = schedule::due_runs(read->schedule, read->calendar, from, *now,
                                      policy_of(text_field(entity, **record, "missed")));
  if (!due) return put_off(due.error());
  if (!due->runs.empty()) {
    const auto busy = is_on_its_way(connection, id);
    if (!busy) return busy.error();
    for (std::size_t i = 0; !*busy && i < due->runs.size(); ++i)
      if (auto asked = ask(connection, context, **record); !asked) return put_off(asked.error());
    set_field(entity, draft, "last_at", due->runs.back().since_epoch_ns);
  }
  set_field(entity, draft, "handled_until", due->handled_until.since_epoch_ns);
  set_field(entity, draft, "next_at", time_value(due->next));
  set_field(entity, draft, "error", schema::Value());
  const auto changed = engine_.change_within(connection, context, entity, id, draft, "look");
  if (!changed) return error_of(changed.refusal());
  return true;
}

base::Result<void> Scheduler::look() {
  std::vector<base::RecordId> due;
  const auto found = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    due.clear();
    const auto now = book_.time()(connection);
    if (!now) return now.error();
    auto statement = connection.prepare(
        "SELECT id FROM r_schedule WHERE f_enabled=1 AND deleted_at IS NULL AND f_next_at<=? LIMIT ?");
    if (!statement) return statement.error();
    (*statement)->bind(now->since_epoch_ns).bind(static_cast<std::int64_t>(kMaxAtOnce));
    for (;;) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) return {};
      if (const auto id = base::RecordId::from_bytes((*statement)->blob(0))) due.push_back(*id);
    }
  });
  if (!found) return found;
  for (const base::RecordId& id : due) {
    const auto looked = engine_.in_write([&](Connection& connection) -> base::Result<void> {
      const auto moved = look_at(connection, id);
      return moved ? base::Result<void>() : base::Result<void>(moved.error());
    });
    if (!looked) return looked;
  }
  return {};
}

base::Result<void> Scheduler::provide(base::OrganisationId organisation, std::string_view kind,
                                      std::string_view title, std::string_view when, std::string_view zone) {
  const Entity& entity = engine_.registry().get("schedule");
  static const access::Principal program = access::system_principal();
  return engine_.in_write([&](Connection& connection) -> base::Result<void> {
    if (auto locked = connection.lock_name("schedules of the program"); !locked) return locked;
    // One that somebody removed stays removed.
    auto statement = connection.prepare("SELECT 1 FROM r_schedule WHERE f_kind=? AND organisation=?");
    if (!statement) return statement.error();
    (*statement)->bind(kind).bind(static_cast<std::int64_t>(organisation));
    const auto found = (*statement)->step();
    if (!found) return found.error();
    const bool there = *found;
    (*statement)->reset();
    if (there) return {};
    record::Draft draft;
    draft.organisation = organisation;
    set_field(entity, draft, "title", std::string(title));
    set_field(entity, draft, "kind", std::string(kind));
    set_field(entity, draft, "when", std::string(when));
    set_field(entity, draft, "time_zone", std::string(zone));
    record::Context context;
    context.who = &program;
    context.via = "system";
    const auto made = engine_.create_within(connection, context, entity, std::move(draft));
    if (!made) return error_of(made.refusal());
    return {};
  });
}

}  // namespace hinomi::work
