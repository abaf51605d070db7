#include "record/engine.h"

#include "record/migrations.h"

namespace hinomi::record {

using store::sql::Connection;

void Engine::add_action(std::string_view entity, std::string_view action, ActionFunction function) {
  const schema::Entity& declared = registry().get(entity);
  HINOMI_CHECK(declared.find_action(action) != nullptr);
  const bool added = actions_.emplace(permission_of(declared, action), std::move(function)).second;
  HINOMI_CHECK(added);
}

void Engine::add_hook(std::string_view entity, WriteHook hook) {
  HINOMI_CHECK(registry().find(entity) != nullptr);
  hooks_.emplace(std::string(entity), std::move(hook));
}

base::Result<void> Engine::migrate() {
  const Steps steps = steps_for(parts_.database->dialect(), migration_files());
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
  if (parts_.audit == nullptr) return;
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

}  // namespace hinomi::record
