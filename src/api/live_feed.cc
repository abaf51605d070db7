#include "api/live_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/alert_json.h"
#include "base/json_writer.h"

namespace hinomi::api {
namespace {

std::string alerts_message(const store::alerts::Changes& changes, std::int64_t version) {
  std::string data;
  base::JsonWriter json(data);
  if (changes.more) {
    json.begin_object().key("version").integer(version).key("reset").boolean(true).end_object();
    return event_message("alerts", data);
  }
  json.begin_object().key("version").integer(changes.version).key("items").begin_array();
  for (const store::alerts::AlertRow& row : changes.items) write_alert(json, row);
  json.end_array().end_object();
  return event_message("alerts", data);
}

}  // namespace

std::string event_message(std::string_view event, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", event, data);
}

std::shared_ptr<http::EventStream> LiveFeed::open(const Digest& session) {
  drop_closed();
  if (clients_.size() >= kMaxStreams) return nullptr;
  auto stream = std::make_shared<http::EventStream>(kMaxStreamBytes);
  // Told when to come back, and something at once, so that a proxy lets the head through.
  static_cast<void>(stream->push(std::make_shared<const std::string>("retry: 2000\n: hinomi\n\n")));
  const bool asked = ask_(-1, [this, stream, session](const FeedAnswer& answer) {
    if (!stream->is_open()) return;
    if (clients_.empty() || version_ < 0) version_ = answer.version;
    static_cast<void>(stream->push(std::make_shared<const std::string>(
        event_message("hello", fmt::format("{{\"version\":{}}}", answer.version)))));
    clients_.push_back({stream, session});
  });
  return asked ? stream : nullptr;
}

void LiveFeed::on_change() {
  changed_ = true;
  fetch();
}

void LiveFeed::fetch() {
  if (!changed_ || asking_ || pausing_ || clients_.empty()) return;
  asking_ = ask_(version_, [this](const FeedAnswer& answer) { on_answer(answer); });
  if (asking_) changed_ = false;
}

void LiveFeed::on_answer(const FeedAnswer& answer) {
  asking_ = false;
  if (answer.changes && (answer.changes->more || !answer.changes->items.empty())) {
    version_ = answer.changes->more ? answer.version : answer.changes->version;
    send_all(alerts_message(*answer.changes, answer.version));
  }
  pausing_ = true;
  after_(kFeedPause, [this] {
    pausing_ = false;
    fetch();
  });
}

void LiveFeed::on_second(const std::string& status_json, const std::function<bool(const Digest&)>& is_open) {
  for (const Client& client : clients_) {
    if (!is_open(client.session)) client.stream->end();
  }
  drop_closed();
  if (clients_.empty()) return;
  send_all(event_message("status", status_json));
  on_change();
}

void LiveFeed::end_session(const Digest& session) {
  for (const Client& client : clients_) {
    if (equal_digests(client.session, session)) client.stream->end();
  }
  drop_closed();
}

std::vector<Digest> LiveFeed::sessions() const {
  std::vector<Digest> all;
  all.reserve(clients_.size());
  for (const Client& client : clients_) all.push_back(client.session);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void LiveFeed::send_all(std::string message) {
  const auto shared = std::make_shared<const std::string>(std::move(message));
  for (const Client& client : clients_) static_cast<void>(client.stream->push(shared));
  drop_closed();
}

void LiveFeed::drop_closed() {
  std::erase_if(clients_, [this](const Client& client) {
    if (client.stream->is_open()) return false;
    if (client.stream->was_too_slow()) ++dropped_;
    return true;
  });
}

}  // namespace hinomi::api
