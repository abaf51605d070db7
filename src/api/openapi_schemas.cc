#include "api/openapi_schemas.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "messages/messages.h"
#include "record/json.h"
#include "record/list_query.h"
#include "record/validate.h"

namespace hinomi::api {
namespace {

using base::JsonWriter;
using schema::Entity;
using schema::Field;
using schema::Kind;

// What a record is written for: each has other members.
enum class Purpose : std::uint8_t { record, create, change };

std::string_view type_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::integer:
      return "integer";
    case Kind::real:
      return "number";
    case Kind::boolean:
      return "boolean";
    default:
      return "string";
  }
}

std::string_view format_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::integer:
      return "int64";
    case Kind::real:
      return "double";
    case Kind::time:
      return "date-time";
    case Kind::date:
      return "date";
    case Kind::reference:
      return "uuid";
    default:
      return {};
  }
}

// The members of the schema of one value.
void write_value_facts(JsonWriter& json, const Field& field, bool nullable) {
  json.key("type");
  if (nullable) {
    json.begin_array().string(type_of(field.kind)).string("null").end_array();
  } else {
    json.string(type_of(field.kind));
  }
  if (const auto format = format_of(field.kind); !format.empty()) json.key("format").string(format);
  if (field.kind == Kind::text || field.kind == Kind::prose || field.kind == Kind::texts)
    json.key("maxLength").unsigned_integer(field.limit);
  if (field.kind == Kind::integer && field.least != std::numeric_limits<std::int64_t>::min())
    json.key("minimum").integer(field.least);
  if (field.kind == Kind::integer && field.most != std::numeric_limits<std::int64_t>::max())
    json.key("maximum").integer(field.most);
  if (field.choices.empty()) return;
  json.key("enum").begin_array();
  for (const std::string_view choice : field.choices) json.string(choice);
  if (nullable) json.null();
  json.end_array();
}

void write_choice_names(JsonWriter& json, const Entity& entity, const Field& field) {
  if (field.choices.empty()) return;
  for (const auto& [key, language] :
       {std::pair("x-enum-names", base::Language::en), std::pair("x-enum-names-ja", base::Language::ja)}) {
    json.key(key).begin_object();
    for (const std::string_view choice : field.choices) {
      const auto name = messages::label(language, "choice." + std::string(entity.name) + "." +
                                                      std::string(field.name) + "." + std::string(choice));
      if (name) json.key(choice).string(*name);
    }
    json.end_object();
  }
}

// A record always has all members; a needed one has a value unless it is withheld from the caller.
bool is_nullable(const Field& field, Purpose purpose) noexcept {
  if (purpose == Purpose::record) return !field.needed || field.by_server || !field.permission.empty();
  return !field.needed;
}

void write_field(JsonWriter& json, const Entity& entity, const Field& field, Purpose purpose) {
  json.key(field.name).begin_object();
  if (field.kind == Kind::texts) {
    json.key("type").string("array").key("maxItems").unsigned_integer(schema::kTextsLimit);
    json.key("items").begin_object();
    write_value_facts(json, field, false);
    json.end_object();
  } else {
    write_value_facts(json, field, is_nullable(field, purpose));
  }
  write_names(json, "field." + std::string(entity.name) + "." + std::string(field.name));
  write_choice_names(json, entity, field);
  if (!field.target.empty()) json.key("x-target").string(field.target);
  if (!field.permission.empty()) json.key("x-permission").string(field.permission);
  if (field.unique_value) json.key("x-unique").boolean(true);
  if (field.once) json.key("x-write-once").boolean(true);
  if (field.by_server) json.key("readOnly").boolean(true);
  json.end_object();
}

template <typename Names>
void write_enum(JsonWriter& json, std::string_view key, const Names& names, bool read_only) {
  json.key(key).begin_object().key("type").string("string").key("enum").begin_array();
  for (const auto& name : names) json.string(name);
  json.end_array();
  write_names(json, "field.record." + std::string(key));
  if (read_only) json.key("readOnly").boolean(true);
  json.end_object();
}

template <typename Enum>
std::vector<std::string_view> names_up_to(Enum last) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) names.push_back(record::name_of(static_cast<Enum>(i)));
  return names;
}

void write_number(JsonWriter& json, std::string_view key, bool read_only) {
  json.key(key).begin_object().key("type").string("integer").key("minimum").integer(0);
  write_names(json, "field.record." + std::string(key));
  if (read_only) json.key("readOnly").boolean(true);
  json.end_object();
}

void write_labels(JsonWriter& json, Purpose purpose) {
  if (purpose != Purpose::change) write_number(json, "organisation", purpose == Purpose::record);
  write_number(json, "site", false);
  write_enum(json, "zone", names_up_to(base::Zone::cloud), false);
  if (purpose == Purpose::record) write_number(json, "vault", true);
  write_enum(json, "data_class", names_up_to(base::DataClass::sealed), false);
  if (purpose == Purpose::record) write_enum(json, "realm", names_up_to(base::Realm::replay), true);
  write_enum(json, "tlp", names_up_to(record::Tlp::red), false);
}

void write_ref(JsonWriter& json, std::string_view key, std::string_view schema) {
  json.key(key).raw(schema_ref(schema));
}

void write_nullable_id(JsonWriter& json, std::string_view key) {
  json.key(key).begin_object().key("type").begin_array().string("string").string("null").end_array();
  json.key("format").string("uuid");
  write_names(json, "field.record." + std::string(key));
  json.key("readOnly").boolean(true).end_object();
}

void write_tags(JsonWriter& json) {
  json.key("tags").begin_object().key("type").string("array");
  json.key("maxItems").unsigned_integer(record::kMaxTags);
  json.key("items").begin_object().key("type").string("string");
  json.key("maxLength").unsigned_integer(record::kMaxTagLength).end_object();
  write_names(json, "field.record.tags");
  json.end_object();
}

// The members of every record, and those of this entity.
void write_record_members(JsonWriter& json, const Entity& entity) {
  write_ref(json, "id", "Id");
  json.key("entity").begin_object().key("const").string(entity.name).end_object();
  json.key("version").begin_object().key("type").string("integer").key("format").string("int64");
  json.key("minimum").integer(1).key("readOnly").boolean(true).end_object();
  if (!entity.prefix.empty())
    json.key("number").begin_object().key("type").string("string").key("readOnly").boolean(true).end_object();
  if (!entity.for_all_organisations) write_labels(json, Purpose::record);
  for (const Field& field : entity.fields) write_field(json, entity, field, Purpose::record);
  write_tags(json);
  json.key("custom").begin_object().key("type").string("object");
  json.key("additionalProperties").boolean(true).end_object();
  write_ref(json, "created_at", "Time");
  write_nullable_id(json, "created_by");
  write_ref(json, "updated_at", "Time");
  write_nullable_id(json, "updated_by");
  write_ref(json, "deleted_at", "Time");
  json.key("withheld").begin_object().key("type").string("array");
  json.key("description").string("fields that the caller may not see; they are null");
  json.key("items").begin_object().key("type").string("string").end_object().end_object();
}

std::vector<std::string> record_members(const Entity& entity) {
  std::vector<std::string> names{"id", "entity", "version"};
  if (!entity.prefix.empty()) names.emplace_back("number");
  if (!entity.for_all_organisations)
    for (const char* label : {"organisation", "site", "zone", "vault", "data_class", "realm", "tlp"})
      names.emplace_back(label);
  for (const Field& field : entity.fields) names.emplace_back(field.name);
  for (const char* last : {"tags", "custom", "created_at", "created_by", "updated_at", "updated_by"})
    names.emplace_back(last);
  return names;
}

void write_required(JsonWriter& json, const std::vector<std::string>& names) {
  if (names.empty()) return;
  json.key("required").begin_array();
  for (const std::string& name : names) json.string(name);
  json.end_array();
}

void write_draft_schema(JsonWriter& json, const Entity& entity, Purpose purpose) {
  const bool is_new = purpose == Purpose::create;
  json.key(schema_name(entity.name) + (is_new ? "Create" : "Change")).begin_object();
  json.key("type").string("object");
  std::vector<std::string> needed;
  for (const Field& field : entity.fields)
    if (is_new && field.needed && !field.by_server && field.kind != Kind::choice)
      needed.emplace_back(field.name);
  write_required(json, needed);
  json.key("properties").begin_object();
  if (is_new) write_ref(json, "id", "Id");
  // What stands with a record is where that record is.
  if (!entity.for_all_organisations && !entity.attached) write_labels(json, purpose);
  for (const Field& field : entity.fields)
    if (!field.by_server) write_field(json, entity, field, purpose);
  write_tags(json);
  json.key("custom").begin_object().key("type").string("object");
  json.key("additionalProperties").boolean(true).end_object().end_object();
  json.key("additionalProperties").boolean(false).end_object();
}

void write_page_schema(JsonWriter& json, const Entity& entity) {
  const std::string name = schema_name(entity.name);
  json.key(name + "Page").begin_object().key("type").string("object");
  write_required(json, {"items", "next"});
  json.key("properties").begin_object().key("items").begin_object().key("type").string("array");
  write_ref(json, "items", name);
  json.end_object();
  json.key("next").begin_object().key("type").begin_array().string("string").string("null").end_array();
  json.key("description").string("cursor of the next page; null: this is the last").end_object();
  json.key("total").begin_object().key("type").string("integer").end_object();
  json.key("total_is_exact").begin_object().key("type").string("boolean");
  json.key("description").string("false: there are at least so many").end_object();
  json.end_object().end_object();
}

void write_bulk_schema(JsonWriter& json, const Entity& entity) {
  const std::string name = schema_name(entity.name);
  json.key(name + "Bulk").begin_object().key("type").string("object");
  json.key("description").string("ids or query, and one of set, action and delete");
  json.key("properties").begin_object();
  json.key("ids").begin_object().key("type").string("array").key("maxItems").integer(1000);
  write_ref(json, "items", "Id");
  json.end_object();
  json.key("query").begin_object().key("type").string("string");
  json.key("description").string("parameters of a list, as they stand behind the question mark").end_object();
  write_ref(json, "set", name + "Change");
  if (!entity.actions.empty()) {
    json.key("action").begin_object().key("type").string("string").key("enum").begin_array();
    for (const schema::Action& action : entity.actions) json.string(action.name);
    json.end_array().end_object();
  }
  json.key("delete").begin_object().key("type").string("boolean").end_object();
  json.key("preview").begin_object().key("type").string("boolean").end_object();
  json.key("reason").begin_object().key("type").string("string").end_object();
  json.end_object().key("additionalProperties").boolean(false).end_object();
}

std::string_view meaning_of(std::string_view comparison) noexcept {
  if (comparison.empty()) return "is one of these";
  if (comparison == "not") return "is none of these";
  if (comparison == "lt") return "less, earlier";
  if (comparison == "lte") return "at most";
  if (comparison == "gt") return "greater, later";
  if (comparison == "gte") return "at least";
  if (comparison == "has") return "has this in it, whatever case, width or kana";
  return "true: has no value; false: has one";
}

void write_filter(JsonWriter& json, const Entity& entity, const Field& field, std::string_view comparison) {
  const std::string suffix = comparison.empty() ? "" : "." + std::string(comparison);
  const std::string name = std::string(field.name) + suffix;
  const auto label = messages::label(base::Language::en,
                                     "field." + std::string(entity.name) + "." + std::string(field.name));
  json.key(std::string(entity.name) + "." + name).begin_object();
  json.key("name").string(name).key("in").string("query");
  json.key("description")
      .string(std::string(label.value_or(field.name)) + ": " + std::string(meaning_of(comparison)));
  if (!field.permission.empty()) json.key("x-permission").string(field.permission);
  Field one = field;
  if (field.kind == Kind::texts) one.kind = Kind::text;
  if (comparison.empty() || comparison == "not") {
    json.key("explode").boolean(false).key("schema").begin_object().key("type").string("array");
    json.key("maxItems").unsigned_integer(record::kMaxValues).key("items").begin_object();
    write_value_facts(json, one, false);
    json.end_object().end_object();
  } else if (comparison == "empty") {
    json.key("schema").begin_object().key("type").string("boolean").end_object();
  } else {
    json.key("schema").begin_object();
    write_value_facts(json, one, false);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

std::string schema_name(std::string_view entity) {
  std::string name;
  bool upper = true;
  for (const char c : entity) {
    if (c != '_') name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name;
}

std::string schema_ref(std::string_view name) {
  return "{\"$ref\":\"#/components/schemas/" + std::string(name) + "\"}";
}

void write_names(JsonWriter& json, const std::string& key) {
  if (const auto en = messages::label(base::Language::en, key)) json.key("description").string(*en);
  if (const auto ja = messages::label(base::Language::ja, key)) json.key("x-name-ja").string(*ja);
}

void write_entity_schemas(JsonWriter& json, const Entity& entity) {
  json.key(schema_name(entity.name)).begin_object().key("type").string("object");
  write_names(json, "entity." + std::string(entity.name));
  json.key("x-title").string(entity.title);
  if (!entity.state_field.empty()) json.key("x-state-field").string(entity.state_field);
  write_required(json, record_members(entity));
  json.key("properties").begin_object();
  write_record_members(json, entity);
  json.end_object().end_object();
  write_draft_schema(json, entity, Purpose::create);
  if (entity.attached) return;
  write_draft_schema(json, entity, Purpose::change);
  write_page_schema(json, entity);
  write_bulk_schema(json, entity);
}

void write_any_record(JsonWriter& json, const schema::Registry& registry) {
  json.key("AnyRecord").begin_object();
  if (registry.all().empty()) {
    json.key("type").string("object");
  } else {
    json.key("oneOf").begin_array();
    for (const Entity& entity : registry.all()) json.raw(schema_ref(schema_name(entity.name)));
    json.end_array();
  }
  json.end_object();
}

void write_list_parameters(JsonWriter& json, const Entity& entity) {
  const std::string name(entity.name);
  for (const Field& field : entity.fields)
    for (const std::string_view comparison : record::comparisons_of(field))
      write_filter(json, entity, field, comparison);
  json.key(name + ".sort").begin_object().key("name").string("sort").key("in").string("query");
  json.key("description").string("with - in front: descending");
  json.key("schema").begin_object().key("type").string("string").key("enum").begin_array();
  std::vector<std::string_view> orders{"updated_at"};
  for (const Field& field : entity.fields)
    if (record::may_sort(field)) orders.push_back(field.name);
  for (const std::string_view order : orders) json.string(order).string("-" + std::string(order));
  json.end_array().end_object().end_object();
  json.key(name + ".facets.field").begin_object().key("name").string("field").key("in").string("query");
  json.key("required").boolean(true).key("schema").begin_object().key("type").string("string");
  json.key("enum").begin_array();
  bool any = false;
  for (const Field& field : entity.fields) {
    if (!field.may_filter || !field.permission.empty()) continue;
    json.string(field.name);
    any = true;
  }
  if (!any) json.string("");
  json.end_array().end_object().end_object();
}

void write_list_parameter_refs(JsonWriter& json, const Entity& entity, bool facets) {
  const auto ref = [&](const std::string& name) {
    json.raw("{\"$ref\":\"#/components/parameters/" + name + "\"}");
  };
  const std::string own = std::string(entity.name) + ".";
  if (facets) ref(own + "facets.field");
  for (const Field& field : entity.fields) {
    // "field" of facets says which one is counted.
    if (facets && field.name == "field") continue;
    for (const std::string_view comparison : record::comparisons_of(field))
      ref(own + std::string(field.name) + (comparison.empty() ? "" : "." + std::string(comparison)));
  }
  for (const char* common : {"q", "tag", "id", "organisation", "site", "realm", "deleted"})
    ref("list." + std::string(common));
  if (facets) return;
  ref(own + "sort");
  for (const char* common : {"limit", "offset", "after", "total"}) ref("list." + std::string(common));
}

}  // namespace hinomi::api
