#include "record/engine.h"

#include "record/migrations.h"

namespace hinomi::record {

using store::sql::Connection;

void Engine::add_action(std::string_view entity, std::string_view action, ActionFunction function,
                        RefusedFunction refused) {
  const schema::Entity& declared = registry().get(entity);
  HINOMI_CHECK(declared.find_action(action) != nullptr);
  Registered one{std::move(function), std::move(refused)};
  const bool added = actions_.emplace(permission_of(declared, action), std::move(one)).second;
  HINOMI_CHECK(added);
}

void Engine::add_hook(std::string_view entity, WriteHook hook) {
  HINOMI_CHECK(registry().find(entity) != nullptr);
  hooks_.emplace(std::string(entity), std::move(hook));
}

void Engine::add_read_hook(std::string_view entity, ReadHook hook) {
  HINOMI_CHECK(registry().find(entity) != nullptr);
  read_hooks_[std::string(entity)] = std::move(hook);
}

base::Result<void> Engine::migrate() {
  const auto steps = store::sql::steps_for("records", parts_.database->dialect(), migration_files());
  return store::sql::migrate(*parts_.database, steps.view());
}

base::Result<void> Engine::in_write(const std::function<base::Result<void>(Connection&)>& work) {
  return store::sql::in_transaction(*parts_.database, Connection::Kind::write, work);
}

base::Result<void> Engine::in_read(const std::function<base::Result<void>(Connection&)>& work) {
  return store::sql::in_transaction(*parts_.database, Connection::Kind::read, work);
}

void Engine::audit_refusal(const Context& context, std::string_view action, const schema::Entity* entity,
                           const std::optional<base::RecordId>& id, base::OrganisationId organisation) {
  refuse(context, action, entity, id, organisation, false);
}

void Engine::audit_refusal(const Context& context, std::string_view action, const schema::Entity& entity,
                           const base::RecordId& id, const Refusal& refusal) {
  switch (refusal.kind) {
    case Refusal::Kind::forbidden:
    case Refusal::Kind::needs_step_up:
      return refuse(context, action, &entity, id, {}, false);
    case Refusal::Kind::not_found:
      return refuse(context, action, &entity, id, {}, true);
    default:
      return;
  }
}

void Engine::refuse(const Context& context, std::string_view action, const schema::Entity* entity,
                    const std::optional<base::RecordId>& id, base::OrganisationId organisation,
                    bool must_exist) {
  // Within a transaction that may still be given up, whoever began it says what was refused.
  if (parts_.audit == nullptr || context.joined != nullptr) return;
  AuditEntry entry;
  entry.organisation = organisation;
  entry.at = parts_.clock->now();
  entry.who = context.who;
  entry.via = context.via;
  entry.peer = context.peer;
  entry.action = entity == nullptr ? std::string(action) : permission_of(*entity, action);
  if (entity != nullptr) entry.entity = entity->name;
  entry.record = id;
  entry.done = false;
  entry.reason = context.reason;
  if (parts_.audit->refuse(entry, must_exist) || must_exist) return;
  // What cannot be written down must not change the answer, which is a refusal in any case.
  (void)in_write([&](Connection& connection) { return parts_.audit->append(connection, entry); });
}

base::Result<void> Engine::audit_deed(const Context& context, std::string_view action,
                                      const schema::Entity& entity, std::string details) {
  if (parts_.audit == nullptr) return {};
  AuditEntry entry;
  entry.at = parts_.clock->now();
  entry.who = context.who;
  entry.via = context.via;
  entry.peer = context.peer;
  entry.action = std::string(action);
  entry.entity = entity.name;
  entry.reason = context.reason;
  entry.details = std::move(details);
  return in_write([&](Connection& connection) { return parts_.audit->append(connection, entry); });
}

base::Result<void> Engine::together(const std::function<base::Result<bool>(Connection&)>& work) {
  bool takes_effect = false;
  auto done = in_write([&](Connection& connection) -> base::Result<void> {
    takes_effect = false;
    const auto wanted = work(connection);
    if (!wanted) return wanted.error();
    takes_effect = *wanted;
    if (takes_effect) return {};
    return base::Error{base::ErrorCode::usage, "given up", "", {}};
  });
  if (!done && done.error().code == base::ErrorCode::usage && !takes_effect) return {};
  if (done && parts_.on_change) parts_.on_change();
  return done;
}

}  // namespace hinomi::record
