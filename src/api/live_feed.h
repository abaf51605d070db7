// Server-sent events: new and changed alerts as they come, and the state of the server each second, to every
// browser that listens. Slow ones are cut off. On the io thread only; not for the questions of a page.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/event_stream.h"
#include "api/http/server.h"
#include "api/secret.h"
#include "store/alerts/catalogue.h"

namespace hinomi::api {

inline constexpr std::size_t kMaxStreams = 256;
inline constexpr std::size_t kMaxStreamBytes = 512 * 1024;  // that wait for one client
inline constexpr std::size_t kMaxAlertsInMessage = 200;
inline constexpr std::chrono::milliseconds kFeedPause{250};  // between two messages of alerts

// What the store said; empty optional where it could not be asked.
struct FeedAnswer {
  std::optional<store::alerts::Changes> changes;
  std::int64_t version = 0;  // of the store
};

class LiveFeed {
 public:
  // Asks the store for changes since a version, or with -1 only for its version, and calls back on the io
  // thread. False: too busy.
  using Ask = std::function<bool(std::int64_t since, std::function<void(FeedAnswer)> done)>;
  using After = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  LiveFeed(Ask ask, After after) : ask_(std::move(ask)), after_(std::move(after)) {}

  // A new client; nullptr when there are kMaxStreams. Its first message is "hello".
  [[nodiscard]] std::shared_ptr<http::EventStream> open(const Digest& session);
  // The store has changed.
  void on_change();
  // Each second: sends `status`, drops clients that are gone or whose session `is_open` denies, and looks
  // whether a change was missed.
  void on_second(const std::string& status_json, const std::function<bool(const Digest&)>& is_open);
  void end_session(const Digest& session);
  // Of the clients, each once.
  [[nodiscard]] std::vector<Digest> sessions() const;
  [[nodiscard]] std::size_t count() const noexcept { return clients_.size(); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Client {
    std::shared_ptr<http::EventStream> stream;
    Digest session{};
  };
  void greet(const std::shared_ptr<http::EventStream>& stream);
  void fetch();
  void on_answer(const FeedAnswer& answer);
  void send_all(std::string message);
  void drop_closed();

  Ask ask_;
  After after_;
  std::vector<Client> clients_;
  std::int64_t version_ = -1;  // clients know the changes up to it; -1: not known yet
  bool changed_ = false;
  bool asking_ = false;
  bool pausing_ = false;
  std::uint64_t dropped_ = 0;
};

// One message: "event: <event>\ndata: <data>\n\n"; `data` has no line feed (JSON has none).
[[nodiscard]] std::string event_message(std::string_view event, std::string_view data);

}  // namespace hinomi::api
