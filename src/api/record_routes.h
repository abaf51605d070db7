// The routes of records: for every declared entity the same ones, and those of the role board, answered on
// worker threads since they wait for the database. Not for what an operation does (api/records).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/query_thread.h"
#include "api/records/roles.h"
#include "api/records/service.h"
#include "api/router.h"

namespace hinomi::api {

// Who sent a request, by its cookie or token; nullopt: nobody that is known. On a worker thread.
using FindCaller =
    std::function<base::Result<std::optional<access::Principal>>(const http::Request&, const Caller&)>;

class VaultRoutes;

class RecordRoutes {
 public:
  // How many requests about records are answered at the same time.
  static constexpr std::size_t kThreads = 4;

  // `roles`: nullptr: none are answered about.
  RecordRoutes(records::RecordService& service, records::RoleService* roles, FindCaller find_caller);
  // Before routes(): the routes of entities that may be sealed are there once more in every vault.
  void mirror_into(VaultRoutes& vaults) { vaults_ = &vaults; }
  [[nodiscard]] std::vector<Route> routes();

 private:
  using Answer = std::function<http::Response(const records::Asked&)>;
  // A route whose answer is made on a worker, for whoever is signed in.
  void add(std::vector<Route>& routes, http::Method method, std::string pattern, std::uint64_t body_limit,
           Answer answer);
  void add_roles(std::vector<Route>& routes, records::RoleService& roles);
  void add_entity(std::vector<Route>& routes, const schema::Entity& entity);
  void add_one(std::vector<Route>& routes, const schema::Entity& entity);

  records::RecordService& service_;
  records::RoleService* roles_;
  FindCaller find_caller_;
  VaultRoutes* vaults_ = nullptr;
  std::deque<std::string> patterns_;  // what routes point to
  QueryThread workers_{kThreads};
};

}  // namespace hinomi::api
