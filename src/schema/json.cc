#include "schema/json.h"

#include <limits>

#include "base/json_writer.h"

namespace hinomi::schema {
namespace {

void write_field(base::JsonWriter& json, const Field& field) {
  json.begin_object();
  json.key("name").string(field.name);
  json.key("kind").string(name_of(field.kind));
  json.key("needed").boolean(field.needed);
  json.key("unique").boolean(field.unique_value);
  json.key("searchable").boolean(field.in_search);
  json.key("listed").boolean(field.in_list);
  json.key("filterable").boolean(field.may_filter);
  json.key("by_server").boolean(field.by_server);
  json.key("once").boolean(field.once);
  if (field.kind == Kind::text || field.kind == Kind::prose || field.kind == Kind::texts)
    json.key("limit").unsigned_integer(field.limit);
  if (field.least != std::numeric_limits<std::int64_t>::min()) json.key("least").integer(field.least);
  if (field.most != std::numeric_limits<std::int64_t>::max()) json.key("most").integer(field.most);
  if (!field.choices.empty()) {
    json.key("choices").begin_array();
    for (const std::string_view choice : field.choices) json.string(choice);
    json.end_array();
  }
  if (!field.target.empty()) json.key("target").string(field.target);
  if (!field.permission.empty()) json.key("permission").string(field.permission);
  json.end_object();
}

void write_action(base::JsonWriter& json, const Entity& entity, const Action& action) {
  json.begin_object();
  json.key("name").string(action.name);
  json.key("permission").string(permission_for(entity, action));
  json.key("needs_reason").boolean(action.needs_reason);
  json.key("needs_step_up").boolean(action.needs_step_up);
  json.key("four_eyes").boolean(action.four_eyes);
  if (action.act_first_within.count() > 0)
    json.key("act_first_minutes").integer(action.act_first_within.count());
  json.end_object();
}

void write_entity(base::JsonWriter& json, const Entity& entity) {
  json.begin_object();
  json.key("name").string(entity.name);
  json.key("path").string(entity.path);
  json.key("title").string(entity.title);
  json.key("prefix").string(entity.prefix);
  json.key("for_all_organisations").boolean(entity.for_all_organisations);
  json.key("attached").boolean(entity.attached);
  json.key("may_be_sealed").boolean(entity.may_be_sealed);
  json.key("owner").string(entity.owner);
  json.key("state_field").string(entity.state_field);
  json.key("fields").begin_array();
  for (const Field& field : entity.fields) write_field(json, field);
  json.end_array();
  json.key("transitions").begin_array();
  for (const Transition& edge : entity.transitions) {
    json.begin_object();
    json.key("from").string(edge.from).key("to").string(edge.to).key("action").string(edge.action);
    json.end_object();
  }
  json.end_array();
  json.key("actions").begin_array();
  for (const Action& action : entity.actions) write_action(json, entity, action);
  json.end_array();
  json.key("deletion");
  write_action(json, entity, entity.deletion);
  json.key("permissions").begin_array();
  for (const std::string& permission : permissions_of(entity)) json.string(permission);
  json.end_array();
  json.end_object();
}

}  // namespace

std::string to_json(const Registry& registry, int indent) {
  std::string text;
  base::JsonWriter json(text, indent);
  json.begin_object();
  json.key("entities").begin_array();
  for (const Entity& entity : registry.all()) write_entity(json, entity);
  json.end_array();
  json.end_object();
  return text;
}

}  // namespace hinomi::schema
