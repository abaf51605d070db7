// How approvals are decided, by whom, and what follows.
#include <algorithm>

#include "parse/json/reader.h"
#include "record/fields.h"
#include "record/rows.h"
#include "work/approval_words.h"
#include "work/approvals.h"

namespace hinomi::work {

using record::Context;
using record::Draft;
using record::Record;
using record::Refusal;
using record::set_field;
using record::text_field;
using record::value_of;
using schema::Entity;
using store::sql::Connection;
using Kind = Refusal::Kind;

namespace {

struct Decision {
  std::string what;  // "approve", "reject", "send_back"
  std::string comment;
  std::string hash;  // of what the approver saw; empty: not said
};

std::optional<Decision> read_decision(std::string_view arguments) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = 64UL * 1024, .depth = 4});
  const auto document = reader.read(arguments);
  if (!document || document->kind() != parse::json::Kind::object) return std::nullopt;
  Decision decision;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    std::string* const into = key.string() == "decision"  ? &decision.what
                              : key.string() == "comment" ? &decision.comment
                              : key.string() == "hash"    ? &decision.hash
                                                          : nullptr;
    if (into != nullptr) {
      if (value.kind() != parse::json::Kind::string) return std::nullopt;
      *into = value.string();
    }
    key = value.next();
  }
  if (decision.what != "approve" && decision.what != "reject" && decision.what != "send_back")
    return std::nullopt;
  return decision;
}

// Ends the transaction; the approval is closed in one of its own (after_refusal).
Refusal closes(std::string_view state, std::string_view why) {
  return {Kind::conflict, {{"state", std::string(state), std::string(why)}}, {}};
}

std::string_view word_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::not_found:
    case Kind::forbidden:
      return "the requester may not do this any more";
    case Kind::stale:
      return "the record has changed";
    default:
      return "it cannot be done any more";
  }
}

const Record* pending_step(const Entity& steps, const std::vector<Record>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Record& step) {
    return text_field(steps, step, "decision") == "pending";
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

base::Result<std::vector<Holder>> Approvals::superiors_of(Connection& connection,
                                                          const base::RecordId& requester) {
  auto posts = people_.posts_of(connection, requester);
  if (!posts) return posts.error();
  std::vector<Holder> found;
  for (const base::RecordId& post : *posts) {
    std::optional<base::RecordId> at = post;
    for (std::size_t level = 0; level < kMaxLevels; ++level) {
      const auto above = people_.superior_of(connection, *at);
      if (!above) return above.error();
      if (!*above) break;
      at = *above;
      const auto holders = people_.holders_of(connection, *at);
      if (!holders) return holders.error();
      const std::size_t before = found.size();
      for (const Holder& holder : *holders)
        if (holder.person != requester) found.push_back(holder);
      if (found.size() > before) break;  // a vacant post is passed over
    }
  }
  return found;
}

base::Result<std::vector<Holder>> Approvals::approvers_of(Connection& connection, const Record& approval,
                                                          const Record& step) {
  const Entity& approvals = engine_.registry().get("approval");
  const Entity& steps = engine_.registry().get("approval_step");
  const std::string rule = text_field(steps, step, "rule");
  const base::RecordId requester =
      record::id_field(approvals, approval, "requested_by").value_or(base::RecordId{});
  std::vector<Holder> holders;
  if (rule == "anyone") {
    const auto all = people_.who_may(connection, "approval.decide", approval.labels.organisation);
    if (!all) return all.error();
    for (const base::RecordId& one : *all) holders.push_back({one, false});
  } else if (rule == "superior") {
    auto above = superiors_of(connection, requester);
    if (!above) return above;
    holders = std::move(*above);
  } else if (const auto post = record::id_field(steps, step, "post"); rule == "post" && post) {
    auto held = people_.holders_of(connection, *post);
    if (!held) return held;
    holders = std::move(*held);
  } else if (const auto person = record::id_field(steps, step, "person"); rule == "person" && person) {
    holders.push_back({*person, false});
    const auto posts = people_.posts_of(connection, *person);
    if (!posts) return posts.error();
    for (const base::RecordId& one : *posts) {
      const auto held = people_.holders_of(connection, one);
      if (!held) return held;
      for (const Holder& holder : *held)
        if (holder.acting) holders.push_back(holder);
    }
  }
  const bool deputies = record::flag_field(steps, step, "deputy_allowed");
  std::erase_if(holders, [&](const Holder& holder) {
    return holder.person == requester || (holder.acting && !deputies);
  });
  return holders;
}

base::Result<void> Approvals::tell_approvers(Connection& connection, const Context& context,
                                             const Record& approval, const Record& step) {
  const auto holders = approvers_of(connection, approval, step);
  if (!holders) return holders.error();
  std::vector<base::RecordId> people;
  for (const Holder& holder : *holders) people.push_back(holder.person);
  return notices_.tell_all(connection, context, people, context.who->id, "approval",
                           engine_.registry().get("approval"), approval, context.reason);
}

// What is decided on is what was asked for, and still stands.
Approvals::MaybeRefusal Approvals::check_binding(record::ActionCall& call, const Entity& entity,
                                                 const Record& target) {
  const Entity& approvals = call.entity;
  const Record& approval = call.before;
  const base::TimeNs expires{record::integer_field(approvals, approval, "expires_at")};
  if (engine_.clock().now() >= expires) return closes("expired", "its time is over");
  const std::string entity_name = text_field(approvals, approval, "about_entity");
  const std::string deed = text_field(approvals, approval, "deed");
  const std::string about = text_field(approvals, approval, "about");
  const std::string arguments = text_field(approvals, approval, "arguments");
  const std::string nonce = text_field(approvals, approval, "nonce");
  const std::int64_t version = record::integer_field(approvals, approval, "about_version");
  const auto requester = record::id_field(approvals, approval, "requested_by").value_or(base::RecordId{});
  const trust::Hash hash = hash_of({entity_name, deed, about, version, arguments, expires, nonce, requester});
  if (trust::to_hex(trust::view_of(hash)) != text_field(approvals, approval, "hash"))
    return closes("void", "what it is bound to has been altered");
  const bool open = text_field(approvals, approval, "state") == "open";
  if (open && (target.version != version || target.deleted_at))
    return closes("void", "the record has changed");
  if (entity.find_deed(deed) == nullptr) return closes("void", "this cannot be done any more");
  return std::nullopt;
}

// With the rights of this moment, which may be less than those that the session began with.
Approvals::MaybeRefusal Approvals::check_decider(record::ActionCall& call, const Entity& entity,
                                                 const Record& target) {
  const access::Principal& who = *call.context.who;
  const auto requester = record::id_field(call.entity, call.before, "requested_by");
  if (!is_person(who) || !requester || *requester == who.id) return Refusal{Kind::forbidden, {}, {}};
  auto now = principal_now(people_, call.connection, who.id);
  if (!now) return failed(now.error());
  now->vaults = who.vaults;
  const std::string read = record::permission_of(entity, "read");
  const bool may_decide =
      access::decide(*now, "approval.decide", "approval.read", record::view_of(call.entity, call.before)) ==
      access::Decision::allowed;
  const bool may_read =
      access::decide(*now, read, read, record::view_of(entity, target)) == access::Decision::allowed;
  if (!may_decide || !may_read) return Refusal{Kind::forbidden, {}, {}};
  const schema::Action* const deed = entity.find_deed(text_field(call.entity, call.before, "deed"));
  if (deed != nullptr && deed->needs_step_up && !access::has_stepped_up(who, engine_.clock().now()))
    return Refusal{Kind::needs_step_up, {}, {}};
  return std::nullopt;
}

base::Result<std::string> Approvals::decision_number(Connection& connection, const Record& approval) {
  const std::string year = std::to_string(base::to_civil(engine_.clock().now()).year);
  const auto next = record::next_number(
      connection,
      "decision:" + std::to_string(static_cast<std::uint32_t>(approval.labels.organisation)) + ":" + year);
  if (!next) return next.error();
  std::string digits = std::to_string(*next);
  constexpr std::size_t kDigits = 6;
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return "D-" + year + "-" + digits;
}

Approvals::MaybeRefusal Approvals::take_effect(record::ActionCall& call, const Entity& entity) {
  const Entity& approvals = call.entity;
  const auto requester = record::id_field(approvals, call.before, "requested_by");
  const auto target = base::RecordId::parse(text_field(approvals, call.before, "about"));
  if (!requester || !target) return closes("void", "what it is about cannot be read");
  const auto who = principal_now(people_, call.connection, *requester);
  if (!who) return failed(who.error());
  const std::string reason = text_field(approvals, call.before, "asked_because");
  Context context;
  context.who = &*who;
  context.via = "approval";
  context.peer = call.context.peer;
  context.reason = reason;
  context.realm = call.before.labels.realm;
  context.approval = call.before.id;
  const auto done = engine_.act_within(call.connection, context, entity, *target,
                                       text_field(approvals, call.before, "deed"),
                                       text_field(approvals, call.before, "arguments"),
                                       record::integer_field(approvals, call.before, "about_version"));
  if (done) return std::nullopt;
  if (done.refusal().kind == Kind::failed) return done.refusal();
  return closes("void", word_of(done.refusal().kind));
}

Approvals::MaybeRefusal Approvals::decide(record::ActionCall& call) {
  const Entity& approvals = call.entity;
  const Entity& steps = engine_.registry().get("approval_step");
  const auto decision = read_decision(call.arguments);
  if (!decision) return refused("decision", "not_a_choice", "approve, reject or send_back");
  if (decision->comment.empty() && decision->what != "approve")
    return refused("comment", "needed", "why it is not approved");
  if (!decision->hash.empty() && decision->hash != text_field(approvals, call.before, "hash"))
    return Refusal{Kind::stale, {}, {}};
  const Entity* const entity = engine_.registry().find(text_field(approvals, call.before, "about_entity"));
  const auto about = base::RecordId::parse(text_field(approvals, call.before, "about"));
  if (entity == nullptr || !about) return closes("void", "what it is about is not there");
  const auto target = record::load(call.connection, *entity, *about, true);
  if (!target) return failed(target.error());
  if (!*target) return closes("void", "what it is about is not there");
  if (auto wrong = check_decider(call, *entity, **target)) return wrong;
  if (auto wrong = check_binding(call, *entity, **target)) return wrong;

  const auto all = load_steps(call.connection, call.before.id);
  if (!all) return failed(all.error());
  const Record* const step = pending_step(steps, *all);
  if (step == nullptr) return Refusal{Kind::conflict, {}, {}};
  const auto holders = approvers_of(call.connection, call.before, *step);
  if (!holders) return failed(holders.error());
  const auto is_me = [&](const Holder& holder) { return holder.person == call.context.who->id; };
  const bool anyone = text_field(steps, *step, "rule") == "anyone";
  if (!anyone && std::none_of(holders->begin(), holders->end(), is_me))
    return Refusal{Kind::forbidden, {}, {}};
  const bool as_deputy = !anyone && std::none_of(holders->begin(), holders->end(), [&](const Holder& holder) {
    return is_me(holder) && !holder.acting;
  });

  const std::string state = decision->what == "approve"  ? "approved"
                            : decision->what == "reject" ? "rejected"
                                                         : "sent_back";
  Context own = call.context;
  own.request_key = {};
  const std::int64_t now = engine_.clock().now().since_epoch_ns;
  Draft draft;
  set_field(steps, draft, "decision", state);
  set_field(steps, draft, "decided_by", call.context.who->id);
  set_field(steps, draft, "as_deputy", as_deputy);
  set_field(steps, draft, "decided_at", now);
  if (!decision->comment.empty()) set_field(steps, draft, "comment", decision->comment);
  const auto stored = engine_.change_within(call.connection, own, steps, step->id, draft, "decide");
  if (!stored) return stored.refusal();

  const bool acted = text_field(approvals, call.before, "state") == "acted_first";
  if (state == "sent_back" && acted) return refused("decision", "not_allowed", "it is done already");
  const bool last = step == &all->back();
  if (state == "approved" && !last) {
    value_of(approvals, call.after, "state") = std::string(acted ? "acted_first" : "open");
    if (auto told = tell_approvers(call.connection, own, call.before, *(step + 1)); !told)
      return failed(told.error());
    return std::nullopt;
  }
  value_of(approvals, call.after, "state") = state;
  if (state != "sent_back") {
    value_of(approvals, call.after, "decided_at") = now;
    auto number = decision_number(call.connection, call.before);
    if (!number) return failed(number.error());
    value_of(approvals, call.after, "decision_number") = std::move(*number);
  }
  // Before it takes effect: what is told may stand with what is then gone.
  const auto requester = record::id_field(approvals, call.before, "requested_by");
  const auto told =
      notices_.tell(call.connection, own,
                    {*requester, "approval_decided", approvals, call.after,
                     decision->comment.empty() ? state : state + ": " + decision->comment, true});
  if (!told) return failed(told.error());
  if (state == "approved" && !acted) return take_effect(call, *entity);
  return std::nullopt;
}

Approvals::MaybeRefusal Approvals::resubmit(record::ActionCall& call) {
  const Entity& steps = engine_.registry().get("approval_step");
  const auto requester = record::id_field(call.entity, call.before, "requested_by");
  if (!is_person(*call.context.who) || requester != call.context.who->id)
    return Refusal{Kind::forbidden, {}, {}};
  if (engine_.clock().now().since_epoch_ns >= record::integer_field(call.entity, call.before, "expires_at"))
    return Refusal{Kind::conflict, {{"expires_at", "expired", "ask again"}}, {}};
  const auto all = load_steps(call.connection, call.before.id);
  if (!all) return failed(all.error());
  Context own = call.context;
  own.request_key = {};
  for (const Record& step : *all) {
    Draft draft;
    set_field(steps, draft, "decision", std::string("pending"));
    set_field(steps, draft, "decided_by", schema::Value());
    set_field(steps, draft, "decided_at", schema::Value());
    set_field(steps, draft, "as_deputy", false);
    const auto changed = engine_.change_within(call.connection, own, steps, step.id, draft, "resubmit");
    if (!changed) return changed.refusal();
  }
  if (all->empty()) return Refusal{Kind::conflict, {}, {}};
  if (auto told = tell_approvers(call.connection, own, call.after, all->front()); !told)
    return failed(told.error());
  return std::nullopt;
}

Approvals::MaybeRefusal Approvals::withdraw(record::ActionCall& call) {
  const auto requester = record::id_field(call.entity, call.before, "requested_by");
  if (requester != call.context.who->id) return Refusal{Kind::forbidden, {}, {}};
  value_of(call.entity, call.after, "outcome") = std::string("withdrawn");
  return std::nullopt;
}

void Approvals::after_refusal(const Context& context, const base::RecordId& id, const Refusal& refusal) {
  if (refusal.kind != Kind::conflict || refusal.faults.empty()) return;
  const record::Fault& fault = refusal.faults.front();
  if (fault.field != "state" || (fault.code != "void" && fault.code != "expired")) return;
  const Entity& approvals = engine_.registry().get("approval");
  // Where this cannot be written either, the next decision or the sweep finds the same.
  (void)engine_.in_write([&](Connection& connection) -> base::Result<void> {
    const auto held = record::load(connection, approvals, id, true);
    if (!held) return held.error();
    if (!*held || !is_undecided(text_field(approvals, **held, "state"))) return {};
    return close(connection, context, id, fault.code, fault.detail);
  });
}

}  // namespace hinomi::work
