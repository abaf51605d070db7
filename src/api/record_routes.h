// The routes of records: for every declared entity the same ones, and those of the role board, answered on
// worker threads since they wait for the database. Not for what an operation does (api/records).
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/audit_log/service.h"
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
  static constexpr std::size_t kMaxFilesAtOnce = 16;  // that are written to the disk as they come
  // Bytes of all long bodies together; further ones are refused while they come.
  static constexpr std::uint64_t kMaxHeldBytes = 128ULL << 20;

  // `roles`: nullptr: none are answered about.
  RecordRoutes(records::RecordService& service, records::RoleService* roles, FindCaller find_caller);
  // Before routes(): the routes of entities that may be sealed are there once more in every vault.
  void mirror_into(VaultRoutes& vaults) { vaults_ = &vaults; }
  [[nodiscard]] std::vector<Route> routes();
  // Those of the audit log, answered on the same threads.
  [[nodiscard]] std::vector<Route> audit_routes(audit_log::AuditService& service);

 private:
  using Answer = std::function<http::Response(const records::Asked&)>;
  // A route whose answer is made on a worker, for whoever is signed in.
  void add(std::vector<Route>& routes, http::Method method, std::string pattern, std::uint64_t body_limit,
           Answer answer);
  // The same for a long body, which is held while it comes and as long as it is worked on.
  void add_held(std::vector<Route>& routes, std::string pattern, std::uint64_t body_limit, Answer answer);
  // Takes an attachment of a record of this entity.
  void add_attach(std::vector<Route>& routes, std::string pattern, const schema::Entity& entity);
  void answer(std::shared_ptr<http::Request> request, const Caller& caller, const http::Responder& respond,
              const Answer& answer);
  void add_roles(std::vector<Route>& routes, records::RoleService& roles);
  void add_entity(std::vector<Route>& routes, const schema::Entity& entity);
  void add_work(std::vector<Route>& routes);
  void add_one(std::vector<Route>& routes, const schema::Entity& entity);

  records::RecordService& service_;
  records::RoleService* roles_;
  FindCaller find_caller_;
  VaultRoutes* vaults_ = nullptr;
  std::deque<std::string> patterns_;  // what routes point to
  std::shared_ptr<std::atomic<std::uint64_t>> held_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::shared_ptr<std::atomic<std::size_t>> files_ = std::make_shared<std::atomic<std::size_t>>(0);
  QueryThread workers_{kThreads};
};

}  // namespace hinomi::api
