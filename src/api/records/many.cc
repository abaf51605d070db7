// Operations on many records.
#include <algorithm>
#include <charconv>

#include "api/records/answer.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "record/json.h"
#include "schema/json.h"
#include "work/custom_fields.h"

namespace hinomi::api::records {
namespace {

using schema::Entity;

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

std::string title_of(const Entity& entity, const record::Record& record) {
  const auto* const text = std::get_if<std::string>(&record.values[entity.index_of(entity.title)]);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

// What the program declares, and what organisations of the caller define beyond it.
http::Response RecordService::declarations(const Asked& asked) {
  const auto definitions = work::visible_definitions(engine_, context_of(asked), {});
  if (!definitions) return refusal_answer(definitions.refusal());
  std::string body = schema::to_json(engine_.registry());
  while (!body.empty() && body.back() != '}') body.pop_back();
  body.pop_back();
  body += ",\"custom_fields\":";
  base::JsonWriter json(body);
  json.begin_array();
  for (const work::CustomDefinition& one : *definitions) {
    json.begin_object().key("id").string(one.id.text());
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(one.organisation));
    json.key("entity").string(one.field.about_entity).key("name").string(one.field.name);
    json.key("label").begin_object().key("ja").string(one.field.label_ja);
    json.key("en").string(one.field.label_en).end_object();
    json.key("kind").string(work::choices_of(one.field.kind)[static_cast<std::size_t>(one.field.kind)]);
    json.key("options").begin_array();
    for (const std::string& option : one.field.options) json.string(option);
    json.end_array().key("needed").boolean(one.field.needed).end_object();
  }
  json.end_array();
  body += '}';
  return json_answer(std::move(body));
}

http::Response RecordService::list(const Asked& asked, const Entity& entity) {
  const auto parameters = parameters_of(asked.request);
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  record::ReadQuery read = query_of(asked, entity, *parameters);
  if (!read.faults.empty()) return refusal_answer(invalid(std::move(read.faults)));
  const auto page = engine_.list(context_of(asked), entity, read.query);
  if (!page) return refusal_answer(page.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const record::Record& record : page->records) record::write_record(json, entity, record);
  json.end_array().key("next");
  if (page->next.empty()) {
    json.null();
  } else {
    json.string(page->next);
  }
  if (page->total >= 0) {
    json.key("total").integer(page->total);
    json.key("total_is_exact").boolean(page->total_is_exact);
  }
  json.end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::facets(const Asked& asked, const Entity& entity) {
  auto parameters = parameters_of(asked.request);
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  const auto name = take(*parameters, "field");
  const schema::Field* const field = name ? entity.find(*name) : nullptr;
  if (field == nullptr) return refusal_answer(invalid({{"field", "unknown_field", "no such field"}}));
  record::ReadQuery read = query_of(asked, entity, *parameters);
  if (!read.faults.empty()) return refusal_answer(invalid(std::move(read.faults)));
  const auto values = engine_.facet(context_of(asked), entity, read.query, entity.index_of(*name));
  if (!values) return refusal_answer(values.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("values").begin_array();
  for (const record::FacetValue& value : *values) {
    json.begin_object().key("value");
    record::write_value(json, *field, value.value);
    json.key("count").integer(value.count).end_object();
  }
  json.end_array().end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::search(const Asked& asked) {
  auto parameters = parameters_of(asked.request);
  const auto text = parameters ? take(*parameters, "q") : std::nullopt;
  if (!text) return refusal_answer(invalid({{"q", "needed", "what to search for"}}));
  constexpr std::size_t kHits = 50;
  constexpr std::size_t kMostHits = 100;
  std::size_t limit = kHits;
  if (const auto given = take(*parameters, "limit")) {
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), limit);
    if (error != std::errc{} || end != given->data() + given->size() || limit < 1 || limit > kMostHits)
      return refusal_answer(invalid({{"limit", "out_of_range", "1 to 100"}}));
  }
  const auto hits = engine_.search(context_of(asked), *text, limit);
  if (!hits) return refusal_answer(hits.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const record::Engine::Hit& hit : *hits) {
    json.begin_object().key("entity").string(hit.entity->name).key("id").string(hit.record.id.text());
    json.key("title").string(title_of(*hit.entity, hit.record)).key("number").string(hit.record.number);
    json.key("record");
    record::write_record(json, *hit.entity, hit.record);
    json.end_object();
  }
  json.end_array().end_object();
  return json_answer(std::move(body));
}

// Titles of records by their ids, of whatever entity; those that are hidden are left out.
http::Response RecordService::titles(const Asked& asked) {
  auto parameters = parameters_of(asked.request);
  const auto text = parameters ? take(*parameters, "ids") : std::nullopt;
  if (!text) return refusal_answer(invalid({{"ids", "needed", "which records"}}));
  std::vector<base::RecordId> ids;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const auto id = base::RecordId::parse(rest.substr(0, end));
    if (!id || ids.size() >= kMaxTitles) return refusal_answer(invalid({{"ids", "wrong_type", "no ids"}}));
    ids.push_back(*id);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  // Those that stand outside a vault are shown in it as they are outside.
  for (record::Engine* engine = &engine_; engine != nullptr; engine = engine->outside()) {
    const auto entities = engine->entities_of(ids);
    if (!entities) return refusal_answer({record::Refusal::Kind::failed, {}, entities.error()});
    for (const auto& [id, entity] : *entities) {
      if (entity->attached) continue;
      const auto found = engine->get(context_of(asked), *entity, id);
      if (!found) continue;
      json.key(id.text()).begin_object().key("entity").string(entity->name);
      json.key("path").string(entity->path).key("title").string(title_of(*entity, *found));
      if (engine->vault() != base::VaultId{})
        json.key("vault").unsigned_integer(static_cast<std::uint32_t>(engine->vault()));
      json.end_object();
    }
  }
  json.end_object();
  return json_answer(std::move(body));
}

}  // namespace hinomi::api::records
