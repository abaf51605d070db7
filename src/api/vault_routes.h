// Sealed vaults over HTTP: making them, their members, moving records into them, and the routes of records
// once more within each. Whoever is no member is answered 404 with the same text for everything, whether
// there is such a vault or not, before anything of the request is looked at. Not for what a vault is (vault).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/change_feed.h"
#include "api/query_thread.h"
#include "api/record_routes.h"
#include "vault/vaults.h"

namespace hinomi::api {

class VaultRoutes {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::chrono::seconds kTickPause{30};
  using OneEntity = http::Response (records::RecordService::*)(const records::Asked&, const schema::Entity&);
  using GrantsOf = records::RecordService::GrantsOf;

  VaultRoutes(vault::Vaults& vaults, record::Engine& outside, FindCaller find_caller, GrantsOf grants_of,
              const os::Clock& clock);
  // Once, before the first request.
  void attach(http::Server& server);
  // Those of vaults themselves, and sealing.
  [[nodiscard]] std::vector<Route> routes();
  // A route of records, within every vault: "/api/v1/x" → "/api/v1/vaults/{vault}/x". Nothing for entities
  // that may not be sealed.
  void mirror(std::vector<Route>& routes, http::Method method, std::string_view pattern,
              std::uint64_t body_limit, const schema::Entity& entity, OneEntity operation);

 private:
  using Asked = records::Asked;
  using Answer = std::function<http::Response(const Asked&)>;
  using InVault = std::function<http::Response(records::RecordService&, const Asked&)>;
  void add(std::vector<Route>& routes, http::Method method, std::string pattern, std::uint64_t body_limit,
           Answer answer);
  void add_inside(std::vector<Route>& routes, http::Method method, std::string pattern,
                  std::uint64_t body_limit, InVault answer);
  [[nodiscard]] http::Response inside(const Asked& asked, const InVault& answer);
  [[nodiscard]] base::Result<Listening> listen(const http::Request& request, const Caller& caller);
  void tick();

  [[nodiscard]] http::Response list(const Asked& asked);
  [[nodiscard]] http::Response create(const Asked& asked);
  [[nodiscard]] http::Response get(const Asked& asked);
  [[nodiscard]] http::Response members(const Asked& asked);
  [[nodiscard]] http::Response put_member(const Asked& asked);
  [[nodiscard]] http::Response remove_member(const Asked& asked);
  [[nodiscard]] http::Response leave(const Asked& asked);
  [[nodiscard]] http::Response set_state(const Asked& asked, vault::State state);
  [[nodiscard]] http::Response log(const Asked& asked);
  [[nodiscard]] http::Response seal(const Asked& asked, const schema::Entity& entity);

  vault::Vaults& vaults_;
  record::Engine& outside_;
  FindCaller find_caller_;
  GrantsOf grants_of_;
  std::deque<std::string> patterns_;  // what routes point to
  http::Server* server_ = nullptr;
  ChangeFeed feed_;
  QueryThread workers_{kThreads};
};

}  // namespace hinomi::api
