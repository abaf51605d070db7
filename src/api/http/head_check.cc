#include "api/http/head_check.h"

#include <algorithm>
#include <cstring>

namespace hinomi::api::http {
namespace {

constexpr std::size_t kMaxLengthDigits = 15;  // of Content-Length: far beyond every limit, far below overflow

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) noexcept {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}
char lower(char c) noexcept {
  return is_upper(c) ? static_cast<char>(c + 32) : c;
}

// RFC 9110, 5.6.2.
bool is_token_character(char c) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return is_letter(c) || is_digit(c) || (c != '\0' && kMarks.find(c) != std::string_view::npos);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Visible ASCII without what no browser sends unescaped; a fragment is no part of a request.
bool is_target_character(char c) noexcept {
  constexpr std::string_view kRefused = "\"<>\\^`{|}#";
  return c > 0x20 && c < 0x7F && kRefused.find(c) == std::string_view::npos;
}

HeadFault check_request_line(std::string_view line) noexcept {
  const std::size_t method_end = line.find(' ');
  if (method_end == std::string_view::npos || method_end == 0) return {400, "malformed request line"};
  const std::string_view method = line.substr(0, method_end);
  if (!std::all_of(method.begin(), method.end(), is_upper)) return {400, "malformed method"};
  line.remove_prefix(method_end + 1);
  const std::size_t target_end = line.find(' ');
  if (target_end == std::string_view::npos) return {400, "malformed request line"};
  const std::string_view target = line.substr(0, target_end);
  const std::string_view version = line.substr(target_end + 1);
  if (target.empty() || target.front() != '/') return {400, "the target is not in origin form"};
  if (target.starts_with("//")) return {400, "the target is not in origin form"};
  if (!std::all_of(target.begin(), target.end(), is_target_character)) {
    return {400, "a character in the target that must be escaped"};
  }
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return {};
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  return is_version ? HeadFault{505, "only HTTP/1.1 is spoken here"} : HeadFault{400, "malformed version"};
}

// What the fields that decide about framing and routing said so far.
struct Seen {
  bool version_1_0 = false;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  int expectations = 0;
  int authorizations = 0;
  int content_encodings = 0;
};

HeadFault check_host(std::string_view value) noexcept {
  constexpr std::string_view kMarks = "-._:[]";
  const auto fits = [&](char c) {
    return is_letter(c) || is_digit(c) || (c != '\0' && kMarks.find(c) != std::string_view::npos);
  };
  if (value.empty() || !std::all_of(value.begin(), value.end(), fits)) return {400, "malformed Host"};
  return {};
}

HeadFault check_length(std::string_view value) noexcept {
  if (value.empty() || value.size() > kMaxLengthDigits ||
      !std::all_of(value.begin(), value.end(), is_digit)) {
    return {400, "malformed Content-Length"};
  }
  return {};
}

HeadFault check_known(std::string_view name, std::string_view value, Seen& seen) noexcept {
  if (equals_ignoring_case(name, "host")) {
    if (++seen.hosts > 1) return {400, "more than one Host"};
    return check_host(value);
  }
  if (equals_ignoring_case(name, "content-length")) {
    if (++seen.lengths > 1) return {400, "more than one Content-Length"};
    return check_length(value);
  }
  if (equals_ignoring_case(name, "transfer-encoding")) {
    if (++seen.encodings > 1) return {400, "more than one Transfer-Encoding"};
    if (seen.version_1_0) return {400, "Transfer-Encoding in HTTP/1.0"};
    if (!equals_ignoring_case(value, "chunked")) return {400, "a Transfer-Encoding other than chunked"};
    return {};
  }
  if (equals_ignoring_case(name, "expect")) {
    if (++seen.expectations > 1) return {400, "more than one Expect"};
    if (!equals_ignoring_case(value, "100-continue")) return {417, "an unknown expectation"};
    return {};
  }
  if (equals_ignoring_case(name, "authorization") && ++seen.authorizations > 1) {
    return {400, "more than one Authorization"};
  }
  if (equals_ignoring_case(name, "content-encoding") && ++seen.content_encodings > 1) {
    return {400, "more than one Content-Encoding"};
  }
  return {};
}

HeadFault check_field(std::string_view line, Seen& seen) noexcept {
  if (line.front() == ' ' || line.front() == '\t') return {400, "a folded field"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {400, "a field without a name"};
  const std::string_view name = line.substr(0, colon);
  if (!std::all_of(name.begin(), name.end(), is_token_character)) return {400, "malformed field name"};
  const std::string_view value = trimmed(line.substr(colon + 1));
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  };
  if (std::any_of(value.begin(), value.end(), is_control)) return {400, "a control character in a field"};
  return check_known(name, value, seen);
}

// The line before the next CR LF; takes both off. The caller made sure that there is one.
std::string_view take_line(std::string_view& rest) noexcept {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), line.size() + 2));
  return line;
}

}  // namespace

HeadEnd find_head_end(std::string_view bytes, std::size_t scanned) noexcept {
  if (!bytes.empty() && !is_upper(bytes.front())) return {HeadEnd::Kind::malformed, 0};
  std::size_t at = scanned;
  while (at < bytes.size()) {
    const void* const found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (found == nullptr) break;
    const auto line_feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (line_feed == 0 || bytes[line_feed - 1] != '\r') return {HeadEnd::Kind::malformed, 0};
    if (line_feed >= 3 && bytes[line_feed - 2] == '\n') return {HeadEnd::Kind::found, line_feed + 1};
    at = line_feed + 1;
  }
  return {HeadEnd::Kind::need_more, 0};
}

HeadFault check_head(std::string_view head) noexcept {
  if (!head.ends_with("\r\n\r\n")) return {400, "no end of the head"};
  for (std::size_t at = head.find('\r'); at != std::string_view::npos; at = head.find('\r', at + 1)) {
    if (head[at + 1] != '\n') return {400, "a carriage return within a line"};
  }
  std::string_view rest = head;
  const std::string_view request_line = take_line(rest);
  if (const HeadFault fault = check_request_line(request_line)) return fault;
  Seen seen;
  seen.version_1_0 = request_line.ends_with("1.0");
  std::size_t fields = 0;
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
    if (++fields > kMaxFields) return {431, "too many fields"};
    if (const HeadFault fault = check_field(line, seen)) return fault;
  }
  if (seen.hosts != 1) return {400, "no Host"};
  if (seen.lengths > 0 && seen.encodings > 0) return {400, "Content-Length beside Transfer-Encoding"};
  return {};
}

}  // namespace hinomi::api::http
