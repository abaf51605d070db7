// How approvals are asked for, become void and expire.
#include "work/approvals.h"

#include <array>

#include "parse/json/reader.h"
#include "record/fields.h"
#include "record/rows.h"
#include "work/approval_words.h"

namespace hinomi::work {

using record::Context;
using record::Draft;
using record::Outcome;
using record::Record;
using record::Refusal;
using record::set_field;
using record::text_field;
using schema::Entity;
using store::sql::Connection;
using Kind = Refusal::Kind;

namespace {

constexpr std::size_t kTitleBytes = 200;

struct RouteStep {
  std::string rule = "anyone";
  std::optional<base::RecordId> person;
  std::optional<base::RecordId> post;
  bool deputy = true;
};

// One member of "approvers"; false: malformed.
bool read_step(const parse::json::Value& value, RouteStep& step) {
  if (value.kind() != parse::json::Kind::object) return false;
  int named = 0;
  for (auto key = value.first(); !(key == value.last());) {
    const auto member = key.next();
    const std::string_view name = key.string();
    const bool is_text = member.kind() == parse::json::Kind::string;
    if ((name == "person" || name == "post") && is_text) {
      auto& id = name == "person" ? step.person : step.post;
      id = base::RecordId::parse(member.string());
      if (!id) return false;
      step.rule = name;
      ++named;
    } else if (name == "rule" && is_text && (member.string() == "superior" || member.string() == "anyone")) {
      step.rule = member.string();
      ++named;
    } else if (name == "deputy" && member.kind() == parse::json::Kind::boolean) {
      step.deputy = member.boolean();
    } else {
      return false;
    }
    key = member.next();
  }
  return named == 1;
}

std::string hex_of_random(const os::RandomBytes& random) {
  std::array<std::uint8_t, 16> bytes{};
  random(bytes);
  return trust::to_hex(trust::view_of(bytes));
}

base::TimeNs later(base::TimeNs time, std::chrono::minutes by) {
  return {time.since_epoch_ns + std::chrono::nanoseconds(by).count()};
}

}  // namespace

struct Approvals::Asked {
  std::string arguments;  // canonical, without what is about the approval itself
  std::vector<RouteStep> route;
  bool act_first = false;
};

void Approvals::add_to_engine() {
  engine_.set_approval_gate([this](record::ActionCall& call) { return ask(call); });
  engine_.add_action(
      "approval", "decide", [this](record::ActionCall& call) { return decide(call); },
      [this](const Context& context, const base::RecordId& id, const Refusal& refusal) {
        after_refusal(context, id, refusal);
      });
  engine_.add_action("approval", "resubmit", [this](record::ActionCall& call) { return resubmit(call); });
  engine_.add_action("approval", "withdraw", [this](record::ActionCall& call) { return withdraw(call); });
  for (const Entity& entity : engine_.registry().all())
    if (entity.has_four_eyes())
      engine_.add_hook(entity.name, [this](record::WriteCall& call) { return make_void(call); });
}

Outcome<Approvals::Asked> Approvals::read_request(record::ActionCall& call) {
  Asked asked;
  auto canonical = canonical_json(call.arguments, {"reason", "approvers", "act_first"});
  if (!canonical) return refused("arguments", "wrong_type", "no JSON object, or a name stands twice");
  asked.arguments = std::move(*canonical);
  if (asked.arguments.size() > schema::kProseLimit) return refused("arguments", "too_long", "");
  parse::json::Reader reader(parse::json::Limits{.document_bytes = 64UL * 1024, .depth = 16});
  const auto document = reader.read(call.arguments);
  if (!document) return document.error();
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    if (key.string() == "act_first" && value.kind() == parse::json::Kind::boolean)
      asked.act_first = value.boolean();
    if (key.string() == "approvers") {
      if (value.kind() != parse::json::Kind::array) return refused("approvers", "wrong_type", "no list");
      for (auto at = value.first(); !(at == value.last()); at = at.next()) {
        RouteStep step;
        if (asked.route.size() >= kMaxSteps || !read_step(at, step))
          return refused("approvers", "wrong_type", "no approver, or too many");
        if (step.person == call.context.who->id)
          return refused("approvers", "not_allowed", "nobody approves what they ask for");
        asked.route.push_back(std::move(step));
      }
    }
    key = value.next();
  }
  if (asked.route.empty()) asked.route.emplace_back();
  if (asked.act_first && call.action.act_first_within.count() == 0)
    return refused("act_first", "not_allowed", "this waits for its approval");
  // Whoever acts first says why.
  if (asked.act_first && call.context.reason.empty()) return Refusal{Kind::needs_reason, {}, {}};
  return asked;
}

// Where the approval stands: with the record; for what belongs to no organisation, the organisation itself or
// the first one where the requester may do this.
base::Result<base::OrganisationId> Approvals::place_of(record::ActionCall& call) {
  if (!call.entity.for_all_organisations) return call.before.labels.organisation;
  if (!call.entity.itself.empty())
    return static_cast<base::OrganisationId>(
        record::integer_field(call.entity, call.before, call.entity.itself));
  const access::Reach* const reach =
      call.context.who->grants->find(schema::permission_for(call.entity, call.action));
  if (reach != nullptr && !reach->places.empty()) return reach->places.front().organisation;
  auto statement = call.connection.prepare("SELECT MIN(f_key) FROM r_organisation WHERE deleted_at IS NULL");
  if (!statement) return statement.error();
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const auto first = static_cast<base::OrganisationId>((*statement)->integer(0));
  (*statement)->reset();
  return first;
}

// The approval that the same request opened before: by its key, or open for the very same.
base::Result<std::optional<base::RecordId>> Approvals::earlier(record::ActionCall& call, const Asked& asked) {
  const auto one = [](store::sql::Statement& statement) -> base::Result<std::optional<base::RecordId>> {
    const auto found = statement.step();
    if (!found) return found.error();
    std::optional<base::RecordId> id;
    if (*found) id = base::RecordId::from_bytes(statement.blob(0));
    statement.reset();
    return id;
  };
  if (!call.context.request_key.empty()) {
    auto statement = call.connection.prepare(
        "SELECT record_id FROM record_change WHERE actor=? AND request_key=? AND entity='approval'");
    if (!statement) return statement.error();
    (*statement)->bind(call.context.who->id.as_bytes()).bind(call.context.request_key);
    auto found = one(**statement);
    if (!found || *found) return found;
  }
  if (asked.act_first) return std::optional<base::RecordId>();
  auto statement = call.connection.prepare(
      "SELECT id FROM r_approval WHERE f_requested_by=? AND f_state='open' AND f_about=? AND f_deed=? AND "
      "f_about_version=? AND f_arguments=? AND f_expires_at>? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(call.context.who->id.as_bytes()).bind(std::string_view(call.before.id.text()));
  (*statement)->bind(call.action.name).bind(call.before.version).bind(std::string_view(asked.arguments));
  (*statement)->bind(engine_.clock().now().since_epoch_ns);
  return one(**statement);
}

Outcome<Record> Approvals::open(record::ActionCall& call, const Asked& asked) {
  const Entity& approvals = engine_.registry().get("approval");
  const Entity& steps = engine_.registry().get("approval_step");
  const auto place = place_of(call);
  if (!place) return place.error();
  const base::TimeNs expires = later(
      engine_.clock().now(), asked.act_first ? call.action.act_first_within : call.action.approval_within);
  const std::string nonce = hex_of_random(engine_.random());
  const std::string target = call.before.id.text();
  const trust::Hash hash = hash_of({call.entity.name, call.action.name, target, call.before.version,
                                    asked.arguments, expires, nonce, call.context.who->id});
  Draft draft;
  draft.organisation = *place;
  draft.site = call.before.labels.site;
  std::string title = record::permission_of(call.entity, call.action.name);
  if (!call.before.number.empty()) title += " " + call.before.number;
  set_field(approvals, draft, "title", title.substr(0, kTitleBytes));
  set_field(approvals, draft, "about_entity", std::string(call.entity.name));
  set_field(approvals, draft, "about", target);
  set_field(approvals, draft, "deed", std::string(call.action.name));
  set_field(approvals, draft, "about_version", call.before.version);
  set_field(approvals, draft, "arguments", asked.arguments);
  if (!call.context.reason.empty())
    set_field(approvals, draft, "asked_because", std::string(call.context.reason));
  set_field(approvals, draft, "requested_by", call.context.who->id);
  set_field(approvals, draft, "state", std::string(asked.act_first ? "acted_first" : "open"));
  set_field(approvals, draft, "expires_at", expires.since_epoch_ns);
  set_field(approvals, draft, "nonce", nonce);
  set_field(approvals, draft, "hash", trust::to_hex(trust::view_of(hash)));
  Context context = call.context;
  context.realm = call.before.labels.realm;
  auto made = engine_.create_within(call.connection, context, approvals, std::move(draft));
  if (!made) return made;
  // The key of the request is that of the approval.
  context.request_key = {};
  std::optional<Record> first;
  for (std::size_t i = 0; i < asked.route.size(); ++i) {
    const RouteStep& step = asked.route[i];
    Draft one;
    one.organisation = made->labels.organisation;
    one.site = made->labels.site;
    set_field(steps, one, "title", std::to_string(i + 1));
    set_field(steps, one, "approval", made->id);
    set_field(steps, one, "position", static_cast<std::int64_t>(i + 1));
    set_field(steps, one, "rule", step.rule);
    if (step.person) set_field(steps, one, "person", *step.person);
    if (step.post) set_field(steps, one, "post", *step.post);
    set_field(steps, one, "deputy_allowed", step.deputy);
    auto stored = engine_.create_within(call.connection, context, steps, std::move(one));
    if (!stored) return stored;
    if (!first) first = std::move(*stored);
  }
  if (auto told = tell_approvers(call.connection, context, *made, *first); !told) return told.error();
  return made;
}

Outcome<record::GateAnswer> Approvals::ask(record::ActionCall& call) {
  if (!is_person(*call.context.who)) return Refusal{Kind::forbidden, {}, {}};
  const auto asked = read_request(call);
  if (!asked) return asked.refusal();
  const auto before = earlier(call, *asked);
  if (!before) return before.error();
  if (*before) return record::GateAnswer{false, **before};
  if (call.context.preview) return record::GateAnswer{asked->act_first, {}};
  auto statement = call.connection.prepare(
      "SELECT COUNT(*) FROM r_approval WHERE f_requested_by=? AND f_state='open' AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(call.context.who->id.as_bytes());
  const auto counted = (*statement)->step();
  if (!counted) return counted.error();
  const std::int64_t open_now = (*statement)->integer(0);
  (*statement)->reset();
  if (open_now >= static_cast<std::int64_t>(kMaxOpenApprovals))
    return Refusal{Kind::conflict, {{"approvals", "too_long", "too many that are not decided"}}, {}};
  const auto made = open(call, *asked);
  if (!made) return made.refusal();
  return record::GateAnswer{asked->act_first, made->id};
}

base::Result<void> Approvals::close(Connection& connection, const Context& context, const base::RecordId& id,
                                    std::string_view state, std::string_view outcome) {
  const Entity& approvals = engine_.registry().get("approval");
  Context own = context;
  own.request_key = {};
  own.preview = false;
  Draft draft;
  set_field(approvals, draft, "state", std::string(state));
  set_field(approvals, draft, "outcome", std::string(outcome.substr(0, schema::kTextLimit)));
  const auto changed = engine_.change_within(connection, own, approvals, id, draft, state);
  if (!changed) return error_of(changed.refusal());
  const auto requester = record::id_field(approvals, *changed, "requested_by");
  if (!requester) return {};
  const auto told =
      notices_.tell(connection, own, {*requester, "approval_decided", approvals, *changed, outcome, true});
  if (!told) return told.error();
  return {};
}

// Whatever changes a record takes the ground from what was asked about it.
Approvals::MaybeRefusal Approvals::make_void(record::WriteCall& call) {
  if (call.before == nullptr) return std::nullopt;
  std::vector<base::RecordId> open;
  {
    auto statement = call.connection.prepare(
        "SELECT id FROM r_approval WHERE s_about=? AND f_about=? AND f_state IN ('open', 'sent_back') AND "
        "deleted_at IS NULL");
    if (!statement) return failed(statement.error());
    const std::string about = call.after.id.text();
    (*statement)->bind(std::string_view(about)).bind(std::string_view(about));
    for (;;) {
      const auto found = (*statement)->step();
      if (!found) return failed(found.error());
      if (!*found) break;
      const auto id = base::RecordId::from_bytes((*statement)->blob(0));
      if (id && *id != call.context.approval) open.push_back(*id);
    }
  }
  for (const base::RecordId& id : open)
    if (auto closed = close(call.connection, call.context, id, "void", "the record has changed"); !closed)
      return failed(closed.error());
  return std::nullopt;
}

base::Result<void> Approvals::expire_due() {
  return engine_.in_write([&](Connection& connection) -> base::Result<void> {
    std::vector<base::RecordId> due;
    auto statement = connection.prepare(
        "SELECT id FROM r_approval WHERE f_state IN ('open', 'sent_back', 'acted_first') AND f_expires_at<=? "
        "AND deleted_at IS NULL LIMIT ?");
    if (!statement) return statement.error();
    (*statement)->bind(engine_.clock().now().since_epoch_ns).bind(static_cast<std::int64_t>(kMaxExpired));
    for (;;) {
      const auto found = (*statement)->step();
      if (!found) return found.error();
      if (!*found) break;
      if (const auto id = base::RecordId::from_bytes((*statement)->blob(0))) due.push_back(*id);
    }
    Context context;
    context.who = &program_;
    context.via = "system";
    const Entity& approvals = engine_.registry().get("approval");
    for (const base::RecordId& id : due) {
      // Somebody may be deciding on it on another server.
      const auto held = record::load(connection, approvals, id, true);
      if (!held) return held.error();
      if (!*held || !is_undecided(text_field(approvals, **held, "state"))) continue;
      if (auto closed = close(connection, context, id, "expired", "its time is over"); !closed) return closed;
    }
    return {};
  });
}

Outcome<std::vector<Record>> Approvals::steps_of(const Context& context, const base::RecordId& approval) {
  const auto readable = engine_.get(context, engine_.registry().get("approval"), approval);
  if (!readable) return readable.refusal();
  std::vector<Record> steps;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    auto loaded = load_steps(connection, approval);
    if (!loaded) return loaded.error();
    steps = std::move(*loaded);
    return {};
  });
  if (!read) return read.error();
  return steps;
}

base::Result<std::vector<Record>> Approvals::load_steps(Connection& connection,
                                                        const base::RecordId& approval) {
  const Entity& steps = engine_.registry().get("approval_step");
  auto statement = connection.prepare("SELECT " + record::columns_of(steps) +
                                      " FROM r_approval_step WHERE f_approval=? AND deleted_at IS NULL ORDER "
                                      "BY f_position");
  if (!statement) return statement.error();
  (*statement)->bind(approval.as_bytes());
  std::vector<Record> loaded;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return loaded;
    loaded.push_back(record::read_row(steps, **statement));
  }
}

}  // namespace hinomi::work
