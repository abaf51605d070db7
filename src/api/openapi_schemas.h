// The schemas of declared records for the API's description: a record, what makes a new one, what changes
// one, a page of them. Not for what stands in no declaration (openapi_parts.h).
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "schema/entity.h"

namespace hinomi::api {

// "role_setting" → "RoleSetting".
[[nodiscard]] std::string schema_name(std::string_view entity);
// {"$ref": …}
[[nodiscard]] std::string schema_ref(std::string_view name);

// The schemas of one entity as members of an object.
void write_entity_schemas(base::JsonWriter& json, const schema::Entity& entity);
// Any record, by its member "entity".
void write_any_record(base::JsonWriter& json, const schema::Registry& registry);
// The parameters of its lists as members of an object; their names begin with "ENTITY.".
void write_list_parameters(base::JsonWriter& json, const schema::Entity& entity);
// References to all parameters of its lists, or of its facets, as members of an array.
void write_list_parameter_refs(base::JsonWriter& json, const schema::Entity& entity, bool facets);

// "description" and "x-name-ja" of a label, where it has one.
void write_names(base::JsonWriter& json, const std::string& key);

}  // namespace hinomi::api
