// Operations on one record.
#include "api/records/answer.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "record/json.h"

namespace hinomi::api::records {
namespace {

using schema::Entity;

http::Response wrong_type() {
  return simple_problem(415, "wrong_media_type", "Not in this form", "send application/json");
}

http::Response no_match() {
  return simple_problem(428, "needs_precondition", "Say which version you know",
                        "send If-Match with the ETag of the record");
}

// The id in the path.
std::optional<base::RecordId> id_of(const Asked& asked) {
  return asked.request.params.empty() ? std::nullopt : base::RecordId::parse(asked.request.params[0]);
}

http::Response answer_of(const Entity& entity, const record::Outcome<record::Record>& outcome,
                         int status = 200) {
  return outcome ? record_answer(entity, *outcome, status) : refusal_answer(outcome.refusal());
}

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

// Reads the body as a draft, or says what is wrong with it.
struct Read {
  record::Draft draft;
  std::optional<http::Response> refusal;
};

Read read_body(const Asked& asked, const Entity& entity, bool is_new) {
  if (!is_json(asked.request)) return {{}, wrong_type()};
  auto read = record::read_draft(entity, asked.request.body, is_new);
  if (!read) return {{}, simple_problem(400, "malformed", "The request is malformed", read.error().message)};
  if (!read->faults.empty()) return {{}, refusal_answer(invalid(std::move(read->faults)))};
  return {std::move(read->draft), std::nullopt};
}

}  // namespace

http::Response RecordService::create(const Asked& asked, const Entity& entity) {
  Read read = read_body(asked, entity, true);
  if (read.refusal) return std::move(*read.refusal);
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  const auto made = engine_.create(context, entity, std::move(read.draft));
  if (!made) return refusal_answer(made.refusal());
  http::Response response = record_answer(entity, *made, 201);
  response.with("Location", "/api/v1/" + std::string(entity.path) + "/" + made->id.text());
  return response;
}

http::Response RecordService::get(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  auto parameters = parameters_of(asked.request);
  if (!id) return not_found();
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  std::optional<base::TimeNs> as_of;
  if (const auto text = take(*parameters, "as_of")) {
    as_of = base::parse_rfc3339(*text);
    if (!as_of) return refusal_answer(invalid({{"as_of", "wrong_type", "no time"}}));
  }
  if (!parameters->empty())
    return refusal_answer(invalid({{parameters->front().name, "unknown_field", "no such parameter"}}));
  const auto found = engine_.get(context_of(asked), entity, *id, as_of);
  if (found && !as_of &&
      asked.request.field("if-none-match") == "\"" + std::to_string(found->version) + "\"") {
    http::Response same;
    same.status = 304;
    same.with("ETag", asked.request.field("if-none-match"));
    return same;
  }
  return answer_of(entity, found);
}

http::Response RecordService::change(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  if (!id) return not_found();
  const Match match = if_match(asked.request);
  if (match.malformed || !match.version) return no_match();
  Read read = read_body(asked, entity, false);
  if (read.refusal) return std::move(*read.refusal);
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  return answer_of(entity, engine_.change(context, entity, *id, read.draft, match.version));
}

http::Response RecordService::remove(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  if (!id) return not_found();
  const Match match = if_match(asked.request);
  if (match.malformed || !match.version) return no_match();
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  const std::string arguments = is_json(asked.request) ? asked.request.body : "{}";
  return deed_answer(entity, engine_.remove(context, entity, *id, match.version, arguments));
}

http::Response RecordService::restore(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  if (!id) return not_found();
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  return answer_of(entity, engine_.restore(context, entity, *id));
}

http::Response RecordService::act(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  if (!id || asked.request.params.size() < 2) return not_found();
  const Match match = if_match(asked.request);
  if (match.malformed) return no_match();
  const std::string body = asked.request.body.empty() ? "{}" : asked.request.body;
  if (!asked.request.body.empty() && !is_json(asked.request)) return wrong_type();
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxRecordBody, .depth = 16});
  const auto document = reader.read(body);
  if (!document || document->kind() != parse::json::Kind::object)
    return simple_problem(400, "malformed", "The request is malformed", "the body is no JSON object");
  std::string reason = reason_of(asked.request);
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    if (key.string() == "reason" && value.kind() == parse::json::Kind::string) reason = value.string();
    key = value.next();
  }
  record::Context context = context_of(asked);
  context.reason = reason;
  return deed_answer(entity, engine_.act(context, entity, *id, asked.request.params[1], body, match.version));
}

// The record; or 202 and the approval that was asked for in place of the deed.
http::Response RecordService::deed_answer(const Entity& entity,
                                          const record::Outcome<record::Record>& outcome) {
  if (outcome || outcome.refusal().kind != record::Refusal::Kind::needs_approval)
    return answer_of(entity, outcome);
  static const access::Principal program = access::system_principal();
  record::Context context;
  context.who = &program;
  const Entity& approvals = engine_.registry().get("approval");
  const auto approval = engine_.get(context, approvals, outcome.refusal().approval);
  if (!approval) return refusal_answer(approval.refusal());
  http::Response response = record_answer(approvals, *approval, 202);
  response.with("Location", "/api/v1/approvals/" + approval->id.text());
  return response;
}

http::Response RecordService::history(const Asked& asked, const Entity& entity) {
  const auto id = id_of(asked);
  auto parameters = parameters_of(asked.request);
  if (!id) return not_found();
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  std::int64_t before = 0;
  std::int64_t limit = 100;
  for (const record::Parameter& parameter : *parameters) {
    std::int64_t* const into = parameter.name == "before"  ? &before
                               : parameter.name == "limit" ? &limit
                                                           : nullptr;
    schema::Value number;
    schema::Field whole;
    whole.kind = schema::Kind::integer;
    if (into == nullptr) return refusal_answer(invalid({{parameter.name, "unknown_field", ""}}));
    if (!record::read_text(whole, parameter.value, number) || std::get<std::int64_t>(number) < 0)
      return refusal_answer(invalid({{parameter.name, "wrong_type", "no number"}}));
    *into = std::get<std::int64_t>(number);
  }
  const auto changes =
      engine_.history(context_of(asked), entity, *id, before, static_cast<std::size_t>(limit));
  if (!changes) return refusal_answer(changes.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const record::Change& change : *changes) record::write_change(json, change);
  json.end_array().end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::undo(const Asked& asked) {
  schema::Field whole;
  whole.kind = schema::Kind::integer;
  schema::Value seq;
  if (asked.request.params.empty() || !record::read_text(whole, asked.request.params[0], seq))
    return not_found();
  const std::string reason = reason_of(asked.request);
  record::Context context = context_of(asked);
  context.reason = reason;
  const auto undone = engine_.undo(context, std::get<std::int64_t>(seq));
  if (!undone) return refusal_answer(undone.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object()
      .key("id")
      .string(undone->id.text())
      .key("version")
      .integer(undone->version)
      .end_object();
  return json_answer(std::move(body));
}

}  // namespace hinomi::api::records
