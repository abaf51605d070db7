// How the engine stores a record: its row, history, words for search and audit entry, in one transaction.
#include <algorithm>
#include <cctype>

#include "base/search_tokens.h"
#include "record/custom.h"
#include "record/engine_write.h"
#include "record/rows.h"
#include "record/tables.h"
#include "record/validate.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Value;
using store::sql::Connection;
using Kind = Refusal::Kind;

// Whoever writes it, a state goes on only as is declared.
bool is_declared_step(const Entity& entity, const Record* before, const Record& after,
                      std::string_view action) {
  if (entity.state_field.empty()) return true;
  const std::size_t index = entity.index_of(entity.state_field);
  const auto* const to = std::get_if<std::string>(&after.values[index]);
  const auto* const from = before == nullptr ? nullptr : std::get_if<std::string>(&before->values[index]);
  if (to == nullptr || (before != nullptr && from == nullptr)) return false;
  if (from == nullptr ? *to == entity.fields[index].choices.front() : *from == *to) return true;
  return std::any_of(entity.transitions.begin(), entity.transitions.end(),
                     [&](const schema::Transition& edge) {
                       return edge.from == (from == nullptr ? std::string_view() : std::string_view(*from)) &&
                              edge.to == *to && edge.action == action;
                     });
}

std::string words_of(const Entity& entity, const Record& record) {
  std::string text = record.number;
  const auto add = [&](std::string_view more) {
    text += '\n';
    text += more;
  };
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const Field& field = entity.fields[i];
    if (!field.in_search || !field.permission.empty()) continue;
    if (const auto* one = std::get_if<std::string>(&record.values[i])) add(*one);
    if (const auto* many = std::get_if<schema::Texts>(&record.values[i]))
      for (const std::string& one : *many) add(one);
  }
  for (const std::string& tag : record.tags) add(tag);
  if (const auto custom = read_custom(record.custom))
    for (const CustomValue& one : *custom)
      if (one.kind == parse::json::Kind::string) add(one.text);
  return text;
}

base::Result<void> run(Connection& connection, std::string_view sql, const std::vector<Value>& values) {
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  for (const Value& value : values) bind_value(**statement, value);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<std::optional<std::int64_t>> search_row(Connection& connection, const base::RecordId& id) {
  auto statement = connection.prepare("SELECT row FROM record_search_row WHERE record_id=?");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<std::int64_t> row;
  if (*found) row = (*statement)->integer(0);
  (*statement)->reset();
  return row;
}

base::Result<void> remove_words(Connection& connection, std::int64_t row) {
  const bool sqlite = connection.dialect() == store::sql::Dialect::sqlite;
  return run(connection,
             sqlite ? "DELETE FROM record_search WHERE rowid=?" : "DELETE FROM record_search WHERE row=?",
             {row});
}

}  // namespace

base::Result<void> remove_from_index(Connection& connection, const base::RecordId& id) {
  const auto row = search_row(connection, id);
  if (!row) return row.error();
  if (!*row) return {};
  if (auto gone = remove_words(connection, **row); !gone) return gone;
  return run(connection, "DELETE FROM record_search_row WHERE record_id=?", {id});
}

base::Result<void> index(Connection& connection, const Entity& entity, const Record& record) {
  const bool sqlite = connection.dialect() == store::sql::Dialect::sqlite;
  const auto old = search_row(connection, record.id);
  if (!old) return old.error();
  if (*old)
    if (auto gone = remove_words(connection, **old); !gone) return gone;
  if (record.deleted_at) return {};
  std::int64_t row = 0;
  if (*old) {
    row = **old;
  } else {
    const auto next = next_number(connection, "search");
    if (!next) return next.error();
    row = *next;
    auto kept =
        run(connection, "INSERT INTO record_search_row (record_id, row) VALUES (?,?)", {record.id, row});
    if (!kept) return kept;
  }
  return run(
      connection,
      sqlite
          ? "INSERT INTO record_search (rowid, tokens, record_id, entity, organisation, site, vault) VALUES "
            "(?,?,?,?,?,?,?)"
          : "INSERT INTO record_search (row, tokens, record_id, entity, organisation, site, vault) VALUES "
            "(?,?,?,?,?,?,?)",
      {row, base::index_text(words_of(entity, record)), record.id, std::string(entity.name),
       static_cast<std::int64_t>(record.labels.organisation), static_cast<std::int64_t>(record.labels.site),
       static_cast<std::int64_t>(record.labels.vault)});
}

void apply(const Draft& draft, Record& record) {
  for (const auto& [index, value] : draft.values) record.values[index] = value;
  if (draft.site) record.labels.site = *draft.site;
  if (draft.zone) record.labels.zone = *draft.zone;
  if (draft.data_class) record.labels.data_class = *draft.data_class;
  if (draft.tlp) record.tlp = *draft.tlp;
  if (draft.tags) record.tags = *draft.tags;
  if (draft.custom) record.custom = merge_custom(record.custom, *draft.custom);
}

base::RecordId Engine::new_id() const {
  std::array<std::uint8_t, 10> random{};
  parts_.random(random);
  return base::RecordId::make(parts_.clock->now(), random);
}

namespace {

// One call as a part of a transaction.
std::optional<Refusal> run_joined(Connection& connection, bool preview,
                                  const std::function<std::optional<Refusal>(Connection&)>& step) {
  if (auto begun = connection.set_mark(); !begun) return failed(begun.error());
  auto refusal = step(connection);
  auto ended = refusal || preview ? connection.back_to_mark() : connection.release_mark();
  if (!ended) return failed(ended.error());
  return refusal;
}

}  // namespace

std::optional<Refusal> Engine::transact(const Context& context, const Step& step) {
  if (context.joined != nullptr) return run_joined(*context.joined, context.preview, step);
  std::optional<Refusal> refusal;
  auto done = store::sql::in_transaction(*parts_.database, Connection::Kind::write,
                                         [&](Connection& connection) -> base::Result<void> {
                                           refusal.reset();
                                           if (context.fence != nullptr)
                                             if (auto held = (*context.fence)(connection); !held) return held;
                                           refusal = step(connection);
                                           if (!refusal && !context.preview) return {};
                                           if (!refusal)
                                             return base::Error{base::ErrorCode::usage, "a preview", "", {}};
                                           // What the database said is told to the transaction, which may run
                                           // again; a refusal only ends it.
                                           if (refusal->kind == Kind::failed) return refusal->error;
                                           return base::Error{base::ErrorCode::usage, "refused", "", {}};
                                         });
  if (done) {
    if (parts_.on_change) parts_.on_change();
    return std::nullopt;
  }
  if (refusal && refusal->kind != Kind::failed) return refusal;
  if (context.preview && !refusal && done.error().code == base::ErrorCode::usage) return std::nullopt;
  return failed(done.error());
}

// Stores what `write` says, with everything that must go along.
std::optional<Refusal> Engine::write(Connection& connection, Write& write) {
  const auto [first, last] = hooks_.equal_range(write.entity.name);
  for (auto hook = first; hook != last; ++hook) {
    WriteCall call{*this, connection, write.context, write.entity, write.before, write.after};
    if (auto refusal = hook->second(call)) return refusal;
  }
  if (!is_declared_step(write.entity, write.before, write.after, write.action))
    return failed(
        {base::ErrorCode::unsupported,
         std::string(write.entity.name) + ": '" + write.action + "' leads to a state that is not declared",
         "declare the transition",
         {}});
  if (auto refusal = check_references(connection, write)) return refusal;
  write.after.labels.vault = parts_.vault;
  const base::TimeNs now = parts_.clock->now();
  write.after.version = write.before == nullptr ? 1 : write.before->version + 1;
  write.after.updated_at = now;
  write.after.updated_by = write.context.who->id;
  if (write.before == nullptr) {
    write.after.created_at = now;
    write.after.created_by = write.context.who->id;
  }
  auto stored = write.before == nullptr ? insert(connection, write.entity, write.after)
                                        : update(connection, write.entity, write.after);
  if (!stored) {
    if (stored.error().code == base::ErrorCode::conflict)
      if (auto refusal = refuse_duplicate(connection, write, stored.error())) return refusal;
    return failed(stored.error());
  }
  const auto seq = next_number(connection, kChanges);
  if (!seq) return failed(seq.error());
  Change change;
  change.seq = *seq;
  change.at = now;
  change.entity = std::string(write.entity.name);
  change.record = write.after.id;
  change.version = write.after.version;
  change.kind = write.kind;
  change.action = write.action;
  change.actor_kind = std::string(access::name_of(write.context.who->kind));
  change.actor = write.context.who->id;
  change.actor_name = write.context.who->name;
  change.via = std::string(write.context.via);
  change.peer = std::string(write.context.peer);
  change.reason = std::string(write.context.reason);
  change.request_key = std::string(write.context.request_key);
  change.organisation = write.after.labels.organisation;
  change.site = write.after.labels.site;
  change.vault = write.after.labels.vault;
  change.realm = write.after.labels.realm;
  change.owner = view_of(write.entity, write.after).owner;
  change.undoes = write.undoes;
  change.diff = diff_of(write.entity, write.before, write.after);
  if (auto kept = insert_change(connection, change); !kept) return refuse_change(write, kept.error());
  if (auto found = index(connection, write.entity, write.after); !found) return failed(found.error());
  if (parts_.audit == nullptr) return std::nullopt;
  AuditEntry entry;
  entry.organisation = write.after.labels.organisation;
  entry.vault = write.after.labels.vault;
  entry.labels = write.after.labels;
  entry.at = now;
  entry.who = write.context.who;
  entry.via = write.context.via;
  entry.peer = write.context.peer;
  entry.action = permission_of(write.entity, write.action);
  entry.entity = write.entity.name;
  entry.record = write.after.id;
  entry.version = write.after.version;
  entry.reason = write.context.reason;
  entry.details = change.diff;
  if (!write.context.approval.is_nil())
    entry.details =
        R"({"approval":")" + write.context.approval.text() + R"(","changes":)" + change.diff + "}";
  if (auto audited = parts_.audit->append(connection, entry); !audited) return failed(audited.error());
  return std::nullopt;
}

// A reference leads to a record that is there and that the caller may read: a hidden one is like none.
std::optional<Refusal> Engine::check_references(Connection& connection, const Write& write) {
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < write.entity.fields.size(); ++i) {
    const Field& field = write.entity.fields[i];
    const auto* const id = std::get_if<base::RecordId>(&write.after.values[i]);
    if (field.kind != schema::Kind::reference || id == nullptr) continue;
    if (write.before != nullptr && write.before->values[i] == write.after.values[i]) continue;
    const Entity& target = registry().get(field.target);
    const auto found = load(connection, target, *id, false);
    if (!found) return failed(found.error());
    const bool visible =
        *found && !(*found)->deleted_at &&
        (write.by_program ||
         access::decide(*write.context.who, permission_of(target, "read"), permission_of(target, "read"),
                        view_of(target, **found)) == access::Decision::allowed);
    if (!visible && !*found && stands_outside(write.context, target, *id)) continue;
    if (!visible) faults.push_back({std::string(field.name), "no_such_record", "no such record"});
  }
  if (faults.empty()) return std::nullopt;
  return invalid(std::move(faults));
}

// A change that stands already: of a record of another kind with this id, or of the same request, which
// another server has just carried out; then the transaction runs again and finds it.
Refusal Engine::refuse_change(const Write& write, base::Error error) const {
  if (error.code != base::ErrorCode::conflict) return failed(std::move(error));
  if (write.before == nullptr && write.context.request_key.empty())
    return Refusal{Kind::conflict, {{"id", "not_unique", ""}}, {}};
  error.code = base::ErrorCode::unavailable;
  return failed(std::move(error));
}

// Which unique field it was stands in what the database says: the column (SQLite) or the index (PostgreSQL).
std::optional<Refusal> Engine::refuse_duplicate(Connection& /*connection*/, const Write& write,
                                                const base::Error& error) {
  const auto names = [&](const std::string& name) {
    for (std::size_t at = error.message.find(name); at != std::string::npos;
         at = error.message.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const char next = end < error.message.size() ? error.message[end] : ' ';
      if (next != '_' && std::isalnum(static_cast<unsigned char>(next)) == 0) return true;
    }
    return false;
  };
  std::vector<Fault> faults;
  for (const Field& field : write.entity.fields)
    if (field.unique_value && (names(column_of(field)) || names("_one_" + std::string(field.name))))
      faults.push_back({std::string(field.name), "not_unique", "another record has this already"});
  return Refusal{Kind::conflict, std::move(faults), error};
}

base::Result<std::optional<base::RecordId>> Engine::replayed(Connection& connection, const Context& context,
                                                             const Entity& entity) {
  if (context.request_key.empty()) return std::optional<base::RecordId>();
  auto statement =
      connection.prepare("SELECT record_id FROM record_change WHERE actor=? AND request_key=? AND entity=?");
  if (!statement) return statement.error();
  (*statement)->bind(context.who->id.as_bytes()).bind(context.request_key).bind(entity.name);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<base::RecordId> id;
  if (*found) id = base::RecordId::from_bytes((*statement)->blob(0));
  (*statement)->reset();
  return id;
}

Outcome<Record> Engine::prepare_new(Connection& connection, const Context& context, const Entity& entity,
                                    Draft& draft, bool by_program) {
  Record record;
  record.id = draft.id ? *draft.id : new_id();
  record.labels.realm = context.realm;
  record.labels.vault = parts_.vault;
  record.labels.organisation = draft.organisation.value_or(base::OrganisationId{});
  const std::string create = permission_of(entity, "create");
  if (!draft.organisation && !entity.for_all_organisations && context.who->grants != nullptr) {
    // Where the caller can mean only one organisation, it need not be said; what is one's own may stand in
    // any.
    const access::Reach* const reach = context.who->grants->find(create);
    const bool has_place = reach != nullptr && !reach->places.empty();
    if (has_place && (!entity.owner.empty() || (!reach->everywhere && reach->places.front().organisation ==
                                                                          reach->places.back().organisation)))
      record.labels.organisation = reach->places.front().organisation;
  }
  record.values = entity.defaults();
  if (!entity.owner.empty() && !by_program) record.values[entity.index_of(entity.owner)] = context.who->id;
  apply(draft, record);
  if (!by_program) {
    const auto decision = access::decide(*context.who, create, create, view_of(entity, record));
    if (decision != access::Decision::allowed) return Refusal{Kind::forbidden, {}, {}};
  }
  auto faults = check_draft(entity, draft, nullptr, by_program ? Origin::program : Origin::caller);
  if (!faults.empty()) return invalid(std::move(faults));
  if (!entity.prefix.empty()) {
    const int year = base::to_civil(parts_.clock->now()).year;
    const auto number =
        next_number(connection, "number:" + std::string(entity.name) + ":" +
                                    std::to_string(static_cast<std::uint32_t>(record.labels.organisation)) +
                                    ":" + std::to_string(year));
    if (!number) return number.error();
    std::string digits = std::to_string(*number);
    constexpr std::size_t kDigits = 6;
    if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
    const std::string vault = parts_.vault == base::VaultId{}
                                  ? std::string()
                                  : "-V" + std::to_string(static_cast<std::uint32_t>(parts_.vault));
    record.number = std::string(entity.prefix) + vault + "-" + std::to_string(year) + "-" + digits;
  }
  return record;
}

Outcome<Record> Engine::create_within(Connection& connection, const Context& context, const Entity& entity,
                                      Draft draft) {
  auto record = prepare_new(connection, context, entity, draft, true);
  if (!record) return record.refusal();
  Write one{context, entity, nullptr, *record, "create", "create", std::nullopt, true};
  if (auto refusal = write(connection, one)) return *refusal;
  return record;
}

}  // namespace hinomi::record
