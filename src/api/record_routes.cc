#include "api/record_routes.h"

#include <utility>

#include "api/problem.h"
#include "api/records/answer.h"
#include "api/vault_routes.h"

namespace hinomi::api {
namespace {

using http::Method;
using records::Asked;
using records::RecordService;

using AboutRoles = http::Response (records::RoleService::*)(const Asked&);
using OneEntity = VaultRoutes::OneEntity;

}  // namespace

RecordRoutes::RecordRoutes(RecordService& service, records::RoleService* roles, FindCaller find_caller)
    : service_(service), roles_(roles), find_caller_(std::move(find_caller)) {}

void RecordRoutes::add(std::vector<Route>& routes, Method method, std::string pattern,
                       std::uint64_t body_limit, Answer answer) {
  patterns_.push_back(std::move(pattern));
  Route route;
  route.method = method;
  route.pattern = patterns_.back();
  route.permission = Permission::record;
  route.body_limit = body_limit;
  route.handler = [this, answer = std::move(answer)](Call& call, const http::Responder& respond) {
    auto request = std::make_shared<http::Request>(std::move(call.request));
    const bool taken = workers_.ask([this, request, respond, answer, shown = call.caller] {
      const auto caller = find_caller_(*request, shown);
      if (!caller) {
        respond(records::simple_problem(503, "busy", "The server is busy"));
      } else if (!*caller) {
        respond(problem(Problem::not_signed_in, "no session or token, or one that has ended"));
      } else {
        respond(answer(Asked{**caller, *request}));
      }
    });
    if (!taken) respond(problem(Problem::busy, "too many questions wait for an answer"));
  };
  routes.push_back(std::move(route));
}

void RecordRoutes::add_one(std::vector<Route>& routes, const schema::Entity& entity) {
  const std::string one = "/api/v1/" + std::string(entity.path) + "/{id}";
  const auto on = [&](Method method, const std::string& pattern, OneEntity operation) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, pattern, limit,
        [this, &entity, operation](const Asked& asked) { return (service_.*operation)(asked, entity); });
    if (vaults_ != nullptr) vaults_->mirror(routes, method, pattern, limit, entity, operation);
  };
  on(Method::get, one, &RecordService::get);
  on(Method::patch, one, &RecordService::change);
  on(Method::remove, one, &RecordService::remove);
  on(Method::post, one + "/restore", &RecordService::restore);
  on(Method::get, one + "/history", &RecordService::history);
  if (!entity.actions.empty()) on(Method::post, one + "/actions/{action}", &RecordService::act);
  on(Method::get, one + "/comments", &RecordService::comments);
  on(Method::post, one + "/comments", &RecordService::add_comment);
  on(Method::get, one + "/relations", &RecordService::relations);
  on(Method::post, one + "/relations", &RecordService::add_relation);
}

void RecordRoutes::add_roles(std::vector<Route>& routes, records::RoleService& roles) {
  const auto on = [&](Method method, std::string pattern, AboutRoles operation) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, std::move(pattern), limit,
        [&roles, operation](const Asked& asked) { return (roles.*operation)(asked); });
  };
  using records::RoleService;
  on(Method::get, "/api/v1/roles", &RoleService::board);
  on(Method::get, "/api/v1/roles/{code}", &RoleService::role);
  on(Method::put, "/api/v1/roles/{code}/setting", &RoleService::set);
  on(Method::get, "/api/v1/people/{id}/roles", &RoleService::of_person);
  on(Method::get, "/api/v1/assignments/ownerless", &RoleService::ownerless);
}

void RecordRoutes::add_entity(std::vector<Route>& routes, const schema::Entity& entity) {
  const std::string all = "/api/v1/" + std::string(entity.path);
  const auto on = [&](Method method, const std::string& pattern, OneEntity operation) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, pattern, limit,
        [this, &entity, operation](const Asked& asked) { return (service_.*operation)(asked, entity); });
    if (vaults_ != nullptr) vaults_->mirror(routes, method, pattern, limit, entity, operation);
  };
  on(Method::get, all, &RecordService::list);
  on(Method::post, all, &RecordService::create);
  on(Method::get, all + "/facets", &RecordService::facets);
  on(Method::post, all + "/bulk", &RecordService::bulk);
  add_one(routes, entity);
}

std::vector<Route> RecordRoutes::routes() {
  std::vector<Route> routes;
  add(routes, Method::get, "/api/v1/schema", 0,
      [this](const Asked& asked) { return service_.declarations(asked); });
  add(routes, Method::get, "/api/v1/search", 0,
      [this](const Asked& asked) { return service_.search(asked); });
  add(routes, Method::get, "/api/v1/titles", 0,
      [this](const Asked& asked) { return service_.titles(asked); });
  add(routes, Method::post, "/api/v1/changes/{seq}/undo", records::kMaxRecordBody,
      [this](const Asked& asked) { return service_.undo(asked); });
  // Before those of entities: the first pattern that fits is taken, and "ownerless" is no id.
  if (roles_ != nullptr) add_roles(routes, *roles_);
  for (const schema::Entity& entity : service_.engine().registry().all())
    if (!entity.attached) add_entity(routes, entity);
  return routes;
}

}  // namespace hinomi::api
