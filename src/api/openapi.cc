#include "api/openapi.h"

#include <map>
#include <set>
#include <utility>

#include "api/openapi_operations.h"
#include "api/openapi_parts.h"
#include "api/openapi_schemas.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "base/json_writer.h"
#include "messages/messages.h"
#include "parse/json/reader.h"

namespace hinomi::api {
namespace {

using base::JsonWriter;
using schema::Entity;

constexpr std::string_view kFaultCodes[] = {"needed",       "too_long",      "too_short",  "out_of_range",
                                            "not_a_choice", "not_a_date",    "not_unique", "no_such_record",
                                            "wrong_type",   "unknown_field", "not_yours",  "written_once",
                                            "not_allowed",  "expired",       "void",       "last_custodian",
                                            "refers",       "closed",        "open",       "too_many"};

constexpr std::string_view kAbout =
    "Everything under /api/v1: JSON, UTF-8, times in RFC 3339, ids as UUID text. docs/en/api.md explains the "
    "conventions. Every GET is answered for HEAD as well. Refusals are application/problem+json; beside "
    "those "
    "named here every route may answer 403 (another Host or Origin), 405, 408, 413, 417, 431, 500, 503, 505.";

// All codes by their status.
std::map<int, std::map<std::string, std::string>> problems_by_status() {
  std::map<int, std::map<std::string, std::string>> all;
  for (const ProblemFacts& one : all_problems())
    all[one.status].emplace(std::string(one.code), std::string(one.title));
  for (const records::RefusalFacts& one : records::all_refusals())
    all[one.status].emplace(std::string(one.code), std::string(one.title));
  return all;
}

constexpr std::size_t kMaxOnOneLine = 100;  // bytes of what is not broken into lines

// `line`: what of it is short stands on one line.
void copy(JsonWriter& json, const parse::json::Value& value, bool line = false) {
  using parse::json::Kind;
  if (line && (value.kind() == Kind::array || value.kind() == Kind::object)) {
    std::string whole;
    JsonWriter one(whole);
    copy(one, value);
    if (whole.size() <= kMaxOnOneLine) {
      json.raw(whole);
      return;
    }
  }
  switch (value.kind()) {
    case Kind::null:
      json.null();
      return;
    case Kind::boolean:
      json.boolean(value.boolean());
      return;
    case Kind::integer:
      json.integer(value.integer());
      return;
    case Kind::unsigned_integer:
      json.unsigned_integer(value.unsigned_integer());
      return;
    case Kind::real:
      json.number(value.real());
      return;
    case Kind::string:
      json.string(value.string());
      return;
    case Kind::array:
      json.begin_array();
      for (auto at = value.first(); !(at == value.last()); at = at.next()) copy(json, at, line);
      json.end_array();
      return;
    case Kind::object:
      json.begin_object();
      for (auto key = value.first(); !(key == value.last());) {
        const auto member = key.next();
        json.key(key.string());
        copy(json, member, line);
        key = member.next();
      }
      json.end_object();
  }
}

// The members of an object in text, into the object that is being written.
void write_members(JsonWriter& json, std::string_view text) {
  parse::json::Reader reader;
  const auto parts = reader.read(text);
  HINOMI_CHECK(parts && parts->kind() == parse::json::Kind::object);
  for (auto key = parts->first(); !(key == parts->last());) {
    const auto member = key.next();
    json.key(key.string());
    copy(json, member);
    key = member.next();
  }
}

std::set<std::string> names_in(std::string_view text) {
  parse::json::Reader reader;
  std::set<std::string> names;
  const auto parts = reader.read(text);
  HINOMI_CHECK(parts && parts->kind() == parse::json::Kind::object);
  for (auto key = parts->first(); !(key == parts->last()); key = key.next().next())
    names.insert(std::string(key.string()));
  return names;
}

void write_codes(JsonWriter& json) {
  std::set<std::string> codes;
  for (const auto& [status, problems] : problems_by_status())
    for (const auto& [code, title] : problems) codes.insert(code);
  json.key("ProblemCode").begin_object().key("type").string("string").key("enum").begin_array();
  for (const std::string& code : codes) json.string(code);
  json.end_array().end_object();
  json.key("FaultCode").begin_object().key("type").string("string").key("enum").begin_array();
  for (const std::string_view code : kFaultCodes) json.string(code);
  json.end_array();
  for (const auto& [key, language] :
       {std::pair("x-enum-names", base::Language::en), std::pair("x-enum-names-ja", base::Language::ja)}) {
    json.key(key).begin_object();
    for (const std::string_view code : kFaultCodes)
      if (const auto name = messages::label(language, "fault." + std::string(code)))
        json.key(code).string(*name);
    json.end_object();
  }
  json.end_object();
}

void write_problem_answers(JsonWriter& json) {
  json.key("responses").begin_object();
  for (const auto& [status, problems] : problems_by_status()) {
    std::string titles;
    for (const auto& [code, title] : problems) titles += (titles.empty() ? "" : "; ") + code + ": " + title;
    json.key("Problem" + std::to_string(status)).begin_object().key("description").string(titles);
    json.key("x-codes").begin_array();
    for (const auto& [code, title] : problems) json.string(code);
    json.end_array();
    json.key("content").begin_object().key("application/problem+json").begin_object();
    json.key("schema").raw(schema_ref("Problem")).end_object().end_object().end_object();
  }
  json.end_object();
}

void write_components(JsonWriter& json, const schema::Registry& registry) {
  json.key("components").begin_object().key("schemas").begin_object();
  write_codes(json);
  write_members(json, schema_parts());
  write_any_record(json, registry);
  for (const Entity& entity : registry.all()) write_entity_schemas(json, entity);
  json.end_object().key("parameters").begin_object();
  write_members(json, parameter_parts());
  for (const Entity& entity : registry.all())
    if (!entity.attached) write_list_parameters(json, entity);
  json.end_object();
  write_problem_answers(json);
  json.key("securitySchemes").begin_object();
  write_members(json, security_parts());
  json.end_object().end_object();
}

void write_tags(JsonWriter& json, const schema::Registry& registry, const std::vector<Route>& routes) {
  std::set<std::string> tags;
  for (const Route& route : routes)
    if (!route.words.is_copy) tags.insert(tag_of(route));
  json.key("tags").begin_array();
  for (const std::string& tag : tags) {
    json.begin_object().key("name").string(tag);
    if (registry.find(tag) != nullptr) write_names(json, "entity." + tag + ".many");
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string openapi_json(const schema::Registry& registry, const std::vector<Route>& routes) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("openapi").string("3.1.0").key("info").begin_object();
  json.key("title").string("Hinomi").key("version").string("1").key("description").string(kAbout);
  json.key("license").begin_object().key("name").string("Apache-2.0").key("identifier").string("Apache-2.0");
  json.end_object().end_object();
  json.key("servers").begin_array().begin_object().key("url").string("/").end_object().end_array();
  write_tags(json, registry, routes);
  write_paths(json, routes);
  write_components(json, registry);
  json.end_object();
  return text;
}

base::Result<std::string> indented(std::string_view text) {
  constexpr std::size_t kMaxBytes = 64U << 20;
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBytes, .depth = 64});
  const auto value = reader.read(text);
  if (!value) return value.error();
  std::string lines;
  JsonWriter json(lines, 1);
  copy(json, *value, true);
  return lines + "\n";
}

std::vector<std::string> faults_of(const schema::Registry& registry, const std::vector<Route>& routes) {
  std::set<std::string> schemas = names_in(schema_parts());
  for (const Entity& entity : registry.all()) schemas.insert(schema_name(entity.name));
  const std::set<std::string> parameters = names_in(parameter_parts());
  std::vector<std::string> faults;
  for (const Route& route : routes) {
    const RouteWords& words = route.words;
    const std::string where =
        std::string(http::name_of(route.method)) + " " + std::string(route.pattern) + ": ";
    if (words.is_copy) continue;
    if (words.operation != RecordOperation::none) {
      if (words.entity == nullptr) faults.push_back(where + "an operation on no entity");
      continue;
    }
    if (words.summary.empty()) faults.push_back(where + "no summary; say RouteWords where it is declared");
    for (const std::string_view name : {words.answer, words.body})
      if (!name.empty() && !schemas.contains(std::string(name)))
        faults.push_back(where + "no schema '" + std::string(name) + "' in openapi_parts.cc");
    for_each_word(words.parameters, [&](std::string_view name) {
      if (!parameters.contains(std::string(name)))
        faults.push_back(where + "no parameter '" + std::string(name) + "' in openapi_parameters.cc");
    });
  }
  return faults;
}

}  // namespace hinomi::api
