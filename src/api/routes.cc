// The routes of /api/v1, from their declaration to their answers.
#include <optional>
#include <string>
#include <utility>

#include "api/alert_json.h"
#include "api/alert_query.h"
#include "api/backend.h"
#include "api/problem.h"
#include "api/query_string.h"
#include "base/text.h"
#include "parse/json/reader.h"

namespace hinomi::api {
namespace {

namespace alerts = store::alerts;
using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr std::uint64_t kMaxTicketBody = 4 * 1024;
constexpr std::uint64_t kMaxReportBody = 64 * 1024;
constexpr std::string_view kReadAlerts = "alert.read";

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

bool is_json(const Request& request) {
  std::string_view type = request.field("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return base::folded(type) == "application/json";
}

// {"ticket":"…"}; nullopt for anything else.
std::optional<std::string> ticket_of(const std::string& body) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxTicketBody, .depth = 4});
  const auto value = reader.read(body);
  if (!value || value->kind() != parse::json::Kind::object) return std::nullopt;
  for (auto key = value->first(); !(key == value->last());) {
    const auto member = key.next();
    if (key.string() == "ticket" && member.kind() == parse::json::Kind::string) {
      return std::string(member.string());
    }
    key = member.next();
  }
  return std::nullopt;
}

Response sign_in(Backend& backend, const Call& call) {
  if (!is_json(call.request)) return problem(Problem::wrong_media_type, "send application/json");
  const auto ticket = ticket_of(call.request.body);
  if (!ticket) return problem(Problem::malformed, "the body is no object with a ticket");
  switch (backend.tickets.redeem(*ticket)) {
    case TicketVerdict::bad:
      backend.log("api: a ticket was refused, from " + call.request.peer);
      return problem(Problem::not_signed_in, "the ticket is not good, or was used already");
    case TicketVerdict::throttled:
      return problem(Problem::too_many, "too many tickets were tried");
    case TicketVerdict::good:
      break;
  }
  const auto token = backend.sessions.begin();
  if (!token) {
    backend.log("api: a session could not be stored: " + token.error().message);
    return problem(Problem::failed, "the session could not be stored");
  }
  backend.log("api: signed in, from " + call.request.peer);
  return no_content().with("Set-Cookie", Access::cookie(*token, call.request.secure));
}

Response sign_out(Backend& backend, const Call& call) {
  const SessionKey session = call.caller.session.value_or(SessionKey{});
  backend.feed.end_session(session);
  if (!backend.sessions.end(session)) {
    backend.log("api: the end of a session could not be stored");
    return problem(Problem::failed,
                   "the session has ended, but a restart could bring it back: the disk refuses");
  }
  backend.log("api: signed out, from " + call.request.peer);
  return no_content().with("Set-Cookie", Access::cookie({}, call.request.secure));
}

std::optional<Response> open_upload(Backend& backend, Call& call, Intake& intake) {
  auto token = batch_token(call.request);
  if (!token) {
    return problem(Problem::malformed,
                   "Idempotency-Key is not 1 to 128 visible ASCII characters, or X-Batch-Id differs");
  }
  const std::string_view encoding = call.request.field("content-encoding");
  const bool is_gzip = encoding == "gzip" || encoding == "x-gzip";
  if (!is_gzip && !encoding.empty() && encoding != "identity") {
    return problem(Problem::wrong_media_type, "a Content-Encoding other than gzip");
  }
  auto upload = std::make_shared<Upload>(
      backend.uploads,
      Upload::Head{call.caller.source, call.request.peer, call.request.listener, std::move(*token),
                   is_gzip ? Packing::gzip : Packing::none, is_json(call.request)});
  intake.sink = upload;
  intake.finish = [upload](Request& /*request*/, Responder respond) { upload->finish(std::move(respond)); };
  return std::nullopt;
}

// The query of a route about alerts, or the refusal of it.
template <typename Answer>
void ask_alerts(Backend& backend, const Call& call, const Responder& respond, QueryKind kind, Answer answer) {
  auto query = parse_alert_query(call.request.query, kind);
  if (!query) {
    respond(problem(Problem::unknown_value, query.error().message));
    return;
  }
  backend.ask(respond, [&backend, query = std::move(*query), answer](alerts::Reader& reader) {
    auto text = answer(reader, query);
    return text ? json_response(std::move(*text)) : store_failed(backend, text.error());
  });
}

template <typename T, typename ToJson>
base::Result<std::string> as_json(base::Result<T> result, ToJson to_json) {
  if (!result) return result.error();
  return to_json(*result);
}

void show_alert(Backend& backend, const Call& call, const Responder& respond) {
  const auto id = alerts::AlertId::parse(call.request.params[0]);
  if (!id) {
    respond(problem(Problem::not_found, "no alert of this id"));
    return;
  }
  backend.ask(respond, [&backend, id = *id](alerts::Reader& reader) {
    const auto detail = reader.detail(id);
    if (!detail) return store_failed(backend, detail.error());
    if (!*detail) return problem(Problem::not_found, "no alert of this id");
    return json_response(detail_json(**detail));
  });
}

// What is no longer kept, and what is damaged, is missing; a disk that cannot be read now is an error.
bool is_missing(const base::Error& error) {
  return error.code == base::ErrorCode::not_found || error.code == base::ErrorCode::invalid_input;
}

Response finding_response(Backend& backend, alerts::Reader& reader, const alerts::FindingId& id) {
  const auto ref = reader.finding(id);
  if (!ref) return store_failed(backend, ref.error());
  if (!*ref) return problem(Problem::not_found, "no finding of this id is kept");
  FindingParts parts;
  parts.ref = **ref;
  auto record = backend.services.read_finding(parts.ref.findings_position);
  if (!record && !is_missing(record.error())) return store_failed(backend, record.error());
  if (record) parts.record = std::move(*record);
  auto event = backend.services.read_event(parts.ref.batch, parts.ref.index);
  if (!event && !is_missing(event.error())) return store_failed(backend, event.error());
  if (event) parts.event = std::move(*event);
  return json_response(finding_json(parts));
}

void show_finding(Backend& backend, const Call& call, const Responder& respond) {
  const auto id = alerts::FindingId::parse(call.request.params[0]);
  if (!id) {
    respond(problem(Problem::not_found, "no finding of this id"));
    return;
  }
  backend.ask(respond,
              [&backend, id = *id](alerts::Reader& reader) { return finding_response(backend, reader, id); });
}

void show_rule(Backend& backend, const Call& call, const Responder& respond) {
  auto parameters = Parameters::parse(call.request.query);
  if (!parameters) {
    respond(problem(Problem::unknown_value, parameters.error().message));
    return;
  }
  const std::string* const given = parameters->find("set");
  const std::string set = given == nullptr ? std::string() : *given;
  if (!parameters->first_unknown().empty()) {
    respond(problem(Problem::unknown_value, "only 'set' is a parameter of this"));
    return;
  }
  backend.ask(respond, [&backend, id = call.request.params[0], set](alerts::Reader& reader) {
    const auto rule = reader.rule(id, set);
    if (!rule) return store_failed(backend, rule.error());
    if (!*rule) return problem(Problem::not_found, "no rule of this id");
    return json_response(rule_json(**rule));
  });
}

void open_stream(Backend& backend, const Call& call, const Responder& respond) {
  Response response;
  response.with("Content-Type", "text/event-stream").with("X-Accel-Buffering", "no");
  if (!call.caller.session) {
    respond(problem(Problem::forbidden, "only a session may listen, not a token"));
    return;
  }
  if (call.request.method != Method::head) {
    response.stream = backend.feed.open(call.caller.session.value_or(SessionKey{}));
    if (response.stream == nullptr) {
      respond(problem(Problem::busy, "too many clients listen already"));
      return;
    }
  }
  respond(std::move(response));
}

Response health(Backend& backend) {
  Response response = json_response(backend.healthy() ? R"({"status":"ok"})" : R"({"status":"unhealthy"})");
  if (!backend.healthy()) response.status = 503;
  return response;
}

Route get(std::string_view pattern, Permission permission, CallHandler handler, std::string_view needs = {}) {
  return {Method::get, pattern, permission, 0, std::move(handler), {}, needs};
}

// Answers on the io thread.
template <typename Answer>
CallHandler at_once(Answer answer) {
  return [answer](Call& call, const Responder& respond) { respond(answer(call)); };
}

// Where there are no accounts, whoever holds a ticket signs in.
void add_ticket_routes(Backend& backend, std::vector<Route>& routes) {
  routes.push_back(get("/api/v1/session", Permission::own_session,
                       at_once([](Call&) { return json_response(R"({"name":"admin","language":null})"); })));
  routes.push_back({Method::post,
                    "/api/v1/session",
                    Permission::sign_in,
                    kMaxTicketBody,
                    at_once([&backend](Call& call) { return sign_in(backend, call); }),
                    {}});
  routes.push_back({Method::remove,
                    "/api/v1/session",
                    Permission::own_session,
                    0,
                    at_once([&backend](Call& call) { return sign_out(backend, call); }),
                    {}});
}

std::vector<Route> alert_routes(Backend& backend) {
  std::vector<Route> routes;
  routes.push_back(get(
      "/api/v1/alerts", Permission::read,
      [&backend](Call& call, const Responder& respond) {
        ask_alerts(backend, call, respond, QueryKind::list,
                   [](alerts::Reader& reader, const AlertQuery& query) {
                     return as_json(reader.list(query.filter, query.order, query.page), list_json);
                   });
      },
      kReadAlerts));
  routes.push_back(get(
      "/api/v1/alerts/facets", Permission::read,
      [&backend](Call& call, const Responder& respond) {
        ask_alerts(backend, call, respond, QueryKind::facets,
                   [](alerts::Reader& reader, const AlertQuery& query) {
                     return as_json(reader.facets(query.filter), facets_json);
                   });
      },
      kReadAlerts));
  routes.push_back(get(
      "/api/v1/alerts/histogram", Permission::read,
      [&backend](Call& call, const Responder& respond) {
        ask_alerts(backend, call, respond, QueryKind::histogram,
                   [](alerts::Reader& reader, const AlertQuery& query) {
                     return as_json(reader.histogram(query.filter, query.buckets), histogram_json);
                   });
      },
      kReadAlerts));
  routes.push_back(get(
      "/api/v1/alerts/{id}", Permission::read,
      [&backend](Call& call, const Responder& respond) { show_alert(backend, call, respond); }, kReadAlerts));
  routes.push_back(get(
      "/api/v1/findings/{id}", Permission::read,
      [&backend](Call& call, const Responder& respond) { show_finding(backend, call, respond); },
      kReadAlerts));
  routes.push_back(get(
      "/api/v1/rules/{id}", Permission::read,
      [&backend](Call& call, const Responder& respond) { show_rule(backend, call, respond); }, "rule.read"));
  return routes;
}

}  // namespace

std::vector<Route> make_routes(Backend& backend) {
  std::vector<Route> routes = alert_routes(backend);
  routes.push_back(
      get("/healthz", Permission::everyone, at_once([&backend](Call&) { return health(backend); })));
  routes.push_back(get("/api/v1/status", Permission::read,
                       at_once([&backend](Call&) { return json_response(backend.status_text()); })));
  routes.push_back(get(
      "/api/v1/stream", Permission::read,
      [&backend](Call& call, const Responder& respond) { open_stream(backend, call, respond); },
      kReadAlerts));
  if (backend.services.accounts == nullptr) add_ticket_routes(backend, routes);
  routes.push_back({Method::post,
                    "/api/v1/events",
                    Permission::send_events,
                    kMaxUploadBytes,
                    {},
                    [&backend](Call& call, Intake& intake) { return open_upload(backend, call, intake); }});
  // Counted, never read: what a report holds is text of the page that broke the policy.
  routes.push_back({Method::post,
                    "/api/v1/csp-report",
                    Permission::report_csp,
                    kMaxReportBody,
                    at_once([&backend](Call&) {
                      ++backend.csp_reports;
                      return no_content();
                    }),
                    {}});
  return routes;
}

}  // namespace hinomi::api
