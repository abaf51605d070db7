// What a request asked and what is answered, in types of our own: nothing of a network library is in here.
// Not for reading bytes from a connection (head_check.h, connection.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hinomi::api::http {

class EventStream;

enum class Method : std::uint8_t { get, head, post, put, patch, remove, options };
inline constexpr std::size_t kMethods = 7;
[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] std::optional<Method> parse_method(std::string_view name) noexcept;

struct Field {
  std::string name;  // of a request: lower case
  std::string value;
};

struct Request {
  Method method = Method::get;
  std::string path;   // of the target, as sent: starts with '/', percent-escapes untouched
  std::string query;  // behind the '?', as sent
  std::vector<Field> fields;
  std::string body;  // empty where a BodySink took it
  std::string peer;  // "192.0.2.1:40000"
  std::string listener;
  bool secure = false;              // came over TLS
  std::vector<std::string> params;  // what the placeholders of the route stand for

  // The value of the first field of this lower-case name; empty when there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
};

// A body that is longer than memory should hold, handed on piece by piece as the client takes it.
class BodySource {
 public:
  BodySource() = default;
  virtual ~BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  // On the io thread; the pieces are size() bytes in all, each valid until the next call. Empty before that:
  // it cannot be read any more, and the client sees a body that is cut short.
  [[nodiscard]] virtual std::string_view next() = 0;
};

struct Response {
  int status = 200;
  std::vector<Field> fields;
  std::string body;
  // In place of `body`: bytes that live as long as the program.
  std::string_view lasting_body;
  // In place of `body`: from somewhere else than memory.
  std::shared_ptr<BodySource> source;
  // In place of a body: messages that follow as long as both sides like.
  std::shared_ptr<EventStream> stream;
  bool close = false;  // end the connection after this answer

  Response& with(std::string_view name, std::string_view value) {
    fields.push_back({std::string(name), std::string(value)});
    return *this;
  }
};

[[nodiscard]] std::string_view reason_of(int status) noexcept;
// Status line and fields, with the empty line at their end. A field with a control character in it is left
// out: it would be a second field.
[[nodiscard]] std::string head_of(const Response& response, std::string_view date, bool keep_alive);
// "Wed, 25 Nov 2026 02:14:12 GMT" (RFC 9110, 5.6.7).
[[nodiscard]] std::string http_date(std::int64_t since_epoch_s);

}  // namespace hinomi::api::http
