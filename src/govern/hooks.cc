#include "govern/hooks.h"

#include <algorithm>

#include "govern/assignment.h"
#include "record/rows.h"

namespace hinomi::govern {
namespace {

using record::Record;
using record::Refusal;
using record::WriteCall;
using schema::Entity;
using schema::Value;

Refusal invalid(std::string_view field, std::string_view code, std::string_view detail) {
  return {Refusal::Kind::invalid, {{std::string(field), std::string(code), std::string(detail)}}, {}};
}

Refusal failed(base::Error error) {
  return {Refusal::Kind::failed, {}, std::move(error)};
}

Value& value_of(const Entity& entity, Record& record, std::string_view field) {
  return record.values[entity.index_of(field)];
}

std::optional<Refusal> give_key(WriteCall& call) {
  if (call.before != nullptr) return std::nullopt;
  const auto key = record::next_number(call.connection, std::string(call.entity.name) + "_key");
  if (!key) return failed(key.error());
  value_of(call.entity, call.after, "key") = *key;
  return std::nullopt;
}

base::Result<bool> exists_in(store::sql::Connection& connection, std::string_view sql,
                             std::initializer_list<std::int64_t> values) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  for (const std::int64_t value : values) (*statement)->bind(value);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const bool there = *found;
  (*statement)->reset();
  return there;
}

// Organisations and sites stand outside of vaults, whose records bear their keys.
base::Result<bool> exists(const WriteCall& call, std::string_view sql,
                          std::initializer_list<std::int64_t> values) {
  record::Engine* const outside = call.engine.outside();
  if (outside == nullptr) return exists_in(call.connection, sql, values);
  bool there = false;
  const auto read = outside->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    const auto found = exists_in(connection, sql, values);
    if (!found) return found.error();
    there = *found;
    return {};
  });
  if (!read) return read.error();
  return there;
}

std::optional<Refusal> check_labels(WriteCall& call) {
  const base::Labels& labels = call.after.labels;
  if (call.before != nullptr && call.before->labels == labels) return std::nullopt;
  const auto organisation = static_cast<std::int64_t>(labels.organisation);
  const auto site = static_cast<std::int64_t>(labels.site);
  const auto known = exists(call,
                            "SELECT 1 FROM r_organisation WHERE COALESCE(f_key, -9223372036854775807)=? AND "
                            "deleted_at IS NULL",
                            {organisation});
  if (!known) return failed(known.error());
  if (!*known) return invalid("organisation", "no_such_record", "no organisation of this key");
  if (site == 0) return std::nullopt;
  const auto known_site = exists(call,
                                 "SELECT 1 FROM r_site WHERE COALESCE(f_key, -9223372036854775807)=? AND "
                                 "organisation=? AND deleted_at IS NULL",
                                 {site, organisation});
  if (!known_site) return failed(known_site.error());
  if (!*known_site) return invalid("site", "no_such_record", "no site of this key in the organisation");
  return std::nullopt;
}

// The title of a referenced record; empty without one.
base::Result<std::string> title_of(WriteCall& call, std::string_view field, std::string_view target) {
  const auto* const id = std::get_if<base::RecordId>(&value_of(call.entity, call.after, field));
  if (id == nullptr) return std::string();
  const Entity& entity = call.engine.registry().get(target);
  const auto found = record::load(call.connection, entity, *id, false);
  if (!found) return found.error();
  if (!*found) return std::string();
  const auto* const text = std::get_if<std::string>(&(**found).values[entity.index_of(entity.title)]);
  return text == nullptr ? std::string() : *text;
}

std::optional<Refusal> check_period(WriteCall& call) {
  const auto* const from = std::get_if<std::string>(&value_of(call.entity, call.after, "valid_from"));
  const auto* const until = std::get_if<std::string>(&value_of(call.entity, call.after, "valid_until"));
  if (from != nullptr && until != nullptr && *until < *from)
    return invalid("valid_until", "out_of_range", "it ends before it begins");
  return std::nullopt;
}

bool needs_four_eyes(std::string_view role) {
  return std::find(std::begin(kFourEyesRoles), std::end(kFourEyesRoles), role) != std::end(kFourEyesRoles);
}

// An assignment to one of the roles that nobody gives alone is not in force until it is put there, and not
// any more when it changes. What the program does by itself (the first administrator) stands.
void settle_force(WriteCall& call) {
  Value& in_force = value_of(call.entity, call.after, "in_force");
  if (!needs_four_eyes(std::get<std::string>(value_of(call.entity, call.after, "role")))) {
    in_force = true;
    return;
  }
  if (call.context.who->kind == access::PrincipalKind::system) return;
  const bool back = call.before != nullptr && call.before->deleted_at && !call.after.deleted_at;
  bool changed = call.before == nullptr || back || call.before->labels != call.after.labels;
  for (const std::string_view field : {"role", "person", "post", "whole_group", "valid_from", "valid_until"})
    changed = changed ||
              call.before->values[call.entity.index_of(field)] != value_of(call.entity, call.after, field);
  if (changed) in_force = false;
}

// Who may give roles in one place does not give one for every place.
bool may_give_everywhere(const WriteCall& call) {
  const access::Principal& who = *call.context.who;
  if (who.kind == access::PrincipalKind::system) return true;
  const access::Reach* const reach = who.grants == nullptr ? nullptr : who.grants->find("assignment.create");
  return reach != nullptr && reach->everywhere;
}

std::optional<Refusal> put_in_force(record::ActionCall& call) {
  Value& in_force = value_of(call.entity, call.after, "in_force");
  if (in_force == Value(true)) return Refusal{Refusal::Kind::conflict, {}, {}};
  in_force = true;
  return std::nullopt;
}

std::optional<Refusal> complete_assignment(WriteCall& call) {
  const bool person = !schema::is_empty(value_of(call.entity, call.after, "person"));
  const bool post = !schema::is_empty(value_of(call.entity, call.after, "post"));
  if (person == post) return invalid("person", "needed", "either a person or a post");
  // Whoever holds a post is decided by one person alone.
  if (post && needs_four_eyes(std::get<std::string>(value_of(call.entity, call.after, "role"))))
    return invalid("post", "not_allowed", "this role is given to people, never to posts");
  if (value_of(call.entity, call.after, "whole_group") == Value(true) && !may_give_everywhere(call))
    return Refusal{Refusal::Kind::forbidden, {}, {}};
  if (auto wrong = check_period(call)) return wrong;
  const auto title = title_of(call, person ? "person" : "post", person ? "person" : "post");
  if (!title) return failed(title.error());
  value_of(call.entity, call.after, "title") =
      std::get<std::string>(value_of(call.entity, call.after, "role")) + " " + *title;
  settle_force(call);
  return std::nullopt;
}

// The organisation of a post decides who holds it: with it come the roles that it has.
std::optional<Refusal> check_place_of_post(WriteCall& call) {
  const auto* const id = std::get_if<base::RecordId>(&value_of(call.entity, call.after, "post"));
  if (id == nullptr) return std::nullopt;
  const auto post = record::load(call.connection, call.engine.registry().get("post"), *id, false);
  if (!post) return failed(post.error());
  if (!*post || (*post)->labels.organisation == call.after.labels.organisation) return std::nullopt;
  return invalid("organisation", "not_allowed", "a post is held in the organisation that it belongs to");
}

std::optional<Refusal> complete_holding(WriteCall& call) {
  if (auto wrong = check_period(call)) return wrong;
  if (auto wrong = check_place_of_post(call)) return wrong;
  const auto person = title_of(call, "person", "person");
  if (!person) return failed(person.error());
  const auto post = title_of(call, "post", "post");
  if (!post) return failed(post.error());
  value_of(call.entity, call.after, "title") = *person + ": " + *post;
  return std::nullopt;
}

// Whoever is given a role, or holds a post that is, hears of it.
std::optional<Refusal> tell_assigned(WriteCall& call, work::NoticeBoard& notices, work::People& people) {
  const auto same = [&](std::string_view field) {
    return call.before != nullptr &&
           call.before->values[call.entity.index_of(field)] == call.after.values[call.entity.index_of(field)];
  };
  // What the program fills in (the demo company) is no news to anybody.
  const bool no_news =
      call.after.deleted_at.has_value() || call.context.who->kind == access::PrincipalKind::system;
  if (no_news || (same("role") && same("person") && same("post"))) return std::nullopt;
  std::vector<base::RecordId> told;
  if (const auto* const person = std::get_if<base::RecordId>(&value_of(call.entity, call.after, "person"))) {
    told.push_back(*person);
  } else if (const auto* const post =
                 std::get_if<base::RecordId>(&value_of(call.entity, call.after, "post"))) {
    const auto holders = people.holders_of(call.connection, *post);
    if (!holders) return failed(holders.error());
    for (const work::Holder& holder : *holders) told.push_back(holder.person);
  }
  for (const base::RecordId& one : told) {
    if (one == call.context.who->id) continue;
    // With the assignment they belong where it is, and may read it.
    const auto done =
        notices.tell(call.connection, call.context, {one, "assignment", call.entity, call.after, {}, true});
    if (!done) return failed(done.error());
  }
  return std::nullopt;
}

}  // namespace

void add_hooks(record::Engine& engine) {
  for (const Entity& entity : engine.registry().all())
    if (!entity.for_all_organisations) engine.add_hook(entity.name, check_labels);
  engine.add_hook("organisation", give_key);
  engine.add_hook("site", give_key);
  engine.add_hook("assignment", complete_assignment);
  engine.add_hook("holding", complete_holding);
  engine.add_action("assignment", "put_in_force", put_in_force);
}

void add_notices(record::Engine& engine, work::NoticeBoard& notices, work::People& people) {
  engine.add_hook("assignment", [&notices, &people](WriteCall& call) -> std::optional<Refusal> {
    return tell_assigned(call, notices, people);
  });
}

}  // namespace hinomi::govern
