#include "parse/syslog/key_value.h"

#include <algorithm>

namespace hinomi::parse::syslog {
namespace {

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_name(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '@';
}
constexpr bool is_gap(char c) noexcept {
  return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\n' || c == '\r';
}
constexpr bool opens(char c) noexcept {
  return is_gap(c) || c == '(' || c == '[' || c == '{' || c == '<';
}

// The text behind an opening quote at text[at]; `at` moves behind the closing one, or to the end without one.
std::string_view take_quoted(std::string_view text, std::size_t& at, base::Arena& arena) {
  const std::size_t start = at;
  bool escaped = false;
  while (at < text.size() && text[at] != '"') {
    const bool escape =
        text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    escaped |= escape;
    at += escape ? 2 : 1;
  }
  const std::string_view raw = text.substr(start, at - start);
  at = std::min(at + 1, text.size());
  if (!escaped) return raw;
  char* const out = arena.allocate(raw.size());
  std::size_t length = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == '"' || raw[i + 1] == '\\')) ++i;
    out[length++] = raw[i];
  }
  arena.shrink_last(raw.size() - length);
  return {out, length};
}

}  // namespace

void parse_key_values(std::string_view text, base::Arena& arena, Pairs& out) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) return;
    std::size_t name_start = equals;
    while (name_start > at && is_name(text[name_start - 1])) --name_start;
    const bool bounded = name_start == 0 || opens(text[name_start - 1]);
    const std::string_view name = text.substr(name_start, equals - name_start);
    at = equals + 1;
    if (!bounded || name.empty() || !is_letter(name.front()) || name.size() > kMaxNameBytes) continue;
    std::string_view value;
    if (at < text.size() && text[at] == '"') {
      ++at;
      value = take_quoted(text, at, arena);
    } else {
      const std::size_t start = at;
      while (at < text.size() && !is_gap(text[at])) ++at;
      value = text.substr(start, at - start);
    }
    if (out.size() >= kMaxPairs) return;
    out.push_back({name, value});
  }
}

bool parse_sudo(std::string_view text, Pairs& out) {
  const std::size_t colon = text.find(" : ");
  if (colon == std::string_view::npos || text.find("COMMAND=", colon) == std::string_view::npos) return false;
  std::string_view user = text.substr(0, colon);
  while (user.starts_with(' ')) user.remove_prefix(1);
  out.push_back({"invoking_user", user});
  text.remove_prefix(colon + 3);
  while (!text.empty() && out.size() < kMaxPairs) {
    const std::size_t equals = text.find('=');
    // A command may itself contain " ; ": it is the last value.
    const bool last = text.starts_with("COMMAND=");
    const std::size_t end = last ? text.size() : std::min(text.find(" ; "), text.size());
    if (equals < end) out.push_back({text.substr(0, equals), text.substr(equals + 1, end - equals - 1)});
    text.remove_prefix(std::min(end + 3, text.size()));
  }
  return true;
}

}  // namespace hinomi::parse::syslog
