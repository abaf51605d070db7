#include "api/change_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "api/problem.h"
#include "base/json_writer.h"

namespace hinomi::api {
namespace {

constexpr std::size_t kMaxWaitingBytes = 512 * 1024;

// The place to resume from: nullopt for none or nonsense.
std::optional<std::int64_t> resume_of(const http::Request& request) {
  std::string_view text = request.field("last-event-id");
  if (text.empty() && request.query.starts_with("after=")) text = std::string_view(request.query).substr(6);
  std::int64_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seq < 0)
    return std::nullopt;
  return seq;
}

std::shared_ptr<const std::string> message_of(const record::Change& change) {
  std::string data;
  base::JsonWriter json(data);
  json.begin_object().key("seq").integer(change.seq).key("entity").string(change.entity);
  json.key("record").string(change.record.text()).key("version").integer(change.version);
  json.key("kind").string(change.kind).key("action").string(change.action).end_object();
  return std::make_shared<const std::string>(
      fmt::format("id: {}\nevent: change\ndata: {}\n\n", change.seq, data));
}

}  // namespace

FindListener listeners_of(record::Engine& engine, FindCaller find_caller) {
  return [&engine, find_caller = std::move(find_caller)](const http::Request& request,
                                                         const Caller& caller) -> base::Result<Listening> {
    auto who = find_caller(request, caller);
    if (!who) return who.error();
    if (!*who)
      return Listening{std::nullopt,
                       problem(Problem::not_signed_in, "no session or token, or one that has ended")};
    return Listening{Listener{std::move(**who), &engine, nullptr}, {}};
  };
}

void ChangeFeed::attach(http::Server& server) {
  server_ = &server;
  post_ = server.poster();
  server.after(kChangePause, [this] { tick(); });
}

void ChangeFeed::open(Call& call, const http::Responder& respond) {
  if (clients_.size() >= kMaxChangeStreams) {
    respond(problem(Problem::busy, "too many clients listen already"));
    return;
  }
  auto request = std::make_shared<const http::Request>(std::move(call.request));
  const bool taken = worker_.ask([this, request, caller = call.caller, respond] {
    auto found = find_listener_(*request, caller);
    if (!found) {
      respond(problem(Problem::busy, "the records cannot be asked"));
      return;
    }
    if (!found->listener) {
      respond(std::move(found->refusal));
      return;
    }
    const auto last = found->listener->engine->last_change();
    if (!last) {
      respond(problem(Problem::busy, "the records cannot be asked"));
      return;
    }
    const std::int64_t from = std::min(resume_of(*request).value_or(*last), *last);
    post_([this, request, caller, respond, from, last = *last, engine = found->listener->engine,
           held = found->listener->held] {
      Client client;
      client.stream = std::make_shared<http::EventStream>(kMaxWaitingBytes);
      client.request = request;
      client.caller = caller;
      client.engine = engine;
      client.held = held;
      client.seq = from;
      (void)client.stream->push(std::make_shared<const std::string>(
          fmt::format("retry: 2000\nevent: hello\ndata: {{\"seq\":{}}}\n\n", last)));
      http::Response response;
      response.with("Content-Type", "text/event-stream").with("X-Accel-Buffering", "no");
      if (request->method != http::Method::head) {
        response.stream = client.stream;
        clients_.push_back(std::move(client));
      }
      respond(std::move(response));
    });
  });
  if (!taken) respond(problem(Problem::busy, "too many questions wait for an answer"));
}

void ChangeFeed::tick() {
  server_->after(kChangePause, [this] { tick(); });
  std::erase_if(clients_, [](const Client& client) { return !client.stream->is_open(); });
  if (clients_.empty() || looking_) return;
  const bool all = clock_.steady() - looked_at_callers_ >= kCallerPause;
  if (all) looked_at_callers_ = clock_.steady();
  auto found = std::make_shared<std::vector<Client>>(clients_);
  looking_ = worker_.ask([this, found, all] {
    look(*found, all);
    post_([this, found] {
      looking_ = false;
      deliver(*found);
    });
  });
}

void ChangeFeed::look(std::vector<Client>& clients, bool all) {
  std::map<record::Engine*, std::int64_t> last_changes;
  const auto last_of = [&](record::Engine* engine) {
    const auto [at, is_new] = last_changes.try_emplace(engine, 0);
    if (!is_new) return at->second;
    if (const auto last = engine->last_change()) at->second = *last;
    return at->second;
  };
  for (Client& client : clients) {
    if (!all && last_of(client.engine) <= client.seq) continue;
    auto found = find_listener_(*client.request, client.caller);
    // Who cannot be looked up keeps listening to nothing until they can.
    if (!found) continue;
    client.may_listen = found->listener.has_value();
    if (!client.may_listen) continue;
    client.engine = found->listener->engine;
    client.held = std::move(found->listener->held);
    if (last_of(client.engine) <= client.seq) continue;
    record::Context context;
    context.who = &found->listener->who;
    auto feed = client.engine->changes_after(context, client.seq, kMaxChangesInMessage);
    if (!feed) continue;
    client.changes = std::move(feed->changes);
    client.seq = feed->last;
  }
}

void ChangeFeed::deliver(std::vector<Client>& found) {
  for (const Client& one : found) {
    const auto client = std::find_if(clients_.begin(), clients_.end(),
                                     [&](const Client& other) { return other.stream == one.stream; });
    if (client == clients_.end() || !client->stream->is_open()) continue;
    if (!one.may_listen) {
      client->stream->end();
      continue;
    }
    client->seq = one.seq;
    client->engine = one.engine;
    client->held = one.held;
    for (const record::Change& change : one.changes)
      if (!client->stream->push(message_of(change))) break;
  }
}

}  // namespace hinomi::api
