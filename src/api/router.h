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
#include "schema/entity.h"

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

// What an operation on records does, the same for every entity; from it and the declaration come its
// parameters, bodies and answers (openapi.h).
enum class RecordOperation : std::uint8_t {
  none,  // another route
  list,
  facets,
  create,
  bulk,
  export_table,
  import_table,
  get,
  change,
  remove,
  restore,
  history,
  act,
  comments,
  add_comment,
  remove_comment,
  relations,
  add_relation,
  remove_relation,
  attachments,
  add_attachment,
  remove_attachment,
};

// What a route is for, as those who write programs read it. A route says either `operation` or the rest.
struct RouteWords {
  std::string_view summary = {};     // English, one line; every route has one
  std::string_view answer = {};      // name of a schema (openapi_parts.cc); empty: no body, or one of `media`
  std::string_view body = {};        // name of the schema of the request's body; empty: none
  std::string_view parameters = {};  // names of parameters of the query, separated by blanks
  int status = 200;                  // when all is well
  std::string_view media = {};       // of the answer; empty: JSON
  std::string_view body_media = {};  // likewise; several are separated by blanks
  RecordOperation operation = RecordOperation::none;
  const schema::Entity* entity = nullptr;
  bool is_copy = false;  // of another route, with more in front of its path: not described once more
};

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
  RouteWords words = {};
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
