#include "work/break_glass.h"

#include "base/text.h"
#include "parse/json/reader.h"
#include "record/fields.h"
#include "record/rows.h"
#include "work/approval_words.h"

namespace hinomi::work {

using record::Context;
using record::Draft;
using record::Record;
using record::Refusal;
using record::set_field;
using record::value_of;
using schema::Entity;
using store::sql::Connection;
using Kind = Refusal::Kind;

namespace {

constexpr std::string_view kStates[] = {"open", "ended", "reviewed"};
constexpr std::string_view kVerdicts[] = {"justified", "not_justified"};
constexpr std::uint32_t kWhy = 2'000;
constexpr std::uint32_t kRole = 40;
constexpr std::size_t kTitleBytes = 200;
constexpr std::size_t kMaxAtOnce = 100;

base::TimeNs later(base::TimeNs time, std::chrono::minutes by) {
  return {time.since_epoch_ns + std::chrono::nanoseconds(by).count()};
}

base::Result<std::vector<base::RecordId>> ids_of(Connection& connection, std::string_view sql,
                                                 base::TimeNs now) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  (*statement)->bind(now.since_epoch_ns).bind(static_cast<std::int64_t>(kMaxAtOnce));
  std::vector<base::RecordId> ids;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return ids;
    if (const auto id = base::RecordId::from_bytes((*statement)->blob(0))) ids.push_back(*id);
  }
}

}  // namespace

std::span<const std::string_view> choices_of(EmergencyState /*state*/) {
  return kStates;
}
std::span<const std::string_view> choices_of(Verdict /*verdict*/) {
  return kVerdicts;
}

Entity break_glass_entity() {
  using namespace schema;  // the words of declarations
  return {.name = "break_glass",
          .path = "break_glass",
          .title = "title",
          .prefix = "EMG",
          .fields = fields_of<EmergencyAccess>({
              text<&EmergencyAccess::title>("title").server_owned().listed(),
              reference<&EmergencyAccess::person>("person", "person").server_owned().listed(),
              prose<&EmergencyAccess::why>("why").server_owned().required().at_most(kWhy),
              text<&EmergencyAccess::ticket>("ticket").server_owned().required().listed(),
              text<&EmergencyAccess::role>("role").server_owned().at_most(kRole),
              time<&EmergencyAccess::starts_at>("starts_at").server_owned().listed(),
              time<&EmergencyAccess::ends_at>("ends_at").server_owned().listed(),
              choice<&EmergencyAccess::state>("state").server_owned().listed(),
              time<&EmergencyAccess::review_due>("review_due").server_owned().listed(),
              reference<&EmergencyAccess::reviewed_by>("reviewed_by", "person").server_owned(),
              time<&EmergencyAccess::reviewed_at>("reviewed_at").server_owned(),
              choice<&EmergencyAccess::verdict>("verdict").server_owned().listed(),
              prose<&EmergencyAccess::remark>("remark").server_owned().at_most(kWhy),
              flag<&EmergencyAccess::lock_told>("lock_told").server_owned(),
          }),
          .actions = {{.name = "end", .permission = "break_glass.use"}, {.name = "review"}},
          .state_field = "state",
          .transitions = {{"open", "ended", "end"},
                          {"open", "reviewed", "review"},
                          {"ended", "reviewed", "review"}},
          .may_be_sealed = false};
}

void BreakGlass::add_to_engine() {
  engine_.add_action("break_glass", "end", [this](record::ActionCall& call) { return end(call); });
  engine_.add_action("break_glass", "review", [this](record::ActionCall& call) { return review(call); });
}

std::optional<Refusal> BreakGlass::check(Connection& connection, const Context& context,
                                         const EmergencyOrder& order) {
  const base::TimeNs now = engine_.clock().now();
  if (!access::has_stepped_up(*context.who, now)) return Refusal{Kind::needs_step_up, {}, {}};
  if (order.why.empty()) return refused("why", "needed", "why it is needed");
  if (order.ticket.empty()) return refused("ticket", "needed", "what it is needed for");
  if (order.time <= std::chrono::minutes(0) || order.time > kMaxEmergency)
    return refused("minutes", "out_of_range", "1 to 60 minutes");
  if (order.role && !is_role_(*order.role)) return refused("role", "not_a_choice", "no such role");
  // Two requests of one person at once.
  if (auto locked = connection.lock_name("break_glass " + context.who->id.text()); !locked)
    return failed(locked.error());
  const auto locked = is_locked(connection, context.who->id, now);
  if (!locked) return failed(locked.error());
  if (*locked) return Refusal{Kind::forbidden, {}, {}};
  auto statement = connection.prepare(
      "SELECT 1 FROM r_break_glass WHERE f_person=? AND f_state='open' AND f_ends_at>? AND deleted_at IS "
      "NULL");
  if (!statement) return failed(statement.error());
  (*statement)->bind(context.who->id.as_bytes()).bind(now.since_epoch_ns);
  const auto found = (*statement)->step();
  if (!found) return failed(found.error());
  const bool open = *found;
  (*statement)->reset();
  if (open) return Refusal{Kind::conflict, {{"state", "not_allowed", "one is open"}}, {}};
  return std::nullopt;
}

record::Outcome<Record> BreakGlass::open(const Context& context, const EmergencyOrder& order) {
  const Entity& entity = engine_.registry().get("break_glass");
  access::ObjectView place;
  place.labels.organisation = order.organisation;
  const bool may =
      is_person(*context.who) &&
      access::decide(*context.who, "break_glass.use", "break_glass.use", place) == access::Decision::allowed;
  if (!may) {
    engine_.audit_refusal(context, "use", &entity, std::nullopt, order.organisation);
    return Refusal{Kind::forbidden, {}, {}};
  }
  std::optional<Record> opened;
  std::optional<Refusal> refusal;
  const auto done = engine_.in_write([&](Connection& connection) -> base::Result<void> {
    refusal = check(connection, context, order);
    if (refusal)
      return refusal->kind == Kind::failed ? refusal->error
                                           : base::Error{base::ErrorCode::usage, "refused", "", {}};
    const base::TimeNs now = engine_.clock().now();
    const base::TimeNs ends = later(now, order.time);
    Draft draft;
    draft.organisation = order.organisation;
    const std::string title = order.ticket + " " + context.who->name;
    set_field(entity, draft, "title", std::string(base::cut_to_bytes(title, kTitleBytes)));
    set_field(entity, draft, "person", context.who->id);
    set_field(entity, draft, "why", order.why);
    set_field(entity, draft, "ticket", order.ticket);
    if (order.role) set_field(entity, draft, "role", *order.role);
    set_field(entity, draft, "starts_at", now.since_epoch_ns);
    set_field(entity, draft, "ends_at", ends.since_epoch_ns);
    set_field(entity, draft, "review_due", later(ends, kReviewTime).since_epoch_ns);
    auto made = engine_.create_within(connection, context, entity, std::move(draft));
    if (!made) {
      refusal = made.refusal();
      return error_of(*refusal);
    }
    opened = std::move(*made);
    return tell(connection, context, *opened, order.why);
  });
  if (refusal && refusal->kind != Kind::failed) {
    if (refusal->kind == Kind::needs_step_up || refusal->kind == Kind::forbidden)
      engine_.audit_refusal(context, "use", &entity, std::nullopt, order.organisation);
    return *refusal;
  }
  if (!done) return done.error();
  return std::move(*opened);
}

// Everybody who may know of it: those who review, auditors, administrators.
base::Result<void> BreakGlass::tell(Connection& connection, const Context& context, const Record& record,
                                    std::string_view excerpt) {
  const Entity& entity = engine_.registry().get("break_glass");
  const auto person = record::id_field(entity, record, "person").value_or(base::RecordId{});
  const auto all = people_.who_may(connection, "break_glass.read", record.labels.organisation);
  if (!all) return all.error();
  return notices_.tell_all(connection, context, *all, person, "break_glass", entity, record, excerpt);
}

std::optional<Refusal> BreakGlass::end(record::ActionCall& call) {
  if (record::id_field(call.entity, call.before, "person") != call.context.who->id)
    return Refusal{Kind::forbidden, {}, {}};
  const base::TimeNs now = engine_.clock().now();
  value_of(call.entity, call.after, "ends_at") =
      std::min(now.since_epoch_ns, record::integer_field(call.entity, call.before, "ends_at"));
  return std::nullopt;
}

std::optional<Refusal> BreakGlass::review(record::ActionCall& call) {
  const access::Principal& who = *call.context.who;
  const base::TimeNs now = engine_.clock().now();
  if (!is_person(who) || record::id_field(call.entity, call.before, "person") == who.id)
    return Refusal{Kind::forbidden, {}, {}};
  if (now.since_epoch_ns < record::integer_field(call.entity, call.before, "ends_at"))
    return Refusal{Kind::conflict, {{"state", "not_allowed", "it has not ended"}}, {}};
  parse::json::Reader reader(parse::json::Limits{.document_bytes = 64UL * 1024, .depth = 4});
  const auto document = reader.read(call.arguments);
  if (!document || document->kind() != parse::json::Kind::object)
    return refused("verdict", "needed", "what the review found");
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    const bool is_text = value.kind() == parse::json::Kind::string;
    if (key.string() == "verdict" && is_text)
      value_of(call.entity, call.after, "verdict") = std::string(value.string());
    if (key.string() == "remark" && is_text)
      value_of(call.entity, call.after, "remark") = std::string(base::cut_to_bytes(value.string(), kWhy));
    key = value.next();
  }
  const std::string verdict = record::text_field(call.entity, call.after, "verdict");
  if (verdict != kVerdicts[0] && verdict != kVerdicts[1])
    return refused("verdict", "not_a_choice", "justified or not_justified");
  value_of(call.entity, call.after, "reviewed_by") = who.id;
  value_of(call.entity, call.after, "reviewed_at") = now.since_epoch_ns;
  return std::nullopt;
}

base::Result<void> BreakGlass::look() {
  const Entity& entity = engine_.registry().get("break_glass");
  return engine_.in_write([&](Connection& connection) -> base::Result<void> {
    const base::TimeNs now = engine_.clock().now();
    Context context;
    context.who = &program_;
    context.via = "system";
    const auto ended = ids_of(
        connection,
        "SELECT id FROM r_break_glass WHERE f_state='open' AND f_ends_at<=? AND deleted_at IS NULL LIMIT ?",
        now);
    if (!ended) return ended.error();
    for (const base::RecordId& id : *ended) {
      const auto held = record::load(connection, entity, id, true);
      if (!held) return held.error();
      if (!*held || record::text_field(entity, **held, "state") != "open") continue;
      Draft draft;
      set_field(entity, draft, "state", std::string("ended"));
      const auto changed = engine_.change_within(connection, context, entity, id, draft, "end");
      if (!changed) return error_of(changed.refusal());
    }
    const auto overdue = ids_of(connection,
                                "SELECT id FROM r_break_glass WHERE f_state='ended' AND f_review_due<=? AND "
                                "COALESCE(f_lock_told, 0)=0 AND deleted_at IS NULL LIMIT ?",
                                now);
    if (!overdue) return overdue.error();
    for (const base::RecordId& id : *overdue) {
      Draft draft;
      set_field(entity, draft, "lock_told", true);
      const auto changed = engine_.change_within(connection, context, entity, id, draft, "lock");
      if (!changed) return error_of(changed.refusal());
      if (auto told = tell(connection, context, *changed, "locked until it is reviewed"); !told) return told;
    }
    return {};
  });
}

base::Result<bool> is_locked(Connection& connection, const base::RecordId& person, base::TimeNs now) {
  auto statement = connection.prepare(
      "SELECT 1 FROM r_break_glass WHERE f_person=? AND f_state IN ('open', 'ended') AND f_review_due<=?");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes()).bind(now.since_epoch_ns);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const bool locked = *found;
  (*statement)->reset();
  return locked;
}

}  // namespace hinomi::work
