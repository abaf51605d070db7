// The accounts of others: inviting, seeing, disabling; and accepting an invitation.
#include <utility>

#include "api/json_body.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "api/records/service.h"
#include "api/sign_in_routes.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace hinomi::api {

using http::Response;
using Kind = record::Refusal::Kind;

Response SignInRoutes::invite(Asked& asked) {
  const auto whose = target(asked, asked.request.params[0], "account.manage");
  if (whose.refusal) return *whose.refusal;
  // Their own account people look after themselves, with a proof of the factor that is there.
  if (*whose.person == asked.who().id)
    return records::simple_problem(409, "conflict", "Not for yourself", "change your own account yourself");
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  account::Accounts::InvitationWish wish;
  wish.person = *whose.person;
  if (!asked.request.body.empty()) {
    auto body = JsonBody::read(asked.request.body);
    if (!body) return problem(Problem::malformed, body.error().message);
    wish.must_enrol = body->flag("must_enrol");
    wish.resets_factors = body->flag("reset_factors");
    if (auto faults = body->take_faults(); !faults.empty())
      return refused({Kind::invalid, std::move(faults), {}});
  }
  const std::string reason = records::reason_of(asked.request);
  if (wish.resets_factors && reason.empty()) return refused({Kind::needs_reason, {}, {}});
  record::Context by = context(asked);
  by.reason = reason;
  const auto made = parts_.accounts->invite(by, wish);
  if (!made) return refused(made.refusal());
  std::string text;
  const std::string address = (asked.request.secure ? "https://" : "http://") +
                              base::folded(asked.request.field("host")) + "/invitation#code=" + made->code;
  base::JsonWriter(text)
      .begin_object()
      .key("address")
      .string(address)
      .key("expires_at")
      .string(base::format_rfc3339(made->expires))
      .end_object();
  return records::json_answer(std::move(text), 201);
}

// Whose an open invitation is. Whoever has the code may take the account: to them its name is no secret.
Response SignInRoutes::check_invitation(Asked& asked) {
  if (!records::is_json(asked.request)) return problem(Problem::wrong_media_type, "send application/json");
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const std::string code = body->needed("code");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const auto person = parts_.accounts->invited(code, from(asked.request));
  if (!person) return failed(person.error());
  if (!*person) return records::not_found();
  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  const schema::Entity& entity = parts_.engine->registry().get("person");
  const auto record = parts_.engine->get(by, entity, **person);
  if (!record) return refused(record.refusal());
  const auto account = parts_.accounts->find(**person);
  if (!account) return failed(account.error());
  const auto* const name = std::get_if<std::string>(&record->values[entity.index_of("name")]);
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("name").string(name == nullptr ? std::string_view() : *name).key("login");
  if (*account)
    json.string((*account)->login);
  else
    json.null();
  json.end_object();
  return records::json_answer(std::move(text));
}

Response SignInRoutes::accept(Asked& asked) {
  if (!records::is_json(asked.request)) return problem(Problem::wrong_media_type, "send application/json");
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const std::string code = body->needed("code");
  const std::string login = body->needed("login");
  const std::string password = body->needed("password");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  const account::From where = from(asked.request);
  const auto person = parts_.accounts->invited(code, where);
  if (!person) return failed(person.error());
  if (!*person) return records::not_found();
  const std::vector<std::string> words = called(**person, login);
  const std::vector<std::string_view> context_words(words.begin(), words.end());
  auto hash = parts_.accounts->new_password(password, context_words);
  if (!hash) return refused(hash.refusal());
  const auto account = parts_.accounts->accept(code, login, std::move(*hash), where);
  if (!account) return refused(account.refusal());
  if (parts_.log) parts_.log("api: an invitation was accepted, from " + asked.request.peer);
  Response response;
  response.status = 204;
  return response;
}

Response SignInRoutes::account_of(Asked& asked) {
  const auto whose = target(asked, asked.request.params[0], "account.manage");
  if (whose.refusal) return *whose.refusal;
  const auto account = parts_.accounts->find(*whose.person);
  if (!account) return failed(account.error());
  if (!*account) return records::not_found();
  const account::Account& facts = **account;
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("login").string(facts.login).key("totp").boolean(facts.has_totp);
  json.key("passkeys").unsigned_integer(facts.passkeys);
  json.key("recovery_left").unsigned_integer(facts.recovery_left);
  json.key("must_enrol").boolean(facts.must_enrol);
  json.key("created_at").string(base::format_rfc3339(facts.created_at)).key("disabled_at");
  if (facts.disabled_at)
    json.string(base::format_rfc3339(*facts.disabled_at));
  else
    json.null();
  json.end_object();
  return records::json_answer(std::move(text));
}

Response SignInRoutes::disable(Asked& asked) {
  const auto whose = target(asked, asked.request.params[0], "account.manage");
  if (whose.refusal) return *whose.refusal;
  // Nobody locks themselves out by mistake, or the last administrator everybody.
  if (*whose.person == asked.who().id)
    return records::simple_problem(409, "conflict", "Not yourself",
                                   "somebody else must disable your account");
  if (auto refusal = wants_fresh_proof(asked)) return std::move(*refusal);
  const std::string reason = records::reason_of(asked.request);
  const auto sessions = parts_.accounts->sessions_of(*whose.person);
  if (!sessions) return failed(sessions.error());
  record::Context by = context(asked);
  by.reason = reason;
  const auto done = parts_.accounts->disable(by, *whose.person);
  if (!done) return refused(done.refusal());
  for (const account::Session& session : *sessions) ended(session.hash);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace hinomi::api
