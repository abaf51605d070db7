#include "query/pattern.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "base/text.h"

namespace hinomi::query {
namespace {

constexpr std::string_view kWildcards = "\xFF\xFE\xFD";
constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\u2013", "\u2014", "\u2015"};

// How many bytes of `text` the non-run token `token` takes; npos when it does not match.
std::size_t take_one(std::string_view text, char token) noexcept {
  if (text.empty()) return std::string_view::npos;
  if (token == kAnyOne) return base::decode_utf8(text).length;
  if (token == kAnyDash) {
    for (const std::string_view dash : kDashes) {
      if (text.starts_with(dash)) return dash.size();
    }
    return std::string_view::npos;
  }
  return text.front() == token ? 1 : std::string_view::npos;
}

// Where at or after `from` the literal at the front of `pattern` begins; `from` where there is none. Only
// what begins a code point can be searched for bytewise: runs end between code points.
std::size_t next_place(std::string_view text, std::size_t from, std::string_view pattern) noexcept {
  const std::string_view literal = pattern.substr(0, pattern.find_first_of(kWildcards));
  const bool continues = !literal.empty() && (static_cast<unsigned char>(literal.front()) & 0xC0U) == 0x80U;
  if (literal.empty() || continues) return from;
  if (from >= text.size()) return std::string_view::npos;
  const void* const found = memmem(text.data() + from, text.size() - from, literal.data(), literal.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) noexcept {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t run_p = std::string_view::npos;  // after the last '*' seen
  std::size_t run_t = 0;                       // where that run ends so far
  while (true) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      run_p = ++p;
      if (p == pattern.size()) return true;
      run_t = t = next_place(text, t, pattern.substr(p));
      if (t == std::string_view::npos) return false;
      continue;
    }
    if (p == pattern.size() && t == text.size()) return true;
    const std::size_t taken =
        p < pattern.size() ? take_one(text.substr(t), pattern[p]) : std::string_view::npos;
    if (taken != std::string_view::npos) {
      t += taken;
      ++p;
      continue;
    }
    if (run_p == std::string_view::npos || run_t >= text.size()) return false;
    run_t += base::decode_utf8(text.substr(run_t)).length;
    run_t = next_place(text, run_t, pattern.substr(run_p));
    if (run_t == std::string_view::npos) return false;
    t = run_t;
    p = run_p;
  }
}

std::vector<std::string_view> literal_pieces(std::string_view pattern) {
  std::vector<std::string_view> pieces;
  while (!pattern.empty()) {
    const std::size_t end = pattern.find_first_of(kWildcards);
    if (end != 0) pieces.push_back(pattern.substr(0, end));
    if (end == std::string_view::npos) break;
    pattern.remove_prefix(end + 1);
  }
  return pieces;
}

bool has_wildcard(std::string_view pattern) noexcept {
  return pattern.find_first_of(kWildcards) != std::string_view::npos;
}

}  // namespace hinomi::query
