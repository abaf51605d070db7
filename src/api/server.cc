#include "api/server.h"

#include <algorithm>
#include <utility>

#include "access/decision.h"
#include "api/backend.h"
#include "api/change_feed.h"
#include "api/gate.h"
#include "api/identity.h"
#include "api/openapi.h"
#include "api/problem.h"
#include "api/refusal_log.h"
#include "api/route_words.h"
#include "api/sign_in_routes.h"
#include "api/vault_routes.h"
#include "base/check.h"

namespace hinomi::api {
namespace {

constexpr std::string_view kApiPrefix = "/api/";
constexpr std::string_view kBarePolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void add_unless_set(http::Response& response, std::string_view name, std::string_view value) {
  const bool is_set = std::any_of(response.fields.begin(), response.fields.end(),
                                  [&](const http::Field& field) { return field.name == name; });
  if (!is_set) response.with(name, value);
}

// The names of one listener: of this machine where only this machine reaches it, its own address, and those
// given.
void add_names(std::vector<ServedName>& served, const http::Listener& listener, std::uint16_t port,
               const std::vector<std::string>& names) {
  const bool secure = !listener.certificate.empty();
  Origins::add_loopback(served, port, secure);
  const bool is_v6 = listener.address.find(':') != std::string::npos;
  Origins::add(served, is_v6 ? "[" + listener.address + "]" : listener.address, port, secure);
  for (const std::string& name : names) Origins::add(served, name, port, secure);
}

}  // namespace

// From the head of a request to its route: place, route, caller, in this order.
class Server::Parts final : public http::Service {
 public:
  Parts(const Options& options, Services services)
      : backend(options, std::move(services)),
        refusals_(std::make_shared<RefusalLog>(*backend.services.clock, backend.services.log)) {}

  http::Plan plan(const http::Request& head) override;
  http::Response refuse(int status, std::string_view reason) override {
    return problem(problem_of_status(status), reason);
  }
  void prepare(http::Response& response) override;
  void open_accounts(std::vector<Route>& routes);

  // In the order in which they are used: the last is ended first.
  std::unique_ptr<Identity> identity;
  Backend backend;
  std::unique_ptr<SignInRoutes> sign_in;
  std::unique_ptr<records::RecordService> records;
  std::unique_ptr<records::RoleService> roles;
  std::unique_ptr<RecordRoutes> record_routes;
  std::unique_ptr<VaultRoutes> vault_routes;
  std::unique_ptr<ChangeFeed> changes;
  std::unique_ptr<Router> router;
  std::unique_ptr<Gate> gate;
  std::string openapi;
  std::unique_ptr<Access> access;
  std::unique_ptr<http::Server> server;

 private:
  // The route that was found goes into `pattern`.
  http::Plan plan_route(const http::Request& head, std::string& pattern);
  http::Plan plan_static(const http::Request& head);

  std::shared_ptr<RefusalLog> refusals_;
};

namespace {

constexpr std::string_view kListening = "alert.read";  // of /api/v1/stream

// Routes that answer on the io thread and must know who asks, where that stands in the database.
bool goes_through_gate(const Route& route) noexcept {
  return route.permission == Permission::read;
}

}  // namespace

void Server::Parts::prepare(http::Response& response) {
  add_unless_set(response, "Cache-Control", "no-store");
  add_unless_set(response, "Content-Security-Policy", kBarePolicy);
  response.with("X-Content-Type-Options", "nosniff").with("Referrer-Policy", "no-referrer");
  response.with("Cross-Origin-Opener-Policy", "same-origin");
  response.with("Cross-Origin-Resource-Policy", "same-origin");
}

// Before the routes of records, which are for those who are found here.
void Server::Parts::open_accounts(std::vector<Route>& routes) {
  Services& given = backend.services;
  HINOMI_CHECK(given.records != nullptr && given.grants_of);
  identity = std::make_unique<Identity>(*given.accounts, *given.records, given.grants_of);
  gate = std::make_unique<Gate>(*identity, server->poster());
  given.find_caller = [this](const http::Request& request,
                             const Caller&) -> base::Result<std::optional<access::Principal>> {
    auto known = identity->find(request);
    if (!known) return known.error();
    if (!*known || (*known)->is_half()) return std::optional<access::Principal>();
    return std::optional(std::move((*known)->who));
  };
  backend.may_listen = [this](const Digest& session) {
    auto open = backend.services.accounts->open_session(session);
    if (!open) return true;  // the database is not there for a moment: that is no reason to send anybody away
    if (!*open) return false;
    const auto known = identity->of_session(std::move(**open));
    if (!known) return true;
    return *known && ((*known)->is_local_operator() || access::holds_anywhere((*known)->who, kListening));
  };
  SignInRoutes::Parts own;
  own.accounts = given.accounts;
  own.engine = given.records;
  own.identity = identity.get();
  own.grants_of = given.grants_of;
  own.tickets = &backend.tickets;
  own.choices = &given.setup;
  own.add_demo = given.add_demo;
  own.log = [this](std::string_view line) { backend.log(line); };
  own.session_ended = [this](const Digest& session) { backend.feed.end_session(session); };
  sign_in = std::make_unique<SignInRoutes>(std::move(own), server->poster());
  for (Route& route : sign_in->routes()) routes.push_back(std::move(route));
}

http::Plan Server::Parts::plan(const http::Request& head) {
  RefusalLog::Asked asked{std::string(http::name_of(head.method)), {}, head.path, head.peer};
  http::Plan plan = plan_route(head, asked.route);
  if (plan.refusal) refusals_->note(asked, *plan.refusal);
  if (!plan.handler) return plan;
  plan.handler = [inner = std::move(plan.handler), log = refusals_, asked = std::move(asked)](
                     http::Request& request, http::Responder respond) {
    inner(request, noting(std::move(respond), log, asked));
  };
  return plan;
}

http::Plan Server::Parts::plan_route(const http::Request& head, std::string& pattern) {
  http::Plan plan;
  Match match = router->match(head.method, head.path);
  if (match.route != nullptr) pattern = match.route->pattern;
  const bool is_page = match.route == nullptr && !match.path_is_known && !head.path.starts_with(kApiPrefix);
  const Permission permission = match.route != nullptr ? match.route->permission : Permission::everyone;
  plan.refusal = access->refuse_place(head, permission);
  if (plan.refusal) return plan;
  if (is_page) return plan_static(head);
  if (match.route == nullptr) {
    plan.refusal = match.path_is_known
                       ? problem(Problem::wrong_method, "not with this method").with("Allow", match.allow)
                       : problem(Problem::not_found, "no such route");
    return plan;
  }
  const Route& route = *match.route;
  Caller caller;
  plan.refusal = access->refuse_caller(head, permission, caller);
  if (plan.refusal) return plan;
  plan.body_limit = route.body_limit;
  if (route.open_intake) {
    http::Request copy = head;
    copy.params = std::move(match.params);
    Call call{copy, caller};
    Intake intake;
    plan.refusal = route.open_intake(call, intake);
    plan.sink = std::move(intake.sink);
    plan.handler = std::move(intake.finish);
    return plan;
  }
  if (gate != nullptr && goes_through_gate(route)) {
    plan.handler = [this, &route, params = std::move(match.params)](http::Request& request,
                                                                    http::Responder respond) {
      request.params = params;
      gate->pass(route, request, std::move(respond));
    };
    return plan;
  }
  plan.handler = [&route, caller, params = std::move(match.params)](http::Request& request,
                                                                    http::Responder respond) {
    request.params = params;
    Call call{request, caller};
    route.handler(call, std::move(respond));
  };
  return plan;
}

http::Plan Server::Parts::plan_static(const http::Request& head) {
  http::Plan plan;
  if (head.method != http::Method::get && head.method != http::Method::head) {
    plan.refusal = problem(Problem::wrong_method, "not with this method").with("Allow", "GET, HEAD");
    return plan;
  }
  plan.handler = [this](http::Request& request, const http::Responder& respond) {
    http::Response response = backend.pages.answer(request);
    // A script that runs as a worker takes its policy from its own answer.
    add_unless_set(response, "Content-Security-Policy", content_policy({}));
    respond(std::move(response));
  };
  return plan;
}

base::Result<std::unique_ptr<Server>> Server::create(Options options, Services services) {
  HINOMI_CHECK(services.intake != nullptr && services.clock != nullptr && services.random &&
               services.status && services.open_alerts && services.read_event && services.read_finding);
  const os::Clock& clock = *services.clock;
  const process::Wakeup* const changed = services.alerts_changed;
  auto parts = std::make_unique<Parts>(options, std::move(services));
  auto server = http::Server::create(options.listeners, options.limits, *parts, clock);
  if (!server) return server.error();
  parts->server = std::move(*server);

  std::vector<ServedName> names;
  for (std::size_t i = 0; i < options.listeners.size(); ++i) {
    add_names(names, options.listeners[i], parts->server->ports()[i], options.names);
  }
  const bool has_accounts = parts->backend.services.accounts != nullptr;
  parts->access = std::make_unique<Access>(Origins(std::move(names)), std::move(options.sources),
                                           parts->backend.sessions, has_accounts);
  std::vector<Route> routes = make_routes(parts->backend);
  if (has_accounts) parts->open_accounts(routes);
  if (const Services& given = parts->backend.services; given.records != nullptr) {
    parts->records = std::make_unique<records::RecordService>(*given.records, given.grants_of, given.work,
                                                              given.record_files);
    if (given.roles) parts->roles = std::make_unique<records::RoleService>(*given.records, *given.roles);
    parts->record_routes =
        std::make_unique<RecordRoutes>(*parts->records, parts->roles.get(), given.find_caller);
    if (given.vaults != nullptr) {
      parts->vault_routes = std::make_unique<VaultRoutes>(*given.vaults, *given.records, given.find_caller,
                                                          given.grants_of, clock);
      parts->vault_routes->attach(*parts->server);
      for (Route& route : parts->vault_routes->routes()) routes.push_back(std::move(route));
      parts->record_routes->mirror_into(*parts->vault_routes);
    }
    for (Route& route : parts->record_routes->routes()) routes.push_back(std::move(route));
    if (given.audit != nullptr)
      for (Route& route : parts->record_routes->audit_routes(*given.audit))
        routes.push_back(std::move(route));
    parts->changes = std::make_unique<ChangeFeed>(listeners_of(*given.records, given.find_caller), clock);
    parts->changes->attach(*parts->server);
    routes.push_back({http::Method::get,
                      "/api/v1/changes/stream",
                      Permission::record,
                      0,
                      [&changes = *parts->changes](Call& call, const http::Responder& respond) {
                        changes.open(call, respond);
                      },
                      {}});
  }
  routes.push_back({http::Method::get,
                    "/api/v1/openapi.json",
                    Permission::read,
                    0,
                    [&text = parts->openapi](Call& /*call*/, const http::Responder& respond) {
                      respond(json_response(text));
                    },
                    {}});
  describe(routes);
  const record::Engine* const engine = parts->backend.services.records;
  parts->openapi = openapi_json(engine == nullptr ? schema::Registry() : engine->registry(), routes);
  parts->router = std::make_unique<Router>(std::move(routes));
  parts->backend.attach(*parts->server);
  if (changed != nullptr) {
    auto watching = parts->server->watch(changed->descriptor(), [&backend = parts->backend, changed] {
      changed->drain();
      backend.feed.on_change();
    });
    if (!watching) return watching.error();
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;
void Server::run() {
  parts_->server->run();
}
void Server::stop() {
  parts_->server->stop();
}
const std::vector<std::uint16_t>& Server::ports() const noexcept {
  return parts_->server->ports();
}
const std::string& Server::openapi() const noexcept {
  return parts_->openapi;
}
const std::vector<Route>& Server::routes() const noexcept {
  return parts_->router->routes();
}

}  // namespace hinomi::api
