// What the routes work with: the parts of the server, put together once. Not for use outside this module.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/live_feed.h"
#include "api/query_thread.h"
#include "api/server.h"
#include "api/sessions.h"
#include "api/tickets.h"
#include "api/upload.h"

namespace hinomi::api {

class Backend {
 public:
  Backend(const Options& options, Services services);

  // Once, before the first request.
  void attach(http::Server& server);

  // The two stores that questions are put to; on the query thread only.
  struct Stores {
    std::optional<store::alerts::Reader> alerts;
  };
  using Question = std::function<http::Response(store::alerts::Reader&)>;
  // Has `question` answered on the query thread.
  void ask(const http::Responder& respond, Question question);

  [[nodiscard]] std::string status_text();
  [[nodiscard]] bool healthy();
  void log(std::string_view line) const;

  Services services;
  Sessions sessions;
  Tickets tickets;
  StaticPages pages;
  std::shared_ptr<UploadStation> uploads = std::make_shared<UploadStation>();
  LiveFeed feed;
  std::uint64_t csp_reports = 0;
  // Whether a session may go on listening; on the query thread. Empty: the sessions above say so.
  std::function<bool(const Digest&)> may_listen;

 private:
  void refresh_status();
  void each_second();
  void look_at_listeners();
  bool ask_feed(std::int64_t since, std::function<void(FeedAnswer)> done);

  http::Server* server_ = nullptr;
  http::Poster post_;
  Status status_;
  std::optional<std::chrono::steady_clock::time_point> status_at_;
  std::shared_ptr<Stores> stores_ = std::make_shared<Stores>();
  QueryThread queries_;  // last: ended before what it uses
};

[[nodiscard]] std::vector<Route> make_routes(Backend& backend);
[[nodiscard]] http::Response json_response(std::string body);
// An Error of a store as an answer: faults of the question are told, others only logged.
[[nodiscard]] http::Response store_failed(const Backend& backend, const base::Error& error);

}  // namespace hinomi::api
