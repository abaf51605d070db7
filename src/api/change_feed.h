// Server-sent events of what happens to records: every change that a listener may see, as it happens, resumed
// where they left off. Whoever may no longer listen is cut off within a second. On the io thread but for the
// questions, which a worker asks; not for alerts (live_feed.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/http/event_stream.h"
#include "api/http/server.h"
#include "api/query_thread.h"
#include "api/record_routes.h"
#include "record/engine.h"

namespace hinomi::api {

inline constexpr std::size_t kMaxChangeStreams = 256;
inline constexpr std::size_t kMaxChangesInMessage = 200;
inline constexpr std::chrono::milliseconds kChangePause{250};  // between two looks
inline constexpr std::chrono::milliseconds kCallerPause{250};  // between two looks at who listens

// Who listens to the changes of which database.
struct Listener {
  access::Principal who;
  record::Engine* engine = nullptr;
  std::shared_ptr<void> held;  // what keeps the engine; may be null
};
// On a worker thread: the listener, or why there is none. An error: it cannot be said for a moment.
struct Listening {
  std::optional<Listener> listener;
  http::Response refusal;
};
using FindListener = std::function<base::Result<Listening>(const http::Request&, const Caller&)>;
// Whoever is signed in, to one engine that outlives the feed.
[[nodiscard]] FindListener listeners_of(record::Engine& engine, FindCaller find_caller);

class ChangeFeed {
 public:
  ChangeFeed(FindListener find_listener, const os::Clock& clock)
      : find_listener_(std::move(find_listener)), clock_(clock) {}

  // Once, before the first listener.
  void attach(http::Server& server);
  // GET /api/v1/changes/stream. "Last-Event-ID" or ?after= says from where; without one: from now on.
  void open(Call& call, const http::Responder& respond);
  [[nodiscard]] std::size_t count() const noexcept { return clients_.size(); }

 private:
  struct Client {
    std::shared_ptr<http::EventStream> stream;
    std::shared_ptr<const http::Request> request;  // who listens is found anew by what it showed
    Caller caller;
    record::Engine* engine = nullptr;
    std::shared_ptr<void> held;
    std::int64_t seq = 0;
    // What the worker found for it.
    bool may_listen = true;
    std::vector<record::Change> changes;
  };
  void tick();
  // On the worker.
  void look(std::vector<Client>& clients, bool all);
  void deliver(std::vector<Client>& found);

  FindListener find_listener_;
  const os::Clock& clock_;
  http::Server* server_ = nullptr;
  http::Poster post_;
  std::vector<Client> clients_;
  bool looking_ = false;
  std::chrono::steady_clock::time_point looked_at_callers_{};
  QueryThread worker_;
};

}  // namespace hinomi::api
