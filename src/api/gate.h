// The way of a request to a route that is answered on the io thread but needs to know who asks: who it is is
// found on a worker, since that may wait for the database, and the route goes on where it was. Not for routes
// that have workers of their own (record_routes.h, sign_in_routes.h).
#pragma once

#include <memory>

#include "api/http/server.h"
#include "api/identity.h"
#include "api/query_thread.h"
#include "api/router.h"

namespace hinomi::api {

// What somebody lacks for a route; nullopt: nothing.
[[nodiscard]] std::optional<http::Response> refuse_known(const Route& route, const Known& known);

class Gate {
 public:
  static constexpr std::size_t kThreads = 2;
  Gate(Identity& identity, http::Poster post) : identity_(identity), post_(std::move(post)) {}

  // On the io thread. The route lives as long as the gate.
  void pass(const Route& route, http::Request& request, http::Responder respond);

 private:
  Identity& identity_;
  http::Poster post_;
  QueryThread workers_{kThreads};
};

}  // namespace hinomi::api
