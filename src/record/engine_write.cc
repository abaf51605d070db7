// What callers may do to records: who may, whether it still fits, and what the history says of it.
#include <algorithm>

#include "record/engine_write.h"
#include "record/rows.h"
#include "record/validate.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Value;
using store::sql::Connection;
using Kind = Refusal::Kind;

// The state that an action leads to, if it changes the state; an action that is not allowed in this state.
struct NextState {
  std::optional<std::string> state;
  bool allowed = true;
};

NextState next_state(const Entity& entity, std::string_view action, const Record& record) {
  if (entity.state_field.empty()) return {};
  const Value& now = record.values[entity.index_of(entity.state_field)];
  bool moves = false;
  for (const schema::Transition& edge : entity.transitions) {
    if (edge.by_program || edge.action != action) continue;
    moves = true;
    const auto* const text = std::get_if<std::string>(&now);
    if (text != nullptr && *text == edge.from) return {std::string(edge.to), true};
  }
  return {std::nullopt, !moves};
}

// A field that the caller may not see is not theirs to set either.
std::vector<Fault> faults_of_hidden(const Entity& entity, const Draft& draft,
                                    const std::vector<std::size_t>& withheld) {
  std::vector<Fault> faults;
  for (const auto& [index, value] : draft.values)
    if (std::find(withheld.begin(), withheld.end(), index) != withheld.end())
      faults.push_back({std::string(entity.fields[index].name), "not_allowed", "not for you to set"});
  return faults;
}

}  // namespace

Outcome<Record> Engine::create(const Context& context, const Entity& entity, Draft draft) {
  std::optional<Record> made;
  auto refusal = transact(context, [&](Connection& connection) -> std::optional<Refusal> {
    const auto earlier = replayed(connection, context, entity);
    if (!earlier) return failed(earlier.error());
    // A record of the caller's own id that stands as it would be made: the same request, sent again.
    const std::optional<base::RecordId> same = *earlier ? *earlier : draft.id;
    if (same) {
      const auto there = load(connection, entity, *same, false);
      if (!there) return failed(there.error());
      if (*there) {
        const bool own =
            (*there)->created_by == context.who->id &&
            access::decide(*context.who, permission_of(entity, "read"), permission_of(entity, "read"),
                           view_of(entity, **there)) == access::Decision::allowed;
        const bool equal = std::all_of(draft.values.begin(), draft.values.end(), [&](const auto& one) {
          return (*there)->values[one.first] == one.second;
        });
        if (!own || (!*earlier && !equal)) return Refusal{Kind::conflict, {{"id", "not_unique", ""}}, {}};
        made = **there;
        return std::nullopt;
      }
    }
    Draft copy = draft;
    auto record = prepare_new(connection, context, entity, copy, false);
    if (!record) return record.refusal();
    Write one{context, entity, nullptr, *record, "create", "create", std::nullopt};
    if (auto wrong = write(connection, one)) return wrong;
    made = std::move(*record);
    return std::nullopt;
  });
  if (refusal) {
    if (refusal->kind == Kind::forbidden)
      audit_refusal(context, "create", &entity, std::nullopt,
                    draft.organisation.value_or(base::OrganisationId{}));
    return *refusal;
  }
  withhold(context, entity, *made);
  return std::move(*made);
}

Outcome<Record> Engine::change_within(Connection& connection, const Context& context, const Entity& entity,
                                      const base::RecordId& id, const Draft& draft, std::string_view action) {
  const auto before = load(connection, entity, id, true);
  if (!before) return before.error();
  if (!*before) return Refusal{Kind::not_found, {}, {}};
  auto faults = check_draft(entity, draft, &**before, Origin::program);
  if (!faults.empty()) return invalid(std::move(faults));
  Record after = **before;
  apply(draft, after);
  Write one{context, entity, &**before, after, "change", std::string(action), std::nullopt, true};
  if (auto refusal = write(connection, one)) return *refusal;
  return after;
}

Outcome<Record> Engine::remove_within(Connection& connection, const Context& context, const Entity& entity,
                                      const base::RecordId& id) {
  const auto before = load(connection, entity, id, true);
  if (!before) return before.error();
  if (!*before || (*before)->deleted_at) return Refusal{Kind::not_found, {}, {}};
  Record after = **before;
  after.deleted_at = parts_.clock->now();
  Write one{context, entity, &**before, after, "delete", "delete", std::nullopt};
  if (auto refusal = write(connection, one)) return *refusal;
  return after;
}

Outcome<Record> Engine::change(const Context& context, const Entity& entity, const base::RecordId& id,
                               const Draft& draft, std::optional<std::int64_t> version) {
  std::optional<Record> changed;
  auto refusal = transact(context, [&](Connection& connection) -> std::optional<Refusal> {
    auto before = find(connection, context, entity, id, permission_of(entity, "change"), true, false);
    if (!before) return before.refusal();
    const auto earlier = replayed(connection, context, entity);
    if (!earlier) return failed(earlier.error());
    if (*earlier && **earlier == id) {
      changed = *before;
      return std::nullopt;
    }
    if (version && *version != before->version) return Refusal{Kind::stale, {}, {}};
    auto faults = check_draft(entity, draft, &*before, Origin::caller);
    Record seen = *before;
    withhold(context, entity, seen);
    for (Fault& fault : faults_of_hidden(entity, draft, seen.withheld)) faults.push_back(std::move(fault));
    if (!faults.empty()) return invalid(std::move(faults));
    Record after = *before;
    apply(draft, after);
    // Where it goes to must be allowed as well as where it is.
    if (after.labels != before->labels)
      if (auto wrong = authorise(context, entity, after, permission_of(entity, "change"))) return wrong;
    if (diff_of(entity, &*before, after) == "{}") {
      changed = *before;
      return std::nullopt;
    }
    Write one{context, entity, &*before, after, "change", "change", std::nullopt};
    if (auto wrong = write(connection, one)) return wrong;
    changed = std::move(after);
    return std::nullopt;
  });
  if (refusal) {
    audit_refusal(context, "change", entity, id, *refusal);
    return *refusal;
  }
  withhold(context, entity, *changed);
  return std::move(*changed);
}

// What a deed asks beside its permission.
std::optional<Refusal> Engine::check_deed(const Deed& deed, const Record& before) const {
  if (deed.version && *deed.version != before.version) return Refusal{Kind::stale, {}, {}};
  // Whoever asked for an approval proved it then.
  if (deed.action.needs_step_up && deed.context.approval.is_nil() &&
      !access::has_stepped_up(*deed.context.who, parts_.clock->now()))
    return Refusal{Kind::needs_step_up, {}, {}};
  if (deed.action.needs_reason && deed.context.reason.empty()) return Refusal{Kind::needs_reason, {}, {}};
  return std::nullopt;
}

std::optional<Refusal> Engine::pass_gate(Deed& deed, ActionCall& call, bool& go_on) {
  go_on = true;
  // What the program does by itself was asked for by nobody.
  const bool by_program = deed.context.who->kind == access::PrincipalKind::system;
  if (!deed.action.four_eyes || by_program || !deed.context.approval.is_nil()) return std::nullopt;
  if (!gate_)
    return failed({base::ErrorCode::unsupported, "what needs an approval has nobody to ask for it", {}, {}});
  const auto answer = gate_(call);
  if (!answer) return answer.refusal();
  go_on = answer->go_on;
  if (!go_on) deed.waits_for = answer->approval;
  return std::nullopt;
}

std::optional<Refusal> Engine::act_in(Connection& connection, Deed& deed) {
  deed.changed.reset();
  deed.waits_for = {};
  const Context& context = deed.context;
  const Entity& entity = deed.entity;
  const schema::Action& action = deed.action;
  const bool deletes = &action == &entity.deletion;
  auto before =
      find(connection, context, entity, deed.id, schema::permission_for(entity, action), true, false);
  if (!before) return before.refusal();
  if (!deletes) {
    const auto earlier = replayed(connection, context, entity);
    if (!earlier) return failed(earlier.error());
    if (*earlier && **earlier == deed.id) {
      deed.changed = *before;
      return std::nullopt;
    }
  }
  if (auto wrong = check_deed(deed, *before)) return wrong;
  Record after = *before;
  if (deletes) {
    after.deleted_at = parts_.clock->now();
  } else {
    const NextState next = next_state(entity, action.name, *before);
    if (!next.allowed)
      return Refusal{Kind::conflict, {{std::string(entity.state_field), "not_allowed", ""}}, {}};
    if (next.state) after.values[entity.index_of(entity.state_field)] = *next.state;
  }
  ActionCall call{*this, connection, context, entity, action, *before, after, deed.arguments};
  bool go_on = true;
  if (auto wrong = pass_gate(deed, call, go_on)) return wrong;
  if (!go_on) return std::nullopt;
  const std::string name = permission_of(entity, action.name);
  if (const auto known = actions_.find(name); known != actions_.end())
    if (auto wrong = known->second.function(call)) return wrong;
  for (std::size_t i = 0; i < entity.fields.size(); ++i)
    if (after.values[i] != before->values[i])
      if (auto fault = check_value(entity.fields[i], after.values[i])) return invalid({std::move(*fault)});
  Write one{context,     entity, &*before, after, deletes ? "delete" : "change", std::string(action.name),
            std::nullopt};
  if (auto wrong = write(connection, one)) return wrong;
  deed.changed = std::move(after);
  return std::nullopt;
}

Outcome<Record> Engine::end_deed(const Deed& deed, std::optional<Refusal> refusal) {
  if (refusal) {
    audit_refusal(deed.context, deed.action.name, deed.entity, deed.id, *refusal);
    const auto known = actions_.find(permission_of(deed.entity, deed.action.name));
    if (known != actions_.end() && known->second.refused && !deed.context.preview)
      known->second.refused(deed.context, deed.id, *refusal);
    return *refusal;
  }
  if (!deed.waits_for.is_nil())
    return Refusal{Kind::needs_approval, {}, {}, deed.context.preview ? base::RecordId{} : deed.waits_for};
  Record seen = *deed.changed;
  withhold(deed.context, deed.entity, seen);
  return seen;
}

Outcome<Record> Engine::act(const Context& context, const Entity& entity, const base::RecordId& id,
                            std::string_view action, std::string_view arguments,
                            std::optional<std::int64_t> version) {
  const schema::Action* const declared = entity.find_action(action);
  if (declared == nullptr) return Refusal{Kind::not_found, {}, {}};
  Deed deed{context, entity, *declared, id, arguments, version};
  auto refusal = transact(context, [&](Connection& connection) { return act_in(connection, deed); });
  return end_deed(deed, std::move(refusal));
}

Outcome<Record> Engine::act_within(Connection& connection, const Context& context, const Entity& entity,
                                   const base::RecordId& id, std::string_view deed_name,
                                   std::string_view arguments, std::optional<std::int64_t> version) {
  const schema::Action* const declared = entity.find_deed(deed_name);
  if (declared == nullptr) return Refusal{Kind::not_found, {}, {}};
  Deed deed{context, entity, *declared, id, arguments, version};
  if (auto refusal = act_in(connection, deed)) return *refusal;
  if (!deed.waits_for.is_nil()) return Refusal{Kind::needs_approval, {}, {}, deed.waits_for};
  return std::move(*deed.changed);
}

Outcome<Record> Engine::remove(const Context& context, const Entity& entity, const base::RecordId& id,
                               std::optional<std::int64_t> version, std::string_view arguments) {
  Deed deed{context, entity, entity.deletion, id, arguments, version};
  auto refusal = transact(context, [&](Connection& connection) { return act_in(connection, deed); });
  return end_deed(deed, std::move(refusal));
}

Outcome<Record> Engine::restore(const Context& context, const Entity& entity, const base::RecordId& id) {
  std::optional<Record> changed;
  auto refusal = transact(context, [&](Connection& connection) -> std::optional<Refusal> {
    auto before = find(connection, context, entity, id, permission_of(entity, "delete"), true, true);
    if (!before) return before.refusal();
    if (!before->deleted_at) return Refusal{Kind::conflict, {}, {}};
    Record after = *before;
    after.deleted_at.reset();
    Write one{context, entity, &*before, after, "restore", "restore", std::nullopt};
    if (auto wrong = write(connection, one)) return wrong;
    changed = std::move(after);
    return std::nullopt;
  });
  if (refusal) {
    audit_refusal(context, "restore", entity, id, *refusal);
    return *refusal;
  }
  withhold(context, entity, *changed);
  return std::move(*changed);
}

Outcome<Record> Engine::undo(const Context& context, std::int64_t seq) {
  std::optional<Record> changed;
  const Entity* entity = nullptr;
  base::RecordId id{};
  auto refusal = transact(context, [&](Connection& connection) -> std::optional<Refusal> {
    auto statement =
        connection.prepare("SELECT " + std::string(change_columns()) + " FROM record_change WHERE seq=?");
    if (!statement) return failed(statement.error());
    (*statement)->bind(seq);
    const auto found = (*statement)->step();
    if (!found) return failed(found.error());
    if (!*found) return Refusal{Kind::not_found, {}, {}};
    const Change change = read_change(**statement);
    (*statement)->reset();
    entity = registry().find(change.entity);
    id = change.record;
    if (entity == nullptr || entity->attached) return Refusal{Kind::not_found, {}, {}};
    const bool deletes = change.kind == "create" || change.kind == "delete" || change.kind == "restore";
    auto before = find(connection, context, *entity, change.record,
                       permission_of(*entity, deletes ? "delete" : "change"), true, true);
    if (!before) return before.refusal();
    // What an action did is undone by another action.
    if (change.kind == "change" && change.action != "change") return Refusal{Kind::conflict, {}, {}};
    // What deleting needs is not got round by undoing.
    if (change.kind == "create" && entity->deletion.four_eyes) return Refusal{Kind::conflict, {}, {}};
    if (change.kind == "create" && before->version != change.version) return Refusal{Kind::conflict, {}, {}};
    const auto stands = still_stands(*entity, change.diff, *before);
    if (!stands) return failed(stands.error());
    if (!*stands) return Refusal{Kind::conflict, {}, {}};
    Record after = *before;
    if (change.kind == "create") {
      after.deleted_at = parts_.clock->now();
    } else if (auto applied = apply_diff(*entity, change.diff, true, after); !applied) {
      return failed(applied.error());
    }
    Record seen = *before;
    withhold(context, *entity, seen);
    for (const std::size_t hidden : seen.withheld)
      if (before->values[hidden] != after.values[hidden]) return Refusal{Kind::forbidden, {}, {}};
    Write one{context, *entity, &*before, after, change.kind == "create" ? "delete" : "change", "undo", seq};
    if (auto wrong = write(connection, one)) return wrong;
    changed = std::move(after);
    return std::nullopt;
  });
  if (refusal) {
    if (entity != nullptr) audit_refusal(context, "undo", *entity, id, *refusal);
    return *refusal;
  }
  withhold(context, *entity, *changed);
  return std::move(*changed);
}

}  // namespace hinomi::record
