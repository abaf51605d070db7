#include "parse/syslog/message.h"

#include <algorithm>
#include <array>

namespace hinomi::parse::syslog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxTagBytes = 256;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Up to the next blank; the blank is taken too.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::string_view absent_if_nil(std::string_view word) {
  return word == "-" ? std::string_view{} : word;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// "<PRI>" (RFC 5424, 6.2.1): at most three digits, at most 191.
bool take_priority(std::string_view& line, Message& message) {
  if (!line.starts_with('<')) return false;
  int value = 0;
  std::size_t at = 1;
  for (; at < line.size() && at < 4 && is_digit(line[at]); ++at) value = value * 10 + (line[at] - '0');
  if (at == 1 || at >= line.size() || line[at] != '>' || value > 191) return false;
  message.facility = value / 8;
  message.severity = value % 8;
  line.remove_prefix(at + 1);
  return true;
}

// The value of a parameter at text[at] (behind its opening quote) with \" \\ \] undone (RFC 5424, 6.3.3);
// `at` moves behind the closing quote. nullopt when there is none.
std::optional<std::string_view> take_quoted(std::string_view text, std::size_t& at, base::Arena& arena) {
  const std::size_t start = at;
  std::size_t escapes = 0;
  while (at < text.size() && text[at] != '"') {
    const bool escape = text[at] == '\\' && at + 1 < text.size() &&
                        (text[at + 1] == '"' || text[at + 1] == '\\' || text[at + 1] == ']');
    escapes += escape ? 1 : 0;
    at += escape ? 2 : 1;
  }
  if (at >= text.size()) return std::nullopt;
  const std::string_view raw = text.substr(start, at - start);
  ++at;
  if (escapes == 0) return raw;
  char* const out = arena.allocate(raw.size() - escapes);
  std::size_t length = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size() &&
        (raw[i + 1] == '"' || raw[i + 1] == '\\' || raw[i + 1] == ']'))
      ++i;
    out[length++] = raw[i];
  }
  return std::string_view(out, length);
}

std::string_view joined(std::string_view id, std::string_view name, base::Arena& arena) {
  char* const out = arena.allocate(id.size() + 1 + name.size());
  std::copy(id.begin(), id.end(), out);
  out[id.size()] = '.';
  std::copy(name.begin(), name.end(), out + id.size() + 1);
  return {out, id.size() + 1 + name.size()};
}

// One "[id name="value" …]" at text[at]; false when it is malformed.
bool take_element(std::string_view text, std::size_t& at, base::Arena& arena, Pairs& out) {
  const std::size_t id_end = text.find_first_of(" ]\"=", at + 1);
  if (id_end == std::string_view::npos || text[id_end] == '"' || text[id_end] == '=') return false;
  const std::string_view id = text.substr(at + 1, id_end - at - 1);
  at = id_end;
  while (at < text.size() && text[at] == ' ') {
    while (at < text.size() && text[at] == ' ') ++at;
    if (at < text.size() && text[at] == ']') break;
    const std::size_t equals = text.find_first_of("= ]\"", at);
    if (equals == std::string_view::npos || text.substr(equals, 2) != "=\"" ||
        id.size() + equals - at > kMaxNameBytes) {
      return false;
    }
    const std::string_view name = text.substr(at, equals - at);
    at = equals + 2;
    const auto value = take_quoted(text, at, arena);
    if (!value) return false;
    if (out.size() < kMaxPairs) out.push_back({joined(id, name, arena), *value});
  }
  if (at >= text.size() || text[at] != ']') return false;
  ++at;
  return true;
}

// RFC 5424, 6: what follows "<PRI>1 ".
bool parse_rfc5424(std::string_view line, const TimePolicy& policy, base::Arena& arena, Pairs& structured,
                   Message& message) {
  message.form = MessageForm::rfc5424;
  const std::string_view stamp = take_word(line);
  if (stamp != "-") {
    const TimeStamp taken = take_rfc3339(stamp, policy);
    if (taken.length != stamp.size()) return false;
    message.time = taken.time;
  }
  message.host = absent_if_nil(take_word(line));
  message.program = absent_if_nil(take_word(line));
  message.process_id = absent_if_nil(take_word(line));
  message.message_id = absent_if_nil(take_word(line));
  std::size_t at = 0;
  if (line.starts_with('-')) {
    at = 1;
  } else {
    const std::size_t before = structured.size();
    while (at < line.size() && line[at] == '[') {
      if (take_element(line, at, arena, structured)) continue;
      structured.resize(before);  // a message that only looks like structured data
      at = 0;
      break;
    }
  }
  line.remove_prefix(at);
  skip_blanks(line);
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  message.text = line;
  return true;
}

// "tag[pid]: " at the front of the text; false when there is no tag.
bool take_tag(std::string_view& text, Message& message) {
  const std::size_t end = text.substr(0, kMaxTagBytes).find_first_of(" :[");
  if (end == 0 || end == std::string_view::npos || text[end] == ' ') return false;
  std::size_t at = end;
  std::string_view process_id;
  if (text[at] == '[') {
    const std::size_t close = text.find_first_of("] ", at);
    if (close == std::string_view::npos || text[close] != ']') return false;
    process_id = text.substr(at + 1, close - at - 1);
    at = close + 1;
    if (at < text.size() && text[at] != ':' && text[at] != ' ') return false;
  }
  message.program = text.substr(0, end);
  message.process_id = process_id;
  if (at < text.size() && text[at] == ':') ++at;
  text.remove_prefix(at);
  skip_blanks(text);
  return true;
}

// What follows the time-stamp of the older forms: "host tag[pid]: text", with parts missing in practice.
void parse_after_time(std::string_view line, Message& message) {
  if (line.starts_with(':')) line.remove_prefix(1);  // Cisco IOS: no host follows
  skip_blanks(line);
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view first = line.substr(0, end);
  const bool is_tag =
      first.ends_with(':') || (first.ends_with(']') && first.find('[') != std::string_view::npos);
  if (!is_tag && !first.empty()) {
    message.host = first;
    line.remove_prefix(std::min(end + 1, line.size()));
    skip_blanks(line);
  }
  take_tag(line, message);
  message.text = line;
}

// "29: " and '*' or '.' that Cisco IOS puts in front of the time.
void skip_sequence_number(std::string_view& line) {
  std::size_t at = 0;
  while (at < line.size() && at < 10 && is_digit(line[at])) ++at;
  if (at > 0 && line.substr(at, 2) == ": ") line.remove_prefix(at + 2);
  if (line.starts_with('*') || line.starts_with('.')) line.remove_prefix(1);
}

}  // namespace

std::optional<Message> parse_message(std::string_view line, const TimePolicy& policy, base::Arena& arena,
                                     Pairs& structured) {
  Message message;
  const bool has_priority = take_priority(line, message);
  if (has_priority && line.starts_with("1 ")) {
    const std::size_t before = structured.size();
    Message full = message;
    if (parse_rfc5424(line.substr(2), policy, arena, structured, full)) return full;
    structured.resize(before);
  }
  if (has_priority) skip_sequence_number(line);
  TimeStamp stamp = take_bsd(line, policy);
  if (stamp.length == 0) {
    stamp = take_rfc3339(line, policy);
    message.form = MessageForm::rfc3339;
  }
  if (stamp.length == 0 && !has_priority) return std::nullopt;
  if (stamp.length == 0) {  // RFC 3164, 4.3.3: a message with nothing but its priority
    message.form = MessageForm::rfc3164;
    skip_blanks(line);
    take_tag(line, message);
    message.text = line;
    return message;
  }
  message.time = stamp.time;
  const char after = stamp.length < line.size() ? line[stamp.length] : ' ';
  if (after != ' ' && after != ':') return std::nullopt;
  parse_after_time(line.substr(stamp.length), message);
  return message;
}

std::string_view facility_name(int facility) noexcept {
  constexpr std::array<std::string_view, 24> kNames = {
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
      "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
  return facility >= 0 && facility < 24 ? kNames[static_cast<std::size_t>(facility)] : std::string_view{};
}

std::string_view severity_name(int severity) noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};
  return severity >= 0 && severity < 8 ? kNames[static_cast<std::size_t>(severity)] : std::string_view{};
}

}  // namespace hinomi::parse::syslog
