// What stands with a record: comments and relations.
#include <algorithm>

#include "api/records/answer.h"
#include "api/records/attached.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "record/json.h"
#include "record/rows.h"
#include "record/validate.h"

namespace hinomi::api::records {
namespace {

using record::Draft;
using record::Record;
using schema::Entity;

constexpr std::size_t kMaxNotes = 500;
constexpr std::size_t kExcerptBytes = 160;

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

void set(const Entity& entity, Draft& draft, std::string_view field, schema::Value value) {
  draft.values.emplace_back(entity.index_of(field), std::move(value));
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : base::cut_to_bytes(text, kExcerptBytes)) line += c == '\n' || c == '\t' ? ' ' : c;
  return line;
}

// The records of an attached entity whose two fields name the parent.
record::Outcome<record::Page> attached_to(record::Engine& engine, const Entity& entity,
                                          std::string_view entity_field, std::string_view id_field,
                                          const Entity& parent_entity, const Record& parent) {
  access::Principal system = access::system_principal();
  // Whoever may read the parent is inside the vault that the engine is of.
  if (engine.vault() != base::VaultId{}) system.vaults = {engine.vault()};
  record::Context context;
  context.who = &system;
  record::ListQuery query;
  query.conditions = {
      {entity.index_of(entity_field), record::Operator::is, {std::string(parent_entity.name)}},
      {entity.index_of(id_field), record::Operator::is, {parent.id.text()}}};
  query.realm = std::nullopt;
  query.limit = kMaxNotes;
  return engine.list(context, entity, query);
}

http::Response items_answer(const Entity& entity, const std::vector<Record>& records) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const Record& record : records) record::write_record(json, entity, record);
  json.end_array().end_object();
  return json_answer(std::move(body));
}

struct ReadNote {
  Draft draft;
  std::optional<http::Response> refusal;
};

// The caller's part of a note: what is the server's own is refused in it.
ReadNote read_note(const Asked& asked, const Entity& entity) {
  if (!is_json(asked.request))
    return {{}, simple_problem(415, "wrong_media_type", "Not in this form", "send application/json")};
  auto read = record::read_draft(entity, asked.request.body, true);
  if (!read) return {{}, simple_problem(400, "malformed", "The request is malformed", read.error().message)};
  auto faults = std::move(read->faults);
  if (faults.empty()) faults = record::check_draft(entity, read->draft, nullptr, record::Origin::caller);
  if (read->draft.organisation || read->draft.site)
    faults.push_back({"organisation", "not_yours", "that of the record"});
  if (!faults.empty()) return {{}, refusal_answer(invalid(std::move(faults)))};
  return {std::move(read->draft), std::nullopt};
}

}  // namespace

std::string note_text(const Entity& entity, const Record& note, std::string_view field) {
  const auto* const text = std::get_if<std::string>(&note.values[entity.index_of(field)]);
  return text == nullptr ? std::string() : *text;
}

record::Outcome<Record> parent_of(record::Engine& engine, const Asked& asked, const Entity& entity) {
  const auto id =
      asked.request.params.empty() ? std::nullopt : base::RecordId::parse(asked.request.params[0]);
  if (!id) return record::Refusal{record::Refusal::Kind::not_found, {}, {}};
  auto parent = engine.get(context_of(asked), entity, *id);
  if (parent && parent->deleted_at) return record::Refusal{record::Refusal::Kind::not_found, {}, {}};
  return parent;
}

// The record in the path, if the caller may add this to it: asked before anything of the body is looked at.
record::Outcome<Record> RecordService::parent_to_add_to(const Asked& asked, const Entity& entity,
                                                        const Entity& attached) {
  auto parent = parent_of(engine_, asked, entity);
  if (!parent) return parent;
  if (access::decide(asked.who, record::permission_of(attached, "create"),
                     record::permission_of(entity, "read"),
                     record::view_of(entity, *parent)) == access::Decision::allowed)
    return parent;
  engine_.audit_refusal(context_of(asked), "create", &attached, parent->id, parent->labels.organisation);
  return record::Refusal{record::Refusal::Kind::forbidden, {}, {}};
}

record::Outcome<Record> RecordService::add_attached(const Asked& asked, const Entity& parent_entity,
                                                    const Record& parent, const Entity& entity, Draft draft) {
  const record::Context context = context_of(asked);
  draft.organisation = parent.labels.organisation;
  draft.site = parent.labels.site;
  record::Context within = context;
  within.realm = parent.labels.realm;
  std::optional<Record> made;
  std::optional<record::Refusal> refusal;
  const auto done = engine_.in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    const auto earlier = engine_.replayed(connection, within, entity);
    if (!earlier) return earlier.error();
    if (*earlier) {
      auto there = record::load(connection, entity, **earlier, false);
      if (!there) return there.error();
      if (*there) {
        made = std::move(**there);
        return {};
      }
    }
    auto outcome = engine_.create_within(connection, within, entity, draft);
    if (!outcome) {
      refusal = outcome.refusal();
      return base::Error{base::ErrorCode::usage, "refused", "", {}};
    }
    if (entity.name == "comment") tell_mentioned(connection, within, parent_entity, parent, *outcome);
    made = std::move(*outcome);
    return {};
  });
  if (refusal) return *refusal;
  if (!done) return done.error();
  return std::move(*made);
}

// A notice for everybody mentioned who may read the record; the others hear nothing of it.
void RecordService::tell_mentioned(store::sql::Connection& connection, const record::Context& context,
                                   const Entity& entity, const Record& parent, const Record& comment) {
  const Entity& comments = engine_.registry().get("comment");
  const auto* const mentions = std::get_if<schema::Texts>(&comment.values[comments.index_of("mentions")]);
  if (work_.notices == nullptr || mentions == nullptr || !grants_of_) return;
  const std::string read = record::permission_of(entity, "read");
  for (const std::string& mention : *mentions) {
    const auto person = base::RecordId::parse(mention);
    if (!person || *person == context.who->id) continue;
    access::Principal reader;
    reader.kind = access::PrincipalKind::staff;
    reader.id = *person;
    reader.grants = grants_of_(*person);
    if (access::decide(reader, read, read, record::view_of(entity, parent)) != access::Decision::allowed)
      continue;
    // A mention of somebody who is gone is no reason to lose the comment.
    record::Context once = context;
    once.request_key = {};  // it is of the comment
    (void)work_.notices->tell(
        connection, once,
        {*person, "mention", entity, parent, note_text(comments, comment, "excerpt"), true});
  }
}

http::Response RecordService::comments(const Asked& asked, const Entity& entity) {
  return notes_of(asked, entity, "comment");
}

http::Response RecordService::notes_of(const Asked& asked, const Entity& entity, std::string_view kind) {
  const auto parent = parent_of(engine_, asked, entity);
  if (!parent) return refusal_answer(parent.refusal());
  const Entity& notes = engine_.registry().get(kind);
  auto page = attached_to(engine_, notes, "about_entity", "about", entity, *parent);
  if (!page) return refusal_answer(page.refusal());
  return items_answer(notes, page->records);
}

// The note in the path, which stands with the record in it.
record::Outcome<Record> RecordService::note_of(const Asked& asked, const Entity& entity, const Record& parent,
                                               const Entity& notes) {
  const record::Refusal none{record::Refusal::Kind::not_found, {}, {}};
  const auto id =
      asked.request.params.size() < 2 ? std::nullopt : base::RecordId::parse(asked.request.params[1]);
  if (!id) return none;
  static const access::Principal system = access::system_principal();
  record::Context within;
  within.who = &system;
  auto note = engine_.get(within, notes, *id);
  if (!note) return note;
  const auto leads = [&](std::string_view entity_field, std::string_view id_field) {
    return note_text(notes, *note, entity_field) == entity.name &&
           note_text(notes, *note, id_field) == parent.id.text();
  };
  const bool of_parent = notes.name == "relation"
                             ? leads("from_entity", "from_record") || leads("to_entity", "to_record")
                             : leads("about_entity", "about");
  if (!of_parent || note->deleted_at) return none;
  return note;
}

http::Response RecordService::remove_note(const Asked& asked, const Entity& entity, std::string_view kind) {
  const auto parent = parent_of(engine_, asked, entity);
  if (!parent) return refusal_answer(parent.refusal());
  const Entity& notes = engine_.registry().get(kind);
  const auto note = note_of(asked, entity, *parent, notes);
  if (!note) return refusal_answer(note.refusal());
  const std::string permission = record::permission_of(notes, "delete");
  const bool may = note->created_by == asked.who.id ||
                   access::decide(asked.who, permission, record::permission_of(entity, "read"),
                                  record::view_of(entity, *parent)) == access::Decision::allowed;
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  if (!may) {
    engine_.audit_refusal(context, "delete", &notes, note->id, parent->labels.organisation);
    return refusal_answer({record::Refusal::Kind::forbidden, {}, {}});
  }
  std::optional<record::Refusal> refusal;
  const auto done = engine_.in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    const auto removed = engine_.remove_within(connection, context, notes, note->id);
    refusal = removed ? std::nullopt : std::optional(removed.refusal());
    if (!refusal) return {};
    return refusal->kind == record::Refusal::Kind::failed
               ? refusal->error
               : base::Error{base::ErrorCode::usage, "refused", "", {}};
  });
  if (refusal) return refusal_answer(*refusal);
  if (!done) return refusal_answer({record::Refusal::Kind::failed, {}, done.error()});
  http::Response response;
  response.status = 204;
  return response;
}

http::Response RecordService::add_comment(const Asked& asked, const Entity& entity) {
  const Entity& comments = engine_.registry().get("comment");
  const auto parent = parent_to_add_to(asked, entity, comments);
  if (!parent) return refusal_answer(parent.refusal());
  ReadNote note = read_note(asked, comments);
  if (note.refusal) return std::move(*note.refusal);
  std::string excerpt;
  for (const auto& [index, value] : note.draft.values)
    if (comments.fields[index].name == "text") excerpt = one_line(std::get<std::string>(value));
  set(comments, note.draft, "about_entity", std::string(entity.name));
  set(comments, note.draft, "about", parent->id.text());
  set(comments, note.draft, "excerpt", excerpt);
  const auto made = add_attached(asked, entity, *parent, comments, std::move(note.draft));
  return made ? record_answer(comments, *made, 201) : refusal_answer(made.refusal());
}

// Those that lead from the record and those that lead to it, as far as the other end may be seen.
http::Response RecordService::relations(const Asked& asked, const Entity& entity) {
  const auto parent = parent_of(engine_, asked, entity);
  if (!parent) return refusal_answer(parent.refusal());
  const Entity& relations = engine_.registry().get("relation");
  std::vector<Record> visible;
  for (const bool outward : {true, false}) {
    auto page = attached_to(engine_, relations, outward ? "from_entity" : "to_entity",
                            outward ? "from_record" : "to_record", entity, *parent);
    if (!page) return refusal_answer(page.refusal());
    for (Record& relation : page->records) {
      const Entity* const other =
          engine_.registry().find(note_text(relations, relation, outward ? "to_entity" : "from_entity"));
      const auto id =
          base::RecordId::parse(note_text(relations, relation, outward ? "to_record" : "from_record"));
      if (other == nullptr || !id || !engine_.shows(context_of(asked), *other, *id)) continue;
      visible.push_back(std::move(relation));
    }
  }
  return items_answer(relations, visible);
}

http::Response RecordService::add_relation(const Asked& asked, const Entity& entity) {
  const Entity& relations = engine_.registry().get("relation");
  const auto parent = parent_to_add_to(asked, entity, relations);
  if (!parent) return refusal_answer(parent.refusal());
  ReadNote note = read_note(asked, relations);
  if (note.refusal) return std::move(*note.refusal);
  std::string to_entity;
  std::string to_record;
  for (const auto& [index, value] : note.draft.values) {
    if (relations.fields[index].name == "to_entity") to_entity = std::get<std::string>(value);
    if (relations.fields[index].name == "to_record") to_record = std::get<std::string>(value);
  }
  const Entity* const other = engine_.registry().find(to_entity);
  const auto id = base::RecordId::parse(to_record);
  if (other == nullptr || other->attached || !id || !engine_.shows(context_of(asked), *other, *id))
    return refusal_answer(invalid({{"to_record", "no_such_record", "no such record"}}));
  set(relations, note.draft, "from_entity", std::string(entity.name));
  set(relations, note.draft, "from_record", parent->id.text());
  const auto made = add_attached(asked, entity, *parent, relations, std::move(note.draft));
  return made ? record_answer(relations, *made, 201) : refusal_answer(made.refusal());
}

}  // namespace hinomi::api::records
