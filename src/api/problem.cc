#include "api/problem.h"

#include "base/json_writer.h"
#include "base/text.h"

namespace hinomi::api {
namespace {

struct Kind {
  int status;
  std::string_view code;
  std::string_view title;
  std::string_view retry_after;  // seconds; empty = none
};

Kind kind_of(Problem problem) noexcept {
  switch (problem) {
    case Problem::malformed:
      return {400, "malformed", "The request is malformed", ""};
    case Problem::unknown_value:
      return {400, "unknown_value", "A value is not understood", ""};
    case Problem::not_signed_in:
      return {401, "not_signed_in", "Sign in first", ""};
    case Problem::wrong_token:
      return {401, "wrong_token", "Not a token for this", ""};
    case Problem::forbidden:
      return {403, "forbidden", "You may not do this", ""};
    case Problem::needs_step_up:
      return {403, "needs_step_up", "Prove again who you are", ""};
    case Problem::wrong_host:
      return {403, "wrong_host", "This server has another name", ""};
    case Problem::wrong_origin:
      return {403, "wrong_origin", "A request from another site", ""};
    case Problem::not_found:
      return {404, "not_found", "There is no such thing", ""};
    case Problem::wrong_method:
      return {405, "wrong_method", "Not with this method", ""};
    case Problem::too_slow:
      return {408, "too_slow", "The request came too slowly", ""};
    case Problem::too_long:
      return {413, "too_long", "The body is too long", ""};
    case Problem::wrong_media_type:
      return {415, "wrong_media_type", "Not in this form", ""};
    case Problem::wrong_expectation:
      return {417, "wrong_expectation", "The expectation is unknown", ""};
    case Problem::too_many:
      return {429, "too_many", "Too many tries", "10"};
    case Problem::queue_full:
      return {429, "queue_full", "More comes in than can be written", "1"};
    case Problem::head_too_long:
      return {431, "head_too_long", "The head is too long", ""};
    case Problem::failed:
      return {500, "failed", "The server failed", ""};
    case Problem::disk_full:
      return {503, "disk_full", "The disk is too full to take more", "10"};
    case Problem::not_written:
      return {503, "not_written", "The journal could not be written", "1"};
    case Problem::busy:
      return {503, "busy", "The server is busy", "1"};
    case Problem::shutting_down:
      return {503, "shutting_down", "The server is stopping", "5"};
    case Problem::wrong_version:
      return {505, "wrong_version", "Only HTTP/1.1 is spoken here", ""};
  }
  return {500, "failed", "The server failed", ""};
}

}  // namespace

http::Response problem(Problem which, std::string_view detail, const std::vector<ProblemPart>& parts) {
  const Kind kind = kind_of(which);
  http::Response response;
  response.status = kind.status;
  base::JsonWriter json(response.body);
  json.begin_object().key("type").string("about:blank").key("title").string(kind.title);
  json.key("status").integer(kind.status).key("detail").string(base::visible(detail));
  json.key("code").string(kind.code).key("errors").begin_array();
  for (const ProblemPart& part : parts) {
    json.begin_object().key("detail").string(base::visible(part.detail));
    if (part.line > 0) json.key("line").unsigned_integer(part.line);
    if (!part.parameter.empty()) json.key("parameter").string(base::visible(part.parameter));
    json.end_object();
  }
  json.end_array().end_object();
  response.with("Content-Type", "application/problem+json");
  if (!kind.retry_after.empty()) response.with("Retry-After", kind.retry_after);
  return response;
}

Problem problem_of_status(int status) noexcept {
  switch (status) {
    case 408:
      return Problem::too_slow;
    case 413:
      return Problem::too_long;
    case 417:
      return Problem::wrong_expectation;
    case 431:
      return Problem::head_too_long;
    case 505:
      return Problem::wrong_version;
    default:
      return Problem::malformed;
  }
}

}  // namespace hinomi::api
