#include "api/records/answer.h"

#include "api/records/service.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "record/json.h"

namespace hinomi::api::records {
namespace {

using Shape = RefusalFacts;

Shape shape_of(const record::Refusal& refusal) noexcept {
  using Kind = record::Refusal::Kind;
  switch (refusal.kind) {
    case Kind::not_found:
      return {404, "not_found", "There is no such thing"};
    case Kind::forbidden:
      return {403, "forbidden", "You may not do this"};
    case Kind::invalid:
      return {422, "invalid", "Some values do not fit"};
    case Kind::stale:
      return {412, "stale", "Somebody changed it meanwhile"};
    case Kind::conflict:
      return {409, "conflict", "It does not go together with what is there"};
    case Kind::needs_reason:
      return {422, "needs_reason", "A reason is needed"};
    case Kind::needs_step_up:
      return {403, "needs_step_up", "Prove again who you are"};
    case Kind::needs_approval:
      return {202, "needs_approval", "It takes effect when somebody has approved it"};
    case Kind::failed:
      break;
  }
  const bool later = refusal.error.code == base::ErrorCode::unavailable;
  return later ? Shape{503, "busy", "The server is busy"} : Shape{500, "failed", "The server failed"};
}

}  // namespace

std::string_view code_of(const record::Refusal& refusal) noexcept {
  using RefusalKind = record::Refusal::Kind;
  switch (refusal.kind) {
    case RefusalKind::not_found:
      return "not_found";
    case RefusalKind::forbidden:
      return "forbidden";
    case RefusalKind::invalid:
      return "invalid";
    case RefusalKind::stale:
      return "stale";
    case RefusalKind::conflict:
      return "conflict";
    case RefusalKind::needs_reason:
      return "needs_reason";
    case RefusalKind::needs_step_up:
      return "needs_step_up";
    case RefusalKind::needs_approval:
      return "needs_approval";
    case RefusalKind::failed:
      return "failed";
  }
  return "failed";
}

http::Response json_answer(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.with("Content-Type", "application/json");
  return response;
}

http::Response record_answer(const schema::Entity& entity, const record::Record& record, int status) {
  http::Response response = json_answer(record::to_json(entity, record), status);
  response.with("ETag", "\"" + std::to_string(record.version) + "\"");
  return response;
}

http::Response refusal_answer(const record::Refusal& refusal) {
  const Shape shape = shape_of(refusal);
  http::Response response;
  response.status = shape.status;
  base::JsonWriter json(response.body);
  json.begin_object().key("type").string("about:blank").key("title").string(shape.title);
  json.key("status").integer(shape.status).key("code").string(shape.code);
  json.key("faults").begin_array();
  for (const record::Fault& fault : refusal.faults) {
    json.begin_object().key("field").string(base::visible(fault.field)).key("code").string(fault.code);
    json.key("detail").string(base::visible(fault.detail)).end_object();
  }
  json.end_array();
  if (!refusal.approval.is_nil()) json.key("approval").string(refusal.approval.text());
  json.end_object();
  response.with("Content-Type", shape.status == 202 ? "application/json" : "application/problem+json");
  if (shape.status == 503) response.with("Retry-After", "1");
  return response;
}

http::Response simple_problem(int status, std::string_view code, std::string_view title,
                              std::string_view detail) {
  http::Response response;
  response.status = status;
  base::JsonWriter json(response.body);
  json.begin_object().key("type").string("about:blank").key("title").string(title);
  json.key("status").integer(status).key("code").string(code);
  json.key("detail").string(base::visible(detail)).key("faults").begin_array().end_array().end_object();
  response.with("Content-Type", "application/problem+json");
  return response;
}

std::vector<RefusalFacts> all_refusals() {
  std::vector<RefusalFacts> all;
  for (int i = 0; i <= static_cast<int>(record::Refusal::Kind::failed); ++i)
    all.push_back(shape_of({static_cast<record::Refusal::Kind>(i), {}, {}}));
  all.push_back(shape_of({record::Refusal::Kind::failed, {}, {base::ErrorCode::unavailable, "", "", {}}}));
  all.push_back({428, "needs_precondition", "Say which version you know"});
  return all;
}

http::Response not_found() {
  return simple_problem(404, "not_found", "There is no such thing");
}

}  // namespace hinomi::api::records
