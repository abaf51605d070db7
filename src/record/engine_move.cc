// Records between two databases: what stands outside a vault, and moving a record into one.
#include "record/engine_write.h"
#include "record/rows.h"
#include "record/tables.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using store::sql::Connection;

base::Result<void> remove_rows(Connection& connection, const std::string& sql, const base::RecordId& id) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<void> add_to_history(Connection& connection, Change& change) {
  const auto seq = next_number(connection, kChanges);
  if (!seq) return seq.error();
  change.seq = *seq;
  return insert_change(connection, change);
}

}  // namespace

bool Engine::stands_outside(const Context& context, const Entity& entity, const base::RecordId& id) {
  if (parts_.outside == nullptr) return false;
  // With the caller's rights and nothing else of the request.
  Context asked;
  asked.who = context.who;
  asked.realm = context.realm;
  asked.via = context.via;
  const auto found = parts_.outside->get(asked, entity, id);
  return found && !found->deleted_at;
}

bool Engine::shows(const Context& context, const Entity& entity, const base::RecordId& id) {
  return get(context, entity, id).has_value() || stands_outside(context, entity, id);
}

base::Result<std::optional<Engine::Whole>> Engine::whole_of(Connection& connection, const Entity& entity,
                                                            const base::RecordId& id) {
  auto record = load(connection, entity, id, true);
  if (!record) return record.error();
  if (!*record) return std::optional<Whole>();
  Whole whole{std::move(**record), {}};
  auto statement = connection.prepare("SELECT " + std::string(change_columns()) +
                                      " FROM record_change WHERE record_id=? ORDER BY version");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return std::optional(std::move(whole));
    whole.history.push_back(read_change(**statement));
  }
}

base::Result<void> Engine::take_in(Connection& connection, const Context& context, const Entity& entity,
                                   Whole whole, std::string_view action) {
  if (auto gone = erase(connection, entity, whole.record.id); !gone) return gone;
  Record& record = whole.record;
  record.labels.vault = parts_.vault;
  ++record.version;
  record.updated_at = parts_.clock->now();
  record.updated_by = context.who->id;
  if (auto kept = insert(connection, entity, record); !kept) return kept;
  std::map<std::int64_t, std::int64_t> now_at;  // their numbers there and here
  for (Change& change : whole.history) {
    const std::int64_t before = change.seq;
    change.vault = parts_.vault;
    change.request_key.clear();
    if (change.undoes) {
      const auto known = now_at.find(*change.undoes);
      change.undoes = known == now_at.end() ? std::nullopt : std::optional(known->second);
    }
    if (auto kept = add_to_history(connection, change); !kept) return kept;
    now_at.emplace(before, change.seq);
  }
  Change moved;
  moved.at = record.updated_at;
  moved.entity = std::string(entity.name);
  moved.record = record.id;
  moved.version = record.version;
  moved.kind = "change";
  moved.action = std::string(action);
  moved.actor_kind = std::string(access::name_of(context.who->kind));
  moved.actor = context.who->id;
  moved.actor_name = context.who->name;
  moved.via = std::string(context.via);
  moved.peer = std::string(context.peer);
  moved.reason = std::string(context.reason);
  moved.organisation = record.labels.organisation;
  moved.site = record.labels.site;
  moved.vault = parts_.vault;
  moved.realm = record.labels.realm;
  moved.owner = view_of(entity, record).owner;
  moved.diff = "{}";
  if (auto kept = add_to_history(connection, moved); !kept) return kept;
  if (auto found = index(connection, entity, record); !found) return found;
  if (parts_.audit == nullptr) return {};
  AuditEntry entry;
  entry.organisation = record.labels.organisation;
  entry.vault = parts_.vault;
  entry.at = record.updated_at;
  entry.who = context.who;
  entry.via = context.via;
  entry.peer = context.peer;
  entry.action = permission_of(entity, action);
  entry.entity = entity.name;
  entry.record = record.id;
  entry.version = record.version;
  entry.reason = context.reason;
  entry.details = moved.diff;
  return parts_.audit->append(connection, entry);
}

base::Result<void> Engine::erase(Connection& connection, const Entity& entity, const base::RecordId& id) {
  if (auto gone = remove_from_index(connection, id); !gone) return gone;
  if (auto gone = remove_rows(connection, "DELETE FROM record_change WHERE record_id=?", id); !gone)
    return gone;
  return remove_rows(connection, "DELETE FROM " + table_of(entity) + " WHERE id=?", id);
}

base::Result<void> Engine::rebuild_search(Connection& connection) {
  if (connection.dialect() != store::sql::Dialect::sqlite) return {};
  if (auto patient = connection.allow_long_work(); !patient) return patient;
  auto statement = connection.prepare("INSERT INTO record_search (record_search) VALUES ('rebuild')");
  if (!statement) return statement.error();
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

}  // namespace hinomi::record
