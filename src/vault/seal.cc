// Moving a record into a vault: a copy there first, then nothing of it is left outside.
#include "record/tables.h"
#include "vault/vaults.h"

namespace hinomi::vault {
namespace {

using record::Context;
using record::Refusal;
using schema::Entity;
using store::sql::Connection;
using Kind = Refusal::Kind;

// A row that stands with a record.
struct Along {
  const Entity* entity = nullptr;
  base::RecordId id{};
};

std::string column(const Entity& entity, std::string_view field) {
  return record::column_of(entity.fields[entity.index_of(field)]);
}

base::Result<void> add_rows(Connection& connection, const Entity& entity, const std::string& entity_column,
                            const std::string& id_column, const Entity& about, const base::RecordId& id,
                            std::vector<Along>& rows) {
  auto statement = connection.prepare("SELECT id FROM " + record::table_of(entity) + " WHERE " +
                                      entity_column + "=? AND " + id_column + "=? LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(about.name).bind(std::string_view(id.text()));
  (*statement)->bind(static_cast<std::int64_t>(kMaxSealedAlong + 1));
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return {};
    const auto row = base::RecordId::from_bytes((*statement)->blob(0));
    if (row) rows.push_back({&entity, *row});
  }
}

// A field by which rows of the entity live beside a record of the other: they are a part of it.
bool is_part_by(const Entity& entity, const schema::Field& field, const Entity& target) {
  return entity.attached && entity.may_be_sealed && field.kind == schema::Kind::reference &&
         field.target == target.name;
}

base::Result<void> add_parts(Connection& connection, const Entity& entity, const schema::Field& field,
                             const base::RecordId& id, std::vector<Along>& rows) {
  auto statement = connection.prepare("SELECT id FROM " + record::table_of(entity) + " WHERE " +
                                      record::column_of(field) + "=? LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes()).bind(static_cast<std::int64_t>(kMaxSealedAlong + 1));
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return {};
    const auto row = base::RecordId::from_bytes((*statement)->blob(0));
    if (row) rows.push_back({&entity, *row});
  }
}

// Rows of every entity that names the record it is about by entity and id, those of relations, and its parts.
base::Result<std::vector<Along>> rows_about(Connection& connection, const schema::Registry& registry,
                                            const Entity& about, const base::RecordId& id) {
  std::vector<Along> rows;
  for (const Entity& entity : registry.all()) {
    for (const schema::Field& field : entity.fields)
      if (is_part_by(entity, field, about))
        if (auto added = add_parts(connection, entity, field, id, rows); !added) return added.error();
    if (entity.find("about_entity") != nullptr && entity.find("about") != nullptr)
      if (auto added = add_rows(connection, entity, column(entity, "about_entity"), column(entity, "about"),
                                about, id, rows);
          !added)
        return added.error();
    if (entity.find("from_entity") == nullptr || entity.find("from_record") == nullptr ||
        entity.find("to_entity") == nullptr || entity.find("to_record") == nullptr)
      continue;
    for (const std::string_view end : {"from", "to"}) {
      const std::string name(end);
      if (auto added = add_rows(connection, entity, column(entity, name + "_entity"),
                                column(entity, name + "_record"), about, id, rows);
          !added)
        return added.error();
    }
  }
  return rows;
}

// Fields of other records that refer to this one, "task.incident".
base::Result<std::vector<std::string>> referring(Connection& connection, const schema::Registry& registry,
                                                 const Entity& target, const base::RecordId& id) {
  std::vector<std::string> names;
  for (const Entity& entity : registry.all())
    for (const schema::Field& field : entity.fields) {
      if (field.kind != schema::Kind::reference || field.target != target.name) continue;
      if (is_part_by(entity, field, target)) continue;
      auto statement = connection.prepare("SELECT 1 FROM " + record::table_of(entity) + " WHERE " +
                                          record::column_of(field) + "=? AND id<>? LIMIT 1");
      if (!statement) return statement.error();
      (*statement)->bind(id.as_bytes()).bind(id.as_bytes());
      const auto found = (*statement)->step();
      if (!found) return found.error();
      if (*found) names.push_back(std::string(entity.name) + "." + std::string(field.name));
      (*statement)->reset();
    }
  return names;
}

Refusal failed(base::Error error) {
  return {Kind::failed, {}, std::move(error)};
}

}  // namespace

// Within a transaction on the main database that nobody else writes to meanwhile.
std::optional<Refusal> Vaults::move(Connection& outside, const Context& context, const Entity& entity,
                                    const base::RecordId& id, OpenVault& into, Sealed& sealed) {
  const schema::Registry& registry = parts_.outside->registry();
  auto along = rows_about(outside, registry, entity, id);
  if (!along) return failed(along.error());
  if (along->size() > kMaxSealedAlong) return Refusal{Kind::conflict, {{"id", "too_many", ""}}, {}};
  auto names = referring(outside, registry, entity, id);
  if (!names) return failed(names.error());
  std::vector<record::Fault> faults;
  for (const std::string& name : *names) faults.push_back({name, "refers", "another record refers to it"});
  std::vector<std::pair<const Entity*, record::Engine::Whole>> moving;
  std::vector<Along> gone{{&entity, id}};
  std::vector<Along> wanted{{&entity, id}};
  for (const Along& one : *along) {
    // The bytes of files lie in a store that knows no vaults.
    if (one.entity->name == "attachment" || (one.entity->may_be_sealed && !one.entity->attached)) {
      faults.push_back({std::string(one.entity->name), "refers", "it stands with the record"});
      continue;
    }
    gone.push_back(one);
    if (one.entity->may_be_sealed) wanted.push_back(one);
  }
  if (!faults.empty()) return Refusal{Kind::conflict, std::move(faults), {}};
  for (const Along& one : wanted) {
    auto whole = parts_.outside->whole_of(outside, *one.entity, one.id);
    if (!whole) return failed(whole.error());
    if (*whole) moving.emplace_back(one.entity, std::move(**whole));
  }
  if (moving.empty() || moving.front().second.record.id != id) return Refusal{Kind::not_found, {}, {}};
  const auto organisation = moving.front().second.record.labels.organisation;
  sealed.records = moving.size();
  auto done = into.engine_->in_write([&](Connection& inside) -> base::Result<void> {
    for (const auto& [kind, whole] : moving)
      if (auto taken = into.engine_->take_in(inside, context, *kind, whole, "seal"); !taken) return taken;
    return note(inside, into, context, "seal", &id);
  });
  if (!done) return failed(done.error());
  for (const Along& one : gone) {
    if (auto erased = parts_.outside->erase(outside, *one.entity, one.id); !erased)
      return failed(erased.error());
    if (!parts_.forget) continue;
    if (auto forgotten = parts_.forget(outside, one.id); !forgotten) return failed(forgotten.error());
  }
  if (auto rebuilt = parts_.outside->rebuild_search(outside); !rebuilt) return failed(rebuilt.error());
  if (auto told = tell_outside(outside, organisation, "vault.seal"); !told) return failed(told.error());
  return std::nullopt;
}

record::Outcome<Vaults::Sealed> Vaults::seal(const Context& context, const Entity& entity,
                                             const base::RecordId& id, base::VaultId vault) {
  const auto seen = parts_.outside->get(context, entity, id);
  if (!seen) return seen.refusal();
  const access::ObjectView view = record::view_of(entity, *seen);
  const std::string read = record::permission_of(entity, "read");
  if (access::decide(*context.who, record::permission_of(entity, "seal"), read, view) !=
          access::Decision::allowed &&
      access::decide(*context.who, "vault.seal", read, view) != access::Decision::allowed)
    return Refusal{Kind::forbidden, {}, {}};
  if (!entity.may_be_sealed || entity.attached)
    return Refusal{Kind::conflict, {{"id", "not_allowed", "records of this kind cannot be sealed"}}, {}};
  if (!access::has_stepped_up(*context.who, parts_.clock->now())) return Refusal{Kind::needs_step_up, {}, {}};
  if (context.reason.empty()) return Refusal{Kind::needs_reason, {}, {}};
  auto entered = enter(*context.who, vault);
  if (!entered && entered.refusal().kind == Kind::not_found)
    return Refusal{Kind::invalid, {{"vault", "no_such_record", ""}}, {}};
  if (!entered) return entered.refusal();
  Sealed sealed;
  std::optional<Refusal> refusal;
  const auto done = parts_.outside->in_write([&](Connection& outside) -> base::Result<void> {
    refusal = move(outside, context, entity, id, *entered->vault, sealed);
    if (!refusal) return {};
    if (refusal->kind == Kind::failed) return refusal->error;
    return base::Error{base::ErrorCode::usage, "refused", "", {}};
  });
  if (refusal && refusal->kind != Kind::failed) return *refusal;
  if (!done) return done.error();
  sealed.wiped = wipe();
  return sealed;
}

// What was erased is still in pages that are free, and in the log of the database.
bool Vaults::wipe() {
  const auto purged = parts_.database->purge();
  const bool again = !purged && purged.error().code == base::ErrorCode::unavailable;
  wipe_due_ = again;
  if (!purged && !again)
    say("what was sealed is not wiped from the main database: " + purged.error().message);
  return purged.has_value();
}

}  // namespace hinomi::vault
