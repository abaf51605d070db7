#include "alert_listener.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>

#include "load/http_sender.h"
#include "parse/json/reader.h"

namespace hinomi::perf {
namespace {

constexpr std::string_view kMatchRule =
    "6f2f6f7e-3a55-4a53-9d0e-2f0e7a3b9a01";  // tests/fault/rules/load_match.yml

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The member of an object, or nothing.
std::optional<parse::json::Value> member(const parse::json::Value& object, std::string_view name) {
  if (object.kind() != parse::json::Kind::object) return std::nullopt;
  const auto last = object.last();
  for (auto at = object.first(); !(at == last); at = at.next()) {
    const std::string_view key = at.string();
    at = at.next();
    if (key == name) return at;
  }
  return std::nullopt;
}

std::string_view text_of(const std::optional<parse::json::Value>& value) {
  return value && value->kind() == parse::json::Kind::string ? value->string() : std::string_view();
}

// Takes whole chunks of the chunked transfer coding from the front of `raw`; whatever is not chunked as it
// is.
class Body {
 public:
  explicit Body(bool chunked) : chunked_(chunked) {}
  void take(std::string& raw, std::string& out) {
    if (!chunked_) {
      out += raw;
      raw.clear();
      return;
    }
    for (;;) {
      const std::size_t line_end = raw.find("\r\n");
      if (line_end == std::string::npos) return;
      std::size_t size = 0;
      std::from_chars(raw.data(), raw.data() + line_end, size, 16);
      if (raw.size() < line_end + 2 + size + 2) return;
      out.append(raw, line_end + 2, size);
      raw.erase(0, line_end + 2 + size + 2);
    }
  }

 private:
  bool chunked_;
};

}  // namespace

AlertListener::AlertListener(fault::ServerProcess& server) : server_(server), cookie_(server.cookie()) {
  thread_ = std::thread([this] { listen(); });
}

AlertListener::~AlertListener() {
  stop();
}

void AlertListener::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void AlertListener::listen() {
  const std::uint16_t port = server_.settings().port;
  const int socket = load::connect_tcp("127.0.0.1", port, 1000);
  const std::string request = "GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                              "\r\nCookie: " + cookie_ + "\r\nAccept: text/event-stream\r\n\r\n";
  if (socket < 0 || ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) sound_ = false;
  std::string raw;
  std::string text;
  std::optional<Body> body;
  std::array<char, 65'536> block{};
  while (sound_ && !stopping_) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 100) <= 0) continue;
    const ssize_t got = ::recv(socket, block.data(), block.size(), 0);
    if (got <= 0) {
      sound_ = false;
      break;
    }
    raw.append(block.data(), static_cast<std::size_t>(got));
    if (!body) {
      const std::size_t head_end = raw.find("\r\n\r\n");
      if (head_end == std::string::npos) continue;
      if (!raw.starts_with("HTTP/1.1 200")) {
        sound_ = false;
        break;
      }
      body.emplace(raw.substr(0, head_end).find("chunked") != std::string::npos);
      raw.erase(0, head_end + 4);
    }
    body->take(raw, text);
    for (std::size_t end = 0; (end = text.find("\n\n")) != std::string::npos; text.erase(0, end + 2)) {
      const std::string_view message = std::string_view(text).substr(0, end);
      const std::size_t data = message.find("\ndata: ");
      if (message.starts_with("event: ") && data != std::string_view::npos)
        take_message(message.substr(7, data - 7), message.substr(data + 7));
    }
  }
  if (socket >= 0) ::close(socket);
}

void AlertListener::take_message(std::string_view event, std::string_view data) {
  if (event != "alerts") return;
  if (data.find("\"reset\":true") == std::string_view::npos) {
    take_rows(data);
    return;
  }
  // Too many changes for one message: the page asks for the list anew.
  ++resets_;
  load::HttpSender http("127.0.0.1", server_.settings().port);
  const auto answer = http.request("GET", "/api/v1/alerts?limit=200&rule=" + std::string(kMatchRule),
                                   {{"Cookie", cookie_}}, {});
  if (answer.status == 200) take_rows(answer.body);
}

void AlertListener::take_rows(std::string_view json) {
  const std::int64_t now = steady_ns();
  parse::json::Reader reader;
  const auto root = reader.read(json);
  const auto items = root ? member(*root, "items") : std::nullopt;
  if (!items || items->kind() != parse::json::Kind::array) return;
  const auto last = items->last();
  for (auto row = items->first(); !(row == last); row = row.next()) {
    const auto rule = member(row, "rule");
    const auto entity = member(row, "entity");
    const auto count = member(row, "count");
    if (!rule || !entity || !count || text_of(member(*rule, "id")) != kMatchRule) continue;
    shown_[std::string(text_of(member(*entity, "value")))].push_back(
        {static_cast<std::uint64_t>(count->integer()), now});
  }
}

}  // namespace hinomi::perf
