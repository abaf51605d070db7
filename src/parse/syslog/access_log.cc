#include "parse/syslog/access_log.h"

#include <algorithm>

#include "parse/syslog/time_stamp.h"

namespace hinomi::parse::syslog {
namespace {

std::string_view absent_if_nil(std::string_view word) {
  return word == "-" ? std::string_view{} : word;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// A text in double quotes at the front, a backslash guarding the next byte; the blank after it is taken too.
std::optional<std::string_view> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  if (at >= text.size()) return std::nullopt;
  const std::string_view quoted = text.substr(1, at - 1);
  text.remove_prefix(at + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  return quoted;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "GET /path?query HTTP/1.1"; a uri may hold blanks, so the protocol is looked for at the end.
void take_request(std::string_view request, AccessLine& line) {
  line.request = absent_if_nil(request);
  const std::size_t method_end = request.find(' ');
  if (method_end == std::string_view::npos) return;
  const std::size_t uri_end = request.rfind(" HTTP/");
  const bool has_protocol = uri_end != std::string_view::npos && uri_end > method_end;
  line.method = request.substr(0, method_end);
  line.uri = request.substr(method_end + 1, has_protocol ? uri_end - method_end - 1 : std::string_view::npos);
  if (has_protocol) line.protocol = request.substr(uri_end + 1);
  const std::size_t query = line.uri.find('?');
  line.path = line.uri.substr(0, query);
  if (query != std::string_view::npos) line.query = line.uri.substr(query + 1);
}

}  // namespace

std::optional<AccessLine> parse_access_line(std::string_view text) {
  AccessLine line;
  const std::size_t bracket = text.find(" [");
  if (bracket == std::string_view::npos || bracket > 512) return std::nullopt;
  std::string_view front = text.substr(0, bracket);
  std::string_view words[4];
  std::size_t count = 0;
  while (!front.empty()) {
    if (count == 4) return std::nullopt;
    words[count++] = take_word(front);
  }
  if (count < 3) return std::nullopt;  // client, identity, user; a virtual host may stand before them
  if (count == 4) line.virtual_host = absent_if_nil(words[0]);
  line.client = absent_if_nil(words[count - 3]);
  line.user = absent_if_nil(words[count - 1]);
  text.remove_prefix(bracket + 2);
  const TimeStamp stamp = take_access_log(text);
  if (stamp.length == 0 || text.substr(stamp.length, 2) != "] ") return std::nullopt;
  line.time = stamp.time;
  text.remove_prefix(stamp.length + 2);
  const auto request = take_quoted(text);
  if (!request) return std::nullopt;
  take_request(*request, line);
  line.status = absent_if_nil(take_word(text));
  line.bytes = absent_if_nil(take_word(text));
  if ((!line.status.empty() && !is_number(line.status)) || (!line.bytes.empty() && !is_number(line.bytes))) {
    return std::nullopt;
  }
  if (const auto referer = take_quoted(text)) {
    line.referer = absent_if_nil(*referer);
    if (const auto agent = take_quoted(text)) line.user_agent = absent_if_nil(*agent);
  }
  return line;
}

}  // namespace hinomi::parse::syslog
