// The routes of the server: each declares its method, pattern, permission and longest body, so that none can
// be without. Not for what a route does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "api/http/service.h"

namespace hinomi::api {

// A request on its way to its route, with who sent it.
struct Call {
  http::Request& request;
  Caller caller;
};

using CallHandler = std::function<void(Call&, http::Responder)>;
// Makes what takes the body, before it comes, and what answers after it. Instead of a CallHandler.
struct Intake {
  std::shared_ptr<http::BodySink> sink;
  http::Handler finish;
};
using OpenIntake = std::function<std::optional<http::Response>(Call&, Intake&)>;

struct Route {
  http::Method method = http::Method::get;  // get answers HEAD too
  std::string_view pattern;                 // "/api/v1/alerts/{id}"; a part in braces is any one part
  Permission permission = Permission::read;
  std::uint64_t body_limit = 0;
  CallHandler handler;
  OpenIntake open_intake;  // where the body is not kept whole
  // What the caller must hold somewhere, beside `permission`: "alert.read". What they may do to which record
  // is decided with the record. Empty: nothing more.
  std::string_view needs = {};
};

struct Match {
  const Route* route = nullptr;     // null: none
  std::vector<std::string> params;  // decoded
  bool path_is_known = false;       // with another method
  std::string allow;                // methods of the path, for 405
};

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}
  [[nodiscard]] Match match(http::Method method, std::string_view path) const;
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace hinomi::api
