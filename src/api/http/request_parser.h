// Turns the bytes of one request into a Request, with the body going on as it comes. The parser is that of
// Boost.Beast; the head must have passed check_head(). Not for use outside this module.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "api/http/message.h"

namespace hinomi::api::http {

// Where the body goes; false stops the parsing.
class BodyTarget {
 public:
  BodyTarget() = default;
  virtual ~BodyTarget() = default;
  BodyTarget(const BodyTarget&) = delete;
  BodyTarget& operator=(const BodyTarget&) = delete;
  virtual bool on_body(std::string_view piece) = 0;
};

class RequestParser {
 public:
  explicit RequestParser(BodyTarget& target);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // A complete head; false when it is malformed. Fills method, path, query and fields of `request`.
  [[nodiscard]] bool read_head(std::string_view head, Request& request);
  [[nodiscard]] bool has_body() const noexcept;  // one that is not empty, or whose length is open
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
  [[nodiscard]] bool keep_alive() const noexcept;

  enum class Progress : std::uint8_t { need_more, done, malformed, stopped };
  struct Read {
    Progress progress = Progress::need_more;
    std::size_t used = 0;  // of the bytes; give the rest again, with what follows
  };
  // Bytes behind the head. Chunk extensions and trailers are refused: nobody here needs them, and they are
  // read differently by different programs.
  [[nodiscard]] Read read_body(std::string_view bytes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hinomi::api::http
