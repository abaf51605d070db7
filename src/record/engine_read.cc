// What callers may see of records: one, as it is or was, lists, counts, histories, search.
#include <algorithm>
#include <limits>
#include <map>

#include "base/json_writer.h"
#include "base/search_tokens.h"
#include "record/engine_write.h"
#include "record/rows.h"
#include "record/tables.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Value;
using store::sql::Connection;
using store::sql::Statement;
using Kind = Refusal::Kind;

constexpr std::size_t kMaxHistory = 500;

void bind_all(Statement& statement, const std::vector<Value>& values) {
  for (const Value& value : values) bind_value(statement, value);
}

// Rows for one principal alone.
void narrow_to_owner(const Entity& entity, const access::Principal& who, Where& where) {
  if (entity.owner.empty() || who.kind == access::PrincipalKind::system) return;
  where.sql += " AND " + column_of(entity.fields[entity.index_of(entity.owner)]) + "=?";
  where.values.emplace_back(who.id);
}

base::Result<std::int64_t> count(Connection& connection, const std::string& table, const Where& where) {
  auto statement = connection.prepare("SELECT COUNT(*) FROM (SELECT 1 FROM " + table + " WHERE " + where.sql +
                                      " LIMIT " + std::to_string(kCountLimit + 1) + ") AS found");
  if (!statement) return statement.error();
  bind_all(**statement, where.values);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const std::int64_t number = (*statement)->integer(0);
  (*statement)->reset();
  return number;
}

base::Result<std::vector<Record>> rows_of(const Entity& entity, Statement& statement) {
  std::vector<Record> records;
  for (;;) {
    const auto found = statement.step();
    if (!found) return found.error();
    if (!*found) return records;
    records.push_back(read_row(entity, statement));
  }
}

// "x > 5 or x = 5 and the id behind it": where the page before ended.
base::Result<void> start_behind(const Entity& entity, const ListQuery& query, Where& where) {
  const auto cursor = read_cursor(entity, query);
  if (!cursor) return cursor.error();
  const std::string order = order_expression(entity, query);
  const std::string sign = query.descending ? "<" : ">";
  where.sql += " AND (" + order + sign + "? OR (" + order + "=? AND id" + sign + "?))";
  where.values.push_back(cursor->key);
  where.values.push_back(cursor->key);
  where.values.emplace_back(cursor->id);
  return {};
}

std::vector<base::RecordId> ids_of(const std::vector<Record>& records) {
  std::vector<base::RecordId> ids;
  ids.reserve(records.size());
  for (const Record& record : records) ids.push_back(record.id);
  return ids;
}

Change visible_change(Change change, const std::vector<std::string_view>& hidden) {
  change.diff = diff_without(change.diff, hidden);
  change.request_key.clear();
  return change;
}

}  // namespace

access::ObjectView view_of(const Entity& entity, const Record& record) {
  access::ObjectView view{record.labels, entity.for_all_organisations, std::nullopt};
  if (!entity.owner.empty()) {
    const auto* const owner = std::get_if<base::RecordId>(&record.values[entity.index_of(entity.owner)]);
    view.owner = owner == nullptr ? base::RecordId{} : *owner;
  }
  if (!entity.itself.empty()) {
    const auto* const key = std::get_if<std::int64_t>(&record.values[entity.index_of(entity.itself)]);
    view.itself = key == nullptr ? base::OrganisationId{} : static_cast<base::OrganisationId>(*key);
  }
  return view;
}

std::string permission_of(const Entity& entity, std::string_view verb) {
  return std::string(entity.name) + "." + std::string(verb);
}

bool Engine::may_see(const Context& context, const Field& field, const Record& record) const {
  if (field.permission.empty()) return true;
  const access::ObjectView view{record.labels, false, std::nullopt};
  return access::decide(*context.who, field.permission, field.permission, view) == access::Decision::allowed;
}

void Engine::withhold(const Context& context, const Entity& entity, Record& record) const {
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    if (may_see(context, entity.fields[i], record)) continue;
    record.values[i] = Value();
    record.withheld.push_back(i);
  }
}

std::optional<Refusal> Engine::authorise(const Context& context, const Entity& entity, const Record& record,
                                         std::string_view permission) {
  switch (access::decide(*context.who, permission, permission_of(entity, "read"), view_of(entity, record))) {
    case access::Decision::allowed:
      return std::nullopt;
    case access::Decision::hidden:
      return Refusal{Kind::not_found, {}, {}};
    case access::Decision::refused:
      return Refusal{Kind::forbidden, {}, {}};
  }
  return Refusal{Kind::forbidden, {}, {}};
}

Outcome<Record> Engine::find(Connection& connection, const Context& context, const Entity& entity,
                             const base::RecordId& id, std::string_view permission, bool for_update,
                             bool deleted_too) {
  auto record = load(connection, entity, id, for_update);
  if (!record) return record.error();
  if (!*record) return Refusal{Kind::not_found, {}, {}};
  if (auto refusal = authorise(context, entity, **record, permission)) return *refusal;
  if ((**record).deleted_at &&
      (!deleted_too || authorise(context, entity, **record, permission_of(entity, "delete"))))
    return Refusal{Kind::not_found, {}, {}};
  return std::move(**record);
}

Outcome<Record> Engine::get(const Context& context, const Entity& entity, const base::RecordId& id,
                            std::optional<base::TimeNs> as_of) {
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto tx = store::sql::Tx::begin(**lease, Connection::Kind::read);
  if (!tx) return tx.error();
  auto record = find(**lease, context, entity, id, permission_of(entity, "read"), false, true);
  if (!record) {
    audit_refusal(context, "read", entity, id, record.refusal());
    return record;
  }
  if (as_of) {
    if (record->created_at > *as_of) return Refusal{Kind::not_found, {}, {}};
    auto statement =
        (*lease)->prepare("SELECT " + std::string(change_columns()) +
                          " FROM record_change WHERE record_id=? AND at>? ORDER BY version DESC");
    if (!statement) return statement.error();
    (*statement)->bind(id.as_bytes()).bind(as_of->since_epoch_ns);
    for (;;) {
      const auto found = (*statement)->step();
      if (!found) return found.error();
      if (!*found) break;
      const Change change = read_change(**statement);
      if (auto undone = apply_diff(entity, change.diff, true, *record); !undone) return undone.error();
      record->version = change.version - 1;
    }
  }
  if (!as_of) {
    std::vector<Record> one{std::move(*record)};
    if (auto wrong = complete(**lease, entity, one)) return *wrong;
    *record = std::move(one.front());
  }
  if (auto wrong = note_read(context, &entity, "read", std::span(&id, 1))) return *wrong;
  withhold(context, entity, *record);
  return record;
}

// What is kept beside the records.
std::optional<Refusal> Engine::complete(Connection& connection, const Entity& entity,
                                        std::vector<Record>& records) {
  const auto hook = read_hooks_.find(entity.name);
  if (hook == read_hooks_.end() || records.empty()) return std::nullopt;
  if (auto done = hook->second(connection, records); !done) return failed(done.error());
  return std::nullopt;
}

std::optional<Refusal> Engine::note_read(const Context& context, const Entity* entity, std::string_view how,
                                         std::span<const base::RecordId> ids) {
  if (parts_.audit == nullptr || context.who->grants == nullptr || !context.who->grants->emergency())
    return std::nullopt;
  const access::Emergency& emergency = *context.who->grants->emergency();
  AuditEntry entry;
  entry.organisation = emergency.organisation;
  entry.at = parts_.clock->now();
  entry.who = context.who;
  entry.via = context.via;
  entry.peer = context.peer;
  entry.action = entity == nullptr ? std::string(how) : permission_of(*entity, how);
  if (entity != nullptr) entry.entity = entity->name;
  if (ids.size() == 1) entry.record = ids.front();
  base::JsonWriter json(entry.details);
  json.begin_object().key("emergency").string(emergency.record.text());
  json.key("records").begin_array();
  for (const base::RecordId& id : ids) json.string(id.text());
  json.end_array().end_object();
  const auto written =
      in_write([&](Connection& connection) { return parts_.audit->append(connection, entry); });
  if (!written) return failed(written.error());
  return std::nullopt;
}

Outcome<Page> Engine::list(const Context& context, const Entity& entity, const ListQuery& query) {
  const std::string permission = permission_of(entity, query.deleted ? "delete" : "read");
  if (!access::holds_anywhere(*context.who, permission)) return Refusal{Kind::forbidden, {}, {}};
  for (const Condition& condition : query.conditions)
    if (const Field& field = entity.fields[condition.field]; !field.permission.empty())
      if (!access::holds_anywhere(*context.who, field.permission))
        return Refusal{Kind::forbidden, {{std::string(field.name), "not_allowed", ""}}, {}};
  if (query.sort && !entity.fields[*query.sort].permission.empty() &&
      !access::holds_anywhere(*context.who, entity.fields[*query.sort].permission))
    return Refusal{Kind::forbidden, {{std::string(entity.fields[*query.sort].name), "not_allowed", ""}}, {}};
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto tx = store::sql::Tx::begin(**lease, Connection::Kind::read);
  if (!tx) return tx.error();
  Where where =
      where_of(entity, query, access::RowFilter::of(*context.who, permission, entity.for_all_organisations),
               (*lease)->dialect());
  narrow_to_owner(entity, *context.who, where);
  Page page;
  if (query.wants_total && query.after.empty()) {
    const auto total = count(**lease, table_of(entity), where);
    if (!total) return total.error();
    page.total = std::min(*total, kCountLimit);
    page.total_is_exact = *total <= kCountLimit;
  }
  if (!query.after.empty())
    if (auto started = start_behind(entity, query, where); !started)
      return Refusal{Kind::invalid, {{"after", "wrong_type", started.error().message}}, {}};
  const std::string direction = query.descending ? " DESC" : "";
  auto statement = (*lease)->prepare("SELECT " + columns_of(entity) + " FROM " + table_of(entity) +
                                     " WHERE " + where.sql + " ORDER BY " + order_expression(entity, query) +
                                     direction + ", id" + direction + " LIMIT ? OFFSET ?");
  if (!statement) return statement.error();
  bind_all(**statement, where.values);
  const std::size_t limit = std::min(query.limit, kMaxPage);
  (*statement)->bind(static_cast<std::int64_t>(limit + 1));
  (*statement)->bind(query.after.empty() ? query.offset : std::int64_t{0});
  auto records = rows_of(entity, **statement);
  if (!records) return records.error();
  page.records = std::move(*records);
  if (page.records.size() > limit) {
    page.records.pop_back();
    page.next = cursor_text(entity, query, page.records.back());
  }
  if (auto wrong = complete(**lease, entity, page.records)) return *wrong;
  if (auto wrong = note_read(context, &entity, "list", ids_of(page.records))) return *wrong;
  for (Record& record : page.records) withhold(context, entity, record);
  return page;
}

Outcome<std::vector<FacetValue>> Engine::facet(const Context& context, const Entity& entity,
                                               const ListQuery& query, std::size_t field) {
  constexpr std::size_t kMaxFacet = 50;
  const Field& asked = entity.fields[field];
  const std::string permission = permission_of(entity, "read");
  if (!access::holds_anywhere(*context.who, permission)) return Refusal{Kind::forbidden, {}, {}};
  if (!asked.may_filter || !asked.permission.empty()) return Refusal{Kind::forbidden, {}, {}};
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  Where where =
      where_of(entity, query, access::RowFilter::of(*context.who, permission, entity.for_all_organisations),
               (*lease)->dialect());
  narrow_to_owner(entity, *context.who, where);
  if (auto wrong = note_read(context, &entity, "facet", {})) return *wrong;
  const std::string column = column_of(asked);
  auto statement =
      (*lease)->prepare("SELECT " + column + ", COUNT(*) FROM " + table_of(entity) + " WHERE " + where.sql +
                        " GROUP BY " + column + " ORDER BY 2 DESC, 1 LIMIT " + std::to_string(kMaxFacet));
  if (!statement) return statement.error();
  bind_all(**statement, where.values);
  std::vector<FacetValue> values;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return values;
    values.push_back({read_column(asked, **statement, 0), (*statement)->integer(1)});
  }
}

Outcome<std::vector<Change>> Engine::history(const Context& context, const Entity& entity,
                                             const base::RecordId& id, std::int64_t before_version,
                                             std::size_t limit) {
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto record = find(**lease, context, entity, id, permission_of(entity, "read"), false, true);
  if (!record) {
    audit_refusal(context, "read", entity, id, record.refusal());
    return record.refusal();
  }
  if (auto wrong = note_read(context, &entity, "history", std::span(&id, 1))) return *wrong;
  std::vector<std::string_view> hidden;
  for (const Field& field : entity.fields)
    if (!may_see(context, field, *record)) hidden.push_back(field.name);
  auto statement =
      (*lease)->prepare("SELECT " + std::string(change_columns()) +
                        " FROM record_change WHERE record_id=? AND entity=? AND version<? ORDER BY "
                        "version DESC LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes()).bind(entity.name);
  (*statement)->bind(before_version > 0 ? before_version : std::numeric_limits<std::int64_t>::max());
  (*statement)->bind(static_cast<std::int64_t>(std::min(limit, kMaxHistory)));
  std::vector<Change> changes;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return changes;
    changes.push_back(visible_change(read_change(**statement), hidden));
  }
}

Outcome<Engine::Feed> Engine::changes_after(const Context& context, std::int64_t seq, std::size_t limit) {
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto statement = (*lease)->prepare("SELECT " + std::string(change_columns()) +
                                     " FROM record_change WHERE seq>? ORDER BY seq LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(seq).bind(static_cast<std::int64_t>(std::min(limit, kMaxHistory)));
  Feed feed{{}, seq};
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) {
      if (auto wrong = leave_out_hidden(**lease, context, feed.changes)) return *wrong;
      std::vector<base::RecordId> ids;
      for (const Change& one : feed.changes) ids.push_back(one.record);
      if (auto wrong = ids.empty() ? std::nullopt : note_read(context, nullptr, "changes", ids))
        return *wrong;
      return feed;
    }
    Change change = read_change(**statement);
    feed.last = change.seq;
    const Entity* const entity = registry().find(change.entity);
    if (entity == nullptr || entity->attached) continue;
    access::ObjectView view;
    view.labels.organisation = change.organisation;
    view.labels.site = change.site;
    view.labels.vault = change.vault;
    view.of_all_organisations = entity->for_all_organisations;
    view.owner = change.owner;
    const std::string read = permission_of(*entity, "read");
    if (access::decide(*context.who, read, read, view) != access::Decision::allowed) continue;
    Record labels;
    labels.labels = view.labels;
    std::vector<std::string_view> hidden;
    for (const Field& field : entity->fields)
      if (!may_see(context, field, labels)) hidden.push_back(field.name);
    feed.changes.push_back(visible_change(std::move(change), hidden));
  }
}

// What could be read when it was changed and cannot be any more is not told of: it stands elsewhere now. Of a
// deleted one, only that it was.
std::optional<Refusal> Engine::leave_out_hidden(Connection& connection, const Context& context,
                                                std::vector<Change>& changes) {
  std::map<base::RecordId, bool> readable;
  for (const Change& change : changes) {
    if (readable.contains(change.record) || change.kind == "delete") continue;
    const Entity& entity = registry().get(change.entity);
    auto there = find(connection, context, entity, change.record, permission_of(entity, "read"), false, true);
    if (!there && there.refusal().kind == Kind::failed) return there.refusal();
    readable[change.record] = there.has_value();
  }
  std::erase_if(changes, [&](const Change& change) {
    const auto found = readable.find(change.record);
    return found != readable.end() && !found->second && change.kind != "delete";
  });
  return std::nullopt;
}

base::Result<std::int64_t> Engine::last_change() {
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto statement = (*lease)->prepare("SELECT COALESCE(MAX(seq), 0) FROM record_change");
  if (!statement) return statement.error();
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const std::int64_t last = (*statement)->integer(0);
  (*statement)->reset();
  return last;
}

base::Result<std::vector<std::pair<base::RecordId, const Entity*>>> Engine::entities_of(
    const std::vector<base::RecordId>& ids) {
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto statement = (*lease)->prepare("SELECT entity FROM record_change WHERE record_id=? AND version=1");
  if (!statement) return statement.error();
  std::vector<std::pair<base::RecordId, const Entity*>> found;
  for (const base::RecordId& id : ids) {
    (*statement)->bind(id.as_bytes());
    const auto row = (*statement)->step();
    if (!row) return row.error();
    const Entity* const entity = *row ? registry().find((*statement)->text(0)) : nullptr;
    (*statement)->reset();
    if (entity != nullptr) found.emplace_back(id, entity);
  }
  return found;
}

Outcome<std::vector<Engine::Hit>> Engine::search(const Context& context, std::string_view text,
                                                 std::size_t limit) {
  constexpr std::size_t kMaxHits = 100;
  constexpr std::int64_t kLookedAt = 500;  // of the best: among them each kind of record gets its places
  std::vector<Hit> hits;
  const base::SearchQuery query = base::query_of(text);
  if (query.empty()) return hits;
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  // One condition for all entities: each with the rows of it that the caller may read.
  Where where;
  for (const Entity& entity : registry().all()) {
    const std::string read = permission_of(entity, "read");
    if (!access::holds_anywhere(*context.who, read) || !entity.owner.empty() || entity.attached) continue;
    const auto filter = access::RowFilter::of(*context.who, read, entity.for_all_organisations);
    where.sql += (where.sql.empty() ? "(entity=? AND " : " OR (entity=? AND ") + filter.sql + ")";
    where.values.emplace_back(std::string(entity.name));
    for (const std::int64_t value : filter.values) where.values.emplace_back(value);
  }
  if (where.sql.empty()) return hits;
  const bool sqlite = (*lease)->dialect() == store::sql::Dialect::sqlite;
  auto statement = (*lease)->prepare(
      sqlite ? "SELECT entity, record_id FROM record_search WHERE record_search MATCH ? AND (" + where.sql +
                   ") ORDER BY rank LIMIT ?"
             : "SELECT entity, record_id FROM record_search WHERE search @@ CAST(? AS tsquery) AND (" +
                   where.sql + ") ORDER BY row DESC LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(std::string_view(sqlite ? base::fts5_match(query) : base::tsquery_text(query)));
  bind_all(**statement, where.values);
  (*statement)->bind(kLookedAt);
  const std::size_t wanted = std::min(limit, kMaxHits);
  // Fifty assignments of a person must not hide the person.
  const std::size_t of_one_kind = std::max<std::size_t>(1, wanted / 5);
  std::map<const Entity*, std::size_t> taken;
  std::vector<std::pair<const Entity*, base::RecordId>> found_ids;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) break;
    const auto id = base::RecordId::from_bytes((*statement)->blob(1));
    const Entity* const entity = registry().find((*statement)->text(0));
    if (id && entity != nullptr && found_ids.size() < wanted && ++taken[entity] <= of_one_kind)
      found_ids.emplace_back(entity, *id);
  }
  for (const auto& [entity, id] : found_ids) {
    auto record = find(**lease, context, *entity, id, permission_of(*entity, "read"), false, false);
    if (!record) {
      if (record.refusal().kind == Kind::failed) return record.refusal();
      continue;
    }
    withhold(context, *entity, *record);
    hits.push_back({entity, std::move(*record)});
  }
  std::vector<base::RecordId> ids;
  for (const Hit& hit : hits) ids.push_back(hit.record.id);
  if (auto wrong = note_read(context, nullptr, "search", ids)) return *wrong;
  return hits;
}

}  // namespace hinomi::record
