#include "api/openapi_operations.h"

#include <map>
#include <set>
#include <utility>

#include "api/openapi_schemas.h"
#include "messages/messages.h"

namespace hinomi::api {
namespace {

using base::JsonWriter;
using http::Method;

// One operation of a path, on its way into the document.
struct Operation {
  const Route* route = nullptr;
  const schema::Action* action = nullptr;  // of RecordOperation::act
};

constexpr std::string_view kTableMedia =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet text/csv";

std::string_view member_of(Method method) noexcept {
  switch (method) {
    case Method::post:
      return "post";
    case Method::put:
      return "put";
    case Method::patch:
      return "patch";
    case Method::remove:
      return "delete";
    default:
      return "get";
  }
}

std::string_view name_of(RecordOperation operation) noexcept {
  constexpr std::string_view kNames[] = {"",
                                         "list",
                                         "facets",
                                         "create",
                                         "bulk",
                                         "export",
                                         "import",
                                         "get",
                                         "change",
                                         "delete",
                                         "restore",
                                         "history",
                                         "act",
                                         "comments",
                                         "add_comment",
                                         "remove_comment",
                                         "relations",
                                         "add_relation",
                                         "remove_relation",
                                         "attachments",
                                         "add_attachment",
                                         "remove_attachment"};
  return kNames[static_cast<std::size_t>(operation)];
}

std::string operation_id(const Operation& operation) {
  const RouteWords& words = operation.route->words;
  if (words.operation != RecordOperation::none)
    return std::string(words.entity->name) + "." +
           std::string(operation.action == nullptr ? name_of(words.operation) : operation.action->name);
  std::string id(member_of(operation.route->method));
  std::string_view rest = operation.route->pattern;
  if (rest.starts_with("/api/v1")) rest.remove_prefix(7);
  for (const char c : rest)
    if (c != '{' && c != '}') id += c == '/' || c == '.' || c == '-' ? '_' : c;
  return id;
}

std::string summary_of(const Operation& operation) {
  const RouteWords& words = operation.route->words;
  if (words.operation == RecordOperation::none) return std::string(words.summary);
  const std::string name(words.entity->name);
  const auto label = [](const std::string& key) {
    return std::string(messages::label(base::Language::en, key).value_or(key));
  };
  if (operation.action != nullptr)
    return label("entity." + name) + ": " +
           label("action." + name + "." + std::string(operation.action->name));
  switch (words.operation) {
    case RecordOperation::list:
      return label("entity." + name + ".many") + ": a page of a list";
    case RecordOperation::facets:
      return label("entity." + name + ".many") +
             ": how many have each value of a field, the 50 most frequent";
    case RecordOperation::create:
      return label("entity." + name) + ": a new one";
    case RecordOperation::bulk:
      return label("entity." + name + ".many") +
             ": the same change, action or deletion on up to 1000 of them";
    case RecordOperation::export_table:
      return label("entity." + name + ".many") + ": all of a list as a file";
    case RecordOperation::import_table:
      return label("entity." + name + ".many") + ": a file that comes back, first as a preview";
    case RecordOperation::get:
      return label("entity." + name) + ": one";
    case RecordOperation::change:
      return label("entity." + name) + ": change the fields that are named";
    case RecordOperation::remove:
      return label("entity." + name) + ": delete; it can be restored";
    case RecordOperation::restore:
      return label("entity." + name) + ": restore a deleted one";
    case RecordOperation::history:
      return label("entity." + name) + ": its changes, newest first";
    case RecordOperation::comments:
      return label("entity." + name) + ": its comments";
    case RecordOperation::add_comment:
      return label("entity." + name) + ": comment on it";
    case RecordOperation::remove_comment:
      return label("entity." + name) + ": remove a comment";
    case RecordOperation::relations:
      return label("entity." + name) +
             ": its relations, from it and to it, as far as the other end may be read";
    case RecordOperation::add_relation:
      return label("entity." + name) + ": relate it to another record";
    case RecordOperation::remove_relation:
      return label("entity." + name) + ": remove a relation";
    case RecordOperation::attachments:
      return label("entity." + name) + ": its files";
    case RecordOperation::add_attachment:
      return label("entity." + name) + ": attach a file";
    default:
      return label("entity." + name) + ": remove a file";
  }
}

// What the caller must hold; for records, in the place of the record.
std::string permission_of(const Operation& operation) {
  const RouteWords& words = operation.route->words;
  if (words.operation != RecordOperation::none) {
    const std::string name(words.entity->name);
    if (operation.action != nullptr) return name + "." + std::string(operation.action->name);
    switch (words.operation) {
      case RecordOperation::create:
      case RecordOperation::change:
        return name + "." + std::string(name_of(words.operation));
      case RecordOperation::bulk:
        return name + ".change";
      case RecordOperation::remove:
      case RecordOperation::restore:
        return name + ".delete";
      case RecordOperation::export_table:
        return "list.export";
      case RecordOperation::import_table:
        return "list.import";
      case RecordOperation::add_comment:
        return "comment.create";
      case RecordOperation::remove_comment:
        return "comment.delete";
      case RecordOperation::add_relation:
        return "relation.create";
      case RecordOperation::remove_relation:
        return "relation.delete";
      case RecordOperation::add_attachment:
        return "attachment.create";
      case RecordOperation::remove_attachment:
        return "attachment.delete";
      default:
        return name + ".read";
    }
  }
  if (!operation.route->needs.empty()) return std::string(operation.route->needs);
  switch (operation.route->permission) {
    case Permission::everyone:
    case Permission::report_csp:
    case Permission::sign_in:
      return "everyone";
    case Permission::send_events:
      return "source_token";
    default:
      return "signed_in";
  }
}

void write_security(JsonWriter& json, Permission permission) {
  json.key("security").begin_array();
  const auto scheme = [&](std::string_view name) {
    json.begin_object().key(name).begin_array().end_array().end_object();
  };
  switch (permission) {
    case Permission::everyone:
    case Permission::report_csp:
    case Permission::sign_in:
      break;
    case Permission::send_events:
      scheme("source_token");
      break;
    case Permission::own_session:
      scheme("session");
      break;
    default:
      scheme("session");
      scheme("token");
  }
  json.end_array();
}

void write_parameter_ref(JsonWriter& json, std::string_view name) {
  json.raw("{\"$ref\":\"#/components/parameters/" + std::string(name) + "\"}");
}

void write_path_parameters(JsonWriter& json, const Operation& operation, std::string_view path) {
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const std::string_view name = path.substr(open + 1, path.find('}', open) - open - 1);
    json.begin_object().key("name").string(name).key("in").string("path").key("required").boolean(true);
    if (operation.route->words.operation != RecordOperation::none) {
      json.key("schema").raw(schema_ref("Id"));
    } else {
      json.key("schema").begin_object().key("type").string(name == "seq" ? "integer" : "string").end_object();
    }
    json.end_object();
  }
}

void write_parameters(JsonWriter& json, const Operation& operation, std::string_view path) {
  const RouteWords& words = operation.route->words;
  json.key("parameters").begin_array();
  write_path_parameters(json, operation, path);
  for_each_word(words.parameters, [&](std::string_view name) { write_parameter_ref(json, name); });
  switch (words.operation) {
    case RecordOperation::list:
    case RecordOperation::facets:
      write_list_parameter_refs(json, *words.entity, words.operation == RecordOperation::facets);
      break;
    case RecordOperation::export_table:
      for (const std::string_view name :
           {"table.format", "table.language", "table.encoding", "table.utc_offset", "table.columns"})
        write_parameter_ref(json, name);
      write_list_parameter_refs(json, *words.entity, false);
      break;
    case RecordOperation::import_table:
      for (const std::string_view name : {"import.preview", "import.all_or_nothing", "table.language",
                                          "table.utc_offset", "import.skip", "file_name"})
        write_parameter_ref(json, name);
      break;
    case RecordOperation::add_attachment:
      write_parameter_ref(json, "file_name_needed");
      break;
    case RecordOperation::get:
      write_parameter_ref(json, "get.as_of");
      write_parameter_ref(json, "if_none_match");
      break;
    case RecordOperation::history:
      write_parameter_ref(json, "history.before");
      write_parameter_ref(json, "history.limit");
      break;
    case RecordOperation::change:
    case RecordOperation::remove:
      write_parameter_ref(json, "if_match");
      break;
    case RecordOperation::act:
      write_parameter_ref(json, "if_match_optional");
      break;
    default:
      break;
  }
  const bool writes = operation.route->method != Method::get;
  if (writes && operation.route->permission == Permission::record)
    write_parameter_ref(json, "idempotency_key");
  const bool has_reason = words.operation != RecordOperation::bulk &&
                          words.operation != RecordOperation::import_table &&
                          words.operation < RecordOperation::comments;
  if (writes && operation.route->permission == Permission::record && has_reason)
    write_parameter_ref(json, "reason");
  if (operation.route->permission == Permission::send_events) write_parameter_ref(json, "idempotency_key");
  json.end_array();
}

// The schema of the request's body; empty: none.
std::string body_schema(const Operation& operation) {
  const RouteWords& words = operation.route->words;
  switch (words.operation) {
    case RecordOperation::none:
      return std::string(words.body);
    case RecordOperation::create:
      return schema_name(words.entity->name) + "Create";
    case RecordOperation::change:
      return schema_name(words.entity->name) + "Change";
    case RecordOperation::bulk:
      return schema_name(words.entity->name) + "Bulk";
    case RecordOperation::act:
      return "ActionBody";
    case RecordOperation::add_comment:
      return "CommentCreate";
    case RecordOperation::add_relation:
      return "RelationCreate";
    case RecordOperation::import_table:
    case RecordOperation::add_attachment:
      return "File";
    default:
      return {};
  }
}

void write_body(JsonWriter& json, const Operation& operation) {
  const std::string schema = body_schema(operation);
  if (schema.empty()) return;
  const RouteWords& words = operation.route->words;
  const bool optional = operation.action != nullptr && !operation.action->needs_reason;
  json.key("requestBody").begin_object().key("required").boolean(!optional);
  json.key("content").begin_object();
  std::string_view media = words.body_media.empty() ? "application/json" : words.body_media;
  if (schema == "File") media = "application/octet-stream";
  for_each_word(media, [&](std::string_view medium) {
    json.key(medium).begin_object().key("schema").raw(schema_ref(schema)).end_object();
  });
  json.end_object().end_object();
}

// What an answer holds when all is well.
struct Good {
  int status = 200;
  std::string schema;  // JSON text; empty: no body
  bool has_etag = false;
  bool has_location = false;
};

std::string list_of(std::string_view name) {
  return R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)" +
         schema_ref(name) + "}}}";
}

Good good_answer(const Operation& operation) {
  const RouteWords& words = operation.route->words;
  const std::string name = words.entity == nullptr ? "" : schema_name(words.entity->name);
  switch (words.operation) {
    case RecordOperation::none:
      if (words.answer.empty()) return {words.status, "", false, false};
      return {words.status == 204 ? 200 : words.status, schema_ref(words.answer), false, false};
    case RecordOperation::list:
      return {200, schema_ref(name + "Page"), false, false};
    case RecordOperation::facets:
      return {200, schema_ref("FieldCounts"), false, false};
    case RecordOperation::create:
      return {201, schema_ref(name), true, true};
    case RecordOperation::bulk:
      return {200, schema_ref("BulkResult"), false, false};
    case RecordOperation::export_table:
      return {200, schema_ref("File"), false, false};
    case RecordOperation::import_table:
      return {200, schema_ref("ImportResult"), false, false};
    case RecordOperation::history:
      return {200, schema_ref("History"), false, false};
    case RecordOperation::comments:
      return {200, list_of("Comment"), false, false};
    case RecordOperation::relations:
      return {200, list_of("Relation"), false, false};
    case RecordOperation::add_comment:
      return {201, schema_ref("Comment"), true, false};
    case RecordOperation::add_relation:
      return {201, schema_ref("Relation"), true, false};
    case RecordOperation::attachments:
      return {200, list_of("Attachment"), false, false};
    case RecordOperation::add_attachment:
      return {201, schema_ref("Attachment"), true, false};
    case RecordOperation::remove_comment:
    case RecordOperation::remove_relation:
    case RecordOperation::remove_attachment:
      return {204, "", false, false};
    default:
      return {200, schema_ref(name), true, false};
  }
}

// The statuses of refusals that callers of the operation must expect.
std::set<int> refusals_of(const Operation& operation) {
  const Route& route = *operation.route;
  const RouteWords& words = route.words;
  std::set<int> statuses{403, 500, 503};
  if (route.permission == Permission::everyone) return {403, 500};
  if (route.permission != Permission::report_csp) statuses.insert({400, 401});
  if (route.pattern.find('{') != std::string_view::npos) statuses.insert(404);
  if (!body_schema(operation).empty()) statuses.insert({413, 415});
  if (route.permission == Permission::sign_in || route.permission == Permission::send_events)
    statuses.insert(429);
  if (route.permission != Permission::record) return statuses;
  statuses.insert(422);
  if (words.operation == RecordOperation::change || words.operation == RecordOperation::remove)
    statuses.insert({409, 412, 428});
  if (words.operation == RecordOperation::act) statuses.insert({409, 412, 428});
  if (words.operation == RecordOperation::create || words.operation == RecordOperation::restore ||
      words.operation == RecordOperation::none)
    statuses.insert(409);
  if (words.operation == RecordOperation::none && route.method == Method::get) statuses.erase(409);
  return statuses;
}

void write_header(JsonWriter& json, std::string_view name, std::string_view description) {
  json.key(name).begin_object().key("description").string(description);
  json.key("schema").begin_object().key("type").string("string").end_object().end_object();
}

void write_answers(JsonWriter& json, const Operation& operation) {
  const RouteWords& words = operation.route->words;
  const Good good = good_answer(operation);
  json.key("responses").begin_object().key(std::to_string(good.status)).begin_object();
  json.key("description").string(good.status == 201 ? "Made" : "Done");
  if (good.has_etag || good.has_location) {
    json.key("headers").begin_object();
    if (good.has_etag) write_header(json, "ETag", "the version, in quotes");
    if (good.has_location) write_header(json, "Location", "path of the new record");
    json.end_object();
  }
  if (!good.schema.empty() || !words.media.empty()) {
    json.key("content").begin_object();
    const std::string_view media =
        words.operation == RecordOperation::export_table ? kTableMedia : words.media;
    for_each_word(media.empty() ? "application/json" : media, [&](std::string_view one) {
      json.key(one).begin_object().key("schema");
      json.raw(good.schema.empty() ? R"({"type":"string"})" : good.schema).end_object();
    });
    json.end_object();
  }
  json.end_object();
  // What goes step by step says what is missing, or that it is done.
  if (words.operation == RecordOperation::none && words.status == 204 && !words.answer.empty())
    json.key("204").begin_object().key("description").string("Done").end_object();
  if (words.operation == RecordOperation::get)
    json.key("304")
        .begin_object()
        .key("description")
        .string("It is still the version of If-None-Match")
        .end_object();
  for (const int status : refusals_of(operation))
    json.key(std::to_string(status))
        .raw("{\"$ref\":\"#/components/responses/Problem" + std::to_string(status) + "\"}");
  json.end_object();
}

void write_operation(JsonWriter& json, const Operation& operation, std::string_view path) {
  json.key(member_of(operation.route->method)).begin_object();
  json.key("operationId").string(operation_id(operation)).key("summary").string(summary_of(operation));
  json.key("tags").begin_array().string(tag_of(*operation.route)).end_array();
  json.key("x-permission").string(permission_of(operation));
  if (operation.route->words.operation == RecordOperation::bulk)
    json.key("description")
        .string(
            "An action needs its own permission, a deletion the one to delete; each "
            "record is judged by itself, and those refused are named.");
  if (operation.action != nullptr) {
    json.key("x-needs-reason").boolean(operation.action->needs_reason);
    json.key("x-needs-step-up").boolean(operation.action->needs_step_up);
    json.key("x-four-eyes").boolean(operation.action->four_eyes);
  }
  write_security(json, operation.route->permission);
  write_parameters(json, operation, path);
  write_body(json, operation);
  write_answers(json, operation);
  json.end_object();
}

}  // namespace

std::string tag_of(const Route& route) {
  if (route.words.entity != nullptr) return std::string(route.words.entity->name);
  std::string_view rest = route.pattern;
  if (rest.starts_with("/api/v1/")) rest.remove_prefix(8);
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find('/')));
}

void write_paths(JsonWriter& json, const std::vector<Route>& routes) {
  std::map<std::string, std::map<Method, Operation>> paths;
  for (const Route& route : routes) {
    if (route.words.is_copy) continue;
    if (route.words.operation != RecordOperation::act) {
      paths[std::string(route.pattern)][route.method] = {&route, nullptr};
      continue;
    }
    const std::string_view front = route.pattern.substr(0, route.pattern.rfind('/') + 1);
    for (const schema::Action& action : route.words.entity->actions)
      paths[std::string(front) + std::string(action.name)][route.method] = {&route, &action};
  }
  json.key("paths").begin_object();
  for (const auto& [path, operations] : paths) {
    json.key(path).begin_object();
    for (const auto& [method, operation] : operations) write_operation(json, operation, path);
    json.end_object();
  }
  json.end_object();
}

}  // namespace hinomi::api
