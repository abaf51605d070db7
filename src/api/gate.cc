#include "api/gate.h"

#include <utility>

#include "access/decision.h"
#include "api/problem.h"

namespace hinomi::api {

std::optional<http::Response> refuse_known(const Route& route, const Known& known) {
  if (known.is_half()) return problem(Problem::not_signed_in, "something is missing from this sign-in");
  if (known.token && route.permission == Permission::own_session)
    return problem(Problem::forbidden, "only a person may do this, not a token");
  // A token may nothing that its scopes do not name.
  if (known.token && route.permission == Permission::read && route.needs.empty())
    return problem(Problem::forbidden, "no scope of a token is for this");
  if (route.needs.empty()) return std::nullopt;
  // Whoever has the console of the server may look at it while nobody else can.
  if (known.is_local_operator() && route.permission == Permission::read) return std::nullopt;
  if (access::holds_anywhere(known.who, route.needs)) return std::nullopt;
  return problem(Problem::forbidden, "this needs the permission " + std::string(route.needs));
}

void Gate::pass(const Route& route, http::Request& asked, http::Responder respond) {
  auto request = std::make_shared<http::Request>(std::move(asked));
  const bool taken = workers_.ask([this, &route, request, respond] {
    auto found = identity_.find(*request);
    if (!found) return respond(problem(Problem::busy, "who asks cannot be looked up now"));
    if (!*found)
      return respond(problem(Problem::not_signed_in, "no session or token, or one that has ended"));
    auto known = std::make_shared<const Known>(std::move(**found));
    if (auto refused = refuse_known(route, *known)) return respond(std::move(*refused));
    post_([&route, request, respond, known] {
      Caller caller;
      caller.who = known;
      if (known->session) caller.session = known->session->hash;
      Call call{*request, std::move(caller)};
      route.handler(call, respond);
    });
  });
  if (!taken) respond(problem(Problem::busy, "too many ask at once"));
}

}  // namespace hinomi::api
