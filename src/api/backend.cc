#include "api/backend.h"

#include <utility>

#include "api/problem.h"
#include "base/text.h"

namespace hinomi::api {
namespace {

constexpr std::chrono::seconds kSecond{1};
constexpr std::chrono::milliseconds kListenerPause{400};

// The reader of the query thread, opened when it is first needed, and again after it could not be.
base::Result<store::alerts::Reader*> reader_of(Backend::Stores& stores, const Services& services) {
  if (!stores.alerts) {
    auto opened = services.open_alerts();
    if (!opened) return opened.error();
    stores.alerts.emplace(std::move(*opened));
  }
  return &*stores.alerts;
}

}  // namespace

Backend::Backend(const Options& options, Services given)
    : services(std::move(given)),
      sessions(options.data_folder + "/sessions", *services.clock, services.random),
      tickets(options.data_folder + "/ticket", *services.clock),
      pages(options.assets, services.random),
      feed([this](std::int64_t since,
                  std::function<void(FeedAnswer)> done) { return ask_feed(since, std::move(done)); },
           [this](std::chrono::milliseconds wait, std::function<void()> work) {
             server_->after(wait, std::move(work));
           }) {}

void Backend::attach(http::Server& server) {
  server_ = &server;
  post_ = server.poster();
  uploads->intake = services.intake;
  uploads->post = post_;
  uploads->after = [&server](std::chrono::milliseconds wait, std::function<void()> work) {
    server.after(wait, std::move(work));
  };
  server.after(kSecond, [this] { each_second(); });
  if (may_listen) server.after(kListenerPause, [this] { look_at_listeners(); });
}

void Backend::ask(const http::Responder& respond, Question question) {
  const bool taken = queries_.ask([this, stores = stores_, respond, question = std::move(question)] {
    const auto reader = reader_of(*stores, services);
    respond(reader ? question(**reader) : store_failed(*this, reader.error()));
  });
  if (!taken) respond(problem(Problem::busy, "too many questions wait for an answer"));
}

bool Backend::ask_feed(std::int64_t since, std::function<void(FeedAnswer)> done) {
  return queries_.ask([this, stores = stores_, since, done = std::move(done), post = post_] {
    FeedAnswer answer;
    const auto reader = reader_of(*stores, services);
    if (reader && since >= 0) {
      auto changes = (*reader)->changes_since(since, kMaxAlertsInMessage);
      if (changes) answer.changes = std::move(*changes);
    }
    const bool needs_version = since < 0 || (answer.changes && answer.changes->more);
    if (reader && needs_version) {
      if (const auto progress = (*reader)->progress()) answer.version = progress->version;
    }
    post([done, answer = std::move(answer)] { done(answer); });
  });
}

void Backend::refresh_status() {
  const auto now = services.clock->steady();
  if (status_at_ && now - *status_at_ < kSecond) return;
  status_at_ = now;
  status_ = Status{};
  services.status(status_);
}

std::string Backend::status_text() {
  refresh_status();
  const http::ServerCounters counters = server_->counters();
  HttpStatus http;
  http.connections = counters.connections;
  http.accepted = counters.accepted;
  http.evicted = counters.evicted;
  http.turned_away = counters.turned_away;
  http.requests_refused = counters.requests_refused;
  http.streams = feed.count();
  http.slow_streams_dropped = feed.dropped();
  http.csp_reports = csp_reports;
  return status_json(status_, http, services.clock->now());
}

bool Backend::healthy() {
  refresh_status();
  return status_.healthy;
}

void Backend::each_second() {
  if (feed.count() > 0) {
    feed.on_second(status_text(), [this](const Digest& session) {
      return static_cast<bool>(may_listen) || sessions.is_open(session);
    });
  }
  server_->after(kSecond, [this] { each_second(); });
}

// Often enough that whoever may no longer listen is cut off within a second of it on any server.
void Backend::look_at_listeners() {
  if (feed.count() > 0) {
    (void)queries_.ask([this, listening = feed.sessions(), post = post_] {
      std::vector<Digest> ended;
      for (const Digest& session : listening)
        if (!may_listen(session)) ended.push_back(session);
      if (ended.empty()) return;
      post([this, ended = std::move(ended)] {
        for (const Digest& session : ended) feed.end_session(session);
      });
    });
  }
  server_->after(kListenerPause, [this] { look_at_listeners(); });
}

void Backend::log(std::string_view line) const {
  if (services.log) services.log(base::visible(line));
}

http::Response json_response(std::string body) {
  http::Response response;
  response.body = std::move(body);
  return std::move(response.with("Content-Type", "application/json"));
}

http::Response store_failed(const Backend& backend, const base::Error& error) {
  if (error.code == base::ErrorCode::limit_exceeded) return problem(Problem::unknown_value, error.message);
  backend.log("api: a store could not be read: " + error.message);
  return problem(Problem::failed, "the records could not be read; the server's log says why");
}

}  // namespace hinomi::api
