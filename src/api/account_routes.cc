// What people do with their own accounts and tokens.
#include <utility>

#include "access/decision.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "api/records/service.h"
#include "api/sign_in_routes.h"
#include "base/json_writer.h"
#include "credential/passkey_json.h"

namespace hinomi::api {
namespace {

using http::Response;
using Kind = record::Refusal::Kind;

// A token may read alerts and rules like its owner does who has a session; beyond that, what permissions say.
Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

void write_passkey(base::JsonWriter& json, const account::PasskeyFacts& passkey) {
  json.begin_object().key("id").string(passkey.id.text()).key("name").string(passkey.name);
  json.key("created_at").string(base::format_rfc3339(passkey.created)).key("used_at");
  if (passkey.used)
    json.string(base::format_rfc3339(*passkey.used));
  else
    json.null();
  json.end_object();
}

void write_token(base::JsonWriter& json, const account::Token& token, std::string_view text) {
  json.begin_object().key("id").string(token.id.text()).key("name").string(token.name);
  json.key("scopes").begin_array();
  for (const std::string& scope : token.scopes.names()) json.string(scope);
  json.end_array().key("created_at").string(base::format_rfc3339(token.created));
  json.key("expires_at").string(base::format_rfc3339(token.expires)).key("used_at");
  if (token.used)
    json.string(base::format_rfc3339(*token.used));
  else
    json.null();
  if (!text.empty()) json.key("token").string(text);
  json.end_object();
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

Response SignInRoutes::account(Asked& asked) {
  const auto account = parts_.accounts->find(asked.who().id);
  if (!account) return failed(account.error());
  if (!*account) return records::not_found();
  const auto passkeys = parts_.accounts->passkeys_of(asked.who().id);
  if (!passkeys) return failed(passkeys.error());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("login").string((*account)->login);
  json.key("password").boolean((*account)->has_password).key("totp").boolean((*account)->has_totp);
  json.key("must_enrol").boolean((*account)->must_enrol).key("passkeys").begin_array();
  for (const account::PasskeyFacts& passkey : *passkeys) write_passkey(json, passkey);
  json.end_array().key("recovery_left");
  json.unsigned_integer((*account)->recovery_left).end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::change_password(Asked& asked) {
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const std::string old = body->text("old").value_or(std::string());
  const std::string chosen = body->needed("new");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const auto account = parts_.accounts->find(asked.who().id);
  if (!account) return failed(account.error());
  if (!*account) return records::not_found();
  // The old password is a proof; where there is none yet, another one is needed.
  if (!(*account)->has_password)
    if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const std::vector<std::string> words = called(asked.who().id, (*account)->login);
  auto done = parts_.accounts->change_password(context(asked), asked.session(), old, chosen, views(words),
                                               from(asked.request));
  if (!done) {
    record::Refusal refusal = done.refusal();
    for (record::Fault& fault : refusal.faults)
      if (fault.field == "password") fault.field = "new";
    return refused(refusal);
  }
  ended(asked.session().hash);
  return no_content().with("Set-Cookie", Access::cookie(done->token, asked.request.secure));
}

Response SignInRoutes::start_totp(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const auto started = parts_.accounts->start_totp(asked.session(), "Hinomi");
  if (!started) return refused(started.refusal());
  std::string body;
  base::JsonWriter(body)
      .begin_object()
      .key("secret")
      .string(started->secret)
      .key("uri")
      .string(started->uri)
      .end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::confirm_totp(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const std::string code = body->needed("code");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const auto done = parts_.accounts->confirm_totp(context(asked), asked.session(), code, from(asked.request));
  if (!done) return refused(done.refusal());
  Response response = no_content();
  if (*done) response.with("Set-Cookie", Access::cookie((*done)->token, asked.request.secure));
  return response;
}

Response SignInRoutes::remove_totp(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const auto done = parts_.accounts->remove_totp(context(asked), asked.session());
  return done ? no_content() : refused(done.refusal());
}

Response SignInRoutes::passkey_creation(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  auto options =
      parts_.accounts->passkey_creation(asked.session(), asked.who().name, relying_party(asked.request));
  if (!options) return failed(options.error());
  return records::json_answer(std::move(*options));
}

Response SignInRoutes::add_passkey(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const std::string name = body->needed("name");
  const auto passkey = body->object("passkey");
  if (!passkey) body->add_fault("passkey", "needed", "what the browser answered");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const auto response = credential::read_registration_response(*passkey);
  if (!response) return problem(Problem::malformed, "not what a browser answers about a passkey");
  const auto done = parts_.accounts->add_passkey(context(asked), asked.session(), name, *response,
                                                 relying_party(asked.request), from(asked.request));
  if (!done) return refused(done.refusal());
  std::string text;
  base::JsonWriter json(text);
  write_passkey(json, done->facts);
  Response answered = records::json_answer(std::move(text), 201);
  if (done->session) answered.with("Set-Cookie", Access::cookie(done->session->token, asked.request.secure));
  return answered;
}

Response SignInRoutes::remove_passkey(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const auto id = base::RecordId::parse(asked.request.params[0]);
  if (!id) return records::not_found();
  const auto done = parts_.accounts->remove_passkey(context(asked), asked.session(), *id);
  return done ? no_content() : refused(done.refusal());
}

Response SignInRoutes::recovery_codes(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const auto codes = parts_.accounts->new_recovery_codes(context(asked), asked.who().id);
  if (!codes) return refused(codes.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("codes").begin_array();
  for (const std::string& code : *codes) json.string(code);
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::list_tokens(Asked& asked) {
  std::string person = asked.who().id.text();
  if (const auto parameters = records::parameters_of(asked.request))
    for (const record::Parameter& one : *parameters)
      if (one.name == "person") person = one.value;
  const auto whose = target(asked, person, "token.manage");
  if (whose.refusal) return *whose.refusal;
  const auto tokens = parts_.accounts->tokens_of(*whose.person);
  if (!tokens) return failed(tokens.error());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const account::Token& token : *tokens) write_token(json, token, {});
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::create_token(Asked& asked) {
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  account::Accounts::TokenWish wish;
  wish.owner = asked.who().id;
  wish.name = body->needed("name");
  wish.scopes = body->texts("scopes");
  const auto expires = body->time("expires_at");
  if (expires)
    wish.expires = *expires;
  else
    body->add_fault("expires_at", "needed", "when it ends");
  // A scope that its owner does not have would be a surprise when they get it.
  for (const std::string& scope : wish.scopes)
    if (!access::holds_anywhere(asked.who(), scope))
      body->add_fault("scopes", "not_allowed", "you do not have " + scope);
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const auto made = parts_.accounts->create_token(context(asked), std::move(wish));
  if (!made) return refused(made.refusal());
  std::string text;
  base::JsonWriter json(text);
  write_token(json, made->token, made->text);
  return records::json_answer(std::move(text), 201);
}

Response SignInRoutes::end_token(Asked& asked) {
  const auto id = base::RecordId::parse(asked.request.params[0]);
  if (!id) return records::not_found();
  const auto token = parts_.accounts->token_of_id(*id);
  if (!token) return refused(token.refusal());
  const auto whose = target(asked, token->owner.text(), "token.manage");
  if (whose.refusal) return records::not_found();
  const auto done = parts_.accounts->end_token(context(asked), *id, token->owner);
  return done ? no_content() : refused(done.refusal());
}

}  // namespace hinomi::api
