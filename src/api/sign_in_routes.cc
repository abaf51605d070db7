#include "api/sign_in_routes.h"

#include <algorithm>
#include <utility>

#include "access/decision.h"
#include "api/gate.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "credential/passkey_json.h"

namespace hinomi::api {
namespace {

using account::Next;
using account::Proof;
using http::Method;
using http::Response;

constexpr std::size_t kMaxAgentSeen = 400;

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

std::string_view name_of(Next next) noexcept {
  switch (next) {
    case Next::totp:
      return "totp";
    case Next::passkey:
      return "passkey";
    case Next::enrol:
      return "enrol";
    case Next::nothing:
      break;
  }
  return "";
}

void write_session(base::JsonWriter& json, const account::Session& session, bool current) {
  json.begin_object().key("id").string(session.id.text());
  json.key("created_at").string(base::format_rfc3339(session.created));
  json.key("used_at").string(base::format_rfc3339(session.used));
  json.key("peer").string(session.peer).key("agent").string(session.agent);
  json.key("current").boolean(current).end_object();
}

}  // namespace

void SignInRoutes::add(std::vector<Route>& routes, const Spec& given) {
  specs_.push_back(given);
  const Spec& spec = specs_.back();
  Route route;
  route.method = spec.method;
  route.pattern = spec.pattern;
  route.needs = spec.needs;
  route.body_limit = spec.method == Method::get || spec.method == Method::remove ? 0 : kMaxBody;
  route.permission = spec.who == For::everybody   ? Permission::sign_in
                     : spec.who == For::token_too ? Permission::record
                                                  : Permission::own_session;
  route.handler = [this, &spec, declared = route](Call& call, const http::Responder& respond) {
    auto request = std::make_shared<http::Request>(std::move(call.request));
    QueryThread& threads = spec.hashes ? hashers_ : workers_;
    const bool taken =
        threads.ask([this, &spec, declared, request, respond] { respond(run(spec, declared, *request)); });
    if (!taken) respond(problem(Problem::busy, "too many sign in at once"));
  };
  routes.push_back(std::move(route));
}

Response SignInRoutes::run(const Spec& spec, const Route& route, http::Request& request) {
  const bool has_body = request.method == Method::post || request.method == Method::put;
  // A form of another site can send no JSON without asking first.
  if (has_body && !request.body.empty() && !records::is_json(request))
    return problem(Problem::wrong_media_type, "send application/json");
  Asked asked{request, std::nullopt, {}};
  if (spec.who != For::everybody || may_be_somebody(request)) {
    auto found = parts_.identity->find(request);
    if (!found) return failed(found.error());
    asked.known = std::move(*found);
  }
  if (spec.who == For::everybody) return (this->*spec.answer)(asked);
  if (!asked.known) return problem(Problem::not_signed_in, "no session or token, or one that has ended");
  const bool half_will_do = spec.who == For::any_session && asked.known->is_half();
  if (!half_will_do) {
    if (auto refusal = refuse_known(route, *asked.known)) return std::move(*refusal);
  }
  return (this->*spec.answer)(asked);
}

account::From SignInRoutes::from(const http::Request& request) const {
  return {.peer = request.peer,
          .agent = base::cut_to_bytes(request.field("user-agent"), kMaxAgentSeen),
          .via = "web"};
}

record::Context SignInRoutes::context(const Asked& asked) const {
  return records::context_of({asked.who(), asked.request});
}

// The name that the browser sees, which is one of ours: the place of the request was checked before.
credential::RelyingParty SignInRoutes::relying_party(const http::Request& request) const {
  const std::string host = base::folded(request.field("host"));
  credential::RelyingParty party;
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  party.id = has_port ? host.substr(0, colon) : host;
  party.name = "Hinomi";
  party.origins = {(request.secure ? "https://" : "http://") + host};
  return party;
}

Response SignInRoutes::failed(const base::Error& error) const {
  if (error.code == base::ErrorCode::unavailable) return problem(Problem::busy, "try again in a moment");
  if (error.code == base::ErrorCode::limit_exceeded)
    return problem(Problem::too_many, "too many tries; wait a moment");
  if (error.code == base::ErrorCode::forbidden) return problem(Problem::forbidden, error.message);
  if (error.code == base::ErrorCode::not_found) return records::not_found();
  if (parts_.log) parts_.log("api: accounts: " + error.message);
  return problem(Problem::failed, "the accounts could not be read or written; the server's log says why");
}

Response SignInRoutes::refused(const record::Refusal& refusal) const {
  if (refusal.kind == record::Refusal::Kind::failed) return failed(refusal.error);
  return records::refusal_answer(refusal);
}

std::optional<Response> SignInRoutes::wants_fresh_proof(const Asked& asked) const {
  // Half a session has just shown the password, and may do nothing else than bring in a factor.
  if (asked.known->is_half() || access::has_stepped_up(asked.who(), parts_.accounts->clock().now()))
    return std::nullopt;
  return problem(Problem::needs_step_up, "prove again who you are: POST /api/v1/session/proof");
}

Response SignInRoutes::answer(const http::Request& request, const base::Result<account::SignIn>& result) {
  if (!result) return failed(result.error());
  if (result->proof == Proof::throttled) {
    Response response = problem(Problem::too_many, "too many tries; wait a moment");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(result->wait).count();
    for (http::Field& field : response.fields)
      if (field.name == "Retry-After") field.value = std::to_string(std::max<std::int64_t>(1, seconds));
    return response;
  }
  if (result->proof == Proof::wrong) {
    if (parts_.log) parts_.log("api: a sign-in was refused, from " + request.peer);
    return problem(Problem::not_signed_in, "this proves nothing");
  }
  Response response = no_content();
  if (result->next != Next::nothing) {
    std::string body;
    base::JsonWriter(body).begin_object().key("next").string(name_of(result->next)).end_object();
    response = records::json_answer(std::move(body));
  }
  if (result->session) response.with("Set-Cookie", Access::cookie(result->session->token, request.secure));
  return response;
}

void SignInRoutes::ended(const credential::Digest& session) {
  if (!parts_.session_ended) return;
  post_([end = parts_.session_ended, session] { end(session); });
}

Response SignInRoutes::who_am_i(Asked& asked) {
  if (asked.known && !asked.known->is_half())
    return who_json(*asked.known, *parts_.engine, parts_.accounts->clock().now());
  const auto state = parts_.accounts->setup_state();
  if (!state) return failed(state.error());
  Response response = records::simple_problem(401, "not_signed_in", "Sign in first");
  response.body.pop_back();
  response.body +=
      state->needed && !state->demo_person ? R"(,"setup_needed":true})" : R"(,"setup_needed":false})";
  return response;
}

Response SignInRoutes::sign_in(Asked& asked) {
  if (!records::is_json(asked.request)) return problem(Problem::wrong_media_type, "send application/json");
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  Response response = sign_in_by(asked, *body);
  const bool begun = response.status == 204 || response.status == 200;
  // Whatever session came along is not gone on with.
  if (begun && asked.known && asked.known->session) {
    const record::Context by = context(asked);
    (void)parts_.accounts->end_session(by, asked.session().id, asked.session().person);
    ended(asked.session().hash);
  }
  return response;
}

Response SignInRoutes::sign_in_by(Asked& asked, JsonBody& body) {
  const http::Request& request = asked.request;
  const account::From where = from(request);
  const auto ticket = body.text("ticket");
  const auto name = body.text("name");
  const auto password = body.text("password");
  const auto totp = body.text("totp");
  const auto recovery = body.text("recovery_code");
  const auto passkey = body.object("passkey");
  if (auto faults = body.take_faults(); !faults.empty())
    return refused({record::Refusal::Kind::invalid, std::move(faults), {}});
  if (ticket) {
    TicketVerdict verdict = TicketVerdict::bad;
    {
      const std::lock_guard lock(tickets_mutex_);
      verdict = parts_.tickets->redeem(*ticket);
    }
    if (verdict == TicketVerdict::throttled) return problem(Problem::too_many, "too many tickets were tried");
    if (verdict == TicketVerdict::bad) {
      if (parts_.log) parts_.log("api: a ticket was refused, from " + request.peer);
      return problem(Problem::not_signed_in, "the ticket is not good, or was used already");
    }
    return answer(request, parts_.accounts->sign_in_at_console(nullptr, where));
  }
  const bool is_half = asked.known && asked.known->is_half();
  if (passkey) {
    const auto response = credential::read_assertion_response(*passkey);
    if (!response) return problem(Problem::malformed, "not what a browser answers about a passkey");
    const credential::RelyingParty party = relying_party(request);
    if (!is_half) return answer(request, parts_.accounts->sign_in(*response, party, where));
    account::Accounts::Evidence evidence;
    evidence.passkey = &*response;
    evidence.relying_party = &party;
    return answer(request, parts_.accounts->prove(asked.session(), evidence, where));
  }
  if (totp || recovery) {
    if (!is_half) return problem(Problem::not_signed_in, "begin with your name and password");
    account::Accounts::Evidence evidence;
    if (totp) evidence.totp = *totp;
    if (recovery) evidence.recovery = *recovery;
    return answer(request, parts_.accounts->prove(asked.session(), evidence, where));
  }
  if (!name || !password)
    return problem(Problem::malformed, "neither a name with a password nor another proof");
  return answer(request, parts_.accounts->sign_in(*name, *password, where));
}

Response SignInRoutes::sign_out(Asked& asked) {
  const record::Context by = context(asked);
  const auto done = parts_.accounts->end_session(by, asked.session().id, asked.session().person);
  if (!done && done.refusal().kind == record::Refusal::Kind::failed) return refused(done.refusal());
  ended(asked.session().hash);
  if (parts_.log) parts_.log("api: signed out, from " + asked.request.peer);
  return no_content().with("Set-Cookie", Access::cookie({}, asked.request.secure));
}

Response SignInRoutes::prove(Asked& asked) {
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const auto password = body->text("password");
  const auto totp = body->text("totp");
  const auto recovery = body->text("recovery_code");
  const auto passkey = body->object("passkey");
  const auto ticket = body->text("ticket");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({record::Refusal::Kind::invalid, std::move(faults), {}});
  const account::From where = from(asked.request);
  const credential::RelyingParty party = relying_party(asked.request);
  account::Accounts::Evidence evidence;
  std::optional<credential::AssertionResponse> response;
  if (password) evidence.password = *password;
  if (totp) evidence.totp = *totp;
  if (recovery) evidence.recovery = *recovery;
  if (passkey) {
    auto read = credential::read_assertion_response(*passkey);
    if (!read) return problem(Problem::malformed, "not what a browser answers about a passkey");
    response = std::move(*read);
    evidence.passkey = &*response;
    evidence.relying_party = &party;
  }
  base::Result<account::SignIn> result = account::SignIn{};
  if (ticket) {
    const std::lock_guard lock(tickets_mutex_);
    const TicketVerdict verdict = parts_.tickets->redeem(*ticket);
    if (verdict == TicketVerdict::throttled) return problem(Problem::too_many, "too many tickets were tried");
    if (verdict == TicketVerdict::good) result = parts_.accounts->sign_in_at_console(&asked.session(), where);
  } else {
    result = parts_.accounts->prove(asked.session(), evidence, where);
  }
  if (result && result->proof == Proof::wrong) {
    const std::string field = totp       ? "totp"
                              : passkey  ? "passkey"
                              : recovery ? "recovery_code"
                              : ticket   ? "ticket"
                                         : "password";
    return refused({record::Refusal::Kind::invalid, {{field, "proof_wrong", "this proves nothing"}}, {}});
  }
  Response answered = answer(asked.request, result);
  if (result && result->session) ended(asked.session().hash);
  return answered;
}

Response SignInRoutes::passkey_request(Asked& asked) {
  const account::Session* session = asked.known && asked.known->session ? &asked.session() : nullptr;
  auto options = parts_.accounts->passkey_request(session, relying_party(asked.request));
  if (!options) return failed(options.error());
  return records::json_answer(std::move(*options));
}

Response SignInRoutes::list_sessions(Asked& asked) {
  const auto parameters = records::parameters_of(asked.request);
  std::string person = asked.who().id.text();
  if (parameters)
    for (const record::Parameter& one : *parameters)
      if (one.name == "person") person = one.value;
  const auto whose = target(asked, person, "account.manage");
  if (whose.refusal) return *whose.refusal;
  const auto sessions = parts_.accounts->sessions_of(*whose.person);
  if (!sessions) return failed(sessions.error());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const account::Session& session : *sessions)
    write_session(json, session, asked.known->session && session.id == asked.session().id);
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::end_session(Asked& asked) {
  const auto id = base::RecordId::parse(asked.request.params[0]);
  if (!id) return records::not_found();
  const auto session = parts_.accounts->session_of_id(*id);
  if (!session) return refused(session.refusal());
  const auto whose = target(asked, session->person.text(), "account.manage");
  if (whose.refusal) return records::not_found();
  const record::Context by = context(asked);
  const auto done = parts_.accounts->end_session(by, *id, session->person);
  if (!done) return refused(done.refusal());
  ended(session->hash);
  Response response = no_content();
  if (session->hash == asked.session().hash)
    response.with("Set-Cookie", Access::cookie({}, asked.request.secure));
  return response;
}

SignInRoutes::Target SignInRoutes::target(const Asked& asked, std::string_view id,
                                          std::string_view permission) {
  const auto person = base::RecordId::parse(id);
  if (!person) return {std::nullopt, records::not_found()};
  if (*person == asked.who().id) return {*person, std::nullopt};
  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  const schema::Entity& entity = parts_.engine->registry().get("person");
  const auto record = parts_.engine->get(by, entity, *person);
  if (!record) return {std::nullopt, refused(record.refusal())};
  switch (access::decide(asked.who(), permission, "person.read", record::view_of(entity, *record))) {
    case access::Decision::allowed:
      if (is_stronger(asked, *person, permission)) break;
      return {*person, std::nullopt};
    case access::Decision::hidden:
      return {std::nullopt, records::not_found()};
    case access::Decision::refused:
      break;
  }
  return {std::nullopt, problem(Problem::forbidden,
                                "this needs the permission " + std::string(permission) + " for this person")};
}

bool SignInRoutes::is_stronger(const Asked& asked, const base::RecordId& person,
                               std::string_view permission) const {
  const auto theirs = parts_.grants_of(person);
  if (theirs == nullptr) return true;  // it cannot be said now
  // Whoever takes over an account may what it may: so no right of it may reach further than the right to
  // manage.
  const access::Reach* const own = asked.who().grants->find(permission);
  if (own == nullptr) return true;
  if (own->everywhere) return false;
  for (const auto& [name, reach] : theirs->all()) {
    if (reach.everywhere) return true;
    for (const access::Place& place : reach.places)
      if (!own->holds(place.organisation, place.site.value_or(base::SiteId{}))) return true;
  }
  return false;
}

std::vector<std::string> SignInRoutes::called(const base::RecordId& person, std::string_view login) {
  std::vector<std::string> words{std::string(login)};
  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  const schema::Entity& entity = parts_.engine->registry().get("person");
  const auto record = parts_.engine->get(by, entity, person);
  if (!record) return words;
  for (const std::string_view field : {"name", "name_kana", "name_en", "email"})
    if (const auto* const text = std::get_if<std::string>(&record->values[entity.index_of(field)]))
      words.push_back(*text);
  return words;
}

std::vector<Route> SignInRoutes::routes() {
  using S = SignInRoutes;
  std::vector<Route> routes;
  const auto on = [&](const Spec& spec) { add(routes, spec); };
  on({Method::get, "/api/v1/session", For::everybody, &S::who_am_i});
  on({Method::post, "/api/v1/session", For::everybody, &S::sign_in, true});
  on({Method::remove, "/api/v1/session", For::any_session, &S::sign_out});
  on({Method::post, "/api/v1/session/proof", For::session, &S::prove, true});
  on({Method::post, "/api/v1/session/passkey/options", For::everybody, &S::passkey_request});
  on({Method::get, "/api/v1/sessions", For::session, &S::list_sessions});
  on({Method::remove, "/api/v1/sessions/{id}", For::session, &S::end_session});
  on({Method::get, "/api/v1/account", For::session, &S::account});
  on({Method::post, "/api/v1/account/password", For::session, &S::change_password, true});
  on({Method::post, "/api/v1/account/totp", For::any_session, &S::start_totp});
  on({Method::put, "/api/v1/account/totp", For::any_session, &S::confirm_totp});
  on({Method::remove, "/api/v1/account/totp", For::session, &S::remove_totp});
  on({Method::post, "/api/v1/account/passkeys/options", For::any_session, &S::passkey_creation});
  on({Method::post, "/api/v1/account/passkeys", For::any_session, &S::add_passkey});
  on({Method::remove, "/api/v1/account/passkeys/{id}", For::session, &S::remove_passkey});
  on({Method::post, "/api/v1/account/recovery-codes", For::session, &S::recovery_codes});
  on({Method::get, "/api/v1/tokens", For::session, &S::list_tokens});
  on({Method::post, "/api/v1/tokens", For::session, &S::create_token});
  on({Method::remove, "/api/v1/tokens/{id}", For::session, &S::end_token});
  on({Method::post, "/api/v1/people/{id}/invitation", For::session, &S::invite, false, "account.manage"});
  on({Method::get, "/api/v1/people/{id}/account", For::session, &S::account_of, false, "account.manage"});
  on({Method::remove, "/api/v1/people/{id}/account", For::session, &S::disable, false, "account.manage"});
  on({Method::post, "/api/v1/invitation/check", For::everybody, &S::check_invitation});
  on({Method::post, "/api/v1/invitation", For::everybody, &S::accept, true});
  on({Method::get, "/api/v1/setup", For::everybody, &S::setup_state});
  on({Method::post, "/api/v1/setup", For::everybody, &S::setup, true});
  on({Method::get, "/api/v1/checklist", For::session, &S::checklist});
  return routes;
}

}  // namespace hinomi::api
